#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/service/read_header.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rpmsg::wire {

/// The front of the name of a terminal; that of its device follows. Both sides announce it (NuttX, drivers/serial/uart_rpmsg.c).
inline constexpr auto tty_prefix = std::string_view{"rpmsg-tty"};

/// The values of `tty_header::command`.
namespace tty_command {
inline constexpr std::uint32_t write = 0;
inline constexpr std::uint32_t wake_up = 1; ///< the receiver has room again; it is not answered
inline constexpr std::uint32_t response = 0x8000'0000;
} // namespace tty_command

/// The front of each message of a terminal; all of a wake-up.
struct tty_header {
    std::uint32_t command{};
    std::int32_t result{};
    std::uint64_t cookie{}; ///< belongs to the sender of the request: returned unchanged
};
static_assert(sizeof(tty_header) == 16 and wire_format<tty_header>);
static_assert(offsetof(tty_header, result) == 4 and offsetof(tty_header, cookie) == 8);

/// The front of a write, which `count` bytes of data follow, and all of its response. A side has one write without a response
/// at a time. The result of the response is the number of bytes that were accepted, or `tty_nothing_accepted`; the others are
/// written again after a wake-up.
struct tty_write {
    tty_header head{};
    std::uint32_t count{};
    std::uint32_t reserved{};
};
static_assert(sizeof(tty_write) == 24 and wire_format<tty_write>);
static_assert(offsetof(tty_write, count) == 16 and offsetof(tty_write, reserved) == 20);

/// The result of a write, and that of a response without room for one byte.
inline constexpr std::int32_t tty_nothing_accepted = -6;

} // namespace rpmsg::wire
