// Situations that went wrong in other implementations.
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/service/socket/sockets.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_ends.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {
using namespace rpmsg;

/// A loopback that counts the names that this program withdraws.
struct counted_names : rpmsg::testing::loopback<true, 4, 64> {
    static inline std::uint32_t withdrawn{};

    using loopback::loopback;
    auto commit(tx_buffer const& room, wire::header const& header) -> bool {
        auto announced = wire::announcement{};
        if (header.destination == name_service_address and
            wire::read_announcement(room.space.first(header.length), true, announced)) {
            withdrawn += announced.kind == wire::announcement_kind::destroy ? 1 : 0;
        }
        return loopback::commit(room, header);
    }
};
/// A loopback that notes whether names or data were sent, in their order: 'n' and 'd'.
struct noted_order : rpmsg::testing::loopback<true, 4, 64> {
    static inline std::string sent{};

    using loopback::loopback;
    auto commit(tx_buffer const& room, wire::header const& header) -> bool {
        sent += header.destination == name_service_address ? 'n' : 'd';
        return loopback::commit(room, header);
    }
};
} // namespace

TEST_CASE("a server acknowledges a name before it says anything, also while buffers are scarce") {
    using net = sockets<>;
    using table = endpoints<decltype(group_of(rpmsg::detail::lent<net&>()))>;
    for (auto taken = 0u; taken < 4; ++taken) {
        auto memory = rpmsg::testing::loopback_memory<4, 64>{};
        auto a = net{};
        auto b = net{};
        auto at_a = channel<noted_order, table>{noted_order{memory, 0}, table{group_of(a)}};
        auto at_b = channel<rpmsg::testing::loopback<true, 4, 64>, table>{rpmsg::testing::loopback<true, 4, 64>{memory, 1},
                                                                          table{group_of(b)}};
        REQUIRE(at_a.start());
        REQUIRE(at_b.start());
        (void)at_a.poll();
        (void)at_b.poll();
        CHECK(a.listen(at_a, *a.bind(at_a, socket_kind::stream, "server"), 1));
        (void)b.connect(at_b, socket_kind::stream, "server");
        (void)at_b.poll();
        (void)at_b.poll();
        noted_order::sent.clear();
        auto loans = std::vector<tx_buffer>{};
        for (auto i = 0u; i < taken; ++i) {
            loans.push_back(at_a.transport().reserve());
        }
        (void)at_a.poll();
        for (auto const& each : loans) {
            at_a.transport().discard(each);
        }
        for (auto i = 0; i < 6; ++i) {
            (void)at_a.poll();
        }
        CHECK(noted_order::sent == "nd");
    }
}

TEST_CASE("data that came before the peer closed is read by a server that accepts later") {
    auto it = two_ends<>{};
    auto const server = it.listen("server");
    auto const client = it.connect("server");
    CHECK(it.b.send(it.at_b, client, "early"_payload));
    CHECK(it.b.close(it.at_b, client));
    it.turn();
    auto const late = it.accept(server);
    auto into = std::array<std::byte, 8>{};
    CHECK(*it.a.receive(it.at_a, late, into) == 5);
    CHECK(*it.a.receive(it.at_a, late, into) == 0);
}

TEST_CASE("readiness tells the hang-up of a peer that closed, and of one that is gone") {
    auto it = connected<>{};
    CHECK(it.a.close(it.at_a, it.server));
    it.turn();
    CHECK(it.b.readiness(it.client).hung_up);
    auto gone = connected<>{};
    gone.at_a.close();
    gone.turn();
    CHECK(gone.b.readiness(gone.client).hung_up);
    CHECK(gone.b.end(gone.client) == socket_end::peer_closed); // it said so
}

TEST_CASE("a connection to a peer that goes at that moment ends, or waits for the next one") {
    auto ended = 0;
    auto waited = 0;
    for (auto moment = 0; moment < 12; ++moment) {
        auto it = two_ends<>{};
        (void)it.listen("server");
        auto const client = it.b.connect(it.at_b, socket_kind::stream, "server");
        for (auto i = 0; i < moment; ++i) {
            (void)(i % 2 == 0 ? it.at_b.poll(it.now) : it.at_a.poll(it.now));
        }
        it.at_a.close();
        it.turn();
        auto const has_ended = it.b.readiness(*client).hung_up;
        ended += has_ended ? 1 : 0;
        CHECK(it.at_a.start());
        it.turn();
        CHECK((has_ended or it.b.readiness(*client).writable));
        waited += has_ended ? 0 : 1;
        CHECK(it.b.close(it.at_b, *client));
        CHECK(it.b.readiness(it.connect("server")).writable);
    }
    CHECK(ended > 0);
    CHECK(waited > 0);
}

