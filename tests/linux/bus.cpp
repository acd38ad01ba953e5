// A Linux program whose transport is Linux's own bus, beside firmware with the same services: host/rpmsg_bus.
#include "numbered.hpp"
#include "services.hpp"
#include "stage.hpp"
#include <cstdint>
#include <string>

using namespace linux_peer;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::message;

namespace {
/// Firmware that acknowledges names, so that Linux learns where its listeners have their sessions.
constexpr auto acknowledged = [] {
    auto config = flags;
    config.dialect.acknowledged = true;
    return config;
}();
constexpr auto unbind = "echo virtio0 >/sys/bus/virtio/drivers/virtio_rpmsg_bus/unbind";
constexpr auto bind = "echo virtio0 >/sys/bus/virtio/drivers/virtio_rpmsg_bus/bind";
constexpr auto none_left = "! ls /sys/bus/rpmsg/devices | grep -q '[.]107[0-9]*[.]'";
} // namespace

TEST_CASE("a Linux program uses the services of firmware over Linux's own bus") {
    auto all = services::servers{};
    auto run = staged<acknowledged>(all.endpoints());
    REQUIRE(all.listens(run.link));
    run.does("guest_bus use");
    run.does("guest_bus use"); // again: nothing is left of the first
    run.does(none_left);
    run.ends();
}

TEST_CASE("firmware uses the services of a Linux program over Linux's own bus") {
    auto all = services::clients{};
    auto run = staged<flags>(all.endpoints());
    run.linux.tell("guest_bus serve");
    run.says("serving");
    all.use(
        run.link, [&](std::string const& what, auto is_done) { run.until(what, is_done); },
        [](bool holds, std::string const& why) {
            INFO(why);
            REQUIRE(holds);
        },
        [] { return steady_clock::now(); });
}

TEST_CASE("programs with endpoints of one name, and one that was killed, do not disturb each other") {
    auto pings = rpmsg::ping_responder<>{};
    auto run = staged<flags>(endpoints{rpmsg::ref{pings}});
    run.does("guest_bus twice");
    run.does("! guest_bus die");
    run.does("guest_bus ping");
    run.does(none_left);
    run.ends();
}

TEST_CASE("a Linux program does not wait for firmware that takes nothing, and loses nothing") {
    auto received = std::uint32_t{0};
    auto wrong = std::uint32_t{0};
    auto const hears = [&](auto&, message const& m) {
        wrong += m.payload.size() == numbered::largest and not numbered::is(m.payload, received, numbered::largest) ? 1u : 0u;
        ++received;
    };
    auto run = staged<flags>(endpoints{endpoint<"tap">(hears)});
    run.linux.tell("guest_bus fill");
    run.says("guest_bus: filling");
    run.stands_still = true;
    run.says("guest_bus: filled 272\n"); // 256 buffers of the driver and 16 of the program
    run.stands_still = false;
    run.says("guest: status 0");
    CHECK(received == 273);
    CHECK(wrong == 0);
    run.ends();
}

TEST_CASE("a Linux program outlives names of firmware and its whole link") {
    auto run = staged<flags>(rpmsg::endpoint_pool<4>{});
    auto const answers = [](rpmsg::link_ref link, message const& m) { (void)link.reply(m, m.payload); };
    run.linux.tell("guest_bus outlive");
    run.says("guest_bus: started");
    auto id = std::uint32_t{0};
    for (auto round = 0; round < 2; ++round) { // the first name is late: the program has announced it before
        auto const made = run.link.create("late", answers);
        REQUIRE(made);
        id = *made;
        run.says("guest_bus: heard");
        CHECK(run.link.destroy(id));
        run.says("guest_bus: gone");
    }
    run.ends();
}
