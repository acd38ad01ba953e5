#pragma once

#include <cstddef>
#include <cstdint>

/// The symbols that start-up uses. A program or a board defines the handlers that it needs; the others stop the core.
extern "C" {
extern std::uint32_t stack_top;
void reset();
void stop();
void fault();
void systick_isr();
void mailbox_isr();
void timer_isr();
void dsp_isr();
void dma_isr();
void uart_isr();
void dma0_isr();
void dma1_isr();
}

/// The table at the start of an image, which the core reads: the exceptions from reset to SysTick, then the interrupts of the
/// chip that the board uses.
template <std::size_t Interrupts> struct vector_table {
    std::uint32_t* stack = &stack_top;
    void (*exceptions[15])() = {reset,   fault,   fault, fault, fault,   fault, fault,      nullptr,
                                nullptr, nullptr, fault, fault, nullptr, fault, systick_isr};
    void (*interrupts[Interrupts])();
};