TEST_CASE("two names with the same check value are one endpoint, which is refused in words") {
    auto it = two_ends<socket_config{.servers = 3}>{};
    constexpr auto one = std::string_view{"sehvtjlgjqgl"};
    constexpr auto other = std::string_view{"sehmqnkjmepz"};
    STATIC_REQUIRE(wire::socket_endpoint(one) == wire::socket_endpoint(other));
    CHECK(it.a.bind(it.at_a, socket_kind::stream, one));
    CHECK(it.a.bind(it.at_a, socket_kind::stream, other).error() == error::name_in_use);
    CHECK(it.a.bind(it.at_a, socket_kind::datagram, one));
    CHECK(it.a.bind(it.at_a, socket_kind::datagram, other).error() == error::name_in_use);
}

TEST_CASE("a server whose name begins another one does not take its connections") {
    auto it = two_ends<socket_config{.servers = 2}>{};
    auto const shorter = it.listen("fs");
    auto const client = it.connect("fsck");
    CHECK_FALSE(it.b.readiness(client).writable);
    auto const longer = it.listen("fsck");
    it.turn();
    CHECK(it.b.readiness(client).writable);
    CHECK(it.a.accept(it.at_a, shorter).error() == error::would_block);
    CHECK(it.a.accept(it.at_a, longer));
}

TEST_CASE("a send in place that fails returns its buffer") {
    auto it = connected<two_ends<socket_config{.window = 40}>>{};
    for (auto i = 0; i < 20; ++i) { // more often than there are buffers
        auto room = it.b.reserve(it.at_b, it.client);
        REQUIRE(room);
        CHECK(it.b.commit(it.at_b, it.client, std::move(room), 1000).error() == error::too_large);
        auto dropped = it.b.reserve(it.at_b, it.client);
        REQUIRE(dropped);
    }
    auto late = it.b.reserve(it.at_b, it.client);
    REQUIRE(late);
    CHECK(it.send("0123456789012345678901234567890123456789"_payload));
    CHECK(it.b.commit(it.at_b, it.client, std::move(late), 1).error() == error::would_block);
    CHECK(it.reads("0123456789012345678901234567890123456789"_payload));
    auto stale = it.b.reserve(it.at_b, it.client);
    CHECK(it.b.close(it.at_b, it.client));
    CHECK(it.b.commit(it.at_b, it.client, std::move(stale), 1).error() == error::no_endpoint);
    it.turn();
    it.client = it.connect("server");
    it.server = it.accept(it.listening);
    for (auto i = 0; i < 20; ++i) {
        CHECK(it.send("x"_payload));
        CHECK(it.reads("x"_payload));
    }
}

TEST_CASE("two sides that fill all buffers of the link still acknowledge each other") {
    auto it = connected<two_ends<socket_config{.window = 300}>>{};
    auto data = std::vector<std::byte>(5000);
    for (std::size_t i = 0; i < data.size(); ++i) {
        data[i] = static_cast<std::byte>(i * 13);
    }
    std::size_t sent_a{}, sent_b{}, read_a{}, read_b{};
    for (auto round = 0; round < 2000 and (read_a < data.size() or read_b < data.size()); ++round) {
        auto into = std::array<std::byte, 200>{};
        if (auto const got = it.a.receive(it.at_a, it.server, into); got) {
            CHECK(same(const_bytes{into}.first(*got), const_bytes{data}.subspan(read_a, *got)));
            read_a += *got;
        }
        if (auto const got = it.b.receive(it.at_b, it.client, into); got) {
            read_b += *got;
        }
        // Both fill the link before the other one is polled.
        for (auto sent = it.a.send(it.at_a, it.server, const_bytes{data}.subspan(sent_a)); sent and *sent != 0;
             sent = it.a.send(it.at_a, it.server, const_bytes{data}.subspan(sent_a))) {
            sent_a += *sent;
        }
        for (auto sent = it.b.send(it.at_b, it.client, const_bytes{data}.subspan(sent_b)); sent and *sent != 0;
             sent = it.b.send(it.at_b, it.client, const_bytes{data}.subspan(sent_b))) {
            sent_b += *sent;
        }
        (void)it.at_a.poll(it.now);
        (void)it.at_b.poll(it.now);
    }
    CHECK(read_a == data.size());
    CHECK(read_b == data.size());
}

