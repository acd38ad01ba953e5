#pragma once

#include <rpmsg/core/bytes.hpp>

#include <cstddef>
#include <cstdint>

/// The numbered messages that both ends of these examples exchange.
namespace numbered {

/// How a message is sent: by name and copied, by name and written in place, to a fixed address.
enum class way : std::uint32_t { copied, in_place, by_address };

inline constexpr std::uint32_t largest = 496;

inline constexpr auto way_of(std::uint32_t number) -> way { return way{number % 3}; }
/// Returns the bytes of a message with its number: a multiple of 4, all lengths in turn.
inline constexpr auto size_of(std::uint32_t number) -> std::uint32_t { return 4 + number * 7 % (largest / 4) * 4; }

/// Writes a message; `room` has its size.
inline auto write(rpmsg::bytes room, std::uint32_t number) -> void {
    rpmsg::store(room, number);
    for (std::uint32_t i = 4; i < room.size(); i += 4) {
        rpmsg::store(room.subspan(i), number * 0x9e37'79b1 + i);
    }
}
/// Returns whether these bytes are the message of this number.
inline auto is(rpmsg::const_bytes content, std::uint32_t number) -> bool {
    if (content.size() != size_of(number) or rpmsg::load<std::uint32_t>(content) != number) {
        return false;
    }
    std::uint32_t different = 0;
    for (std::uint32_t i = 4; i < content.size(); i += 4) {
        different |= rpmsg::load<std::uint32_t>(content.subspan(i)) ^ (number * 0x9e37'79b1 + i);
    }
    return different == 0;
}

} // namespace numbered
