#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using rpmsg::address;
using rpmsg::channel;
using rpmsg::counter;
using rpmsg::endpoint_pool;
using rpmsg::error;
using rpmsg::event;
using rpmsg::event_kind;
using rpmsg::link_ref;
using rpmsg::message;
using rpmsg::vring_config;
using rpmsg::testing::recorder;

constexpr auto nobody = [](void*, link_ref, message const&) {};

TEST_CASE("A pool gives each endpoint an address of its own, and an id that ends with it") {
    auto pool = endpoint_pool<4>{};
    auto ids = std::array<std::uint32_t, 4>{};
    for (std::uint32_t i = 0; i < 4; ++i) {
        auto const made = pool.create("x", {}, nullptr, nobody);
        REQUIRE(made);
        ids[i] = *made;
        CHECK(pool.local(i) == address{1024 + i});
        CHECK(pool.find(address{1024 + i}) == i);
    }
    CHECK(pool.create("x", {}, nullptr, nobody).error() == error::no_endpoint);
    pool.remove(1);
    CHECK(pool.find(address{1025}) == rpmsg::no_index);
    auto const again = pool.create("y", {}, nullptr, nobody);
    REQUIRE(again);
    CHECK(*again != ids[1]);
    CHECK(pool.index_of(*again) == 1);
    CHECK(pool.local(1) != address{1025}); // a late message is dropped
    CHECK(pool.find(pool.local(1)) == 1);
    CHECK(rpmsg::wire::view_of(pool.name(1)) == "y");
}

TEST_CASE("A pool is rounded up to a power of two") {
    STATIC_REQUIRE(endpoint_pool<5>::size() == 8);
    STATIC_REQUIRE(endpoint_pool<1>::size() == 1);
}

TEST_CASE("A pool takes fixed addresses, once each, and says why it takes none") {
    auto pool = endpoint_pool<4>{};
    auto const at = [&](std::uint32_t where) { return pool.create("", {.local = address{where}}, nullptr, nobody); };
    CHECK(at(30).has_value());
    CHECK(at(34).has_value()); // the same home
    CHECK(at(38).has_value());
    CHECK(at(30).error() == error::address_in_use);
    CHECK(at(53).error() == error::malformed);
    CHECK(pool.create("a name of thirty-two characters.", {}, nullptr, nobody).error() == error::malformed);
    CHECK(pool.create("a name of thirty-one characters", {}, nullptr, nobody).has_value());
    CHECK(pool.find(address{30}) != rpmsg::no_index);
    CHECK(pool.find(address{34}) != pool.find(address{38}));
    CHECK(pool.find(address{42}) == rpmsg::no_index);
}

TEST_CASE("A dynamic address is never one that a fixed one has taken") {
    auto pool = endpoint_pool<2>{};
    REQUIRE(pool.create("", {.local = address{1024}}, nullptr, nobody));
    auto const made = pool.create("x", {}, nullptr, nobody);
    REQUIRE(made);
    CHECK(pool.local(pool.index_of(*made)) != address{1024});
    for (int i = 0; i < 1000; ++i) {
        pool.remove(pool.index_of(*made));
        auto const next = pool.create("x", {}, nullptr, nobody);
        REQUIRE(next);
        auto const where = pool.local(pool.index_of(*next));
        REQUIRE(where != address{1024});
        REQUIRE(pool.find(where) == pool.index_of(*next));
    }
}

TEST_CASE("A thousand endpoints are found by index, each as itself") {
    auto pool = std::make_unique<endpoint_pool<1000>>();
    for (int i = 0; i < 1000; ++i) {
        REQUIRE(pool->create("many", {}, nullptr, nobody));
    }
    for (std::uint32_t i = 0; i < 1000; ++i) {
        REQUIRE(pool->find(address{1024 + i}) == i);
    }
    CHECK(pool->find(address{1023}) == rpmsg::no_index);
    CHECK(pool->find(address{2024}) == rpmsg::no_index);
    CHECK(pool->find(rpmsg::any_address) == rpmsg::no_index);
}

