#include <rpmsg/service/socket/sockets.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_ends.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace {
using namespace rpmsg;
namespace direction = wire::socket_direction;

constexpr auto carries_both_ways() -> bool {
    auto it = connected<>{};
    check(it.a.readiness(it.server).writable and it.b.readiness(it.client).writable);
    check(it.send("hello"_payload) and it.a.readiness(it.server).readable and it.reads("hello"_payload));
    check(it.error_of_read() == error::would_block);
    auto into = std::array<std::byte, 8>{};
    check(it.a.send(it.at_a, it.server, "world"_payload).has_value());
    it.turn();
    auto const got = it.b.receive(it.at_b, it.client, into);
    return got.has_value() and same(const_bytes{into}.first(*got), "world"_payload);
}

template <bool Acknowledged> constexpr auto carries_datagrams() -> bool {
    auto it = paired<two_ends<socket_config{}, Acknowledged>>{};
    check(it.send("one"_payload) and it.send(""_payload) and it.send("three"_payload));
    return it.reads("one"_payload) and it.reads(""_payload) and it.reads("three"_payload) and
           it.error_of_read() == error::would_block;
}

constexpr auto without_acknowledged_names() -> bool {
    auto it = connected<two_ends<socket_config{}, false>>{};
    return it.send("hello"_payload) and it.reads("hello"_payload);
}

constexpr auto ends_with_the_peer() -> bool {
    auto it = connected<>{};
    check(it.send("last"_payload) and it.b.close(it.at_b, it.client).has_value());
    it.turn();
    auto const ready = it.a.readiness(it.server);
    check(ready.readable and ready.hung_up and not ready.writable);
    check(it.a.end(it.server) == socket_end::peer_closed);
    check(it.a.send(it.at_a, it.server, "x"_payload).error() == error::closed);
    return it.reads("last"_payload) and it.reads({}) and it.reads({});
}
} // namespace

TEST_CASE("a stream carries bytes in both directions") { STATIC_REQUIRE(carries_both_ways()); }

TEST_CASE("a stream needs no acknowledged names") { STATIC_REQUIRE(without_acknowledged_names()); }

TEST_CASE("datagrams keep their bounds, empty ones too") {
    STATIC_REQUIRE(carries_datagrams<true>());
    STATIC_REQUIRE(carries_datagrams<false>());
}

TEST_CASE("what the peer sent before it closed is read, then comes the end") { STATIC_REQUIRE(ends_with_the_peer()); }

TEST_CASE("either side may come first: a connection waits for the server of its name") {
    auto it = two_ends<>{};
    auto const client = it.connect("late");
    CHECK_FALSE(it.b.readiness(client).writable);
    auto const server = it.listen("late");
    it.turn();
    CHECK(it.b.readiness(client).writable);
    CHECK(it.a.readiness(server).readable);
}

TEST_CASE("a link that comes up later connects what was opened before") {
    auto it = two_ends<>{};
    it.at_a.close();
    it.turn();
    auto const client = it.connect("late");
    (void)it.listen("late");
    CHECK(it.at_a.start());
    it.turn();
    CHECK(it.b.readiness(client).writable);
}

TEST_CASE("bad names, handles and arguments are refused in words") {
    auto it = two_ends<socket_config{.connections = 2}>{};
    CHECK(it.a.bind(it.at_a, socket_kind::stream, "").error() == error::malformed);
    CHECK(it.a.connect(it.at_a, socket_kind::datagram, std::string(108, 'x')).error() == error::malformed);
    auto const server = it.a.bind(it.at_a, socket_kind::stream, "server");
    REQUIRE(server);
    CHECK(it.a.bind(it.at_a, socket_kind::stream, "server").error() == error::name_in_use);
    CHECK(it.a.bind(it.at_a, socket_kind::stream, "other").error() == error::no_endpoint);
    CHECK(it.a.listen(it.at_a, *server, 0).error() == error::malformed);
    CHECK(it.a.accept(it.at_a, *server).error() == error::no_endpoint); // it does not listen
    CHECK(it.a.close(it.at_a, *server));
    CHECK(it.a.close(it.at_a, *server).error() == error::no_endpoint);
    CHECK(it.a.listen(it.at_a, *server, 1).error() == error::no_endpoint);
    CHECK(it.a.send(it.at_a, {}, "x"_payload).error() == error::no_endpoint);
    CHECK(it.a.shut_down(it.at_a, {}, direction::send).error() == error::no_endpoint);
    CHECK(it.a.consume(it.at_a, {}, 1).error() == error::no_endpoint);

    auto const one = it.b.connect(it.at_b, socket_kind::datagram, "one");
    REQUIRE(one);
    CHECK(it.b.connect(it.at_b, socket_kind::datagram, "one").error() == error::name_in_use);
    CHECK(it.b.send(it.at_b, *one, "x"_payload).error() == error::would_block);
    CHECK(it.b.shut_down(it.at_b, *one, direction::send).error() == error::not_bound);
    CHECK(it.b.connect(it.at_b, socket_kind::stream, "two"));
    CHECK(it.b.connect(it.at_b, socket_kind::stream, "three").error() == error::no_endpoint);
}

