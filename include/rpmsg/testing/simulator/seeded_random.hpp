#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <cstdint>

namespace rpmsg::testing::simulator {

/// Numbers that follow from a seed, the same with each compiler and machine (SplitMix64). Each `stream` of a seed is a sequence
/// of its own, so that one more draw in one of them changes no other.
class seeded_random {
    std::uint64_t state_;

    static constexpr auto mix(std::uint64_t value) -> std::uint64_t {
        value = (value ^ (value >> 30)) * 0xbf58'476d'1ce4'e5b9;
        value = (value ^ (value >> 27)) * 0x94d0'49bb'1331'11eb;
        return value ^ (value >> 31);
    }

  public:
    constexpr explicit seeded_random(std::uint64_t seed, std::uint64_t stream = 0)
        : state_{mix(seed) ^ mix(stream + 0x9e37'79b9'7f4a'7c15)} {}

    constexpr auto next() -> std::uint64_t { return mix(state_ += 0x9e37'79b9'7f4a'7c15); }
    /// A number from 0 to `limit` - 1; 0 when the limit is 0.
    constexpr auto below(std::uint64_t limit) -> std::uint64_t { return limit != 0 ? next() % limit : 0; }
    /// A number from `least` to `most`, both included.
    constexpr auto between(std::uint64_t least, std::uint64_t most) -> std::uint64_t { return least + below(most - least + 1); }
    /// True once in so many calls on average; 0 means never.
    constexpr auto happens(std::uint64_t once_in) -> bool { return once_in != 0 and below(once_in) == 0; }
};

} // namespace rpmsg::testing::simulator
