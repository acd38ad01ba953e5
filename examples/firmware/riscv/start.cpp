// Start-up of a RISC-V core: installs a trap handler and initializes memory. There are no constructors to run.
#include <cstdint>

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

// The interrupts of the boards; a program defines those that it uses.
[[gnu::weak, gnu::alias("stop")]] void fault();
[[gnu::weak, gnu::alias("stop")]] void mailbox_isr();
[[gnu::weak, gnu::alias("stop")]] void timer_isr();
[[gnu::weak, gnu::alias("stop")]] void dsp_isr();
[[gnu::weak, gnu::alias("stop")]] void dma_isr();

// Handles the software, timer and external interrupts of machine mode.
[[gnu::interrupt("machine"), gnu::aligned(4)]] void trap() {
    std::uint32_t cause = 0;
    asm volatile("csrr %0, mcause" : "=r"(cause));
    switch (cause) {
    case 0x8000'0003: mailbox_isr(); break;
    case 0x8000'0007: timer_isr(); break;
    case 0x8000'000b: dsp_isr(); break;
    case 0x8000'0010: dma_isr(); break; // the first of the platform's own
    default: fault();
    }
}

[[gnu::used]] void begin() {
    auto const* from = &data_image;
    for (auto* to = &data_start; to < &data_end;) {
        *to++ = *from++;
    }
    for (auto* to = &bss_start; to < &bss_end;) {
        *to++ = 0;
    }
    asm volatile("csrw mtvec, %0" ::"r"(trap));
    asm volatile("csrw mie, %0" ::"r"(0x888)); // the three interrupts above
    asm volatile("csrsi mstatus, 8" ::: "memory");
    (void)main();
    stop();
}

[[gnu::naked, gnu::section(".vectors")]] void reset() {
    asm volatile(".option push\n\t"
                 ".option norelax\n\t"
                 "la gp, __global_pointer$\n\t"
                 ".option pop\n\t"
                 "la sp, stack_top\n\t"
                 "j begin");
}
}
