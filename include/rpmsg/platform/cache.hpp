#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <concepts>
#include <cstdint>

namespace rpmsg {

/// Keeps shared memory consistent with the peer. Addresses are those of this core; sizes are bytes. `line` is the size of a
/// cache line in bytes, or 1 where no maintenance is needed.
///
///   clean(start, size)       writes this core's lines back, before the peer reads
///   invalidate(start, size)  discards this core's lines, before it reads what the peer wrote
template <typename T>
concept cache_policy = requires(T& cache, std::uintptr_t start, std::uint32_t size) {
    { T::line } -> std::convertible_to<std::uint32_t>;
    { cache.clean(start, size) } -> std::same_as<void>;
    { cache.invalidate(start, size) } -> std::same_as<void>;
};

/// For memory that needs no maintenance: without a cache, with a snooped one, or mapped as non-cacheable.
struct coherent {
    static constexpr std::uint32_t line = 1;
    constexpr auto clean(std::uintptr_t, std::uint32_t) -> void {}
    constexpr auto invalidate(std::uintptr_t, std::uint32_t) -> void {}
};
static_assert(cache_policy<coherent>);

/// Maintains the cache line by line. `Lines` has `line` and the static functions clean_line(address), invalidate_line(address)
/// and finish(). On Cortex-M7 the first two write DCCMVAC and DCIMVAC, and `finish` is a barrier.
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
