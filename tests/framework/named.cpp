#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/framework/listener.hpp>
#include <rpmsg/framework/named.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace {

using rpmsg::address;
using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoint_pool;
using rpmsg::endpoints;
using rpmsg::error;
using rpmsg::event;
using rpmsg::event_kind;
using rpmsg::link_ref;
using rpmsg::message;
using rpmsg::named;
using rpmsg::testing::loopback;
using rpmsg::testing::loopback_memory;
using rpmsg::testing::recorder;

auto poll_both(auto& a, auto& b) -> void {
    for (int i = 0; i < 40; ++i) {
        (void)a.poll();
        (void)b.poll();
    }
}

TEST_CASE("Names that come at run time are bound beside the endpoints that are known when compiling") {
    auto memory = loopback_memory<8>{};
    auto fixed = recorder{};
    auto log = recorder{};
    auto side =
        channel{loopback<true, 8>{memory, 0}, endpoints{endpoint<"fixed">(fixed.messages(), fixed.events()), named<2>{}}};
    auto peer = channel{loopback<true, 8>{memory, 1}, endpoint_pool<4>{}};
    auto to_peer = recorder{};
    auto keep = [&](auto, message const& m) { to_peer.add(m); };
    REQUIRE(side.start());
    REQUIRE(peer.start());
    REQUIRE(peer.create("fixed", keep));
    poll_both(side, peer);
    auto const made = side.create(
        "late", &log, [](void* self, link_ref, message const& m) { static_cast<recorder*>(self)->add(m); },
        [](void* self, link_ref, event const& e) { static_cast<recorder*>(self)->add(e); });
    REQUIRE(made);
    auto const other = peer.create("late", keep);
    REQUIRE(other);
    poll_both(side, peer);
    CHECK(side.get<"fixed">().is_bound());
    REQUIRE(side.at(*made).is_bound());
    CHECK(side.at(*made).name() == "late");
    CHECK(log.count(event_kind::link_up) == 1);
    CHECK(log.count(event_kind::bound) == 1);
    REQUIRE(peer.at(*other).send("hi"_payload));
    poll_both(side, peer);
    CHECK(log.message_count() == 1);
    REQUIRE(side.destroy(*made));
    poll_both(side, peer);
    CHECK_FALSE(peer.at(*other).is_bound());
    CHECK(side.at(*made).send("x"_payload).error() == error::no_endpoint);
    CHECK(side.destroy(0).error() == error::no_endpoint); // the endpoint of the table stays
    CHECK(side.get<"fixed">().is_bound());
}

TEST_CASE("A name is refused in words when it is empty, too long, not ASCII, in use, or when all places are taken") {
    auto memory = loopback_memory<8>{};
    auto side = channel{loopback<true, 8>{memory, 0}, endpoints{endpoint<"fixed">([](auto&, message const&) {}), named<2>{}}};
    auto ignore = [](auto, message const&) {};
    CHECK(side.create("", ignore).error() == error::malformed);
    CHECK(side.create(std::string(32, 'n'), ignore).error() == error::malformed);
    CHECK(side.create("gr\xc3\xbc", ignore).error() == error::malformed);
    CHECK(side.create(std::string_view{"a\0b", 3}, ignore).error() == error::malformed);
    CHECK(side.create("fixed", ignore).error() == error::name_in_use);
    CHECK(side.create("one", ignore));
    CHECK(side.create("one", ignore).error() == error::name_in_use);
    CHECK(side.create("two", ignore));
    CHECK(side.create("three", ignore).error() == error::no_endpoint);
}

TEST_CASE("A name of the peer that nobody has waits until it is created") {
    auto memory = loopback_memory<8>{};
    auto side = channel{loopback<false, 8>{memory, 0}, endpoints{named<2>{}}};
    auto peer = channel{loopback<false, 8>{memory, 1}, endpoint_pool<4>{}};
    auto ignore = [](auto, message const&) {};
    REQUIRE(side.start());
    REQUIRE(peer.start());
    REQUIRE(peer.create("late", ignore));
    poll_both(side, peer);
    auto const made = side.create("late", ignore);
    REQUIRE(made);
    poll_both(side, peer);
    CHECK(side.at(*made).is_bound());
}

TEST_CASE("Fixed and assigned addresses of one table never meet") {
    auto memory = loopback_memory<8>{};
    auto ignore = [](auto, message const&) {};
    auto side = channel{loopback<true, 8>{memory, 0}, endpoints{endpoint<1030>([](auto&, message const&) {}),
                                                                endpoint<"x">([](auto&, message const&) {}), named<2>{}}};
    auto& table = side.endpoint_table();
    CHECK(table.find(address{1030}) == 0);
    CHECK(table.find(address{1025}) == 1);
    for (int i = 0; i < 1000; ++i) {
        auto const made = side.create("n", ignore);
        REQUIRE(made);
        auto const index = table.index_of(*made);
        CHECK(table.local(index) != address{1030});
        CHECK(table.find(table.local(index)) == index);
        REQUIRE(side.destroy(*made));
        CHECK(table.find(table.local(index)) == rpmsg::no_index);
    }
}

TEST_CASE("Ten thousand names are found by hash: the work for one more does not grow with the others") {
    using table = rpmsg::endpoints<named<10000>>;
    auto const side = std::make_unique<table>(named<10000>{});
    auto ignore = [](auto, message const&) {};
    for (std::uint32_t i = 0; i < 10000; ++i) {
        auto const made = side->create("name-" + std::to_string(i), ignore);
        REQUIRE(made);
        REQUIRE(side->index_of(*made) == i);
    }
    CHECK(side->create("one more", ignore).error() == error::no_endpoint);
    auto const wanted = rpmsg::wire::pad("name-7777");
    auto steps = 0;
    auto i = side->first_named(wanted);
    while (not rpmsg::wire::is_same(side->name(i), wanted)) {
        i = side->next_named(i, wanted);
        ++steps;
    }
    CHECK(i == 7777);
    CHECK(steps < 8);
    side->remove(7777);
    CHECK(side->create("again", ignore));
}

} // namespace
