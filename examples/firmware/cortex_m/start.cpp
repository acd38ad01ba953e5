// Start-up of a Cortex-M: a vector table, and memory as a program expects it. No constructors: there are none.
#include <cstdint>

auto main() -> int;

extern "C" {
extern std::uint32_t stack_top;
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

// The interrupts of the boards; a program defines those that it uses.
[[gnu::weak, gnu::alias("stop")]] void mailbox_isr();
[[gnu::weak, gnu::alias("stop")]] void timer_isr();
[[gnu::weak, gnu::alias("stop")]] void dsp_isr();
}

namespace {
struct vector_table {
    std::uint32_t* stack;
    void (*handlers[18])();
};

// Reset, NMI, hard fault and the other exceptions of the core, then interrupts 0 to 2 of the chip.
[[gnu::section(".vectors"), gnu::used]] constinit vector_table const vectors{
    .stack = &stack_top,
    .handlers = {reset, stop, stop, stop, stop, stop, nullptr, nullptr, nullptr, nullptr, stop, stop, nullptr, stop, stop,
                 mailbox_isr, timer_isr, dsp_isr},
};
} // namespace
