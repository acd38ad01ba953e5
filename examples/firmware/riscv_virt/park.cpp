// Every hart starts at the start of the host's image. Hart 1 waits there for its software interrupt, which stays masked, and
// continues to the remote's image. In the remote's image no hart waits.
#include <semihosting.hpp>

extern "C" {
void fault() {
    semihosting::print_line("a fault");
    semihosting::end(3);
}

// The timer interrupt is pending from reset on, because no code sets the timer.
void timer_isr() { asm volatile("csrc mie, %0" ::"r"(0x80) : "memory"); }

[[gnu::naked, gnu::used, gnu::section(".park")]] void park() {
    asm volatile("csrr t0, mhartid\n\t"
                 "beqz t0, reset\n\t"
                 "la t1, park\n\t"
                 "li t0, 0x80200000\n\t"
                 "beq t0, t1, reset\n\t"
                 "csrw mie, 8\n\t"
                 "1: wfi\n\t"
                 "csrr t1, mip\n\t"
                 "andi t1, t1, 8\n\t"
                 "beqz t1, 1b\n\t"
                 "csrw mie, zero\n\t"
                 "fence.i\n\t"
                 "jr t0");
}
}
