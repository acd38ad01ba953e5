#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace doctor {

enum class weight : unsigned char {
    note,  ///< useful to know
    stuck, ///< valid, but one side waits for ever
    wrong, ///< differs from the shared block or violates the specification
};
enum class side : unsigned char { driver, device };

/// A field of a side and what is wrong with it.
struct finding {
    weight how{};
    side whose{};
    std::string field{};
    std::string text{};
    std::vector<std::string> candidates{}; ///< differences of that side's configuration that explain the field, each alone
};
using findings = std::vector<finding>;

/// A number that `words` prints in hexadecimal.
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

/// Joins texts and numbers.
auto words(auto const&... parts) -> std::string {
    auto text = std::string{};
    (detail::append(text, parts), ...);
    return text;
}

inline auto name_of(side whose) -> std::string_view { return whose == side::driver ? "driver" : "device"; }

} // namespace doctor
