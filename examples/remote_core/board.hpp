#pragma once

#include <rpmsg/platform/mapped_region.hpp>

#include <cstdint>

/// All that this firmware knows of its chip. Fill in your own; the functions without a body are three lines each
/// (platform/cortex_m.hpp has the lock and the waiting for Cortex-M).
namespace board {

/// The block that both cores see, at the address that this one sees it at.
using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<0x3000'0000, 0x1'0000>>;

/// Interrupts the other core. A mailbox that is still full says false, and `poll` rings again.
struct mailbox {
    auto ring(std::uint32_t queue) -> bool;
};

/// Masks the interrupts of this core.
struct irq_lock {
    auto lock() -> void;
    auto unlock() -> void;
};

/// Sleeps until an interrupt or event; one that came since the last call is not slept over, as WFE has it.
auto wait_for_event() -> void;
[[noreturn]] auto halt() -> void;

} // namespace board
