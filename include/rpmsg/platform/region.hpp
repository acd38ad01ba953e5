#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/site.hpp>

#include <concepts>
#include <cstdint>

namespace rpmsg {

/// The offset that means "no such place".
inline constexpr std::uint32_t nowhere = 0xffff'ffff;

/// Memory that a peer can write. The library accesses it only through a region. Offsets and sizes are bytes from the start of
/// the region; an access outside of it violates a precondition, except for `view`.
///
///   size()                  bytes
///   load<site, T>(offset)   one load of a naturally aligned T of at most 4 bytes, in the order of the site
///   store<site>(offset, v)  one store of v, likewise
///   fence<site>()           a fence of the order of the site
///   view(offset, size)      the bytes as this core sees them, or an empty span unless they lie inside
///   clean(offset, size)     makes writes of this core visible to the peer
///   invalidate(offset, size) makes writes of the peer visible to this core
///   line                    optional: bytes of a cache line, 1 where no maintenance is needed
///   load<site, T>(offset, distance), store<site>(offset, v, distance), inner(offset, distance, size)
///                           optional: a field at a distance of less than 2 GiB from an offset, before or behind it, and a
///                           view there that needs no check
///
/// `mapped_region` is the production model; testing/ has models for constant evaluation, counting, hostile peers and
/// exploration.
template <typename T>
concept region = requires(T& shared, std::uint32_t offset, std::uint32_t size) {
    { shared.size() } -> std::same_as<std::uint32_t>;
    { shared.template load<site::peer_index, std::uint16_t>(offset) } -> std::same_as<std::uint16_t>;
    { shared.template load<site::header_load, std::uint32_t>(offset) } -> std::same_as<std::uint32_t>;
    { shared.template store<site::own_index>(offset, std::uint16_t{}) } -> std::same_as<void>;
    { shared.template fence<site::arm_fence>() } -> std::same_as<void>;
    { shared.view(offset, size) } -> std::same_as<bytes>;
    { shared.clean(offset, size) } -> std::same_as<void>;
    { shared.invalidate(offset, size) } -> std::same_as<void>;
};

namespace archetypes {
struct region {
    auto size() const -> std::uint32_t;
    template <site, typename T> auto load(std::uint32_t offset) -> T;
    template <site, typename T> auto store(std::uint32_t offset, T value) -> void;
    template <site> auto fence() -> void;
    auto view(std::uint32_t offset, std::uint32_t size) -> bytes;
    auto clean(std::uint32_t offset, std::uint32_t size) -> void;
    auto invalidate(std::uint32_t offset, std::uint32_t size) -> void;
};
} // namespace archetypes
static_assert(region<archetypes::region>);

/// Returns whether [offset, offset + length) lies inside [0, size). The library has no other range check.
[[nodiscard]] constexpr auto lies_inside(std::uint64_t offset, std::uint64_t length, std::uint64_t size) -> bool {
    return offset <= size and length <= size - offset;
}

namespace detail {
/// Accesses a field at a distance from an offset. Regions without such an access add the two.
template <site Site, typename T, region Region>
[[nodiscard]] constexpr auto load_at(Region& shared, std::uint32_t offset, std::uint32_t distance) -> T {
    if constexpr (requires { shared.template load<Site, T>(offset, distance); }) {
        return shared.template load<Site, T>(offset, distance);
    } else {
        return shared.template load<Site, T>(offset + distance);
    }
}
template <site Site, typename T, region Region>
constexpr auto store_at(Region& shared, std::uint32_t offset, std::uint32_t distance, T value) -> void {
    if constexpr (requires { shared.template store<Site>(offset, value, distance); }) {
        shared.template store<Site>(offset, value, distance);
    } else {
        shared.template store<Site>(offset + distance, value);
    }
}
/// Returns a region for several accesses in a row: a copy if it is only an address, which then need not be loaded again after
/// each access that orders others.
template <region Region> [[nodiscard]] constexpr auto handle_of(Region& shared) -> decltype(auto) {
    if constexpr (requires { shared.handle(); }) {
        return shared.handle();
    } else {
        return (shared);
    }
}
/// The cache line of a region in bytes; 1 where there is no cache to maintain, or the region does not name the size.
template <typename Region>
constexpr std::uint32_t line_of = [] {
    if constexpr (requires { Region::line; }) {
        return std::uint32_t{Region::line};
    } else {
        return std::uint32_t{1};
    }
}();
/// Returns whether `end` is in or at the end of the line that holds `start`, or before it: then one maintenance call covers
/// both.
template <typename Region> [[nodiscard]] constexpr auto shares_line(std::uint32_t start, std::uint32_t end) -> bool {
    return start / line_of<Region> == (end - 1) / line_of<Region>;
}
/// Returns the bytes at a distance from an offset, which the layout has checked. Regions may check again.
template <region Region>
[[nodiscard]] constexpr auto inner_view(Region& shared, std::uint32_t offset, std::uint32_t distance, std::uint32_t size)
    -> bytes {
    if constexpr (requires { shared.inner(offset, distance, size); }) {
        return shared.inner(offset, distance, size);
    } else {
        return shared.view(offset + distance, size);
    }
}
} // namespace detail

} // namespace rpmsg
