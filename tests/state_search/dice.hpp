#pragma once

#include <cstdint>

namespace state_search {

/// Pseudo-random numbers, the same in each run.
class dice {
    std::uint64_t state_;

  public:
    explicit dice(std::uint64_t seed) : state_{seed} {}
    auto next() -> std::uint64_t {
        auto z = state_ += 0x9e37'79b9'7f4a'7c15;
        z = (z ^ z >> 30) * 0xbf58'476d'1ce4'e5b9;
        z = (z ^ z >> 27) * 0x94d0'49bb'1331'11eb;
        return z ^ z >> 31;
    }
    auto below(std::uint32_t limit) -> std::uint32_t { return static_cast<std::uint32_t>((next() >> 33) % limit); }
    auto one_in(std::uint32_t many) -> bool { return below(many) == 0; }
};

} // namespace state_search
