#pragma once

#include <rpmsg/wire/name_service.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg::detail {

/// Finds endpoints by name in constant time, apart from others of the same name. It holds the numbers 0 to Size - 1; the names
/// stay with the owner.
template <std::uint32_t Size> class name_index {
    static constexpr std::uint32_t count = std::bit_ceil(Size);
    /// 1 + a number, or 0 for none.
    using link = std::conditional_t<(count < 65536), std::uint16_t, std::uint32_t>;

    std::array<link, count> first_{}; ///< by hash
    std::array<link, Size> next_{};   ///< the next one whose name has the same hash, in the order of insertion

    [[nodiscard]] static constexpr auto hash_of(wire::padded_name const& name) -> std::uint32_t {
        auto hash = std::uint32_t{0x811c'9dc5}; // FNV-1a
        for (std::size_t i = 0; i < name.size() and name[i] != '\0'; ++i) {
            hash = (hash ^ static_cast<unsigned char>(name[i])) * 0x0100'0193;
        }
        return (hash ^ hash >> 16) & (count - 1);
    }

  public:
    /// Appends a number to the others whose names have the same hash, unless the name is empty.
    constexpr auto insert(std::uint32_t i, wire::padded_name const& name) -> void {
        if (name[0] == '\0') {
            return;
        }
        auto* at = &first_[hash_of(name)];
        while (*at != 0) {
            at = &next_[*at - 1u];
        }
        *at = static_cast<link>(i + 1);
    }
    /// Removes a number, if it was inserted with this name.
    constexpr auto erase(std::uint32_t i, wire::padded_name const& name) -> void {
        auto* at = &first_[hash_of(name)];
        while (*at != 0 and *at != i + 1) {
            at = &next_[*at - 1u];
        }
        if (*at != 0) {
            *at = std::exchange(next_[i], link{});
        }
    }
    /// Iterates the numbers whose names have the same hash, in the order of insertion; 0xffffffff at the end.
    [[nodiscard]] constexpr auto first(wire::padded_name const& name) const -> std::uint32_t {
        return first_[hash_of(name)] - std::uint32_t{1};
    }
    [[nodiscard]] constexpr auto next(std::uint32_t i) const -> std::uint32_t { return next_[i] - std::uint32_t{1}; }
};

} // namespace rpmsg::detail
