#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/framework/listener.hpp>
#include <rpmsg/framework/named.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using rpmsg::address;
using rpmsg::channel;
using rpmsg::counter;
using rpmsg::endpoint;
using rpmsg::endpoint_pool;
using rpmsg::endpoints;
using rpmsg::error;
using rpmsg::listener;
using rpmsg::message;
using rpmsg::named;
using rpmsg::testing::loopback;
using rpmsg::testing::loopback_memory;
using rpmsg::testing::recorder;
namespace wire = rpmsg::wire;

/// A server that records what happens to its sessions, and sends each message back.
struct server {
    std::vector<std::string> log{};
    std::uint32_t messages{};

    auto on_open(auto& link, std::uint32_t session) -> void {
        log.push_back("open " + std::to_string(session) + " " + std::string{link.name()});
    }
    auto on_message(auto& link, std::uint32_t, message const& m) -> void {
        ++messages;
        (void)link.send(m.payload);
    }
    auto on_close(auto&, std::uint32_t session) -> void { log.push_back("close " + std::to_string(session)); }
};

/// A side with a table of groups, and a peer that creates endpoints of any name.
template <bool Acknowledged, typename Table> struct pair_of {
    loopback_memory<8, 64> memory{};
    std::uint32_t received{};
    decltype([](auto, message const&) {}) ignore{};
    channel<loopback<Acknowledged, 8, 64>, Table> side;
    channel<loopback<Acknowledged, 8, 64>, endpoint_pool<16>> peer{loopback<Acknowledged, 8, 64>{memory, 1},
                                                                   endpoint_pool<16>{}};

    explicit pair_of(Table table) : side{loopback<Acknowledged, 8, 64>{memory, 0}, std::move(table)} {
        REQUIRE(side.start());
        REQUIRE(peer.start());
        settle();
    }
    auto settle() -> void {
        for (int i = 0; i < 40; ++i) {
            (void)side.poll();
            (void)peer.poll();
        }
        CHECK_FALSE(side.is_pending());
    }
    auto create(std::string_view name) -> std::uint32_t {
        auto const made = peer.create(name, ignore);
        REQUIRE(made);
        settle();
        return *made;
    }
    auto destroy(std::uint32_t id) -> void {
        REQUIRE(peer.destroy(id));
        settle();
    }
};

template <bool Acknowledged> auto sessions_follow_the_peer() -> void {
    auto it = server{};
    auto pair = pair_of<Acknowledged, decltype(endpoints{listener<"fs-", 2>(it)})>{endpoints{listener<"fs-", 2>(it)}};
    auto const one = pair.create("fs-one");
    auto const two = pair.create("fs-two");
    CHECK(it.log == std::vector<std::string>{"open 0 fs-one", "open 1 fs-two"});
    pair.destroy(one);
    CHECK(it.log.back() == "close 0");
    auto const three = pair.create("fs-three");
    CHECK(it.log.back() == "open 0 fs-three");
    pair.peer.close();
    pair.settle();
    CHECK(it.log.size() == 6);
    static_cast<void>(two);
    static_cast<void>(three);
}

TEST_CASE("A table has events only where a service takes them, and nothing of a service without state") {
    using quiet = decltype(endpoints{listener<"x", 2>([](auto&, std::uint32_t, message const&) {})});
    using told = decltype(endpoints{listener<"x", 2>(std::declval<server&>())});
    STATIC_REQUIRE(not quiet::handles_events);
    STATIC_REQUIRE(told::handles_events);
    static constexpr auto stateless = [](auto&, std::uint32_t, message const&) {};
    STATIC_REQUIRE(std::is_empty_v<decltype(listener<"x", 2>(stateless))>);
}

TEST_CASE("A listener opens a session for each name of the peer that begins with its prefix") {
    sessions_follow_the_peer<true>();
    sessions_follow_the_peer<false>();
}

TEST_CASE("An acknowledged session is bound on both sides, and what it is sent comes back") {
    auto it = server{};
    auto pair = pair_of<true, decltype(endpoints{listener<"fs-", 2>(it)})>{endpoints{listener<"fs-", 2>(it)}};
    auto const one = pair.create("fs-one");
    REQUIRE(pair.peer.at(one).is_bound());
    CHECK(pair.peer.at(one).send("hi"_payload));
    pair.settle();
    CHECK(it.messages == 1);
}

