#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/service/read_header.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rpmsg::wire {

/// The endpoint that both sides of a link to NuttX create to measure it (NuttX, drivers/rpmsg/rpmsg_ping.c).
inline constexpr auto ping_name = std::string_view{"rpmsg-ping"};

/// The bits of `ping_header::command`.
namespace ping_command {
inline constexpr std::uint32_t wants_answer = 0x01;
inline constexpr std::uint32_t verify = 0x02;        ///< all bytes of the data are equal: the receiver checks it
inline constexpr std::uint32_t random_length = 0x04; ///< only the sender uses it
inline constexpr std::uint32_t kind_mask = 0xf0;
inline constexpr std::uint32_t request =
    0x00; ///< answered with as many bytes; any other kind but `response` with `ping_smallest`
inline constexpr std::uint32_t response = 0x20;
} // namespace ping_command

/// The front of a ping; at least one byte of data follows (NuttX, struct rpmsg_ping_msg_s).
struct ping_header {
    std::uint32_t command{};
    std::uint32_t length{}; ///< of the whole payload
    std::uint64_t cookie{}; ///< belongs to the sender of the request, which uses it as a pointer: returned unchanged
};
static_assert(sizeof(ping_header) == 16 and wire_format<ping_header>);
static_assert(offsetof(ping_header, command) == 0 and offsetof(ping_header, length) == 4);
static_assert(offsetof(ping_header, cookie) == 8);

/// The size of the smallest ping: the header and one byte.
inline constexpr std::uint32_t ping_smallest = sizeof(ping_header) + 1;

/// The kind of a ping.
[[nodiscard]] constexpr auto kind_of(ping_header const& head) -> std::uint32_t {
    return head.command & ping_command::kind_mask;
}

/// The endpoint that tests held receive buffers (NuttX, drivers/rpmsg/rpmsg_test.c).
inline constexpr auto hold_test_name = std::string_view{"rpmsg-test"};

/// The values of `hold_test_header::command`: the type in the upper half, its argument in the lower one.
namespace hold_test_command {
inline constexpr std::uint32_t type_mask = 0xffff'0000;
inline constexpr std::uint32_t hold = 0x0001'0000;      ///< keep the buffer of this message
inline constexpr std::uint32_t hold_last = 0x0001'0001; ///< the same; no more follow
} // namespace hold_test_command

/// The front of a message of the test (NuttX, struct rpmsg_test_msg_s). `length` bytes of value `hold_test_fill` follow.
struct hold_test_header {
    std::array<std::uint32_t, 4> scratch{}; ///< belongs to the receiver, which may overwrite it
    std::uint32_t command{};
    std::uint32_t length{}; ///< of the data, not of the payload
};
static_assert(sizeof(hold_test_header) == 24 and wire_format<hold_test_header>);
static_assert(offsetof(hold_test_header, command) == 16 and offsetof(hold_test_header, length) == 20);

inline constexpr auto hold_test_fill = std::byte{0x55};

/// Whether all bytes are equal to `value`.
[[nodiscard]] constexpr auto is_filled_with(const_bytes data, std::byte value) -> bool {
    for (auto const each : data) {
        if (each != value) {
            return false;
        }
    }
    return true;
}

} // namespace rpmsg::wire
