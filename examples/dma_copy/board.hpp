#pragma once

#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/dma.hpp>
#include <rpmsg/platform/mapped_region.hpp>

#include <cpu.hpp> // from examples/firmware: the interrupt lock and the sleep of the core
#include <cstdint>

/// Everything that this firmware knows about its chip, which is an invented one: replace the addresses by those of yours.
namespace board {

/// The block that both cores share, at the address of this core.
using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<0x3000'0000, 0x1'0000>>;

/// Memory that the sensor fills with 400 bytes at a time.
inline auto samples() -> rpmsg::bytes { return {reinterpret_cast<std::byte*>(0x3001'0000), 400}; }

using cpu::irq_lock;
using cpu::wait_for_interrupt;

inline auto device_register(std::uintptr_t address) -> std::uint32_t volatile& {
    return *reinterpret_cast<std::uint32_t volatile*>(address);
}

/// Interrupts the other core; the other core interrupts this one through it.
struct mailbox {
    static auto ring(std::uint32_t queue) -> void {
        cpu::finish_stores();
        device_register(0x4000'0000) = queue;
    }
};

/// A channel that copies memory: source, target, size, and a word that is 1 until the copy has ended. For Arm's PL080 there is
/// rpmsg::pl080; behind a cache, rpmsg::cached_dma around either.
struct dma {
    static auto start(rpmsg::const_bytes source, rpmsg::bytes target) -> rpmsg::dma_start {
        if (progress() == rpmsg::dma_progress::running) {
            return rpmsg::dma_start::busy;
        }
        device_register(0x4000'2000) = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(source.data()));
        device_register(0x4000'2004) = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(target.data()));
        device_register(0x4000'2008) = static_cast<std::uint32_t>(source.size());
        cpu::finish_stores();
        device_register(0x4000'200c) = 1;
        return rpmsg::dma_start::started;
    }
    static auto progress() -> rpmsg::dma_progress {
        return device_register(0x4000'200c) != 0 ? rpmsg::dma_progress::running : rpmsg::dma_progress::done;
    }
    static auto abort() -> bool { return false; } // a copy that runs cannot be stopped, only waited for
};
static_assert(rpmsg::dma_channel<dma>);

/// Reads a counter of milliseconds, which interrupts the core at each of them.
inline auto now() -> rpmsg::ticks { return device_register(0x4000'1000); }

[[noreturn]] inline auto halt() -> void {
    while (true) {
        wait_for_interrupt();
    }
}

} // namespace board