// The pool in a channel.

constexpr auto acknowledged = vring_config{.buffers = 8, .buffer_size = 64};
constexpr auto unacknowledged = vring_config{.buffers = 8, .buffer_size = 64, .dialect = rpmsg::wire::dialects::linux_virtio};

/// A service with the functions of a pool that records its messages and events.
struct service {
    recorder log{};
    static auto on_message(void* self, link_ref, message const& m) -> void { static_cast<service*>(self)->log.add(m); }
    static auto on_event(void* self, link_ref, event const& what) -> void { static_cast<service*>(self)->log.add(what); }
};
auto add(auto& side, std::string_view name, service& it, rpmsg::endpoint_addresses addresses = {}) -> std::uint32_t {
    auto const made = side.create(name, addresses, &it, &service::on_message, &service::on_event);
    REQUIRE(made);
    return *made;
}

template <vring_config Config> struct two_pools {
    two_sides<Config> shared{};
    channel<decltype(std::declval<two_sides<Config>&>().driver()), endpoint_pool<4, 2>> host{shared.driver()};
    channel<decltype(std::declval<two_sides<Config>&>().device()), endpoint_pool<4, 2>> remote{shared.device()};

    two_pools() {
        REQUIRE(host.start().has_value());
        REQUIRE(remote.start().has_value());
        settle(shared, host, remote);
        REQUIRE(host.is_up());
    }
    auto run() -> void { settle(shared, host, remote); }
};

template <vring_config Config> auto endpoints_come_and_go() -> void {
    auto it = two_pools<Config>{};
    auto a = service{};
    auto b = service{};

    // The host creates first: its announcement is kept at the remote until the name is created there.
    auto const host_id = add(it.host, "late", a);
    CHECK(a.log.count(event_kind::link_up) == 1);
    it.run();
    CHECK(a.log.count(event_kind::bound) == 0);
    auto const remote_id = add(it.remote, "late", b);
    it.run();
    CHECK(a.log.count(event_kind::bound) == 1);
    CHECK(b.log.count(event_kind::bound) == 1);
    CHECK(it.host.at(host_id).peer() == it.remote.at(remote_id).self());
    CHECK(it.host.at(host_id).send("hello"_payload).has_value());
    it.run();
    CHECK(b.log.message_count() == 1);

    // One is destroyed: the other one is unbound, and a message in flight is counted.
    CHECK(it.host.at(host_id).send("under way"_payload).has_value());
    auto const old_address = it.remote.at(remote_id).self();
    CHECK(it.remote.destroy(remote_id).has_value());
    CHECK(it.remote.destroy(remote_id).error() == error::no_endpoint);
    CHECK(it.remote.at(remote_id).send("ghost"_payload).error() == error::no_endpoint);
    CHECK(it.remote.at(remote_id).reserve().refusal() == error::no_endpoint);
    it.run();
    CHECK(a.log.count(event_kind::unbound) == 1);
    CHECK(it.remote.counts()[counter::no_endpoint] == 1);
    CHECK(b.log.message_count() == 1);
    CHECK(it.host.at(host_id).send("nobody"_payload).error() == error::not_bound);

    // The name is created again at another address: it is bound again, and late messages to the old address are dropped.
    auto c = service{};
    auto const next_id = add(it.remote, "late", c);
    CHECK(next_id != remote_id);
    it.run();
    CHECK(it.remote.at(next_id).self() != old_address);
    if (Config.dialect.acknowledged) {
        CHECK(it.host.at(host_id).peer() == it.remote.at(next_id).self());
    }
    CHECK(it.host.at(host_id).send_to(old_address, "late"_payload).has_value());
    CHECK(it.host.at(host_id).send_to(it.remote.at(next_id).self(), "there"_payload).has_value());
    it.run();
    CHECK(c.log.message_count() == 1);
    CHECK(it.remote.counts()[counter::no_endpoint] == 2);
    CHECK(it.host.transport().in_flight() == 0);
}

