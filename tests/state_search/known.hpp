#pragma once

#include "play.hpp"
#include "small_model.hpp"

namespace state_search {

/// Faults that are known and not fixed yet, by their descriptions. The list should be empty.
inline auto known_faults() -> faults { return {}; }

#if defined(__SANITIZE_ADDRESS__)
inline constexpr std::uint32_t share = 20;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr std::uint32_t share = 20;
#else
inline constexpr std::uint32_t share = 1;
#endif
#else
inline constexpr std::uint32_t share = 1;
#endif

/// The searches of each commit (the first two functions) and of the nightly run.
inline auto searched(maker make, std::uint32_t plays, faults const& known = known_faults()) -> std::string {
    return search(make, {.seed = 1, .plays = plays / share, .longest = 10, .known = known});
}
inline auto searched_all(maker make, std::uint32_t steps, beginning from = beginning::linked) -> std::string {
    return search_all(make, steps - (share > 1 ? 1u : 0u), from, known_faults());
}
inline auto searched_small(small_maker make, std::uint32_t plays) -> std::string {
    return search_small(make, 1, plays / share, 16);
}
inline auto searched_long(maker make) -> std::string {
    auto found = std::string{};
    for (std::uint64_t seed = 2; seed < 12 and found.empty(); ++seed) {
        found = search(make, {.seed = seed,
                              .plays = 400'000 / share,
                              .longest = 6 + 2 * static_cast<std::uint32_t>(seed),
                              .known = known_faults()});
    }
    return found;
}

} // namespace state_search
