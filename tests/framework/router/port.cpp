#include <rpmsg/framework/listener.hpp>
#include <rpmsg/framework/named.hpp>
#include <rpmsg/framework/router/edge.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "framework/router/raw_end.hpp"
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {
using namespace rpmsg;
using rpmsg::testing::recorder;

TEST_CASE("An edge is up when the hub has joined it with the other one, and its names go through the hub") {
    auto log = recorder{};
    auto rig = edge_rig{endpoints{endpoint<"echo">(
        [&log](auto& link, message const& m) {
            log.add(m);
            (void)link.reply(m, m.payload);
        },
        log.events())}};
    CHECK(rig.port.state() == port_state::absent);
    REQUIRE(rig.hub.announce("router:b", 2000, kind::create));
    rig.settle();
    CHECK(rig.port.state() == port_state::announced);
    CHECK(rig.hub.count("=router:b") == 1);
    CHECK_FALSE(rig.edge.is_up());

    rig.command(wire::router_create("a", 40, 48));
    CHECK(rig.port.state() == port_state::up);
    CHECK(rig.edge.is_up());
    CHECK(rig.edge.transport().tx_limit() == 40);
    CHECK(rig.hub.count("+r:b:echo") == 1);
    CHECK_FALSE(rig.edge.get<"echo">().is_bound());

    REQUIRE(rig.hub.announce("r:b:echo", 2001, kind::acknowledge));
    rig.settle();
    CHECK(rig.edge.get<"echo">().peer() == address{2001});

    rig.hub.got.clear();
    REQUIRE(rig.edge.get<"echo">().send("hello"_payload));
    rig.hub.poll();
    REQUIRE(rig.hub.got.size() == 1);
    CHECK(rig.hub.got[0].destination == address{2001});
    CHECK(same(rig.hub.got[0].payload, "hello"_payload));
}

/// A service that sends as soon as it has a peer, as NuttX's sockets do.
struct greeter {
    auto on_message(auto&, std::uint32_t, message const&) -> void {}
    auto on_open(auto& link, std::uint32_t) -> void { (void)link.send("hello"_payload); }
};
// NuttX's hub passes no message before, and takes the source of the first one for the endpoint.
TEST_CASE("The first message of a name that the edge takes follows its acknowledgement") {
    auto service = greeter{};
    auto rig = edge_rig{endpoints{listener<"file-", 2>(service)}};
    rig.join();
    rig.hub.got.clear();
    REQUIRE(rig.hub.announce("r:b:file-1", 2002, kind::create));
    rig.settle();
    REQUIRE(rig.hub.got.size() == 2);
    CHECK(rig.hub.got[0].text() == "=r:b:file-1");
    CHECK(same(rig.hub.got[1].payload, "hello"_payload));
    CHECK(rig.hub.got[1].source == rig.hub.find("=r:b:file-1")->where());
}

TEST_CASE("A name of the other edge is acknowledged when a listener of the edge has taken it") {
    auto log = recorder{};
    auto rig = edge_rig{endpoints{listener<"file-", 1>([&log](auto&, std::uint32_t, message const& m) { log.add(m); })}};
    rig.join();
    REQUIRE(rig.hub.announce("r:b:other", 2001, kind::create));
    REQUIRE(rig.hub.announce("r:b:file-1", 2002, kind::create));
    REQUIRE(rig.hub.announce("r:b:file-2", 2003, kind::create));
    rig.settle();
    CHECK(rig.hub.count("=r:b:other") == 0);
    CHECK(rig.hub.count("=r:b:file-1") == 1);
    CHECK(rig.hub.count("=r:b:file-2") == 0);
    rig.data(2002, "r:b:file-1", "x"_payload);
    CHECK(log.message_count() == 1);

    REQUIRE(rig.hub.announce("r:b:file-1", 2002, kind::destroy));
    rig.settle();
    CHECK(rig.hub.count("=r:b:file-2") == 1);
    rig.data(2003, "r:b:file-2", "y"_payload);
    CHECK(log.message_count() == 2);
}

TEST_CASE("The edge goes down when the other one is gone, and takes its names back") {
    auto log = recorder{};
    auto rig = edge_rig{endpoints{endpoint<"echo">(log.messages(), log.events())}};
    rig.join();
    REQUIRE(rig.hub.announce("r:b:echo", 2001, kind::acknowledge));
    rig.settle();
    rig.command(wire::router_message{.command = wire::router_command::destroy});
    CHECK(rig.port.state() == port_state::announced);
    CHECK_FALSE(rig.edge.is_up());
    CHECK(rig.hub.count("-r:b:echo") == 1);
    CHECK(log.last(event_kind::link_down).reason == down_reason::peer_stopped);
    CHECK(log.count(event_kind::unbound) == 1);
    CHECK(rig.hub_link.is_up());

    rig.command(wire::router_create("a", 40, 48));
    CHECK(rig.edge.is_up());
    CHECK(rig.hub.count("+r:b:echo") == 2);
    REQUIRE(rig.hub.announce("r:b:echo", 2009, kind::create));
    rig.settle();
    CHECK(rig.edge.get<"echo">().peer() == address{2009});
}

TEST_CASE("The edge goes down with the link to the hub, and comes up with it again") {
    auto log = recorder{};
    auto rig = edge_rig{endpoints{endpoint<"echo">(log.messages(), log.events())}};
    rig.join();
    rig.hub.close();
    rig.settle();
    CHECK_FALSE(rig.edge.is_up());
    CHECK(rig.port.state() == port_state::absent);
    rig.hub.open();
    rig.settle();
    rig.hub.got.clear();
    rig.join();
    CHECK(rig.edge.is_up());
    CHECK(rig.hub.count("+r:b:echo") == 1);
}

TEST_CASE("The hub suspends and resumes the other edge") {
    auto rig = edge_rig{endpoints{endpoint<"echo">([](auto&, message const&) {})}};
    rig.join();
    rig.command(wire::router_message{.command = wire::router_command::suspend});
    CHECK(rig.port.state() == port_state::suspended);
    CHECK(rig.edge.is_up());
    rig.command(wire::router_message{.command = wire::router_command::resume});
    CHECK(rig.port.state() == port_state::up);
}

TEST_CASE("Messages of a hub that are no commands are dropped and counted") {
    auto rig = edge_rig{endpoints{endpoint<"echo">([](auto&, message const&) {})}};
    rig.join();
    auto const bound = rig.hub.find("=router:b")->where();
    for (auto const& each : {raw_of(std::array<std::uint32_t, 3>{2, 0, 0})}) {
        REQUIRE(rig.hub.send(rig.control, bound, each));
    }
    REQUIRE(rig.hub.send(rig.control, bound, raw_of(std::array<std::uint32_t, 6>{2})));
    REQUIRE(rig.hub.send(rig.control, bound, {}));
    rig.settle();
    CHECK(rig.hub_link.counts()[counter::bad_length] == 3);
    rig.command(std::array<std::uint32_t, 5>{0});
    rig.command(std::array<std::uint32_t, 5>{5});
    rig.command(std::array<std::uint32_t, 5>{1, 0, 10, 'a'});
    rig.command(std::array<std::uint32_t, 5>{1, 10, 10, 0x61616161, 0x61616161});
    rig.command(std::array<std::uint32_t, 5>{1, 40, 48, 'a', 0xd9000000}); // NuttX sends what was there behind the NUL
    CHECK(rig.hub_link.counts()[counter::bad_frame] == 4);
    CHECK(rig.edge.is_up());
}

TEST_CASE("A second create with the same sizes changes nothing, with others the edge restarts") {
    auto log = recorder{};
    auto rig = edge_rig{endpoints{endpoint<"echo">(log.messages(), log.events())}};
    rig.join();
    rig.command(wire::router_create("a", 40, 48));
    CHECK(log.count(event_kind::link_up) == 1);
    rig.command(wire::router_create("a", 24, 48));
    CHECK(log.count(event_kind::link_up) == 2);
    CHECK(log.last(event_kind::link_down).reason == down_reason::peer_restarted);
    CHECK(rig.edge.transport().tx_limit() == 24);
}

TEST_CASE("Names that are created and destroyed at run time go through the hub") {
    auto log = recorder{};
    auto rig = edge_rig{endpoints{named<4>{}}};
    rig.join();
    auto handler = [&log](auto, message const& m) { log.add(m); };
    auto const first = rig.edge.create("one", handler);
    REQUIRE(first);
    rig.settle();
    CHECK(rig.hub.count("+r:b:one") == 1);
    REQUIRE(rig.edge.destroy(*first));
    rig.settle();
    CHECK(rig.hub.count("-r:b:one") == 1);

    SECTION("a name that the other edge announced before is bound") {
        REQUIRE(rig.hub.announce("r:b:two", 2002, kind::create));
        rig.settle();
        CHECK(rig.hub.count("=r:b:two") == 0);
        auto const made = rig.edge.create("two", handler);
        REQUIRE(made);
        rig.settle();
        CHECK(rig.edge.at(*made).peer() == address{2002});
        CHECK(rig.hub.count("=r:b:two") == 1);
    }
    SECTION("more names than the port has room for wait") {
        auto ids = std::vector<std::uint32_t>{};
        for (auto const* name : {"n1", "n2", "n3", "n4"}) {
            auto const made = rig.edge.create(name, handler);
            REQUIRE(made);
            ids.push_back(*made);
        }
        rig.settle();
        CHECK(rig.hub.count("+r:b:n3") == 1);
        CHECK(rig.hub.count("+r:b:n4") == 0);
        REQUIRE(rig.edge.destroy(ids[0]));
        rig.settle();
        CHECK(rig.hub.count("-r:b:n1") == 1);
        CHECK(rig.hub.count("+r:b:n4") == 1);
    }
    SECTION("a name that no route carries is refused and counted") {
        REQUIRE(rig.edge.create("1234567890123456789012", handler));
        REQUIRE(rig.edge.create("r:b:loop", handler));
        rig.settle();
        CHECK(rig.edge.counts()[counter::too_large] == 2);
        CHECK(rig.hub.count("+r:b:r:b:loop") == 0);
    }
}

} // namespace
