// What runs in the guest: the endpoints and services of firmware in a Linux program, over Linux's own bus. Ends with 0, or says
// in one line what went wrong.
#include <rpmsg/host/rpmsg_bus.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/rpmsg.hpp>

#include "numbered.hpp"
#include "services.hpp"
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

namespace {
using rpmsg::host::rpmsg_bus;
using rpmsg::host::steady_clock;

auto say(std::string const& what) -> void { std::printf("guest_bus: %s\n", what.c_str()); }
[[noreturn]] auto fail(std::string const& why) -> void {
    say(why);
    std::exit(1);
}
auto const require = [](bool holds, std::string const& why) {
    if (not holds) {
        fail(why);
    }
};

/// Polls the link until `is_done`, for a minute at most.
auto until(auto& link, std::string const& what, auto is_done) -> void {
    auto const end = steady_clock::now() + 60'000;
    while (true) {
        auto const now = steady_clock::now();
        link.poll(now);
        if (is_done()) {
            return;
        }
        require(not rpmsg::has_passed(end, now), what + ": not in time; the kernel: " + link.transport().why());
        auto const due = link.next_deadline(now);
        auto const left = link.is_pending() ? 0 : due.is_set ? std::min(rpmsg::until(due.at, now), rpmsg::ticks{1000}) : 1000;
        auto waited = pollfd{.fd = link.transport().number(), .events = POLLIN, .revents = 0};
        (void)::poll(&waited, 1, static_cast<int>(left));
    }
}
auto start(auto& link) -> void {
    require(link.start().has_value(), "the link does not start");
    until(link, "the link", [&] { return link.is_up(); });
}

/// Uses the services of the firmware.
auto use() -> void {
    auto all = services::clients{};
    auto link = rpmsg::channel{rpmsg_bus{"/dev/rpmsg_ctrl0"}, all.endpoints()};
    start(link);
    all.use(
        link, [&](std::string const& what, auto is_done) { until(link, what, is_done); }, require,
        [] { return steady_clock::now(); });
    link.close();
}
/// Serves the firmware until it takes its ping service away.
auto serve() -> void {
    auto all = services::servers{};
    auto link = rpmsg::channel{rpmsg_bus{"/dev/rpmsg_ctrl0"}, all.endpoints()};
    require(all.listens(link), "no server");
    start(link);
    say("serving");
    until(link, "the end", [&] { return not link.is_up(); });
}

auto ping(std::uint32_t count) -> void {
    auto pings = rpmsg::pinger<>{};
    auto link = rpmsg::channel{rpmsg_bus{"/dev/rpmsg_ctrl0"}, rpmsg::endpoints{rpmsg::ref{pings}}};
    start(link);
    require(pings.start({.count = count, .size = 496, .timeout = 10'000}).has_value(), "no pings");
    until(link, "pings", [&] { return not pings.is_running(); });
    require(pings.counts().answered == count, "only " + std::to_string(pings.counts().answered) + " pings are answered");
    link.close();
}
/// Two programs with an endpoint of one name at the same time.
auto twice() -> void {
    auto const child = fork();
    for (auto round = 0; round < 5; ++round) {
        ping(20);
    }
    auto status = 0;
    require(child == 0 or (waitpid(child, &status, 0) == child and status == 0), "the other process failed");
}
/// Is killed with its channels open.
auto die() -> void {
    auto pings = rpmsg::pinger<>{};
    auto link = rpmsg::channel{rpmsg_bus{"/dev/rpmsg_ctrl0"}, rpmsg::endpoints{rpmsg::ref{pings}}};
    start(link);
    until(link, "the name", [&] { return link.get<"rpmsg-ping">().is_bound(); });
    kill(getpid(), SIGKILL);
}

/// Fills the driver while the remote core takes nothing. No call waits.
auto fill() -> void {
    auto link = rpmsg::channel{rpmsg_bus{"/dev/rpmsg_ctrl0"},
                               rpmsg::endpoints{rpmsg::endpoint<"tap">([](auto&, rpmsg::message const&) {})}};
    start(link);
    until(link, "the name", [&] { return link.get<"tap">().is_bound(); });
    say("filling");
    auto sent = std::uint32_t{0};
    auto longest = rpmsg::ticks{0};
    auto full_since = steady_clock::now();
    until(link, "a full driver", [&] {
        auto const before = steady_clock::now();
        auto const is_sent = link.get<"tap">().send(numbered::message{sent, numbered::largest}.bytes()).has_value();
        longest = std::max(longest, steady_clock::now() - before);
        sent += is_sent ? 1 : 0;
        full_since = is_sent ? steady_clock::now() : full_since;
        return steady_clock::now() - full_since > 500;
    });
    require(longest < 5000, "a call waited for " + std::to_string(longest) + " ms");
    say("filled " + std::to_string(sent));
    until(link, "room", [&] { return link.get<"tap">().send(numbered::message{sent, 8}.bytes()).has_value(); });
    auto const end = steady_clock::now() + 500;
    until(link, "the rest", [&] { return rpmsg::has_passed(end, steady_clock::now()); });
    link.close();
}

/// Lives on while names and the remote core come and go.
auto outlive() -> void {
    auto heard = 0;
    auto count = [&](auto&, rpmsg::message const&) { ++heard; };
    auto link = rpmsg::channel{rpmsg_bus{"/dev/rpmsg_ctrl0"}, rpmsg::endpoints{rpmsg::endpoint<"late">(count)}};
    start(link);
    say("started");
    for (auto round = 0; round < 4; ++round) {
        until(link, "the name", [&] { return link.get<"late">().is_bound(); });
        require(link.get<"late">().send(numbered::message{1, 40}.bytes()).has_value(), "not sent");
        until(link, "an answer", [&] { return heard > round; });
        say("heard");
        until(link, "its end", [&] { return not link.get<"late">().is_bound(); });
        say("gone");
    }
    link.close();
}
} // namespace

auto main(int count, char** arguments) -> int {
    auto const what = std::string_view{count > 1 ? arguments[1] : ""};
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    if (what == "use") {
        use();
    } else if (what == "serve") {
        serve();
    } else if (what == "ping") {
        ping(100);
    } else if (what == "twice") {
        twice();
    } else if (what == "die") {
        die();
    } else if (what == "fill") {
        fill();
    } else if (what == "outlive") {
        outlive();
    } else {
        fail("unknown command '" + std::string{what} + "'");
    }
}
