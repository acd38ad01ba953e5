#pragma once

#include <concepts>
#include <cstdint>

namespace rpmsg {

/// Makes shared memory agree with the peer. Addresses are this core's; sizes are bytes. `line` is the size of a cache
/// line in bytes, 1 where no maintenance is needed.
///
///   clean(start, size)       write our lines back, before the peer reads
///   invalidate(start, size)  drop our lines, before we read what the peer wrote
template <typename T>
concept cache_policy = requires(T& cache, std::uintptr_t start, std::uint32_t size) {
    { T::line } -> std::convertible_to<std::uint32_t>;
    { cache.clean(start, size) } -> std::same_as<void>;
    { cache.invalidate(start, size) } -> std::same_as<void>;
};

/// The peer sees our writes by itself: no cache, a snooped one, or memory mapped as non-cacheable.
struct coherent {
    static constexpr std::uint32_t line = 1;
    constexpr auto clean(std::uintptr_t, std::uint32_t) -> void {}
    constexpr auto invalidate(std::uintptr_t, std::uint32_t) -> void {}
};
static_assert(cache_policy<coherent>);

/// Maintenance line by line. `Lines` offers `line` and the static functions clean_line(address) and
/// invalidate_line(address), on Cortex-M7 the writes to DCCMVAC and DCIMVAC followed by a barrier in `finish()`.
template <typename Lines> struct by_line {
    static constexpr std::uint32_t line = Lines::line;

    constexpr auto clean(std::uintptr_t start, std::uint32_t size) -> void {
        for (auto at = start & ~std::uintptr_t{line - 1}; at < start + size; at += line) {
            Lines::clean_line(at);
        }
        Lines::finish();
    }
    constexpr auto invalidate(std::uintptr_t start, std::uint32_t size) -> void {
        for (auto at = start & ~std::uintptr_t{line - 1}; at < start + size; at += line) {
            Lines::invalidate_line(at);
        }
        Lines::finish();
    }
};

} // namespace rpmsg
