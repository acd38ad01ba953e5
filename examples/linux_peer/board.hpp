#pragma once

#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/layout.hpp>

#include <cpu.hpp> // of examples/firmware: the interrupt lock and the sleep of the core
#include <cstdint>

/// All that this firmware knows of its chip, here an invented one: put in the addresses of yours.
namespace board {

/// What Linux's driver wants: buffers of 512 bytes, rings on pages of their own, both cores at the same addresses.
inline constexpr auto rings = rpmsg::vring_config{
    .buffers = 16, .alignment = 4096, .device_base = 0x3000'0000, .dialect = rpmsg::wire::dialects::linux_virtio};
using layout = rpmsg::vring_layout<rings>;

/// The block that both cores see.
using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<0x3000'0000, 0x1'0000>>;
static_assert(layout::size() <= 0x1'0000);

using cpu::irq_lock;

inline auto device_register(std::uintptr_t address) -> std::uint32_t volatile& {
    return *reinterpret_cast<std::uint32_t volatile*>(address);
}

/// Interrupts the other core, and is interrupted by it.
struct mailbox {
    static auto ring(std::uint32_t queue) -> void {
        cpu::finish_stores();
        device_register(0x4000'0000) = queue;
    }
    static auto acknowledge() -> void { device_register(0x4000'0004) = 1; }
};

/// Sleeps until an interrupt, unless there is work. Interrupts are held back from the look to the sleep, and one that comes
/// meanwhile ends the sleep: none is slept over.
auto sleep_unless(auto&& has_work) -> void {
    auto interrupts = irq_lock{};
    auto const guard = rpmsg::lock_guard{interrupts};
    if (not has_work()) {
        cpu::wait_for_interrupt();
    }
}

[[noreturn]] inline auto halt() -> void {
    while (true) {
        cpu::wait_for_interrupt();
    }
}

} // namespace board
