#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/service/read_header.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rpmsg::wire {

/// The front of the name of a device's endpoint; the path on the server follows, as in "rpdev/dev/adc0". The client announces
/// it (NuttX, drivers/misc/rpmsgdev.c).
inline constexpr auto device_prefix = std::string_view{"rpdev"};

/// The values of `device_header::command`. A NuttX image stops when it receives another one.
namespace device_command {
inline constexpr std::uint32_t open = 1;
inline constexpr std::uint32_t close = 2;
inline constexpr std::uint32_t read = 3;     ///< answered in pieces until all was read, or by a result of at most 0
inline constexpr std::uint32_t read_one = 4; ///< answered by exactly one message
inline constexpr std::uint32_t write = 5;
inline constexpr std::uint32_t seek = 6;
inline constexpr std::uint32_t control = 7;
inline constexpr std::uint32_t poll = 8;
inline constexpr std::uint32_t notify = 9; ///< from the server, not answered
} // namespace device_command

/// Values of `device_open::flags`, those of NuttX since 2025 and of Linux: an access and bits.
namespace device_flag {
inline constexpr std::int32_t read = 0;
inline constexpr std::int32_t write = 1;
inline constexpr std::int32_t read_write = 2;
inline constexpr std::int32_t nonblocking = 0x800; ///< always set: a client that waits polls
} // namespace device_flag

/// Bits of the events of `device_poll` and `device_notify`.
namespace device_event {
inline constexpr std::uint32_t readable = 0x01;
inline constexpr std::uint32_t writable = 0x04;
inline constexpr std::uint32_t failed = 0x08;
inline constexpr std::uint32_t hung_up = 0x10;
} // namespace device_event

/// Results of requests: the negative error numbers of Linux and NuttX that the services of this library give themselves.
namespace device_error {
inline constexpr std::int32_t no_entry = -2;
inline constexpr std::int32_t bad_handle = -9;
inline constexpr std::int32_t try_again = -11;
inline constexpr std::int32_t invalid = -22;
inline constexpr std::int32_t too_many_files = -24;
inline constexpr std::int32_t no_control = -25;
inline constexpr std::int32_t not_seekable = -29;
inline constexpr std::int32_t protocol = -71;
inline constexpr std::int32_t connection_reset = -104;
inline constexpr std::int32_t timed_out = -110;
} // namespace device_error

/// A number of 64 bits at an address that is a multiple of 4.
struct device_number {
    std::uint32_t low{};
    std::uint32_t high{};

    constexpr device_number() = default;
    constexpr explicit(false) device_number(std::uint64_t value)
        : low{static_cast<std::uint32_t>(value)}, high{static_cast<std::uint32_t>(value >> 32)} {}
    [[nodiscard]] constexpr auto value() const -> std::uint64_t { return std::uint64_t{high} << 32 | low; }
    auto operator==(device_number const&) const -> bool = default;
};

/// The front of each message. An answer has the command and the cookie of its request.
struct device_header {
    std::uint32_t command{};
    std::int32_t result{};
    device_number cookie{};
};
static_assert(sizeof(device_header) == 16 and wire_format<device_header> and offsetof(device_header, cookie) == 8);

/// All of a close, and the front of every other request and answer. The handle is the server's, and not interpreted.
struct device_close {
    device_header head{};
    device_number handle{};
};
static_assert(sizeof(device_close) == 24 and offsetof(device_close, handle) == 16);

struct device_open {
    device_close front{};
    std::int32_t flags{};
};
static_assert(sizeof(device_open) == 28 and wire_format<device_open>);

/// A read, and the front of its answers and of a write, which data follows.
struct device_transfer {
    device_close front{};
    std::uint32_t count{};
};
static_assert(sizeof(device_transfer) == 28 and wire_format<device_transfer>);

/// The result is 0 or an error; the offset of the answer is the new position.
struct device_seek {
    device_close front{};
    device_number offset{};
    std::int32_t whence{}; ///< 0 from the start, 1 from the position, 2 from the end
};
static_assert(sizeof(device_seek) == 36 and wire_format<device_seek> and offsetof(device_seek, whence) == 32);

/// `size` bytes of data follow, in the answer as well; without data `value` is the argument.
struct device_control {
    device_close front{};
    device_number value{};
    std::uint32_t size{};
    std::int32_t request{};
};
static_assert(sizeof(device_control) == 40 and wire_format<device_control> and offsetof(device_control, size) == 32);

/// Begins or ends the notifications of a handle. It is answered if its cookie is not 0.
struct device_poll {
    device_close front{};
    std::uint32_t events{};
    std::uint32_t setup{};
    device_number token{}; ///< belongs to the client, not 0: the notifications have it
};
static_assert(sizeof(device_poll) == 40 and wire_format<device_poll> and offsetof(device_poll, token) == 32);

/// The result and the cookie have no meaning.
struct device_notify {
    device_header head{.command = device_command::notify};
    device_number token{};
    std::uint32_t events{};
};
static_assert(sizeof(device_notify) == 28 and wire_format<device_notify> and offsetof(device_notify, events) == 24);

} // namespace rpmsg::wire
