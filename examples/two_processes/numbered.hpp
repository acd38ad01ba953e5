#pragma once

#include <rpmsg/core/bytes.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace demo {

namespace detail {
constexpr auto mixed(std::uint64_t x) -> std::uint64_t {
    x = (x ^ (x >> 30)) * 0xbf58'476d'1ce4'e5b9;
    x = (x ^ (x >> 27)) * 0x94d0'49bb'1331'11eb;
    return x ^ (x >> 31);
}
/// Calls f(offset, size, word) for each 8 bytes of message `number`.
auto each_word(std::size_t size, std::uint64_t seed, std::uint64_t number, auto f) -> void {
    auto word = number;
    for (std::size_t offset = 0; offset < size; offset += 8) {
        f(offset, std::min<std::size_t>(8, size - offset), word);
        word = mixed(word + seed + offset);
    }
}
} // namespace detail

/// Fills `room` with message `number` of a stream: the number, then bytes derived from it.
inline auto fill_numbered(rpmsg::bytes room, std::uint64_t seed, std::uint64_t number) -> void {
    detail::each_word(room.size(), seed, number, [&](std::size_t offset, std::size_t size, std::uint64_t word) {
        std::memcpy(room.data() + offset, &word, size);
    });
}

/// Returns whether these bytes match the number at their start.
inline auto is_intact(rpmsg::const_bytes payload, std::uint64_t seed) -> bool {
    auto intact = payload.size() >= 8;
    auto const number = intact ? rpmsg::load<std::uint64_t>(payload) : 0;
    detail::each_word(payload.size(), seed, number, [&](std::size_t offset, std::size_t size, std::uint64_t word) {
        intact = intact and std::memcmp(payload.data() + offset, &word, size) == 0;
    });
    return intact;
}

/// FNV-1a, 64 bits, continued from `hash`.
constexpr std::uint64_t hash_of_nothing = 0xcbf2'9ce4'8422'2325;
constexpr auto hash_of(rpmsg::const_bytes data, std::uint64_t hash = hash_of_nothing) -> std::uint64_t {
    for (auto const byte : data) {
        hash = (hash ^ static_cast<std::uint64_t>(byte)) * 0x100'0000'01b3;
    }
    return hash;
}

} // namespace demo
