#pragma once

#include <rpmsg/host/outcome.hpp>
#include <rpmsg/platform/clock.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace rpmsg::host {

/// What a program that mounts remote files is told: [-f] [-o OPTION,...] [REMOTE] POINT, as of `mount`.
struct mount_options {
    std::string point{};
    std::string root = "/";     ///< what of the remote files is mounted
    ticks timeout = 10'000;     ///< the longest wait for an answer, in milliseconds
    unsigned cache_seconds = 0; ///< how long the kernel may believe what it was told of names and attributes
    bool is_foreground{};       ///< -f: the program stays at its terminal
    bool is_read_only{};
    bool is_for_all{}; ///< users other than the one who mounts; the permissions that the server tells are enforced
    bool reopens{};    ///< files that were open when the link was lost are opened anew by their path

    static constexpr auto usage =
        std::string_view{"[-f] [-o OPTION,...] [REMOTE] POINT\n"
                         "  -f               stays in the foreground\n"
                         "  -o ro            read-only\n"
                         "  -o allow_other   other users may use it, too\n"
                         "  -o reopen        files that are open when the link is lost are opened anew\n"
                         "  -o timeout=S     an answer is awaited for S seconds at most (10)\n"
                         "  -o cache=S       names and attributes are believed for S seconds (0)\n"
                         "  REMOTE           the directory of the other side that is mounted (/)\n"};

    /// Reads the arguments of a program, without its name. Errors name the argument.
    [[nodiscard]] static auto read(std::span<char const* const> arguments) -> outcome<mount_options> {
        auto made = mount_options{};
        auto names = std::array<std::string, 2>{};
        auto count = std::size_t{};
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            auto const each = std::string_view{arguments[i]};
            auto why = std::string{};
            if (each == "-f") {
                made.is_foreground = true;
            } else if (each == "-o") {
                why = ++i < arguments.size() ? made.take_all(arguments[i]) : "-o needs an option";
            } else if (each.starts_with("-o")) {
                why = made.take_all(each.substr(2));
            } else if (each.empty() or each.starts_with('-')) {
                why = "unknown argument '" + std::string{each} + "'";
            } else if (count == names.size()) {
                why = "too many arguments: '" + std::string{each} + "'";
            } else {
                names[count++] = each;
            }
            if (not why.empty()) {
                return failure{why};
            }
        }
        if (count == 0) {
            return failure{"no directory to mount on"};
        }
        made.point = names[count - 1];
        if (count == 2) {
            made.root = names[0];
        }
        if (not made.root.starts_with('/')) {
            return failure{"'" + made.root + "' is no path of the other side: it begins with a slash"};
        }
        return made;
    }

  private:
    auto take_all(std::string_view list) -> std::string {
        auto why = std::string{};
        while (why.empty() and not list.empty()) {
            auto const end = std::min(list.find(','), list.size());
            why = take(list.substr(0, end));
            list.remove_prefix(std::min(end + 1, list.size()));
        }
        return why;
    }
    auto take(std::string_view option) -> std::string {
        if (option == "ro") {
            is_read_only = true;
        } else if (option == "allow_other") {
            is_for_all = true;
        } else if (option == "reopen") {
            reopens = true;
        } else if (option.starts_with("timeout=")) {
            auto seconds = ticks{};
            if (not number(option.substr(8), seconds) or seconds == 0) {
                return "'" + std::string{option} + "': seconds from 1 to 100000";
            }
            timeout = seconds * 1000;
        } else if (option.starts_with("cache=")) {
            if (not number(option.substr(6), cache_seconds)) {
                return "'" + std::string{option} + "': seconds from 0 to 100000";
            }
        } else if (option != "rw") {
            return "unknown option '" + std::string{option} + "'";
        }
        return {};
    }
    static auto number(std::string_view text, unsigned& into) -> bool {
        auto const got = std::from_chars(text.data(), text.data() + text.size(), into);
        return got.ec == std::errc{} and got.ptr == text.data() + text.size() and into <= 100'000;
    }
};

} // namespace rpmsg::host
