// The vector table of the invented chip.
#include "start.hpp"

namespace {
[[gnu::section(".vectors"), gnu::used]] constinit auto const vectors =
    vector_table<4>{.interrupts = {mailbox_isr, timer_isr, dsp_isr, dma_isr}};
} // namespace
