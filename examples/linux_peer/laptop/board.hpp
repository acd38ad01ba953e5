#pragma once

#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/layout.hpp>

#include <cstdint>

/// A laptop in place of the chip: the other core is Linux as a process, whose memory is shared through vhost-user. The
/// functions that are only declared here are in laptop.cpp, because they need names of the operating system.
namespace board {

/// Linux's driver has 256 buffers of 512 bytes in each direction.
inline constexpr auto rings =
    rpmsg::vring_config{.buffers = 256, .alignment = 4096, .dialect = rpmsg::wire::dialects::linux_virtio};

/// The memory of Linux.
struct memory {
    static auto start() -> std::uintptr_t;
    static auto size() -> std::uint32_t;
    static auto formed(std::uintptr_t address) -> std::uintptr_t { return address; }
};
using shared_memory = rpmsg::mapped_region<memory>;

/// The places of Linux's rings and buffers in that memory.
struct layout {
    static constexpr bool is_checked = true;
    static auto parts(std::uint32_t ring) -> rpmsg::wire::vring_parts;
    static auto offset_of(std::uint64_t address, std::uint32_t length) -> std::uint32_t;
    static auto address_of(std::uint32_t offset) -> std::uint64_t;
    static auto fits(std::uint32_t size, rpmsg::ring_counts const& counts) -> bool;
    static auto takes_names() -> bool;
    static auto buffer(std::uint32_t, std::uint32_t) -> std::uint32_t { return rpmsg::nowhere; }
    static auto status() -> std::uint32_t { return rpmsg::nowhere; }
    static auto control() -> std::uint32_t { return rpmsg::nowhere; }
};
static_assert(rpmsg::link_layout<layout>);

/// Interrupts Linux.
struct mailbox {
    static auto ring(std::uint32_t queue) -> bool;
    static auto acknowledge() -> void {}
};

/// Interrupts occur only while the firmware sleeps.
using irq_lock = rpmsg::no_lock;

/// Waits until Linux does something, unless there is work, and calls the interrupts that follow. It does not return while
/// there is no driver, and ends the program when Linux has ended.
auto look_at_linux(bool has_work) -> void;
auto sleep_unless(auto&& has_work) -> void { look_at_linux(has_work()); }

/// Milliseconds.
auto now() -> rpmsg::ticks;

[[noreturn]] auto halt() -> void;

} // namespace board
