// Services of the library over any link: files, a terminal, sockets.
#include <rpmsg/framework/grouped_endpoints.hpp>
#include <rpmsg/host/directory_store.hpp>
#include <rpmsg/host/pty_bridge.hpp>
#include <rpmsg/host/socket_bridge.hpp>
#include <rpmsg/service/files/file_server.hpp>
#include <rpmsg/service/socket/sockets.hpp>
#include <rpmsg/service/tty/raw_tty.hpp>

#include "link_command.hpp"

namespace tool {
namespace {
using rpmsg::host::failure;

} // namespace

auto serve(options const& chosen) -> int {
    auto store = rpmsg::host::directory_store::open_root(chosen.file, chosen.read_only);
    if (not store) {
        return fail(store.error());
    }
    constexpr auto config =
        rpmsg::file_server_config{.sessions = 4, .handles = 64, .handles_per_session = 32, .longest_path = 1024};
    auto server = std::make_unique<rpmsg::file_server<rpmsg::host::directory_store, config>>(*store);
    return on_link(
        chosen, [&] { return rpmsg::endpoints{group_of(*server)}; },
        [](auto&, auto& driven) { return turn_always(driven, [](auto&) { return false; }); });
}

auto terminal(options const& chosen) -> int {
    auto line = rpmsg::host::pty::open();
    if (not line) {
        return fail(line.error());
    }
    auto shared = std::make_unique<rpmsg::raw_tty<"rpmsg-tty", rpmsg::tty_config{.receive = 8192, .send = 8192, .held = 8}>>();
    return on_link(
        chosen, [&] { return rpmsg::endpoints{rpmsg::ref{*shared}}; },
        [&](auto& link, auto& driven) {
            auto bridge = rpmsg::host::pty_bridge{*shared, link, std::move(*line)};
            fmt::print("{}\n", bridge.path());
            std::fflush(stdout);
            return turn_always(driven, [&](std::vector<pollfd>& watched) {
                auto const has_moved = bridge.poll();
                auto const events = (shared->writable() != 0 ? POLLIN : 0) | (bridge.is_blocked() ? POLLOUT : 0);
                watched = {{.fd = bridge.descriptor(), .events = static_cast<short>(events), .revents = 0}};
                return has_moved;
            });
        });
}

auto sockets(options const& chosen) -> int {
    constexpr auto config = rpmsg::socket_config{.connections = 64, .servers = 8, .window = 16384};
    auto net = std::make_unique<rpmsg::sockets<config>>();
    return on_link(
        chosen, [&] { return rpmsg::endpoints{group_of(*net)}; },
        [&](auto& link, auto& driven) {
            auto bridge = rpmsg::host::socket_bridge{*net, link};
            auto const join = [&](std::string const& text, bool is_door) -> failure {
                auto const at = text.rfind('=');
                auto where = rpmsg::host::local_address::parse(text.substr(0, at));
                if (at == text.npos or not where or at + 1 == text.size()) {
                    return {"'" + text + "' is not ADDRESS=NAME; an ADDRESS is tcp:PORT, unix:PATH or packets:PATH"};
                }
                if (is_door) {
                    auto made = bridge.open(*where, text.substr(at + 1));
                    if (made) {
                        fmt::print("{} is socket '{}' of the peer\n",
                                   *made != 0 ? fmt::format("tcp:{}", *made) : text.substr(0, at), text.substr(at + 1));
                        std::fflush(stdout);
                    }
                    return {made.error()};
                }
                return {bridge.publish(text.substr(at + 1), *where).error()};
            };
            for (auto const* const list : {&chosen.listening, &chosen.published}) {
                for (auto const& each : *list) {
                    if (auto const bad = join(each, list == &chosen.listening); not bad.text.empty()) {
                        return fail(bad.text, bad.text.find("is not ADDRESS") != bad.text.npos ? exit_status::wrong_arguments
                                                                                               : exit_status::failed);
                    }
                }
            }
            while (not interrupt::is_asked()) {
                if (not driven.trouble().empty()) {
                    return fail(driven.trouble());
                }
                auto const has_more = driven.turn();
                if (not bridge.turn() and not has_more) {
                    auto const [file, longest] = driven.sleep_on();
                    bridge.wait(file, longest);
                }
            }
            return exit_status::done;
        });
}

} // namespace tool
