// Start-up of a Cortex-M: initializes memory. There are no constructors to run. The board defines the vector table.
#include "start.hpp"

auto main() -> int;

extern "C" {
extern std::uint32_t data_start;
extern std::uint32_t data_end;
extern std::uint32_t data_image;
extern std::uint32_t bss_start;
extern std::uint32_t bss_end;

void stop() {
    while (true) {
        asm volatile("" ::: "memory");
    }
}

void reset() {
    auto const* from = &data_image;
    for (auto* to = &data_start; to < &data_end;) {
        *to++ = *from++;
    }
    for (auto* to = &bss_start; to < &bss_end;) {
        *to++ = 0;
    }
    (void)main();
    stop();
}

[[gnu::weak, gnu::alias("stop")]] void fault();
[[gnu::weak, gnu::alias("stop")]] void systick_isr();
[[gnu::weak, gnu::alias("stop")]] void mailbox_isr();
[[gnu::weak, gnu::alias("stop")]] void timer_isr();
[[gnu::weak, gnu::alias("stop")]] void dsp_isr();
[[gnu::weak, gnu::alias("stop")]] void dma_isr();
[[gnu::weak, gnu::alias("stop")]] void uart_isr();
[[gnu::weak, gnu::alias("stop")]] void dma0_isr();
[[gnu::weak, gnu::alias("stop")]] void dma1_isr();
}
