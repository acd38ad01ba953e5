#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// What core B offers, as both ends know it.
namespace offered {

inline constexpr std::string_view notice = "These files are in core B, two hops from Linux.\n";
inline constexpr std::size_t measured = 20'000; ///< bytes of /data/measured
inline constexpr std::size_t echoed = 32'768;   ///< bytes through the socket and back
inline constexpr std::string_view socket = "echo";

constexpr auto byte_at(std::size_t i) -> std::byte { return static_cast<std::byte>(i * 7 + i / 256); }
template <std::size_t Size> constexpr auto bytes() {
    auto made = std::array<std::byte, Size>{};
    for (std::size_t i = 0; i < Size; ++i) {
        made[i] = byte_at(i);
    }
    return made;
}

} // namespace offered
