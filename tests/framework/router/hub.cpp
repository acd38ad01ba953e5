#include <rpmsg/framework/router/edge.hpp>
#include <rpmsg/framework/router/hub.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "raw_hub.hpp"
#include <cstdint>
#include <string>

namespace {
using namespace rpmsg;
using rpmsg::testing::loopback;
using rpmsg::testing::loopback_memory;

/// A hub between "a", "b" and "c", which the test plays.
struct raw_edges {
    using end = loopback<true, 8, 64>;
    loopback_memory<8, 64> to_a{};
    loopback_memory<8, 64> to_b{};
    loopback_memory<8, 64> to_c{};
    decltype(router_hub{nuttx_edge<"a">(end{to_a, 0}), nuttx_edge<"b">(end{to_b, 0}), plain_edge<"c">(end{to_c, 0})}) hub{
        nuttx_edge<"a">(end{to_a, 0}), nuttx_edge<"b">(end{to_b, 0}), plain_edge<"c">(end{to_c, 0})};
    raw_end<> a{to_a, 1};
    raw_end<> b{to_b, 1};
    raw_end<> c{to_c, 1};

    raw_edges() {
        check(hub.start().has_value());
        settle();
    }
    auto settle() -> void {
        for (int turn = 0; turn < 6; ++turn) {
            a.poll();
            b.poll();
            c.poll();
            (void)hub.poll(0);
            for (int i = 0; hub.is_pending(); ++i) {
                check(i < 30);
                (void)hub.poll(0);
            }
        }
        a.poll();
        b.poll();
        c.poll();
    }
    auto join() -> void {
        check(a.announce("router:b", 1500, kind::acknowledge) and b.announce("router:a", 1600, kind::acknowledge));
        settle();
    }
    auto bind(std::uint32_t at_a = 2001, std::uint32_t at_b = 2002) -> void {
        check(a.announce("r:b:echo", at_a, kind::create));
        settle();
        check(b.announce("r:a:echo", at_b, kind::acknowledge));
        settle();
    }
};
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
} // namespace