TEST_CASE("64, 82: endpoints come and go on a running link, acknowledged") { endpoints_come_and_go<acknowledged>(); }

TEST_CASE("64, 82: endpoints come and go on a running link, unacknowledged") { endpoints_come_and_go<unacknowledged>(); }

TEST_CASE("78: a flood of announcements fills the table, is counted, and forgotten with the link") {
    auto it = two_pools<acknowledged>{};
    auto a = service{};
    auto const id = add(it.host, "flood", a, {.local = address{77}});
    for (int i = 0; i < 20; ++i) {
        auto payload = std::array<std::byte, 40>{};
        rpmsg::store(payload,
                     rpmsg::wire::announce("name " + std::to_string(i), address{100}, rpmsg::wire::announcement_kind::create));
        CHECK(it.host.at(id).send_to(rpmsg::name_service_address, payload).has_value());
        it.run();
    }
    CHECK(it.remote.counts()[counter::table_full] >= 18);
    auto waiting = 0;
    it.remote.endpoint_table().unclaimed().for_each([&](auto, auto) { ++waiting; });
    CHECK(waiting == 2);
    it.remote.close();
    waiting = 0;
    it.remote.endpoint_table().unclaimed().for_each([&](auto, auto) { ++waiting; });
    CHECK(waiting == 0);
}

TEST_CASE("An announcement that was taken back is not claimed") {
    auto it = two_pools<acknowledged>{};
    auto a = service{};
    auto b = service{};
    auto const id = add(it.host, "short", a);
    it.run();
    CHECK(it.host.destroy(id).has_value());
    it.run();
    auto const other = add(it.remote, "short", b);
    it.run();
    CHECK(not it.remote.at(other).is_bound());
    CHECK(b.log.count(event_kind::bound) == 0);
}

TEST_CASE("63: a handler may create endpoints, destroy others and itself, and close the link") {
    auto it = two_pools<acknowledged>{};
    struct manager {
        two_pools<acknowledged>* all{};
        std::uint32_t self{};
        std::uint32_t other = rpmsg::no_index;
        service child{};
    } boss{.all = &it};
    auto const obey = [](void* self, link_ref side, message const& m) {
        auto& me = *static_cast<manager*>(self);
        if (same(m.payload, "create"_payload)) {
            me.other = add(me.all->remote, "child", me.child);
        } else if (same(m.payload, "destroy"_payload)) {
            CHECK(me.all->remote.destroy(me.other).has_value());
        } else if (same(m.payload, "poll"_payload)) {
            CHECK(me.all->remote.poll() == 0);
        } else if (same(m.payload, "close"_payload)) {
            me.all->remote.close();
            CHECK(side.send("still there"_payload).has_value());
        } else {
            CHECK(me.all->remote.destroy(me.self).has_value());
            CHECK(side.send("gone"_payload).error() == error::no_endpoint);
            CHECK(not side.reply(m, "gone"_payload));
        }
    };
    auto a = service{};
    auto child = service{};
    auto const host_id = add(it.host, "boss", a);
    auto const host_child = add(it.host, "child", child);
    auto const made = it.remote.create("boss", rpmsg::endpoint_addresses{}, &boss, +obey);
    REQUIRE(made);
    boss.self = *made;
    it.run();
    REQUIRE(it.host.at(host_id).is_bound());
    auto const tell = [&](auto payload) {
        CHECK(it.host.at(host_id).send(payload).has_value());
        it.run();
    };
    tell("create"_payload);
    CHECK(it.host.at(host_child).is_bound());
    CHECK(it.host.at(host_child).send("hello child"_payload).has_value());
    it.run();
    CHECK(boss.child.log.message_count() == 1);
    tell("destroy"_payload);
    CHECK(not it.host.at(host_child).is_bound());
    tell("poll"_payload);
    CHECK(it.remote.counts()[counter::would_deadlock] == 1);
    SECTION("it destroys itself") {
        tell("yourself"_payload);
        CHECK(not it.host.at(host_id).is_bound());
        CHECK(a.log.message_count() == 0);
    }
    SECTION("it closes the link") {
        tell("close"_payload);
        CHECK(not it.remote.is_up());
        CHECK(a.log.message_count() == 1);
        CHECK(a.log.count(event_kind::link_down) == 1);
    }
    CHECK(it.remote.counts()[counter::stale_loan] == 0);
    CHECK(it.host.transport().in_flight() == 0);
}

