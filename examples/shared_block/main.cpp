// Prints the layout of a shared block, and reports which side of a shared block in use differs from it.
#include <fmt/format.h>

#include "doctor.hpp"
#include "options.hpp"
#include "print.hpp"
#include "source.hpp"
#include <cstdio>
#include <string_view>

namespace {
auto complain(std::string_view text) -> void { fmt::print(stderr, "shared block: {}\n", text); }

auto label_of(doctor::weight how) -> std::string_view {
    return how == doctor::weight::wrong ? "WRONG" : how == doctor::weight::stuck ? "STUCK" : "note";
}

auto examine(tool::options const& chosen) -> int {
    constexpr auto most = std::size_t{1} << 28;
    auto looks = tool::read_source(chosen.file, chosen.offset, most, 4);
    if (not looks) {
        complain(looks.error());
        return 1;
    }
    auto const result =
        chosen.is_table ? doctor::diagnose_table(chosen.link, looks->back()) : doctor::diagnose_looks(chosen.link, *looks);
    if (not result.refusal.empty()) {
        complain(fmt::format("'{}' {}", chosen.file, result.refusal));
        return 1;
    }
    for (auto const& line : result.state) {
        fmt::print("{}\n", line);
    }
    for (auto const& one : result.found) {
        fmt::print("{}  {}  {}: {}\n", label_of(one.how), name_of(one.whose), one.field, one.text);
    }
    if (result.is_healthy()) {
        fmt::print("'{}' agrees with the shared block \"{}\"\n", chosen.file, chosen.link.name.view());
    }
    return result.is_healthy() ? 0 : 1;
}
} // namespace

auto main(int count, char** arguments) -> int {
    auto chosen = tool::parse(count, arguments);
    if (not chosen) {
        complain(chosen.error() + "; --help tells more");
        return 2;
    }
    if (chosen->help) {
        fmt::print("{}", tool::help_text);
        return 0;
    }
    switch (chosen->what) {
    case tool::command::layout: fmt::print("{}", tool::layout_text(chosen->link)); return 0;
    case tool::command::linker_script: fmt::print("{}", tool::linker_script(chosen->link)); return 0;
    case tool::command::device_tree: fmt::print("{}", tool::device_tree(chosen->link, chosen->cells)); return 0;
    case tool::command::doctor: return examine(*chosen);
    }
    return 2;
}
