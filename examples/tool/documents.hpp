#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace tool {

namespace detail {
/// The text for troff: no line begins with a dot or a quote, and a dash is one.
inline auto troff(std::string_view text) -> std::string {
    auto made = std::string{};
    for (auto const c : text) {
        if ((c == '.' or c == '\'') and (made.empty() or made.back() == '\n')) {
            made += "\\&";
        }
        made += c == '-' ? "\\-" : c == '\\' ? "\\e" : std::string(1, c);
    }
    return made;
}
inline auto options_of(CLI::App const& app) {
    return app.get_options([](CLI::Option const*) { return true; });
}
inline auto commands_of(CLI::App const& app) {
    return app.get_subcommands([](CLI::App const*) { return true; });
}
} // namespace detail

/// The page of the manual, section 1.
inline auto manual(CLI::App const& app) -> std::string {
    using detail::troff;
    auto page =
        fmt::format(".TH RPMSG 1\n.SH NAME\nrpmsg \\- {}\n.SH SYNOPSIS\n.B rpmsg\nCOMMAND [ARGUMENT...]\n.SH COMMANDS\n",
                    troff(app.get_description()));
    for (auto const* const each : detail::commands_of(app)) {
        page += fmt::format(".SS {}\n{}\n", troff(each->get_name()), troff(each->get_description()));
        for (auto const* const option : detail::options_of(*each)) {
            auto const value =
                option->get_items_expected_max() == 0 or option->get_positional() ? "" : " " + option->get_type_name();
            page +=
                fmt::format(".TP\n.B {}{}\n{}\n", troff(option->get_name()), troff(value), troff(option->get_description()));
        }
    }
    return page + fmt::format(".SH ADDRESSES AND EXIT STATUS\n.nf\n{}\n.fi\n", troff(app.get_footer()));
}

/// A script for bash that completes commands and options.
inline auto completion(CLI::App const& app) -> std::string {
    auto commands = std::string{};
    auto cases = std::string{};
    for (auto const* const each : detail::commands_of(app)) {
        commands += (commands.empty() ? "" : " ") + each->get_name();
        auto words = std::string{};
        for (auto const* const option : detail::options_of(*each)) {
            for (auto const& name : option->get_lnames()) {
                words += (words.empty() ? "--" : " --") + name;
            }
        }
        cases += fmt::format("    {}) words=\"{} shm: tty: dev: vhost:\" ;;\n", each->get_name(), words);
    }
    return fmt::format("_rpmsg() {{\n"
                       "    local words=\"{}\"\n"
                       "    [ \"$COMP_CWORD\" -gt 1 ] && case ${{COMP_WORDS[1]}} in\n{}    esac\n"
                       "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${{COMP_WORDS[COMP_CWORD]}}\")\n"
                       "}}\ncomplete -o default -F _rpmsg rpmsg\n",
                       commands, cases);
}

} // namespace tool
