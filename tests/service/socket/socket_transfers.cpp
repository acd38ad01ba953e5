#include <rpmsg/service/socket/socket_transfers.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_ends.hpp"
#include <array>
#include <cstddef>
#include <vector>

namespace {
using namespace rpmsg;
namespace direction = wire::socket_direction;

template <bool Acknowledged> constexpr auto carries_datagrams() -> bool {
    auto it = paired<two_ends<socket_config{}, Acknowledged>>{};
    check(it.send("one"_payload) and it.send(""_payload) and it.send("three"_payload));
    return it.reads("one"_payload) and it.reads(""_payload) and it.reads("three"_payload) and
           it.error_of_read() == error::would_block;
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

TEST_CASE("datagrams keep their bounds, empty ones too") {
    STATIC_REQUIRE(carries_datagrams<true>());
    STATIC_REQUIRE(carries_datagrams<false>());
}

TEST_CASE("what the peer sent before it closed is read, then comes the end") { STATIC_REQUIRE(ends_with_the_peer()); }

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
