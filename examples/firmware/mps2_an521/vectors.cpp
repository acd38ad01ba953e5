// The vector table of the mps2-an521: message handling unit 0 has interrupt 6, UART 0 has 42, the first two DMA
// controllers 58 and 61.
#include <semihosting.hpp>
#include <start.hpp>

extern "C" void fault() {
    semihosting::print_line("a fault");
    semihosting::end(3);
}

namespace {
constexpr auto board_vectors() -> vector_table<62> {
    auto made = vector_table<62>{};
    for (auto& each : made.interrupts) {
        each = stop;
    }
    made.interrupts[6] = mailbox_isr;
    made.interrupts[42] = uart_isr;
    made.interrupts[58] = dma0_isr;
    made.interrupts[61] = dma1_isr;
    return made;
}
[[gnu::section(".vectors"), gnu::used]] constinit auto const vectors = board_vectors();
} // namespace
