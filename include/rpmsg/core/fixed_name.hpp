#pragma once

#include <rpmsg/core/expects.hpp>

#include <cstddef>
#include <string_view>

namespace rpmsg {

/// A service name as a template argument, as in `endpoint<"rpmsg-echo">`, of at most 31 characters: an announcement has 32
/// bytes for the name, and older peers need the NUL.
template <std::size_t Size> struct fixed_name {
    /// Does not compile for a character outside printable ASCII: no announcement may contain it.
    consteval fixed_name(char const (&text)[Size]) {
        static_assert(Size <= 32, "an rpmsg service name is at most 31 characters");
        static_assert(Size > 1, "an rpmsg service name is at least one character");
        for (std::size_t i = 0; i < Size; ++i) {
            expects(i + 1 == Size or (text[i] >= ' ' and text[i] <= '~'));
            characters[i] = text[i];
        }
    }

    /// Returns the characters without the NUL.
    [[nodiscard]] constexpr auto view() const -> std::string_view { return {characters, Size - 1}; }

    char characters[Size]{};
};

} // namespace rpmsg