template <bool Acknowledged> auto a_full_listener_takes_the_next() -> void {
    auto it = server{};
    auto pair = pair_of<Acknowledged, decltype(endpoints{listener<"fs-", 1>(it)})>{endpoints{listener<"fs-", 1>(it)}};
    auto const one = pair.create("fs-one");
    auto const two = pair.create("fs-two");
    auto const three = pair.create("fs-three");
    auto const four = pair.create("fs-four");
    CHECK(it.log.size() == 1);
    CHECK((not Acknowledged or not pair.peer.at(two).is_bound()));
    pair.destroy(two); // it waits no more
    pair.destroy(one);
    CHECK(it.log == std::vector<std::string>{"open 0 fs-one", "close 0", "open 0 fs-three"});
    CHECK((not Acknowledged or pair.peer.at(three).is_bound()));
    pair.destroy(three);
    CHECK(it.log.back() == "open 0 fs-four");
    CHECK((not Acknowledged or pair.peer.at(four).is_bound()));
}

TEST_CASE("A name that finds all sessions taken gets the next one that ends, in the order of the names") {
    a_full_listener_takes_the_next<true>();
    a_full_listener_takes_the_next<false>();
}

struct closing_server : server {
    auto on_message(auto& link, std::uint32_t, message const&) -> void { link.close(); }
};

TEST_CASE("A name that waited is acknowledged while the side polls only for work that is reported") {
    auto it = server{};
    auto pair = pair_of<true, decltype(endpoints{listener<"fs-", 1>(it)})>{endpoints{listener<"fs-", 1>(it)}};
    auto const one = pair.create("fs-one");
    auto const two = pair.create("fs-two");
    REQUIRE(pair.peer.destroy(one));
    (void)pair.peer.poll();
    (void)pair.side.poll(); // for the doorbell
    for (int i = 0; i < 10 and pair.side.is_pending(); ++i) {
        (void)pair.side.poll();
    }
    CHECK_FALSE(pair.side.is_pending());
    (void)pair.peer.poll();
    CHECK(pair.peer.at(two).is_bound());
}

TEST_CASE("A session that the server closes is withdrawn, and its place serves the next name") {
    auto it = closing_server{};
    auto pair = pair_of<true, decltype(endpoints{listener<"fs-", 1>(it)})>{endpoints{listener<"fs-", 1>(it)}};
    auto const one = pair.create("fs-one");
    auto const two = pair.create("fs-two");
    REQUIRE(pair.peer.at(one).send("bye"_payload));
    pair.settle();
    CHECK_FALSE(pair.peer.at(one).is_bound());
    CHECK(pair.peer.at(two).is_bound());
    CHECK(it.log == std::vector<std::string>{"open 0 fs-one", "open 0 fs-two"}); // who closes is not told
}

TEST_CASE("A name that is withdrawn and created again before it is acknowledged is bound to the session of its second life") {
    auto it = server{};
    auto pair = pair_of<true, decltype(endpoints{listener<"fs-", 1>(it)})>{endpoints{listener<"fs-", 1>(it)}};
    auto const polled = [](auto& link) {
        while (link.is_pending()) {
            (void)link.poll();
        }
    };
    auto const first = *pair.peer.create("fs-one", pair.ignore);
    polled(pair.peer);
    auto second = std::uint32_t{};
    auto const live_again = [&] {
        REQUIRE(pair.peer.destroy(first));
        second = *pair.peer.create("fs-one", pair.ignore);
    };
    SECTION("the acknowledge of the first life comes before the second one is announced") {
        polled(pair.side);
        live_again();
    }
    SECTION("it comes after that") {
        live_again();
        polled(pair.peer);
        (void)pair.side.poll({.messages = 1});
        polled(pair.peer);
    }
    pair.settle();
    REQUIRE(pair.peer.at(second).send("hi"_payload));
    pair.settle();
    CHECK(it.messages == 1);
    CHECK(it.log == std::vector<std::string>{"open 0 fs-one", "close 0", "open 0 fs-one"});
}

TEST_CASE("A message to a session that ended reaches nobody, though its place is taken again") {
    auto it = server{};
    auto pair = pair_of<false, decltype(endpoints{listener<"fs-", 1>(it)})>{endpoints{listener<"fs-", 1>(it)}};
    auto const one = pair.create("fs-one");
    auto const before = pair.side.endpoint_table().local(0);
    pair.destroy(one);
    auto const two = pair.create("fs-two");
    CHECK(pair.side.endpoint_table().local(0) != before);
    REQUIRE(pair.peer.at(two).send_to(before, "late"_payload));
    pair.settle();
    CHECK(it.messages == 0);
    CHECK(pair.side.counts()[counter::no_endpoint] == 1);
}

