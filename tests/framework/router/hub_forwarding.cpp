#include <rpmsg/framework/router/hub_forwarding.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "framework/router/raw_edges.hpp"

namespace {
using namespace rpmsg;
using raw::raw_edges;

TEST_CASE("Messages to no route, to a control endpoint, and too large ones are dropped and counted") {
    auto rig = raw_edges{};
    rig.join();
    rig.bind();
    REQUIRE(rig.a.send(address{1}, address{5000}, "x"_payload));
    REQUIRE(rig.a.send(address{1}, address{0}, "x"_payload));
    REQUIRE(rig.a.send(address{1}, any_address, "x"_payload));
    REQUIRE(rig.a.send(address{1}, rig.b.find("+r:a:echo")->where(), "x"_payload)); // of another link
    rig.settle();
    CHECK(rig.hub.counts(0)[counter::no_endpoint] == 4);
    REQUIRE(rig.a.send(address{1500}, rig.a.find("+router:b")->where(), raw_of(wire::router_message{})));
    rig.settle();
    CHECK(rig.hub.counts(0)[counter::bad_frame] == 1);
    REQUIRE(rig.a.announce("r:b:early", 2010, kind::create));
    rig.settle();
    REQUIRE(rig.b.announce("r:a:late", 2011, kind::create));
    rig.settle();
    REQUIRE(rig.a.send(address{1}, rig.a.find("+r:b:late")->where(), "x"_payload)); // it was not acknowledged
    rig.settle();
    CHECK(rig.hub.counts(0)[counter::not_bound] == 1);
}

TEST_CASE("An edge that does not read has a few messages waiting, and the others go on") {
    auto rig = raw_edges{};
    rig.join();
    rig.bind();
    REQUIRE(rig.a.announce("router:c", 1501, kind::acknowledge));
    rig.settle();
    REQUIRE(rig.a.announce("r:c:echo", 2101, kind::create));
    rig.settle();
    REQUIRE(rig.c.send(address{77}, rig.c.find("+echo")->where(), "hi"_payload));
    rig.settle();
    auto const to_b = rig.a.find("=r:b:echo")->where();
    auto const to_c = rig.a.find("=r:c:echo")->where();
    rig.b.reads = false;
    for (char i = 0; i < 30; ++i) {
        REQUIRE(rig.a.send(address{1}, to_b, raw_of(i)));
        rig.settle();
    }
    CHECK(rig.hub.held(0) == 2);
    CHECK(rig.hub.counts(0)[counter::no_buffer] == 20);
    rig.c.got.clear();
    REQUIRE(rig.a.send(address{1}, to_c, "still here"_payload));
    rig.settle();
    CHECK(rig.c.got.size() == 1);
    rig.b.got.clear();
    rig.b.reads = true;
    rig.settle();
    REQUIRE(rig.b.got.size() == 10);
    for (std::size_t i = 0; i < 10; ++i) {
        CHECK(rig.b.got[i].payload[0] == static_cast<std::byte>(i));
    }
    CHECK(rig.hub.held(0) == 0);

    SECTION("and it goes while they wait") {
        rig.b.reads = false;
        for (char i = 0; i < 12; ++i) {
            REQUIRE(rig.a.send(address{1}, to_b, raw_of(i)));
            rig.settle();
        }
        CHECK(rig.hub.held(0) == 2);
        rig.b.close();
        rig.settle();
        CHECK(rig.hub.held(0) == 0);
        for (int i = 0; i < 8; ++i) { // all receive buffers came back
            CHECK(rig.a.send(address{1}, address{1}, {}));
        }
    }
    SECTION("and the one that sent them goes while they wait") {
        rig.b.reads = false;
        for (char i = 0; i < 12; ++i) {
            REQUIRE(rig.a.send(address{1}, to_b, raw_of(i)));
            rig.settle();
        }
        rig.a.close();
        rig.settle();
        CHECK(rig.hub.held(0) == 0);
        CHECK(rig.hub.counts(0)[counter::lost_in_flight] >= 2);
    }
}

TEST_CASE("A flood of one edge leaves room for the messages of another one") {
    auto rig = raw_edges{};
    rig.join();
    rig.bind();
    REQUIRE(rig.b.announce("router:c", 1601, kind::acknowledge));
    rig.settle();
    REQUIRE(rig.b.announce("r:c:log", 2201, kind::create));
    rig.settle();
    auto const from_c = rig.c.find("+log")->where();
    rig.b.reads = false;
    for (int i = 0; i < 30; ++i) {
        (void)rig.a.send(address{1}, rig.a.find("=r:b:echo")->where(), "flood"_payload);
        rig.settle();
    }
    REQUIRE(rig.c.send(address{77}, from_c, "important"_payload));
    rig.settle();
    rig.b.got.clear();
    rig.b.reads = true;
    rig.settle();
    CHECK(rig.b.got[8].text() == "=r:c:log"); // c is known by its first message
    CHECK(same(rig.b.got[11].payload, "important"_payload));
}

} // namespace