TEST_CASE("a closed socket is not the one that has its place later") {
    auto it = connected<two_ends<socket_config{.connections = 1}>>{};
    auto const old = it.client;
    CHECK(it.b.close(it.at_b, old));
    it.turn();
    CHECK(it.a.close(it.at_a, it.server));
    it.turn();
    it.client = it.connect("server");
    CHECK(it.client != old);
    CHECK(it.b.send(it.at_b, old, "x"_payload).error() == error::no_endpoint);
    CHECK(it.send("x"_payload));
}

TEST_CASE("a sender is stopped by the window of a slow reader, which loses nothing") {
    auto it = connected<two_ends<socket_config{.window = 100}>>{};
    auto data = std::vector<std::byte>(1000);
    for (std::size_t i = 0; i < data.size(); ++i) {
        data[i] = static_cast<std::byte>(i * 7);
    }
    auto sent = std::size_t{};
    auto read = std::vector<std::byte>{};
    auto refused = 0;
    for (auto round = 0; round < 200 and read.size() < data.size(); ++round) {
        auto const some = it.b.send(it.at_b, it.client, const_bytes{data}.subspan(sent));
        sent += some ? *some : 0;
        refused += some.error() == error::would_block ? 1 : 0;
        it.turn();
        CHECK(it.b.unacknowledged(it.client) <= 100);
        auto into = std::array<std::byte, 33>{};
        if (auto const got = it.a.receive(it.at_a, it.server, into); got) {
            read.insert(read.end(), into.begin(), into.begin() + static_cast<std::ptrdiff_t>(*got));
        }
    }
    CHECK(read == data);
    CHECK(refused > 0);
}

TEST_CASE("received bytes can be read where they lie") {
    auto it = connected<two_ends<socket_config{.window = 16}>>{};
    CHECK(it.send("0123456789"_payload));
    CHECK(it.a.consume(it.at_a, it.server, 11).error() == error::malformed);
    CHECK(it.a.consume(it.at_a, it.server, 9));
    it.turn();
    CHECK(it.send("abcdefghij"_payload));
    auto const data = it.a.peek(it.server);
    CHECK(same(data.first, "9abcdef"_payload));
    CHECK(same(data.second, "ghij"_payload));
    CHECK(it.a.consume(it.at_a, it.server, 11));
    CHECK(it.a.peek(it.server).size() == 0);
}

TEST_CASE("data can be written where it is sent from") {
    auto it = connected<two_ends<socket_config{.window = 20}>>{};
    auto room = it.b.reserve(it.at_b, it.client);
    REQUIRE(room);
    CHECK(room.payload().size() == 20);
    copy("in place"_payload, room.payload());
    CHECK(it.b.commit(it.at_b, it.client, std::move(room), 8));
    it.turn();
    CHECK(it.reads("in place"_payload));
}

TEST_CASE("a connection that no place is free for waits for one") {
    auto it = two_ends<socket_config{.connections = 2}>{};
    auto const server = it.listen("server", 1);
    auto const one = it.connect("server");
    auto const two = it.connect("server");
    CHECK(it.b.readiness(one).writable);
    CHECK_FALSE(it.b.readiness(two).writable);
    auto const first = it.accept(server);
    it.turn();
    CHECK(it.b.readiness(two).writable);
    CHECK(it.a.accept(it.at_a, server));
    CHECK(it.a.readiness(first).writable);
}

TEST_CASE("connections are accepted in the order in which they came") {
    auto it = two_ends<>{};
    auto const server = it.listen("server");
    for (auto const each : {"one"_payload, "two"_payload, "six"_payload}) {
        auto const client = it.connect("server");
        CHECK(it.b.send(it.at_b, client, each));
    }
    it.turn();
    for (auto const each : {"one"_payload, "two"_payload, "six"_payload}) {
        auto into = std::array<std::byte, 3>{};
        CHECK(it.a.receive(it.at_a, it.accept(server), into));
        CHECK(same(into, each));
    }
}

TEST_CASE("a server that is closed ends the connections that it has not accepted") {
    auto it = two_ends<>{};
    auto const server = it.listen("server");
    auto const client = it.connect("server");
    CHECK(it.a.close(it.at_a, server));
    it.turn();
    CHECK(it.b.readiness(client).hung_up);
    CHECK(it.b.end(client) == socket_end::peer_closed);
    auto const again = it.listen("server");
    CHECK(it.b.close(it.at_b, client));
    auto const next = it.connect("server");
    CHECK(it.b.readiness(next).writable);
    CHECK(it.a.accept(it.at_a, again));
}

TEST_CASE("the owner of a socket is told to the peer") {
    auto it = two_ends<>{};
    it.b.set_credentials({.process = 7, .user = 1000, .group = 100});
    auto const server = it.listen("server");
    (void)it.connect("server");
    CHECK(it.a.credentials(it.accept(server)) == socket_credentials{7, 1000, 100});
}

