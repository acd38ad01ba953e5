#pragma once

#include "command.hpp"
#include "pump.hpp"
#include <utility>
#include <variant>
#include <vector>

namespace tool {

/// Opens the link of a command for the endpoints `table()`, calls `work(link, driven)`, which returns the exit status, and ends
/// the link.
auto on_link(options const& chosen, auto table, auto work) -> int {
    auto where = parse_address(chosen.address);
    if (not where) {
        return fail(where.error(), exit_status::wrong_arguments);
    }
    auto under = open_carrier(*where);
    if (not under) {
        return fail(under.error());
    }
    auto recorded = std::optional<rpmsg::host::pcapng>{};
    auto seen = traffic{};
    if (auto bad = begin_record(chosen.capture, name_of(*where), **under, recorded, seen); not bad.text.empty()) {
        return fail(bad.text);
    }
    auto const status = std::visit(
        [&]<bool Acknowledged>(frames<Acknowledged> over) {
            auto link = rpmsg::channel{watched_frames<Acknowledged>{std::move(over), seen}, table()};
            auto driven = pump{**under, link};
            auto const outcome = work(link, driven);
            driven.finish();
            return outcome;
        },
        (*under)->transport());
    return recorded ? end_record(*recorded, status) : status;
}

/// Turns a link and calls `turn(descriptors)`, which returns whether it did something, until the user ends it or the link
/// cannot go on.
auto turn_always(auto& driven, auto turn) -> int {
    auto watched = std::vector<pollfd>{};
    while (not interrupt::is_asked()) {
        if (not driven.trouble().empty()) {
            return fail(driven.trouble());
        }
        auto const has_more = driven.turn();
        if (not turn(watched) and not has_more) {
            driven.wait(watched, 200);
        }
    }
    return exit_status::done;
}

} // namespace tool
