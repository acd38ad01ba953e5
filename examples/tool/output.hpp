#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <unistd.h>

namespace tool {

/// The exit status of every command.
namespace exit_status {
inline constexpr int done = 0;
inline constexpr int failed = 1; ///< a device, a permission, a peer that went away, a loss
inline constexpr int wrong_arguments = 2;
inline constexpr int no_peer = 3; ///< nobody was there in time
inline constexpr int interrupted = 130;
} // namespace exit_status

/// Prints the one line that says what is wrong.
inline auto complain(std::string_view text) -> void { fmt::print(stderr, "rpmsg: {}\n", text); }
inline auto fail(std::string_view text, int status = exit_status::failed) -> int {
    complain(text);
    return status;
}

/// Whether people read it.
[[nodiscard]] inline auto is_terminal(std::FILE* file) -> bool { return isatty(fileno(file)) == 1; }

/// A text for one line: unprintable bytes as \xNN. With `quote`, as a string of JSON.
[[nodiscard]] inline auto escaped(std::string_view text, bool quote = false) -> std::string {
    auto made = std::string{quote ? "\"" : ""};
    for (auto const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (c == '\\' or (quote and c == '"')) {
            made += '\\';
            made += c;
        } else if (byte < ' ' or byte >= 0x7f) {
            made += fmt::format(fmt::runtime(quote ? "\\u{:04x}" : "\\x{:02x}"), byte);
        } else {
            made += c;
        }
    }
    return quote ? made + '"' : made;
}
[[nodiscard]] inline auto json_text(std::string_view text) -> std::string { return escaped(text, true); }

} // namespace tool
