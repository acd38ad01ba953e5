// Start-up of the measured firmware: a vector table, and memory as C expects it.
#include <stdint.h>

extern uint32_t stack_top, data_start, data_end, data_image, bss_start, bss_end;

int main(void);
void mailbox_isr(void);

__attribute__((noreturn)) void reset(void) {
    uint32_t const* from = &data_image;
    for (uint32_t* to = &data_start; to < &data_end;) {
        *to++ = *from++;
    }
    for (uint32_t* to = &bss_start; to < &bss_end;) {
        *to++ = 0;
    }
    (void)main();
    for (;;) {}
}

static void halt(void) {
    for (;;) {}
}

typedef void handler(void);

// Stack, reset, NMI, hard fault, the other exceptions of Armv6-M, and interrupt 0.
__attribute__((section(".vectors"), used)) static handler* const vectors[] = {
    (handler*)&stack_top, reset, halt, halt, 0, 0, 0, 0, 0, 0, 0, halt, 0, 0, halt, halt, mailbox_isr,
};
