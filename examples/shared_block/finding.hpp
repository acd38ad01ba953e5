#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace doctor {

enum class weight : unsigned char {
    note,  ///< worth knowing
    stuck, ///< keeps the rules, but somebody waits for ever
    wrong, ///< disagrees with the shared block or breaks the rules
};
enum class side : unsigned char { driver, device };

/// Which field of which side, and what is the matter with it.
struct finding {
    weight how{};
    side whose{};
    std::string field{};
    std::string text{};
};
using findings = std::vector<finding>;

/// A number in hexadecimal, as `words` takes it.
struct hex {
    std::uint64_t value;
};

namespace detail {
inline auto append(std::string& text, std::string_view part) -> void { text += part; }
inline auto append(std::string& text, std::integral auto number) -> void { text += std::to_string(number); }
inline auto append(std::string& text, hex number) -> void {
    text += "0x";
    for (auto digit = number.value < 0x10000 ? 12 : number.value >> 32 == 0 ? 28 : 60; digit >= 0; digit -= 4) {
        text += "0123456789abcdef"[(number.value >> digit) & 0xf];
    }
}
} // namespace detail

/// Texts and numbers, one after the other.
auto words(auto const&... parts) -> std::string {
    auto text = std::string{};
    (detail::append(text, parts), ...);
    return text;
}

inline auto name_of(side whose) -> std::string_view { return whose == side::driver ? "driver" : "device"; }

} // namespace doctor
