// Sockets beside the messages that NuttX's rpsock_server and rpsock_client exchanged on its simulator, byte for byte.
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/service/socket/sockets.hpp>

#include <catch2/catch_test_macros.hpp>

#include "service/raw_peer.hpp"
#include "two_ends.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace {
using namespace rpmsg;

constexpr auto sync = raw(1, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
/// 64 bytes of data, of which the client sends the first with position 0, and the server returns them with position 64.
constexpr auto data_at(unsigned position) {
    auto made = std::array<std::byte, 76>{};
    store(made, wire::socket_data{.position = position, .length = 64});
    copy("process0009, name:sock"_payload, bytes{made}.subspan(12));
    return made;
}

/// A peer that announces and sends what NuttX did, and notes what it hears.
struct played_peer {
    using end = rpmsg::testing::loopback<true, 8, 496>;
    using net_type = sockets<>;
    using table = endpoints<decltype(group_of(rpmsg::detail::lent<net_type&>()))>;
    struct handler {
        std::vector<std::vector<std::byte>> heard{};
        auto operator()(auto, message const& m) -> void { heard.emplace_back(m.payload.begin(), m.payload.end()); }
    };

    rpmsg::testing::loopback_memory<8, 496> memory{};
    net_type net{};
    handler ear{};
    channel<end, table> at{end{memory, 0}, table{group_of(net)}};
    channel<end, endpoint_pool<4>> peer{end{memory, 1}, endpoint_pool<4>{}};

    played_peer() {
        check(at.start().has_value() and peer.start().has_value());
        turn();
    }
    auto turn() -> void {
        for (auto i = 0; i < 10; ++i) {
            (void)peer.poll();
            (void)at.poll();
        }
    }
    auto announce(std::string_view name) -> std::uint32_t {
        auto const made = peer.create(name, ear);
        check(made.has_value());
        turn();
        return *made;
    }
    auto send(std::uint32_t from, const_bytes payload) -> void {
        check(peer.at(from).send(payload).has_value());
        turn();
    }
    [[nodiscard]] auto heard(std::size_t i, const_bytes expected) const -> bool {
        return i < ear.heard.size() and same(ear.heard[i], expected);
    }
};
} // namespace

TEST_CASE("a server answers NuttX's client as NuttX's server did") {
    auto it = played_peer{};
    auto const server = it.net.bind(it.at, socket_kind::stream, "sock");
    CHECK(it.net.listen(it.at, *server, 4));
    auto const client = it.announce("s:sock:0");
    REQUIRE(it.peer.at(client).is_bound()); // by the acknowledgement of its name
    CHECK(it.heard(0, sync));
    it.send(client, sync);
    it.send(client, data_at(0));
    auto const socket = it.net.accept(it.at, *server);
    REQUIRE(socket);
    auto into = std::array<std::byte, 128>{};
    CHECK(*it.net.receive(it.at, *socket, into) == 64);
    CHECK(*it.net.send(it.at, *socket, const_bytes{into}.first(64)) == 64);
    it.turn();
    CHECK(it.heard(1, data_at(64)));
    CHECK(it.ear.heard.size() == 2);
    CHECK(it.peer.destroy(client));
    it.turn();
    CHECK(*it.net.receive(it.at, *socket, into) == 0);
}

TEST_CASE("a client asks NuttX's server as NuttX's client did") {
    auto it = played_peer{};
    auto const socket = it.net.connect(it.at, socket_kind::stream, "sock");
    it.turn();
    auto const server = it.announce("s:sock:0"); // its CREATE_ACK
    CHECK(it.heard(0, sync));
    it.send(server, sync);
    REQUIRE(it.net.readiness(*socket).writable);
    CHECK(*it.net.send(it.at, *socket, const_bytes{data_at(0)}.subspan(12)) == 64);
    it.turn();
    CHECK(it.heard(1, data_at(0)));
    it.send(server, data_at(64));
    CHECK(it.net.unacknowledged(*socket) == 0);
    CHECK(it.peer.destroy(server));
    it.turn();
    CHECK(it.net.end(*socket) == socket_end::peer_closed);
}

TEST_CASE("datagram sockets say what those of NuttX say") {
    auto it = played_peer{};
    auto const socket = it.net.bind(it.at, socket_kind::datagram, "dg");
    it.turn();
    auto const peer = it.announce("s:dg");
    CHECK(it.heard(0, sync));
    it.send(peer, sync);
    it.send(peer, raw(2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 'a', 'b', 'c'));
    auto into = std::array<std::byte, 8>{};
    CHECK(*it.net.receive(it.at, *socket, into) == 3);
    it.turn();
    CHECK(it.heard(1, raw(2, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0))); // its window is empty
    CHECK(*it.net.send(it.at, *socket, "de"_payload) == 2);
    it.turn();
    CHECK(it.heard(2, raw(2, 0, 0, 0, 7, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 'd', 'e')));
}