TEST_CASE("Where names are acknowledged, one endpoint at a time learns its peer by a name") {
    auto it = two_pools<acknowledged>{};
    auto a = service{};
    auto const create = [&](std::string_view name, rpmsg::endpoint_addresses addresses = {}) {
        return it.host.create(name, addresses, &a, &service::on_message, &service::on_event);
    };
    auto const first = create("x");
    REQUIRE(first);
    CHECK(create("x").error() == error::name_in_use);
    CHECK(a.log.count(event_kind::link_up) == 1); // that of the first one
    SECTION("others go beside it: with a fixed peer, with another name, or without one") {
        CHECK(create("x", {.peer = address{7}}));
        CHECK(create("y"));
        CHECK(create(""));
    }
    SECTION("one without a name has no other one") {
        CHECK(create(""));
        CHECK(create(""));
    }
    SECTION("an endpoint with a fixed peer does not learn it") {
        CHECK(create("y", {.peer = address{7}}));
        CHECK(create("y"));
        CHECK(create("y").error() == error::name_in_use);
    }
    SECTION("a refused one leaves its place") {
        for (auto i = 0; i < 10; ++i) {
            CHECK(create("x").error() == error::name_in_use);
        }
        CHECK((create("1") and create("2") and create("3")));
    }
    SECTION("the name is free when the endpoint is destroyed") {
        REQUIRE(it.host.destroy(*first));
        auto const second = create("x");
        REQUIRE(second);
        auto b = service{};
        auto const peer = add(it.remote, "x", b);
        it.run();
        CHECK(it.host.at(*second).peer() == it.remote.at(peer).self());
        CHECK(it.remote.at(peer).peer() == it.host.at(*second).self());
    }
    SECTION("the same before the link comes up") {
        it.host.close();
        CHECK(create("x").error() == error::name_in_use);
    }
}

TEST_CASE("Where names are not acknowledged, several endpoints have the same name") {
    auto it = two_pools<unacknowledged>{};
    auto a = service{};
    CHECK(add(it.host, "x", a) != add(it.host, "x", a));
}

/// Its event handler creates the name of its own endpoint once more when the link is up.
struct eager_service {
    two_pools<acknowledged>* all{};
    service second{};
    error refusal{};

    static auto on_message(void*, link_ref, message const&) -> void {}
    static auto on_event(void* self, link_ref, event const& what) -> void {
        auto& me = *static_cast<eager_service*>(self);
        if (what.kind == event_kind::link_up) {
            me.refusal =
                me.all->remote.create("x", rpmsg::endpoint_addresses{}, &me.second, &service::on_message, &service::on_event)
                    .error();
        }
    }
};

TEST_CASE("An event handler that creates its name once more is refused, and the peer that comes late is bound both ways") {
    auto it = two_pools<acknowledged>{};
    auto eager = eager_service{.all = &it};
    auto const mine =
        it.remote.create("x", rpmsg::endpoint_addresses{}, &eager, &eager_service::on_message, &eager_service::on_event);
    REQUIRE(mine);
    CHECK(eager.refusal == error::name_in_use);
    CHECK(eager.second.log.count(event_kind::link_up) == 0);
    it.run();
    auto a = service{};
    auto const late = add(it.host, "x", a);
    it.run();
    CHECK(it.host.at(late).peer() == it.remote.at(*mine).self());
    CHECK(it.remote.at(*mine).peer() == it.host.at(late).self());
}