TEST_CASE("the endpoint of a connection is destroyed once, whichever side closes first") {
    for (auto const is_client_first : {true, false}) {
        using net = sockets<>;
        using table = endpoints<decltype(group_of(rpmsg::detail::lent<net&>()))>;
        auto memory = rpmsg::testing::loopback_memory<4, 64>{};
        auto a = net{};
        auto b = net{};
        auto at_a = channel<counted_names, table>{counted_names{memory, 0}, table{group_of(a)}};
        auto at_b = channel<counted_names, table>{counted_names{memory, 1}, table{group_of(b)}};
        REQUIRE(at_a.start());
        REQUIRE(at_b.start());
        auto const turn = [&] {
            for (auto i = 0; i < 10; ++i) {
                (void)at_a.poll();
                (void)at_b.poll();
            }
        };
        auto const server = a.bind(at_a, socket_kind::stream, "server");
        CHECK(a.listen(at_a, *server, 1));
        auto const client = b.connect(at_b, socket_kind::stream, "server");
        turn();
        auto const own = a.accept(at_a, *server);
        counted_names::withdrawn = 0;
        CHECK((is_client_first ? b.close(at_b, *client) : a.close(at_a, *own)));
        turn();
        auto const by_close = counted_names::withdrawn;
        CHECK((is_client_first ? a.close(at_a, *own) : b.close(at_b, *client)));
        turn();
        CHECK(by_close == 2); // each end withdraws its own name, once
        CHECK(counted_names::withdrawn == by_close);
    }
}

TEST_CASE("a peer that comes back with the name of an old connection gets a new one") {
    using net = sockets<>;
    using end = rpmsg::testing::loopback<true, 4, 64>;
    using table = endpoints<decltype(group_of(rpmsg::detail::lent<net&>()))>;
    auto memory = rpmsg::testing::loopback_memory<4, 64>{};
    auto a = net{};
    auto at_a = channel<end, table>{end{memory, 0}, table{group_of(a)}};
    REQUIRE(at_a.start());
    auto const server = a.bind(at_a, socket_kind::stream, "server");
    CHECK(a.listen(at_a, *server, 1));
    auto old = socket_handle{};
    for (auto life = 0; life < 3; ++life) { // each counts its connections from 0
        auto b = net{};
        auto at_b = channel<end, table>{end{memory, 1}, table{group_of(b)}};
        REQUIRE(at_b.start());
        auto const client = b.connect(at_b, socket_kind::stream, "server");
        for (auto i = 0; i < 12; ++i) {
            (void)at_a.poll();
            (void)at_b.poll();
        }
        CHECK(b.readiness(*client).writable);
        auto const own = a.accept(at_a, *server);
        REQUIRE(own);
        CHECK(*own != old);
        CHECK((life == 0 or a.end(old) == socket_end::link_down));
        CHECK((life == 0 or a.send(at_a, old, "x"_payload).error() == error::closed));
        CHECK(a.send(at_a, *own, "x"_payload));
        old = *own;
    }
}

TEST_CASE("10,000 connections come and go, and every place is free again") {
    auto it = two_ends<socket_config{.connections = 3}>{};
    auto const server = it.listen("server", 3);
    for (auto i = 0; i < 10'000; ++i) {
        auto const client = it.b.connect(it.at_b, socket_kind::stream, "server");
        REQUIRE(client);
        it.turn(5);
        auto const own = it.a.accept(it.at_a, server);
        REQUIRE(own);
        if (i % 3 == 0) {
            CHECK(it.b.send(it.at_b, *client, "x"_payload));
        }
        CHECK(it.b.close(it.at_b, *client));
        it.turn(i % 4);
        CHECK(it.a.close(it.at_a, *own));
        it.turn(4);
    }
    CHECK_FALSE(it.at_a.is_pending());
    CHECK_FALSE(it.at_b.is_pending());
    for (auto i = 0; i < 3; ++i) {
        CHECK(it.b.readiness(it.connect("server")).writable);
        (void)it.accept(server);
    }
}
