#include "command.hpp"

#include <fcntl.h>
#include <utility>

namespace tool {

auto begin_capture(std::string const& path) -> rpmsg::host::outcome<rpmsg::host::pcapng> {
    return path == "-" ? rpmsg::host::pcapng::on(rpmsg::host::descriptor{fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)})
                       : rpmsg::host::pcapng::create(path);
}

auto begin_record(std::string const& path, std::string const& name, carrier const& what,
                  std::optional<rpmsg::host::pcapng>& into, traffic& seen) -> rpmsg::host::failure {
    if (path.empty()) {
        return {};
    }
    auto made = begin_capture(path);
    auto link = made ? made->add_link(name, what.dialect()) : rpmsg::host::failure{made.error()};
    if (link) {
        seen.record(std::move(*link));
        into.emplace(std::move(*made));
    }
    return {link.error()};
}

auto end_record(rpmsg::host::pcapng& all, int status) -> int {
    all.finish();
    auto const trouble = all.error();
    return trouble.empty() ? status : fail(fmt::format("{}; {} packets are not recorded", trouble, all.unrecorded()));
}

auto on_session(options const& chosen, std::function<int(session&)> const& work) -> int {
    auto where = parse_address(chosen.address);
    if (not where) {
        return fail(where.error(), exit_status::wrong_arguments);
    }
    auto recorded = std::optional<rpmsg::host::pcapng>{};
    if (not chosen.capture.empty()) {
        auto made = begin_capture(chosen.capture);
        if (not made) {
            return fail(made.error());
        }
        recorded.emplace(std::move(*made));
    }
    auto link = open_session(*where, recorded ? &*recorded : nullptr);
    if (not link) {
        return fail(link.error());
    }
    auto const status = work(**link);
    (*link)->finish();
    return recorded ? end_record(*recorded, status) : status;
}

auto turn_until(session& link, rpmsg::ticks deadline, std::string_view what, std::function<bool()> const& is_done)
    -> std::optional<int> {
    auto none = std::vector<pollfd>{};
    while (not is_done()) {
        if (interrupt::is_asked()) {
            return exit_status::interrupted;
        }
        if (auto const trouble = link.trouble(); not trouble.empty()) {
            return fail(trouble);
        }
        if (rpmsg::has_passed(deadline, rpmsg::host::steady_clock::now())) {
            return fail(what, exit_status::no_peer);
        }
        if (not link.turn() and not is_done()) {
            link.wait(none, rpmsg::host::steady_clock::until(deadline));
        }
    }
    return {};
}

} // namespace tool