TEST_CASE("A pool of objects with a call operator needs no functions") {
    auto it = two_pools<acknowledged>{};
    auto heard = 0;
    auto handler = [&](link_ref side, message const& m) {
        ++heard;
        side.reply(m, m.payload);
    };
    auto a = service{};
    auto const id = add(it.host, "object", a);
    REQUIRE(it.remote.create("object", handler));
    it.run();
    CHECK(it.host.at(id).send("echo"_payload).has_value());
    it.run();
    CHECK(heard == 1);
    CHECK(same(a.log.payload(0), "echo"_payload));
}

TEST_CASE("Endpoints of a pool outlive their link") {
    auto it = two_pools<acknowledged>{};
    auto a = service{};
    auto b = service{};
    auto const host_id = add(it.host, "x", a);
    auto const remote_id = add(it.remote, "x", b);
    auto const doomed = add(it.remote, "doomed", b);
    it.run();
    REQUIRE(it.host.at(host_id).is_bound());
    CHECK(it.remote.destroy(doomed).has_value());
    it.remote.close();
    it.run();
    CHECK(not it.host.is_up());
    CHECK(it.remote.start().has_value());
    it.run();
    CHECK(it.host.at(host_id).is_bound());
    CHECK(it.remote.at(remote_id).is_bound());
    CHECK(it.remote.at(doomed).send({}).error() == error::no_endpoint);
    CHECK(a.log.count(event_kind::link_up) == 2);
}

template <typename Channel> auto takes_an_endpoint(Channel& side) -> bool {
    auto const made = side.create("last", rpmsg::endpoint_addresses{.local = address{9999}}, nullptr, nobody);
    return made and side.endpoint_table().find(address{9999}) == side.endpoint_table().index_of(*made);
}

TEST_CASE("A channel with 10,000 endpoints that is made at run time needs the stack for one pool of them at most") {
    using rpmsg::testing::loopback;
    auto memory = rpmsg::testing::loopback_memory<>{};
    SECTION("a pool that is given to a channel with static storage") {
        static auto side = channel{loopback<>{memory, 0}, endpoint_pool<10'000>{}};
        CHECK(takes_an_endpoint(side));
    }
    SECTION("a pool that is given to a channel on the stack") {
        auto side = channel{loopback<>{memory, 0}, endpoint_pool<10'000>{}};
        CHECK(takes_an_endpoint(side));
    }
    SECTION("a pool that is built in its place") {
        auto side = channel<loopback<>, endpoint_pool<10'000>>{loopback<>{memory, 0}};
        CHECK(takes_an_endpoint(side));
    }
}

TEST_CASE("A pool finds endpoints by name in the order of their creation, and none that has no name") {
    auto pool = endpoint_pool<8>{};
    auto const add = [&](std::string_view name) { return pool.index_of(*pool.create(name, {}, nullptr, nobody)); };
    auto const named = [&](std::string_view name) {
        auto found = std::vector<std::uint32_t>{};
        auto const padded = rpmsg::wire::pad(name);
        for (auto i = pool.first_named(padded); i != rpmsg::no_index; i = pool.next_named(i, padded)) {
            if (rpmsg::wire::is_same(pool.name(i), padded)) {
                found.push_back(i);
            }
        }
        return found;
    };
    add("");
    add("");
    auto const a = add("same");
    add("other");
    auto const b = add("same");
    auto const c = add("same");
    CHECK(named("").empty());
    CHECK(named("same") == std::vector{a, b, c});
    pool.remove(b);
    CHECK(named("same") == std::vector{a, c});
    pool.remove(a);
    auto const d = add("same");
    CHECK(named("same") == std::vector{c, d});
    pool.remove(c);
    pool.remove(d);
    CHECK(named("same").empty());
    CHECK(named("other").size() == 1);
}

} // namespace
