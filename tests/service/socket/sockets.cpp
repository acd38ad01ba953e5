#include <rpmsg/service/socket/sockets.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_ends.hpp"
#include <string>

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
} // namespace

TEST_CASE("a stream carries bytes in both directions") { STATIC_REQUIRE(carries_both_ways()); }

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
