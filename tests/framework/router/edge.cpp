#include <rpmsg/framework/router/edge.hpp>
#include <rpmsg/service/socket/sockets.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "framework/router/raw_end.hpp"
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {
using namespace rpmsg;
using rpmsg::testing::recorder;

TEST_CASE("A message to a service of the edge is answered to the endpoint of the hub") {
    auto log = recorder{};
    auto rig = edge_rig{endpoints{endpoint<"echo">([&log](auto& link, message const& m) {
        log.add(m);
        (void)link.reply(m, m.payload);
    })}};
    rig.join();
    REQUIRE(rig.hub.announce("r:b:echo", 2001, kind::acknowledge));
    rig.settle();
    auto const where = rig.hub.find("+r:b:echo")->where();
    for (int i = 0; i < 20; ++i) {
        rig.hub.got.clear();
        REQUIRE(rig.hub.send(address{2001}, where, "ping"_payload));
        rig.settle();
        REQUIRE(rig.hub.got.size() == 1);
        CHECK(rig.hub.got[0].destination == address{2001});
    }
    CHECK(log.message_count() == 20);
    CHECK(log.source(19) == address{2001});
}

TEST_CASE("A payload that the path does not carry is refused") {
    auto rig = edge_rig{endpoints{endpoint<"echo">([](auto&, message const&) {})}};
    rig.join();
    REQUIRE(rig.hub.announce("r:b:echo", 2001, kind::acknowledge));
    rig.settle();
    auto const payload = std::array<std::byte, 41>{};
    CHECK(rig.edge.get<"echo">().send(const_bytes{payload}.first(40)));
    CHECK(rig.edge.get<"echo">().send(payload).error() == error::too_large);
    rig.data(2001, "r:b:echo", const_bytes{std::array<std::byte, 49>{}});
    CHECK(rig.hub_link.counts()[counter::bad_length] == 1);
}

TEST_CASE("A held message keeps the buffer of the hub link until it is released or the edge is lost") {
    auto* at = static_cast<std::vector<held_message>*>(nullptr);
    auto rig = edge_rig{endpoints{endpoint<"echo">([&at](auto& link, message const& m) { at->push_back(link.hold(m)); })}};
    auto held = std::vector<held_message>{}; // ends before the link
    at = &held;
    rig.join();
    REQUIRE(rig.hub.announce("r:b:echo", 2001, kind::acknowledge));
    rig.settle();
    for (int i = 0; i < 3; ++i) {
        rig.data(2001, "r:b:echo", "abc"_payload);
    }
    REQUIRE(held.size() == 2); // the port holds two
    CHECK(rig.hub_link.counts()[counter::no_buffer] == 1);
    CHECK(same(held[0].payload(), "abc"_payload));
    CHECK(held[0].release());
    rig.data(2001, "r:b:echo", "def"_payload);
    REQUIRE(held.size() == 3);

    SECTION("the other edge is gone") {
        rig.command(wire::router_message{.command = wire::router_command::destroy});
        CHECK_FALSE(held[1].release());
        CHECK_FALSE(held[2].release());
        for (int i = 0; i < 8; ++i) { // all buffers are with the hub again
            CHECK(rig.hub.send(address{1}, address{1}, {}));
        }
    }
    SECTION("the hub is gone") {
        rig.hub.close();
        rig.settle();
        CHECK_FALSE(held[1].release());
        CHECK_FALSE(held[2].release());
        rig.hub.open();
        rig.settle();
        for (int i = 0; i < 8; ++i) {
            CHECK(rig.hub.send(address{1}, address{1}, {}));
        }
    }
    SECTION("the edge is closed") {
        rig.edge.close();
        CHECK_FALSE(held[1].release());
        rig.settle();
        for (int i = 0; i < 8; ++i) {
            CHECK(rig.hub.send(address{1}, address{1}, {}));
        }
    }
}

TEST_CASE("A loan of the edge outlives the link, and its buffer comes back") {
    auto rig = edge_rig{endpoints{endpoint<"echo">([](auto&, message const&) {})}};
    rig.join();
    REQUIRE(rig.hub.announce("r:b:echo", 2001, kind::acknowledge));
    rig.settle();
    auto loan = rig.edge.get<"echo">().reserve();
    REQUIRE(loan);
    CHECK(loan.payload().size() == 40);
    rig.command(wire::router_message{.command = wire::router_command::destroy});
    CHECK(rig.edge.get<"echo">().commit(std::move(loan), 3).error() == error::closed);
    rig.command(wire::router_create("a", 40, 48));
    REQUIRE(rig.hub.announce("r:b:echo", 2001, kind::create));
    rig.settle();
    rig.hub.reads = false;
    auto sent = 0;
    while (rig.edge.get<"echo">().send("x"_payload)) {
        ++sent;
    }
    CHECK(sent == 8);
}

TEST_CASE("A sender that finds no buffer is told when there is one") {
    auto log = recorder{};
    auto rig = edge_rig{endpoints{endpoint<"echo">(log.messages(), log.events())}};
    rig.join();
    REQUIRE(rig.hub.announce("r:b:echo", 2001, kind::acknowledge));
    rig.settle();
    rig.hub.reads = false;
    while (rig.edge.get<"echo">().send("x"_payload)) {}
    CHECK(rig.hub_link.is_pending());
    (void)rig.hub_link.poll();
    CHECK(log.count(event_kind::writable) == 0);
    rig.hub.reads = true;
    rig.settle();
    CHECK(log.count(event_kind::writable) == 1);
}

TEST_CASE("A service of an edge is polled before the hub is there, and its names are told when it comes") {
    auto net = sockets<socket_config{.connections = 2}>{};
    auto rig = edge_rig{endpoints{endpoint<"echo">([](auto&, message const&) {}), group_of(net)}};
    REQUIRE(net.connect(rig.edge, socket_kind::datagram, "early"));
    rig.settle();
    rig.join();
    CHECK(rig.hub.count("+r:b:echo") == 1);
    CHECK(std::ranges::count_if(rig.hub.got, [](auto const& it) { return it.text().starts_with("+r:b:"); }) == 2);
}

constinit auto static_port = router_port<"b">{};
constinit auto static_entry = static_port.entry();
constinit auto static_edge = channel{router_edge{static_port}, endpoints{endpoint<"echo">([](auto&, message const&) {})}};

TEST_CASE("A port and its edge are there without dynamic initialisation") {
    CHECK_FALSE(static_edge.is_up());
    CHECK(static_entry.accepts("router:b") != 0);
}
} // namespace