TEST_CASE("the end of one direction leaves the other open") {
    auto it = connected<>{};
    CHECK(it.send("question"_payload));
    CHECK(it.b.shut_down(it.at_b, it.client, direction::send));
    CHECK(it.b.send(it.at_b, it.client, "x"_payload).error() == error::closed);
    CHECK(it.reads("question"_payload));
    it.now += 100;
    it.turn();
    CHECK(it.reads({}));
    CHECK_FALSE(it.a.readiness(it.server).hung_up);
    CHECK(it.a.send(it.at_a, it.server, "answer"_payload));
    it.turn();
    auto into = std::array<std::byte, 6>{};
    CHECK(it.b.receive(it.at_b, it.client, into));
    CHECK(same(into, "answer"_payload));
}

TEST_CASE("a side that receives no more ends the sending of its peer, and needs no reader") {
    auto it = connected<two_ends<socket_config{.window = 64}>>{};
    CHECK(it.send("unread"_payload));
    CHECK(it.a.shut_down(it.at_a, it.server, direction::receive));
    CHECK(it.b.send(it.at_b, it.client, "crossing"_payload));
    it.turn();
    CHECK(it.b.send(it.at_b, it.client, "x"_payload).error() == error::closed);
    CHECK(it.reads({}));
    CHECK(it.a.send(it.at_a, it.server, "x"_payload));
}

TEST_CASE("the peer is told of the end once it has acknowledged all data, or need not") {
    auto it = connected<two_ends<socket_config{.window = 40, .shutdown_delay = 50}>>{};
    CHECK(it.send("thirty bytes, more than a half"_payload));
    CHECK(it.b.shut_down(it.at_b, it.client, direction::send));
    it.turn();
    CHECK_FALSE(it.at_b.next_deadline(it.now).is_set); // the peer owes an acknowledgement
    it.now += 1000;
    it.turn();
    CHECK_FALSE(it.a.readiness(it.server).hung_up);
    CHECK(it.reads("thirty bytes, more than a half"_payload));
    CHECK(it.reads({}));

    auto other = connected<two_ends<socket_config{.window = 40, .shutdown_delay = 50}>>{};
    CHECK(other.send("ten bytes."_payload));
    CHECK(other.b.shut_down(other.at_b, other.client, direction::send));
    CHECK(other.at_b.is_pending());
    other.turn();
    CHECK(other.at_b.next_deadline(other.now).is_set);
    CHECK(other.at_b.next_deadline(other.now).at == 50);
    other.now += 49;
    other.turn();
    CHECK(other.reads("ten bytes."_payload));
    CHECK(other.error_of_read() == error::would_block);
    other.now += 1;
    other.turn();
    CHECK(other.reads({}));
}

TEST_CASE("a link that goes down ends the connections, and what was received is still read") {
    auto it = connected<>{};
    CHECK(it.send("last"_payload));
    it.at_b.close();
    it.turn();
    CHECK(it.b.end(it.client) == socket_end::link_down);
    CHECK(it.a.readiness(it.server).hung_up);
    CHECK(it.reads("last"_payload));
    CHECK(it.b.close(it.at_b, it.client));
    CHECK(it.at_b.start());
    it.turn();
    auto const next = it.connect("server");
    CHECK(it.b.readiness(next).writable);
}

namespace {
struct readiness_log {
    std::vector<std::string> lines{};
    auto operator()(auto&, auto&, socket_handle which, socket_readiness now) -> void {
        lines.push_back(std::to_string(which.place) + (now.readable ? " readable" : "") + (now.writable ? " writable" : "") +
                        (now.hung_up ? " hung up" : ""));
    }
};
std::vector<std::string> heard{};
struct log_readiness {
    auto operator()(auto&, auto&, socket_handle which, socket_readiness now) const -> void {
        auto log = readiness_log{};
        log(heard, heard, which, now);
        heard.push_back(log.lines.back());
    }
};
} // namespace

TEST_CASE("readiness is told once for each change") {
    heard.clear();
    auto it = connected<two_ends<socket_config{.window = 8}, true, 4, 64, log_readiness>>{};
    CHECK(heard == std::vector<std::string>{"0 writable", "4 readable", "0 writable"}); // client, server, its connection
    heard.clear();
    CHECK(it.send("12345678"_payload));
    CHECK(it.b.send(it.at_b, it.client, "9"_payload).error() == error::would_block);
    it.turn();
    REQUIRE_FALSE(heard.empty());
    CHECK(heard.back() == "0 readable writable");
    heard.clear();
    CHECK(it.reads("12345678"_payload));
    CHECK(heard == std::vector<std::string>{"0 writable"});
    heard.clear();
    CHECK(it.b.close(it.at_b, it.client));
    it.turn();
    CHECK(heard == std::vector<std::string>{"0 readable hung up"});
}