TEST_CASE("The exact name comes before the longest prefix, and that before a shorter one") {
    auto whole = recorder{};
    auto longer = server{};
    auto shorter = server{};
    auto table =
        endpoints{listener<"a", 2>(shorter), endpoint<"a-b-c">(whole.messages(), whole.events()), listener<"a-b", 2>(longer)};
    auto pair = pair_of<true, decltype(table)>{table};
    (void)pair.create("a-b-c");
    (void)pair.create("a-b-d");
    (void)pair.create("a-x");
    (void)pair.create("b");
    CHECK(whole.count(rpmsg::event_kind::bound) == 1);
    CHECK(longer.log == std::vector<std::string>{"open 0 a-b-d"});
    CHECK(shorter.log == std::vector<std::string>{"open 0 a-x"});
}

TEST_CASE("Names of 31 characters that differ behind the prefix are served apart") {
    auto it = server{};
    auto pair = pair_of<true, decltype(endpoints{listener<"fs-", 4>(it)})>{endpoints{listener<"fs-", 4>(it)}};
    (void)pair.create("fs-345678901234567890123456789a");
    (void)pair.create("fs-345678901234567890123456789b");
    CHECK(it.log ==
          std::vector<std::string>{"open 0 fs-345678901234567890123456789a", "open 1 fs-345678901234567890123456789b"});
}

TEST_CASE("A name that fills all 32 characters of an announcement is acknowledged whole") {
    auto memory = loopback_memory<8, 64>{};
    auto it = server{};
    auto side = channel{loopback<true, 8, 64>{memory, 0}, endpoints{listener<"fs-", 4>(it)}};
    auto peer = loopback<true, 8, 64>{memory, 1};
    REQUIRE(side.start());
    REQUIRE(peer.start());
    for (int i = 0; i < 4; ++i) {
        (void)side.poll();
        (void)peer.poll(0);
    }
    auto name = wire::padded_name{};
    for (std::size_t i = 0; i < name.size(); ++i) {
        name[i] = i < 3 ? "fs-"[i] : 'x';
    }
    auto const announced = wire::announcement{.name = name, .where = address{1077}, .kind = wire::announcement_kind::create};
    auto const room = peer.reserve();
    rpmsg::copy(std::as_bytes(std::span{&announced, 1}), room.space);
    REQUIRE(peer.commit(room, {.source = address{1077}, .destination = rpmsg::name_service_address, .length = 40}));
    (void)side.poll();
    auto const answer = peer.receive();
    auto acknowledged = wire::announcement{};
    REQUIRE(answer.outcome == rpmsg::rx_outcome::message);
    REQUIRE(wire::read_announcement(answer.payload, true, acknowledged));
    CHECK(acknowledged.name == name);
    CHECK(acknowledged.kind == wire::announcement_kind::acknowledge);
    CHECK(acknowledged.where == side.endpoint_table().local(0));
    CHECK(it.log == std::vector<std::string>{"open 0 " + std::string{wire::view_of(name)}});
}

TEST_CASE("Equal names at two addresses are two sessions, and each ends by its own address") {
    auto it = server{};
    auto pair = pair_of<false, decltype(endpoints{listener<"fs-", 2>(it)})>{endpoints{listener<"fs-", 2>(it)}};
    auto const one = pair.create("fs-x");
    auto const two = pair.create("fs-x");
    CHECK(it.log == std::vector<std::string>{"open 0 fs-x", "open 1 fs-x"});
    pair.destroy(two);
    CHECK(it.log.back() == "close 1");
    pair.destroy(one);
    CHECK(it.log.back() == "close 0");
}

TEST_CASE("A storm of names that come and go leaves the sessions as they were") {
    auto it = server{};
    auto pair = pair_of<true, decltype(endpoints{listener<"fs-", 3>(it)})>{endpoints{listener<"fs-", 3>(it)}};
    for (int i = 0; i < 500; ++i) {
        auto ids = std::array<std::uint32_t, 5>{};
        for (auto& id : ids) {
            auto const made = pair.peer.create("fs-" + std::to_string(i) + "-" + std::to_string(&id - ids.data()), pair.ignore);
            REQUIRE(made);
            id = *made;
            (void)pair.peer.poll();
            (void)pair.side.poll();
        }
        for (auto const id : ids) {
            REQUIRE(pair.peer.destroy(id));
            (void)pair.side.poll();
        }
        pair.settle();
    }
    for (std::uint32_t i = 0; i < 3; ++i) {
        CHECK_FALSE(pair.side.endpoint_table().is_used(i));
    }
    std::uint32_t unclaimed = 0;
    pair.side.endpoint_table().unclaimed().for_each([&](std::string_view, address) { ++unclaimed; });
    CHECK(unclaimed == 0);
    std::size_t opened = 0;
    for (auto const& line : it.log) {
        opened += line.starts_with("open") ? 1u : 0u;
    }
    CHECK(it.log.size() == 2 * opened);
}

/// Takes the names that were opened at run time, as sockets do.
struct opens_names : server {
    std::string wanted{};
    bool looks_again{};

