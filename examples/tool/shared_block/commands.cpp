// The layout of a shared block, and which side of a shared block in use differs from it.
#include "../command.hpp"
#include "doctor.hpp"
#include "link_options.hpp"
#include "print.hpp"
#include "source.hpp"

namespace tool {
namespace {
auto label_of(doctor::weight how) -> std::string_view {
    return how == doctor::weight::wrong ? "WRONG" : how == doctor::weight::stuck ? "STUCK" : "note";
}

auto print(options const& chosen, doctor::diagnosis const& result, rpmsg::shared_block const& link) -> void {
    if (chosen.json) {
        for (auto const& one : result.found) {
            fmt::print("{{\"weight\": {}, \"side\": {}, \"field\": {}, \"text\": {}}}\n", json_text(label_of(one.how)),
                       json_text(name_of(one.whose)), json_text(one.field), json_text(one.text));
        }
        return;
    }
    for (auto const& line : result.state) {
        fmt::print("{}\n", line);
    }
    for (auto const& one : result.found) {
        fmt::print("{}  {}  {}: {}\n", label_of(one.how), name_of(one.whose), one.field, one.text);
    }
    if (result.is_healthy()) {
        fmt::print("'{}' agrees with the shared block \"{}\"\n", chosen.file, link.name.view());
    }
}
} // namespace

auto lay_out(options const& chosen) -> int {
    auto link = parse_link(chosen.config);
    if (not link) {
        return fail(link.error(), exit_status::wrong_arguments);
    }
    if (chosen.cells == 1 and link->host_base + link->size > 0x1'0000'0000) {
        return fail("--cells 1 cannot hold the host's address of the block", exit_status::wrong_arguments);
    }
    fmt::print("{}", chosen.form == "linker-script" ? linker_script(*link)
                     : chosen.form == "device-tree" ? device_tree(*link, chosen.cells)
                                                    : layout_text(*link));
    return exit_status::done;
}

auto examine(options const& chosen) -> int {
    auto link = parse_link(chosen.config);
    if (not link) {
        return fail(link.error(), exit_status::wrong_arguments);
    }
    constexpr auto most = std::size_t{1} << 28;
    auto looks = read_source(chosen.file, chosen.offset, most, 4);
    if (not looks) {
        return fail(looks.error());
    }
    auto const result = chosen.is_table ? doctor::diagnose_table(*link, looks->back()) : doctor::diagnose_looks(*link, *looks);
    if (not result.refusal.empty()) {
        return fail(fmt::format("'{}' {}", chosen.file, result.refusal));
    }
    print(chosen, result, *link);
    return result.is_healthy() ? exit_status::done : exit_status::failed;
}

} // namespace tool
