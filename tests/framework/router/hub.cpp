#include <rpmsg/framework/router/edge.hpp>
#include <rpmsg/framework/router/hub.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "framework/router/raw_edges.hpp"
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace {
using namespace rpmsg;
using raw::raw_edges;
using raw::raw_row;
using rpmsg::testing::loopback;
using rpmsg::testing::loopback_memory;

auto command_of(raw_end<>::seen const& it) -> wire::router_message { return load<wire::router_message>(it.payload); }

TEST_CASE("A hub announces each edge to the others, and joins two that acknowledge") {
    auto rig = raw_edges{};
    CHECK(rig.a.count("+router:b") == 1);
    CHECK(rig.a.count("+router:c") == 1);
    CHECK(rig.b.count("+router:a") == 1);
    CHECK(rig.c.got.empty());
    rig.a.got.clear();
    rig.join();
    REQUIRE(rig.a.got.size() == 1);
    CHECK(rig.a.got[0].destination == address{1500});
    CHECK(command_of(rig.a.got[0]) == wire::router_create("a", 64, 64));
    CHECK(command_of(rig.b.got.back()) == wire::router_create("b", 64, 64));
    CHECK(rig.hub.is_joined(0, 1));
}

TEST_CASE("A name goes to the other edge, is acknowledged when that one has it, and its messages pass both ways") {
    auto rig = raw_edges{};
    rig.join();
    REQUIRE(rig.a.announce("r:b:echo", 2001, kind::create));
    rig.settle();
    CHECK(rig.b.count("+r:a:echo") == 1);
    CHECK(rig.a.count("=r:b:echo") == 0);
    REQUIRE(rig.b.announce("r:a:echo", 2002, kind::acknowledge));
    rig.settle();
    REQUIRE(rig.a.count("=r:b:echo") == 1);
    auto const at_a = rig.a.find("=r:b:echo")->where();
    auto const at_b = rig.b.find("+r:a:echo")->where();
    rig.a.got.clear();
    rig.b.got.clear();
    REQUIRE(rig.a.send(address{9}, at_a, "to b"_payload));
    REQUIRE(rig.b.send(address{9}, at_b, "to a"_payload));
    rig.settle();
    REQUIRE(rig.b.got.size() == 1);
    CHECK(rig.b.got[0].source == at_b);
    CHECK(rig.b.got[0].destination == address{2002});
    CHECK(same(rig.b.got[0].payload, "to b"_payload));
    REQUIRE(rig.a.got.size() == 1);
    CHECK(rig.a.got[0].destination == address{2001});
}

// NuttX's sockets send as soon as they have a peer.
TEST_CASE("A message that follows an acknowledgement at once follows it on the other link, too") {
    auto rig = raw_edges{};
    rig.join();
    REQUIRE(rig.a.announce("r:b:echo", 2001, kind::create));
    rig.settle();
    auto const at_b = rig.b.find("+r:a:echo")->where();
    rig.a.got.clear();
    SECTION("with a buffer for both") {}
    SECTION("with no buffer for a while") {
        rig.a.reads = false;
        REQUIRE(rig.b.announce("r:a:other", 2003, kind::create));
        for (auto i = 0u; i < 16; ++i) { // names that nobody takes
            (void)rig.b.announce("r:a:x" + std::to_string(i), 3000 + i, kind::create);
            (void)rig.hub.poll(0);
        }
    }
    REQUIRE(rig.b.announce("r:a:echo", 2002, kind::acknowledge));
    REQUIRE(rig.b.send(address{9}, at_b, "early"_payload));
    (void)rig.hub.poll(0);
    rig.a.reads = true;
    rig.settle();
    auto const is_data = [](auto const& it) { return it.text().empty(); };
    auto const is_told = [](auto const& it) { return it.text() == "=r:b:echo"; };
    auto const data = std::find_if(rig.a.got.begin(), rig.a.got.end(), is_data);
    auto const told = std::find_if(rig.a.got.begin(), rig.a.got.end(), is_told);
    REQUIRE(data != rig.a.got.end());
    CHECK(told < data);
    CHECK(same(data->payload, "early"_payload));
}

TEST_CASE("A plain edge sees the names of the others as those of the hub, and its first message binds it") {
    auto rig = raw_edges{};
    REQUIRE(rig.a.announce("router:c", 1501, kind::acknowledge));
    rig.settle();
    CHECK(rig.hub.is_joined(0, 2));
    REQUIRE(rig.a.announce("r:c:echo", 2001, kind::create));
    rig.settle();
    REQUIRE(rig.c.count("+echo") == 1);
    auto const at_c = rig.c.find("+echo")->where();
    REQUIRE(rig.c.send(address{77}, at_c, "one"_payload));
    rig.settle();
    CHECK(rig.a.count("=r:c:echo") == 1);
    CHECK(std::any_of(rig.a.got.begin(), rig.a.got.end(), [](auto const& it) { return same(it.payload, "one"_payload); }));
    REQUIRE(rig.a.send(address{2001}, rig.a.find("=r:c:echo")->where(), "two"_payload));
    rig.settle();
    CHECK(rig.c.got.back().destination == address{77});

    REQUIRE(rig.c.send(address{78}, at_c, "three"_payload)); // another program of that side opened it
    REQUIRE(rig.a.announce("router:c", 1501, kind::create));
    rig.settle();
    REQUIRE(rig.a.send(address{2001}, rig.a.find("=r:c:echo")->where(), "four"_payload));
    rig.settle();
    CHECK(rig.c.got.back().destination == address{78});
    REQUIRE(rig.a.announce("r:c:echo", 2001, kind::destroy));
    rig.settle();
    CHECK(rig.c.count("-echo") == 1);
}

TEST_CASE("A name of a plain edge is there for all others") {
    auto rig = raw_edges{};
    REQUIRE((rig.a.announce("router:c", 1501, kind::acknowledge) and rig.b.announce("router:c", 1601, kind::acknowledge)));
    rig.settle();
    REQUIRE(rig.c.announce("sensor", 300, kind::create));
    rig.settle();
    CHECK(rig.a.count("+r:c:sensor") == 1);
    CHECK(rig.b.count("+r:c:sensor") == 1);
    REQUIRE(rig.b.announce("r:c:sensor", 2002, kind::acknowledge));
    rig.settle();
    REQUIRE(rig.b.send(address{2002}, rig.b.find("+r:c:sensor")->where(), "read"_payload));
    rig.settle();
    CHECK(rig.c.got.back().destination == address{300});
    CHECK(same(rig.c.got.back().payload, "read"_payload));
}

TEST_CASE("A name that a plain edge announced before another edge was there is found by that one, and after each loss of it") {
    auto rig = raw_edges{};
    REQUIRE((rig.c.announce("sensor", 300, kind::create) and rig.c.announce("gone", 301, kind::create)));
    REQUIRE(rig.c.announce("gone", 301, kind::destroy));
    rig.settle();
    CHECK(rig.a.count("+r:c:sensor") == 0);
    CHECK(rig.hub.counts(2)[counter::not_bound] == 0);
    for (int life = 1; life <= 3; ++life) {
        REQUIRE(rig.a.announce("router:c", 1501, kind::acknowledge));
        rig.settle();
        REQUIRE(rig.a.count("+r:c:sensor") == life);
        CHECK(rig.a.count("+r:c:gone") == 0);
        REQUIRE(rig.a.announce("r:c:sensor", 2002, kind::acknowledge));
        rig.settle();
        REQUIRE(rig.a.send(address{2002}, rig.a.find("+r:c:sensor")->where(), "read"_payload));
        rig.settle();
        CHECK(rig.c.got.back().destination == address{300});
        rig.a.close();
        rig.settle();
        rig.a.open();
        rig.settle();
    }
    rig.c.close();
    rig.settle();
    auto routes = 0;
    rig.hub.for_each_route([&](auto&&...) { ++routes; });
    CHECK(routes == 0);
}

TEST_CASE("A plain edge that takes its endpoint away finds the service of the other edge where it was") {
    auto rig = raw_edges{};
    REQUIRE(rig.a.announce("router:c", 1501, kind::acknowledge));
    rig.settle();
    REQUIRE(rig.a.announce("r:c:echo", 2001, kind::create));
    rig.settle();
    auto const where = rig.c.find("+echo")->where();
    for (int life = 1; life <= 3; ++life) {
        auto const at_c = 76u + static_cast<std::uint32_t>(life);
        REQUIRE(rig.c.announce("echo", at_c, life == 1 ? kind::acknowledge : kind::create)); // Linux announces its own
        rig.settle();
        REQUIRE(rig.a.count("=r:c:echo") == life);
        auto const at_a = rig.a.find("=r:c:echo")->where();
        REQUIRE(rig.c.announce("echo", at_c, kind::destroy));
        rig.settle();
        CHECK(rig.a.count("-r:c:echo") == life);
        rig.c.got.clear();
        REQUIRE(rig.a.send(address{2001}, at_a, "late"_payload));
        rig.settle();
        CHECK(rig.c.got.empty());
    }
    REQUIRE(rig.c.send(address{80}, where, "again"_payload));
    rig.settle();
    CHECK(rig.a.count("=r:c:echo") == 4);
    CHECK(same(rig.a.got.back().payload, "again"_payload));
}

TEST_CASE("A service of a plain edge stays where it was announced, whichever endpoint sends for it") {
    auto rig = raw_edges{};
    REQUIRE(rig.a.announce("router:c", 1501, kind::acknowledge));
    REQUIRE(rig.c.announce("sensor", 300, kind::create));
    rig.settle();
    for (std::uint32_t life = 1; life <= 2; ++life) {
        auto const at_a = 2000 + life;
        REQUIRE(rig.a.announce("r:c:sensor", at_a, kind::acknowledge));
        rig.settle();
        auto const of_a = rig.a.find("+r:c:sensor")->where();
        REQUIRE(rig.a.send(address{at_a}, of_a, "read"_payload));
        rig.settle();
        CHECK(rig.c.got.back().destination == address{300});
        REQUIRE(rig.c.send(address{301}, rig.c.find("=sensor")->where(), "value"_payload));
        rig.settle();
        REQUIRE(rig.a.send(address{at_a}, of_a, "read"_payload));
        rig.settle();
        CHECK(rig.c.got.back().destination == address{301});
        REQUIRE(rig.a.announce("router:c", 1501, kind::destroy));
        rig.settle();
        REQUIRE(rig.c.count("-sensor") == static_cast<int>(life));
        REQUIRE(rig.a.announce("router:c", 1501, kind::acknowledge));
        rig.settle();
    }
    REQUIRE(rig.a.announce("r:c:sensor", 2003, kind::acknowledge));
    rig.settle();
    REQUIRE(rig.c.send(address{301}, rig.c.find("=sensor")->where(), "value"_payload));
    REQUIRE(rig.c.announce("sensor", 300, kind::create)); // says it again
    rig.settle();
    CHECK(rig.hub.counts(2)[counter::bad_announcement] == 0);
}

TEST_CASE("A second program of Linux gets a session of its own behind two hubs, whichever endpoint the first one sent from") {
    auto rig = raw_row{};
    for (std::uint32_t program = 0; program < 3; ++program) {
        auto const life = static_cast<int>(program) + 1;
        auto const channel = 700 + program; // Linux's channel only receives, and another endpoint sends
        auto const sender = 1024u;
        auto const at_b = 2001 + program;
        REQUIRE(rig.linux_end.announce("s:echo:0", channel, kind::create));
        rig.settle();
        REQUIRE(rig.b.count("+r:linux:s:echo:0") == life);
        REQUIRE(rig.b.announce("r:linux:s:echo:0", at_b, kind::acknowledge));
        rig.settle();
        REQUIRE(rig.linux_end.count("=s:echo:0") == life);
        auto const at_linux = rig.linux_end.find("=s:echo:0")->where();
        auto const of_b = rig.b.find("+r:linux:s:echo:0")->where();
        REQUIRE(rig.b.send(address{at_b}, of_b, "to the channel"_payload));
        rig.settle();
        CHECK(rig.linux_end.got.back().destination == address{channel});
        REQUIRE(rig.linux_end.send(address{sender}, at_linux, "one"_payload));
        rig.settle();
        CHECK(rig.b.got.back().destination == address{at_b});
        CHECK(same(rig.b.got.back().payload, "one"_payload));
        REQUIRE(rig.b.send(address{at_b}, of_b, "to the sender"_payload));
        rig.settle();
        CHECK(rig.linux_end.got.back().destination == address{sender});

        REQUIRE(rig.linux_end.announce("s:echo:0", channel, kind::destroy));
        rig.settle();
        REQUIRE(rig.b.count("-r:linux:s:echo:0") == life);
        CHECK(rig.b.find("-r:linux:s:echo:0")->where() == of_b);
        REQUIRE(rig.linux_end.count("-s:echo:0") == life); // a next program does not take it for a name that is there
        CHECK(rig.linux_end.find("-s:echo:0")->where() == at_linux);
        REQUIRE(rig.b.announce("r:linux:s:echo:0", at_b, kind::destroy));
        rig.settle();
        auto routes = 0;
        rig.bridge.for_each_route([&](auto&&...) { ++routes; });
        rig.hub.for_each_route([&](auto&&...) { ++routes; });
        CHECK(routes == 0);
    }
}

TEST_CASE("Names that no edge has, that loop, or that are of another link are dropped and counted") {
    auto rig = raw_edges{};
    rig.join();
    REQUIRE(rig.a.announce("r:x:echo", 2001, kind::create));
    REQUIRE(rig.a.announce("r:a:echo", 2001, kind::create));
    REQUIRE(rig.a.announce("r:bb:echo", 2001, kind::create));
    REQUIRE(rig.a.announce("plain", 2001, kind::create));
    rig.settle();
    CHECK(rig.hub.counts(0)[counter::no_endpoint] == 4);
    REQUIRE(rig.a.announce("r:b:r:a:x", 2001, kind::create));
    REQUIRE(rig.a.announce("r:b:router:c", 2001, kind::create));
    REQUIRE(rig.a.announce("r:b:1234567890123456789012", 2001, kind::create));
    REQUIRE(rig.a.send(address{1}, name_service_address, "short"_payload));
    rig.settle();
    CHECK(rig.hub.counts(0)[counter::bad_announcement] == 4);
    REQUIRE(rig.a.announce("r:c:echo", 2001, kind::create)); // not joined
    rig.settle();
    CHECK(rig.hub.counts(0)[counter::not_bound] == 1);
    CHECK(rig.b.count("+r:a:x") == 0);
    CHECK(rig.c.got.empty());
    CHECK_FALSE(rig.b.find("+r:a:echo"));
}

TEST_CASE("An edge opens as many names as its limit, and the others are not disturbed") {
    auto rig = raw_edges{};
    rig.join();
    for (std::uint32_t i = 0; i < 20; ++i) {
        REQUIRE(rig.a.announce("r:b:name" + std::to_string(i), 2000 + i, kind::create));
        rig.settle();
    }
    CHECK(rig.hub.counts(0)[counter::table_full] == 12);
    CHECK(rig.b.count("+r:a:name7") == 1);
    CHECK(rig.b.count("+r:a:name8") == 0);
    REQUIRE(rig.b.announce("r:a:mine", 3000, kind::create));
    rig.settle();
    CHECK(rig.a.count("+r:b:mine") == 1);
    REQUIRE(rig.a.announce("r:b:name3", 2003, kind::destroy));
    REQUIRE(rig.a.announce("r:b:again", 2100, kind::create));
    rig.settle();
    CHECK(rig.b.count("+r:a:again") == 1);
}

TEST_CASE("A name that exists is not taken over by another endpoint of the edge") {
    auto rig = raw_edges{};
    rig.join();
    rig.bind();
    REQUIRE(rig.a.announce("r:b:echo", 2999, kind::create));
    rig.settle();
    CHECK(rig.hub.counts(0)[counter::bad_announcement] == 1);
    REQUIRE(rig.b.send(address{2002}, rig.b.find("+r:a:echo")->where(), "x"_payload));
    rig.settle();
    CHECK(rig.a.got.back().destination == address{2001});
}

TEST_CASE("An endpoint that goes is told to the other edge once, and not to itself") {
    auto rig = raw_edges{};
    rig.join();
    SECTION("after it was bound") {
        rig.bind();
        REQUIRE(rig.b.announce("r:a:echo", 2002, kind::destroy));
        rig.settle();
        CHECK(rig.a.count("-r:b:echo") == 1);
        CHECK(rig.b.count("-r:a:echo") == 0);
        REQUIRE(rig.b.announce("r:a:echo", 2003, kind::create)); // the other edge still has it
        rig.settle();
        CHECK(rig.a.count("=r:b:echo") == 2);
    }
    SECTION("before it was bound") {
        REQUIRE(rig.a.announce("r:b:echo", 2001, kind::create));
        rig.settle();
        REQUIRE(rig.a.announce("r:b:echo", 2001, kind::destroy));
        rig.settle();
        CHECK(rig.b.count("-r:a:echo") == 1);
        REQUIRE(rig.b.announce("r:a:echo", 2002, kind::acknowledge)); // it was under way
        rig.settle();
        auto routes = 0;
        rig.hub.for_each_route([&](auto&&...) { ++routes; });
        CHECK(routes == 0);
    }
    SECTION("on both edges at the same time") {
        rig.bind();
        REQUIRE(rig.a.announce("r:b:echo", 2001, kind::destroy));
        REQUIRE(rig.b.announce("r:a:echo", 2002, kind::destroy));
        rig.settle();
        CHECK(rig.a.count("-r:b:echo") + rig.b.count("-r:a:echo") <= 1);
        auto routes = 0;
        rig.hub.for_each_route([&](auto&&...) { ++routes; });
        CHECK(routes == 0);
    }
}

TEST_CASE("The loss of an edge ends what it had on the others, and nothing else") {
    auto rig = raw_edges{};
    rig.join();
    rig.bind();
    REQUIRE((rig.a.announce("router:c", 1501, kind::acknowledge)));
    rig.settle();
    rig.b.close();
    rig.settle();
    CHECK(rig.a.count("-r:b:echo") == 1);
    auto destroys = 0;
    for (auto const& each : rig.a.got) {
        auto const is_command = each.destination == address{1500} and each.payload.size() == sizeof(wire::router_message);
        destroys += is_command and command_of(each).command == wire::router_command::destroy ? 1 : 0;
    }
    CHECK(destroys == 1);
    CHECK_FALSE(rig.hub.is_joined(0, 1));
    CHECK(rig.hub.is_joined(0, 2));
    rig.b.open();
    rig.settle();
    rig.b.got.clear();
    REQUIRE(rig.b.announce("router:a", 1600, kind::acknowledge));
    rig.settle();
    CHECK(rig.b.count("+r:a:echo") == 1); // "a" has it still
}

TEST_CASE("A message of an earlier endpoint of a name reaches nobody") {
    auto rig = raw_edges{};
    rig.join();
    rig.bind();
    auto const before = rig.a.find("=r:b:echo")->where();
    REQUIRE(rig.b.announce("r:a:echo", 2002, kind::destroy));
    rig.settle();
    REQUIRE(rig.b.announce("r:a:echo", 2003, kind::create));
    rig.settle();
    CHECK(rig.a.find("=r:b:echo")->where() != before);
    rig.b.got.clear();
    REQUIRE(rig.a.send(address{1}, before, "late"_payload));
    rig.settle();
    CHECK(rig.b.got.empty());
    CHECK(rig.hub.counts(0)[counter::no_endpoint] == 1);
}

TEST_CASE("A hub tells the others that an edge sleeps and runs again") {
    auto rig = raw_edges{};
    rig.join();
    rig.a.got.clear();
    rig.b.got.clear();
    rig.hub.signal(1, true);
    rig.settle();
    REQUIRE(rig.a.got.size() == 1);
    CHECK(command_of(rig.a.got[0]).command == wire::router_command::suspend);
    rig.hub.signal(1, false);
    rig.settle();
    CHECK(command_of(rig.a.got[1]).command == wire::router_command::resume);
    CHECK(rig.b.got.empty());
}

TEST_CASE("The state of a hub is text") {
    auto rig = raw_edges{};
    rig.join();
    rig.bind();
    REQUIRE(rig.a.send(address{1}, address{5000}, "x"_payload));
    rig.settle();
    auto text = std::string{};
    dump(rig.hub, [&](std::string_view part) { text += part; });
    CHECK(text == "edge \"a\" up\n  no endpoint: 1\nedge \"b\" up\nedge \"c\" up\nroute \"echo\" a <-> b\n");
}

TEST_CASE("A hub that is closed and started again comes up with all its edges") {
    auto rig = raw_edges{};
    rig.join();
    rig.bind();
    rig.hub.close();
    rig.settle();
    CHECK_FALSE(rig.hub.is_up(0));
    REQUIRE(rig.hub.start());
    rig.settle();
    CHECK(rig.hub.is_up(0));
    rig.a.got.clear();
    rig.b.got.clear();
    rig.join();
    rig.bind();
    CHECK(rig.a.count("=r:b:echo") == 1);
}

TEST_CASE("A link that is closed and started alone is lost for the others, and comes back with what they announce") {
    auto rig = raw_edges{};
    rig.join();
    rig.bind();
    rig.a.got.clear();
    rig.hub.edge<"b">().close();
    CHECK(rig.hub.is_pending());
    rig.settle();
    CHECK_FALSE(rig.hub.is_up(1));
    CHECK(rig.hub.is_up(0));
    CHECK(rig.a.count("-r:b:echo") == 1);
    REQUIRE(rig.hub.edge<"b">().start());
    CHECK(rig.hub.is_pending());
    rig.b.got.clear();
    rig.settle();
    REQUIRE(rig.b.announce("router:a", 1600, kind::acknowledge));
    rig.settle();
    CHECK(rig.b.count("+r:a:echo") == 1);
}
} // namespace
