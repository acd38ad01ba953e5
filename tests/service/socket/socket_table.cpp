#include <rpmsg/service/socket/socket_table.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_ends.hpp"
#include <array>
#include <cstddef>

namespace {
using namespace rpmsg;
} // namespace

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

TEST_CASE("a socket that has ended keeps its place until it is closed, then the next connection has it") {
    auto it = connected<two_ends<socket_config{.connections = 1}>>{};
    CHECK(it.b.close(it.at_b, it.client));
    it.turn();
    auto const next = it.connect("server");
    CHECK_FALSE(it.b.readiness(next).writable);
    CHECK(it.a.close(it.at_a, it.server));
    it.turn();
    CHECK(it.b.readiness(next).writable);
}
