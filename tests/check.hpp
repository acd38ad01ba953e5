#pragma once

#include <rpmsg/core/bytes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>

/// Whether a sanitizer looks at each access, so that long searches take many times as long.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif
#else
inline constexpr bool is_sanitized = false;
#endif

/// One step of a test that runs in the compiler and at run time: a false one is no constant expression, and the
/// compiler names its line; at run time it throws, and the line is in the text.
constexpr auto check(bool holds, int line = __builtin_LINE(), char const* file = __builtin_FILE()) -> void {
    if (not holds) {
        throw std::logic_error{std::string{file} + ":" + std::to_string(line) + ": does not hold"};
    }
}

/// Text as a payload: `"hello"_payload`, without the NUL.
template <std::size_t Size> struct payload_text {
    std::array<std::byte, Size> content{};
    consteval payload_text(char const (&text)[Size]) {
        for (std::size_t i = 0; i < Size; ++i) {
            content[i] = static_cast<std::byte>(text[i]);
        }
    }
};
template <payload_text Text> constexpr auto operator""_payload() -> rpmsg::const_bytes {
    return rpmsg::const_bytes{Text.content}.first(Text.content.size() - 1);
}

constexpr auto same(rpmsg::const_bytes left, rpmsg::const_bytes right) -> bool {
    return std::equal(left.begin(), left.end(), right.begin(), right.end());
}