    auto accepts(std::string_view name) -> std::uint32_t {
        return not wanted.empty() and name == wanted ? rpmsg::match_prefix(name, wanted) : 0;
    }
    auto on_poll(auto& link, rpmsg::ticks) -> void {
        if (std::exchange(looks_again, false)) {
            link.rescan();
        }
    }
    [[nodiscard]] auto is_pending() const -> bool { return looks_again; }
};

TEST_CASE("A name that nobody took is offered once more when a service opens it") {
    auto it = opens_names{};
    auto pair = pair_of<true, decltype(endpoints{listener<2>(it)})>{endpoints{listener<2>(it)}};
    auto const one = pair.create("sk:80");
    CHECK(it.log.empty());
    it.wanted = "sk:80";
    it.looks_again = true;
    CHECK(pair.side.is_pending());
    pair.settle();
    CHECK(it.log == std::vector<std::string>{"open 0 sk:80"});
    CHECK(pair.peer.at(one).is_bound());
}

/// Opens a session with a name of this side.
struct client {
    std::string wish{};
    std::vector<std::string> log{};
    rpmsg::error refusal{};
    int ups{}; ///< link_up less link_down
    int least{};

    auto accepts(std::string_view) -> std::uint32_t { return 0; }
    auto on_open(auto& link, std::uint32_t session) -> void {
        log.push_back("open " + std::to_string(session) + " " + std::string{link.name()});
        (void)link.session(session).send("hello"_payload);
    }
    auto on_close(auto&, std::uint32_t session) -> void { log.push_back("close " + std::to_string(session)); }
    auto on_message(auto&, std::uint32_t, message const&) -> void {}
    auto on_event(auto&, std::uint32_t, rpmsg::event const& e) -> void {
        ups += e.kind == rpmsg::event_kind::link_up ? 1 : 0;
        ups -= e.kind == rpmsg::event_kind::link_down ? 1 : 0;
        least = std::min(least, ups);
    }
    auto on_poll(auto& link, rpmsg::ticks) -> void {
        if (not wish.empty()) {
            auto const made = link.open(wish);
            refusal = made.error();
            wish.clear();
        }
    }
};

TEST_CASE("A service opens a name of its own, is bound by the peer, and again after the link was down") {
    auto it = client{};
    auto pair = pair_of<true, decltype(endpoints{listener<2>(it)})>{endpoints{listener<2>(it)}};
    auto log = recorder{};
    auto keep = [&](auto, message const& m) { log.add(m); };
    REQUIRE(pair.peer.create("dev", keep));
    it.wish = "dev";
    pair.settle();
    CHECK(it.log == std::vector<std::string>{"open 0 dev"});
    CHECK(log.message_count() == 1);
    it.wish = "dev";
    pair.settle();
    CHECK(it.refusal == error::name_in_use);
    it.wish = std::string(32, 'x');
    pair.settle();
    CHECK(it.refusal == error::malformed);
    pair.peer.close();
    pair.settle();
    CHECK(it.log.back() == "close 0");
    CHECK(it.ups == 0);
    REQUIRE(pair.peer.start());
    pair.settle();
    CHECK(it.log.back() == "open 0 dev");
    CHECK(it.ups == 1);
    CHECK(it.least == 0); // no link_down without a link_up before
}

TEST_CASE("Groups serve over rings of each kind of naming, from both ends") {
    auto const serve = [](auto shared_of) {
        auto it = server{};
        auto shared = shared_of();
        auto remote = channel{shared.device(), endpoints{listener<"fs-", 2>(it)}};
        auto host = channel{shared.driver(), endpoint_pool<4>{}};
        auto ignore = [](auto, message const&) {};
        REQUIRE(remote.start());
        REQUIRE(host.start());
        settle(shared, host, remote, 0, 12);
        auto const one = host.create("fs-one", ignore);
        REQUIRE(one);
        settle(shared, host, remote, 0, 12);
        CHECK(it.log == std::vector<std::string>{"open 0 fs-one"});
        REQUIRE(host.destroy(*one));
        settle(shared, host, remote, 0, 12);
        CHECK(it.log.back() == "close 0");
    };
    namespace dialects = wire::dialects;
    serve([] { return two_sides<rpmsg::vring_config{.buffers = 8, .buffer_size = 64, .dialect = dialects::rpmsg}>{}; });
    serve([] { return two_sides<rpmsg::vring_config{.buffers = 8, .buffer_size = 64, .dialect = dialects::linux_virtio}>{}; });
    serve([] { return two_sides<rpmsg::vring_config{.buffers = 8, .buffer_size = 64, .dialect = dialects::nuttx}>{}; });
}

} // namespace
