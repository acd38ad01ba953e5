#pragma once

#include <rpmsg/host/capture/pcapng.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/steady_clock.hpp>

#include "interrupt.hpp"
#include "options.hpp"
#include "output.hpp"
#include "session.hpp"
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tool {

// One command each: it works until it is done, and returns the exit status. What is wrong is printed.
auto list(options const& chosen) -> int;
auto ping(options const& chosen) -> int;
auto send(options const& chosen) -> int;
auto listen(options const& chosen) -> int;
auto cat(options const& chosen) -> int;
auto serve(options const& chosen) -> int;
auto copy(options const& chosen) -> int;
auto terminal(options const& chosen) -> int;
auto sockets(options const& chosen) -> int;
auto capture(options const& chosen) -> int;
auto top(options const& chosen) -> int;
auto gateway_mqtt(options const& chosen) -> int;
auto lay_out(options const& chosen) -> int;
auto examine(options const& chosen) -> int;

/// Begins a capture in a file, a pipe, or for "-" the output.
auto begin_capture(std::string const& path) -> rpmsg::host::outcome<rpmsg::host::pcapng>;

/// The same for one link; with an empty path nothing is recorded. Returns what is wrong.
auto begin_record(std::string const& path, std::string const& name, carrier const& what,
                  std::optional<rpmsg::host::pcapng>& into, traffic& seen) -> rpmsg::host::failure;
/// Ends a capture, and returns `status` unless something was not recorded.
auto end_record(rpmsg::host::pcapng& all, int status) -> int;

/// Opens the link of a command, runs `work` on it and ends it.
auto on_session(options const& chosen, std::function<int(session&)> const& work) -> int;

/// Seconds of an option as ticks from now.
[[nodiscard]] inline auto after(double seconds) -> rpmsg::ticks {
    return rpmsg::host::steady_clock::now() + static_cast<rpmsg::ticks>(seconds * 1000);
}

/// Turns the link until `is_done`. Otherwise the status for which it cannot go on, with the reason printed: the peer is late,
/// the link is lost, or the user ended it.
auto turn_until(session& link, rpmsg::ticks deadline, std::string_view what, std::function<bool()> const& is_done)
    -> std::optional<int>;

/// The endpoint addresses that were asked for.
[[nodiscard]] inline auto addresses_of(options const& chosen) -> rpmsg::endpoint_addresses {
    return {.local = rpmsg::address{static_cast<std::uint32_t>(chosen.local)},
            .peer = rpmsg::address{static_cast<std::uint32_t>(chosen.peer)}};
}
[[nodiscard]] inline auto to_bytes(std::string_view text) -> rpmsg::const_bytes {
    return std::as_bytes(std::span{text.data(), text.size()});
}
[[nodiscard]] inline auto to_text(rpmsg::const_bytes payload) -> std::string_view {
    return {reinterpret_cast<char const*>(payload.data()), payload.size()};
}

} // namespace tool
