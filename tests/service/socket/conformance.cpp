// The cases of the suite for vsock in Linux (tools/testing/vsock/vsock_test.c), by their names, over a link.
#include <rpmsg/service/socket/sockets.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_ends.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {
using namespace rpmsg;
namespace direction = wire::socket_direction;

constexpr auto one_byte = "A"_payload;
auto pattern(std::size_t size) -> std::vector<std::byte> {
    auto made = std::vector<std::byte>(size);
    for (std::size_t i = 0; i < size; ++i) {
        made[i] = static_cast<std::byte>(i * 31 + i / 256);
    }
    return made;
}
auto connection_reset() -> void {
    auto it = two_ends<>{};
    auto const client = it.connect("nobody");
    it.now += 100'000;
    it.turn();
    check(not it.b.readiness(client).writable and it.b.close(it.at_b, client).has_value());
    it.turn();
    (void)it.listen("nobody");
    it.turn();
    check(it.a.accept(it.at_a, {socket_config{}.connections, 1}).error() == error::would_block); // nothing is left of it
}
auto bind_only() -> void {
    auto it = two_ends<>{};
    auto const server = it.a.bind(it.at_a, socket_kind::stream, "bound");
    auto const client = it.connect("bound");
    check(server.has_value() and not it.b.readiness(client).writable);
}
auto client_close() -> void {
    auto it = connected<>{};
    check(it.send(one_byte) and it.b.close(it.at_b, it.client).has_value());
    it.turn();
    check(it.a.send(it.at_a, it.server, one_byte).error() == error::closed);
    check(it.reads(one_byte) and it.reads({}));
}
auto server_close() -> void {
    auto it = connected<>{};
    check(it.a.send(it.at_a, it.server, one_byte).has_value() and it.a.close(it.at_a, it.server).has_value());
    it.turn();
    check(it.b.send(it.at_b, it.client, one_byte).error() == error::closed);
    auto into = std::array<std::byte, 4>{};
    check(*it.b.receive(it.at_b, it.client, into) == 1 and *it.b.receive(it.at_b, it.client, into) == 0);
}
auto multiple_connections() -> void {
    constexpr auto many = std::size_t{100};
    auto const world = std::make_unique<two_ends<socket_config{.connections = many, .window = 64}>>();
    auto& it = *world;
    auto const server = it.listen("server", many);
    auto clients = std::array<socket_handle, many>{};
    auto servers = std::array<socket_handle, many>{};
    for (auto& each : clients) {
        each = it.connect("server");
    }
    it.turn(100);
    for (auto& each : servers) {
        each = it.accept(server);
    }
    auto into = std::array<std::byte, 4>{};
    for (std::size_t i = 0; i < many; ++i) {
        auto const is_sent = i % 2 == 0 ? it.b.send(it.at_b, clients[i], one_byte) : it.a.send(it.at_a, servers[i], one_byte);
        check(is_sent.has_value());
        it.turn(2);
    }
    for (std::size_t i = 0; i < many; ++i) {
        auto const got = i % 2 == 0 ? it.a.receive(it.at_a, servers[i], into) : it.b.receive(it.at_b, clients[i], into);
        check(got.has_value() and *got == 1);
        check(it.a.close(it.at_a, servers[i]).has_value() and it.b.close(it.at_b, clients[i]).has_value());
    }
    it.turn(200);
    check(it.a.accept(it.at_a, server).error() == error::would_block);
}
template <typename Ends> auto peek() -> void {
    auto it = Ends{};
    auto const data = pattern(48);
    check(it.a.peek(it.server).size() == 0 and it.send(data));
    auto half = std::array<std::byte, 24>{};
    auto whole = std::array<std::byte, 48>{};
    check(it.a.peek(it.server).copy_to(half) == 24 and it.a.peek(it.server).copy_to(whole) == 48);
    check(it.a.peek(it.server).size() == 48 and same(half, const_bytes{data}.first(24)) and same(whole, data));
    check(it.reads(data));
}
auto message_bounds() -> void {
    auto it = paired<two_ends<socket_config{.window = 4096}, true, 4, 512>>{};
    auto read = 0;
    auto next = std::size_t{1};
    for (auto sent = 0; read < 300;) {
        auto const size = 1 + (next * 7919) % 496;
        if (sent < 300 and it.b.send(it.at_b, it.client, pattern(size)).has_value()) {
            ++sent;
            ++next;
        }
        it.turn(1);
        for (auto data = it.a.peek(it.server); data.size() != 0 and (sent == 300 or sent % 5 == 0);
             data = it.a.peek(it.server)) {
            ++read;
            check(it.reads(pattern(1 + (static_cast<std::size_t>(read) * 7919) % 496)));
        }
    }
}
auto truncation() -> void {
    auto it = paired<>{};
    auto const data = pattern(32);
    check(it.send(data) and it.send(one_byte) and it.a.peek(it.server).size() == 32);
    auto half = std::array<std::byte, 16>{};
    check(*it.a.receive(it.at_a, it.server, half) == 16 and same(half, const_bytes{data}.first(16)));
    check(it.reads(one_byte));
}
auto low_watermark() -> void {
    auto it = connected<>{};
    constexpr auto wanted = std::size_t{32};
    check(it.send(pattern(1)) and it.a.peek(it.server).size() < wanted);
    check(it.send(pattern(31)) and it.a.readiness(it.server).readable and it.a.peek(it.server).size() == wanted);
}
auto big_message() -> void {
    auto it = paired<two_ends<socket_config{.window = 48}>>{};
    check(it.b.send(it.at_b, it.client, pattern(45)).error() == error::too_large);
    check(it.send(pattern(44)) and it.reads(pattern(44)));
    auto small = paired<two_ends<socket_config{}, true, 4, 40>>{};
    check(small.b.send(small.at_b, small.client, pattern(25)).error() == error::too_large);
    check(small.send(pattern(24)) and small.reads(pattern(24)));
}
auto merged() -> void {
    auto it = connected<>{};
    check(it.send("HELLO"_payload));
    auto two = std::array<std::byte, 2>{};
    check(*it.a.receive(it.at_a, it.server, two) == 2 and same(two, "HE"_payload));
    check(it.send("WORLD"_payload) and it.reads("LLOWORLD"_payload) and it.error_of_read() == error::would_block);
}
auto shut_write() -> void {
    auto it = connected<>{};
    check(it.b.shut_down(it.at_b, it.client, direction::send).has_value());
    check(it.b.send(it.at_b, it.client, one_byte).error() == error::closed);
    it.turn();
    check(it.reads({}));
}
auto shut_read() -> void {
    auto it = connected<>{};
    check(it.a.shut_down(it.at_a, it.server, direction::receive).has_value());
    it.turn();
    check(it.b.send(it.at_b, it.client, one_byte).error() == error::closed);
}
template <typename Ends> auto zero_copy() -> void {
    auto it = Ends{};
    for (auto const size : {std::size_t{1}, std::size_t{17}, std::size_t{48}}) {
        auto const data = pattern(size);
        auto room = it.b.reserve(it.at_b, it.client);
        check(static_cast<bool>(room));
        copy(data, room.payload());
        check(it.b.commit(it.at_b, it.client, std::move(room), static_cast<std::uint32_t>(size)).has_value());
        it.turn();
        check(it.reads(data));
    }
}
auto double_bind_connect() -> void {
    auto it = two_ends<>{};
    auto const server = it.listen("server");
    for (auto i = 0; i < 2; ++i) {
        auto const client = it.connect("server");
        auto const own = it.accept(server);
        check(it.b.close(it.at_b, client).has_value());
        it.turn();
        check(it.a.readiness(own).hung_up and it.a.close(it.at_a, own).has_value());
    }
}
/// The last byte comes once so much was read that the reader owes an acknowledgement.
template <std::uint32_t First> auto credit_update() -> void {
    auto it = connected<two_ends<socket_config{.window = 128}>>{};
    auto const data = pattern(129);
    auto sent = std::size_t{};
    for (auto i = 0; i < 8; ++i) {
        auto const some = it.b.send(it.at_b, it.client, const_bytes{data}.subspan(sent));
        sent += some ? *some : 0;
        it.turn();
    }
    check(sent == 128 and it.a.peek(it.server).size() == 128);
    auto into = std::array<std::byte, First>{};
    check(*it.a.receive(it.at_a, it.server, into) == First);
    it.turn();
    check((it.b.readiness(it.client).writable) == (First > 64));
    check(it.reads(const_bytes{data}.subspan(First, 128 - First)));
    check(it.b.send(it.at_b, it.client, const_bytes{data}.last(1)).has_value());
    it.turn();
    check(it.reads(const_bytes{data}.last(1)));
}
template <typename Ends> auto unsent_bytes() -> void {
    auto it = Ends{};
    check(it.send(pattern(48)) and it.a.peek(it.server).size() == 48); // what was accepted is with the link
    check(it.reads(pattern(48)) and it.a.send(it.at_a, it.server, one_byte).has_value());
    it.turn();
    check(it.b.unacknowledged(it.client) == 0);
}
auto accept_queue() -> void {
    auto it = two_ends<socket_config{.connections = 2}>{};
    for (auto i = 0; i < 500; ++i) {
        auto const server = it.listen("server", 2);
        auto const client = it.b.connect(it.at_b, socket_kind::stream, "server");
        check(client.has_value());
        it.turn(i % 5);
        check(it.a.close(it.at_a, server).has_value());
        it.turn(i % 3);
        check(it.b.close(it.at_b, *client).has_value());
        it.turn();
    }
    check(not it.at_a.is_pending() and not it.at_b.is_pending());
}
auto transport_release() -> void {
    auto it = two_ends<socket_config{.connections = 2}>{};
    for (auto i = 0; i < 50; ++i) { // closed in each state, and the link goes meanwhile
        auto const client = it.b.connect(it.at_b, socket_kind::stream, "server");
        check(client.has_value());
        it.turn(i % 3);
        it.at_b.close();
        it.turn(i % 4);
        check(it.b.close(it.at_b, *client).has_value() and it.at_b.start().has_value());
        it.turn(i % 2);
    }
    it.turn();
    auto const server = it.listen("server");
    (void)it.connect("server");
    (void)it.accept(server);
}
auto retry_connect() -> void {
    auto it = two_ends<>{};
    auto const first = it.connect("server");
    check(not it.b.readiness(first).writable and it.b.close(it.at_b, first).has_value());
    it.turn();
    auto const server = it.listen("server");
    check(it.b.readiness(it.connect("server")).writable);
    (void)it.accept(server);
}
auto linger() -> void {
    auto it = connected<>{};
    check(it.b.close(it.at_b, it.client).has_value());
    it.turn();
    check(it.a.readiness(it.server).hung_up and it.reads({}));
}
auto close_on_unread() -> void {
    auto it = connected<>{};
    check(it.send(one_byte) and it.b.close(it.at_b, it.client).has_value()); // does not wait for the reader
    it.turn();
    check(it.b.readiness(it.client) == socket_readiness{} and it.reads(one_byte) and it.reads({}));
}
auto transport_change() -> void {
    auto it = two_ends<>{};
    auto const server = it.listen("server");
    for (auto i = 0; i < 100; ++i) {
        auto const one = it.b.connect(it.at_b, socket_kind::stream, "server");
        it.turn(i % 4);
        auto const other = it.b.connect(it.at_b, socket_kind::stream, "nobody");
        it.turn(i % 3);
        check(it.b.close(it.at_b, *one).has_value() and it.b.close(it.at_b, *other).has_value());
        it.turn();
        for (auto got = it.a.accept(it.at_a, server); got.has_value(); got = it.a.accept(it.at_a, server)) {
            check(it.a.close(it.at_a, *got).has_value());
        }
        it.turn();
    }
}
auto time_out() -> void {
    auto it = paired<>{};
    it.now += 1'000'000;
    it.turn();
    check(it.error_of_read() == error::would_block); // `receive_until` is tested with threads, in waiting.cpp
}

struct conformance_case {
    std::string_view name;
    void (*run)();
    std::string_view remark = {};
};
using streams = connected<>;
using messages = paired<>;
constexpr auto no_call = std::string_view{"no system call reads the caller's memory: a wrong pointer is undefined in C++"};
constexpr auto no_queue = std::string_view{"no error queue: the buffer of a commit belongs to the link at once"};
constexpr auto waits = std::string_view{"times out: a name waits for its server"};
constexpr auto cases = std::to_array<conformance_case>({
    {"SOCK_STREAM connection reset", connection_reset, waits},
    {"SOCK_STREAM bind only", bind_only, waits},
    {"SOCK_STREAM client close", client_close},
    {"SOCK_STREAM server close", server_close},
    {"SOCK_STREAM multiple connections", multiple_connections},
    {"SOCK_STREAM MSG_PEEK", peek<streams>},
    {"SOCK_SEQPACKET msg bounds", message_bounds},
    {"SOCK_SEQPACKET MSG_TRUNC flag", truncation},
    {"SOCK_SEQPACKET timeout", time_out},
    {"SOCK_SEQPACKET invalid receive buffer", nullptr, no_call},
    {"SOCK_STREAM poll() + SO_RCVLOWAT", low_watermark},
    {"SOCK_SEQPACKET big message", big_message},
    {"SOCK_STREAM test invalid buffer", nullptr, no_call},
    {"SOCK_SEQPACKET test invalid buffer", nullptr, no_call},
    {"SOCK_STREAM virtio skb merge", merged},
    {"SOCK_SEQPACKET MSG_PEEK", peek<messages>},
    {"SOCK_STREAM SHUT_WR", shut_write},
    {"SOCK_STREAM SHUT_RD", shut_read},
    {"SOCK_STREAM MSG_ZEROCOPY", zero_copy<streams>},
    {"SOCK_SEQPACKET MSG_ZEROCOPY", zero_copy<messages>},
    {"SOCK_STREAM MSG_ZEROCOPY empty MSG_ERRQUEUE", nullptr, no_queue},
    {"SOCK_STREAM double bind connect", double_bind_connect},
    {"SOCK_STREAM virtio credit update + SO_RCVLOWAT", credit_update<65>},
    {"SOCK_STREAM virtio credit update + low rx_bytes", credit_update<64>, "an acknowledgement is due above half of a window"},
    {"SOCK_STREAM ioctl(SIOCOUTQ) 0 unsent bytes", unsent_bytes<streams>},
    {"SOCK_SEQPACKET ioctl(SIOCOUTQ) 0 unsent bytes", unsent_bytes<messages>},
    {"SOCK_STREAM leak accept queue", accept_queue},
    {"SOCK_STREAM MSG_ZEROCOPY leak MSG_ERRQUEUE", nullptr, no_queue},
    {"SOCK_STREAM MSG_ZEROCOPY leak completion skb", nullptr, no_queue},
    {"SOCK_STREAM transport release use-after-free", transport_release},
    {"SOCK_STREAM retry failed connect()", retry_connect},
    {"SOCK_STREAM SO_LINGER null-ptr-deref", linger},
    {"SOCK_STREAM SO_LINGER close() on unread", close_on_unread},
    {"SOCK_STREAM transport change null-ptr-deref", transport_change},
});
} // namespace

TEST_CASE("sockets do what the suite of Linux asks of vsock") {
    auto table = std::string{};
    auto passed = std::size_t{};
    auto left_out = std::size_t{};
    for (auto const& each : cases) {
        auto outcome = std::string{"-"};
        if (each.run != nullptr) {
            try {
                each.run();
                outcome = "passes";
                ++passed;
            } catch (std::logic_error const& failed) {
                outcome = failed.what();
            }
        } else {
            ++left_out;
        }
        table += std::string{each.name} + std::string(std::max<std::size_t>(52, each.name.size() + 2) - each.name.size(), ' ') +
                 outcome + (each.remark.empty() ? "" : "  (" + std::string{each.remark} + ")") + "\n";
    }
    table += std::to_string(passed) + " pass, " + std::to_string(left_out) + " are left out\n";
    std::ofstream{"socket_conformance.txt"} << table; // tests/run prints it
    INFO(table);
    CHECK(passed + left_out == cases.size());
    CHECK(left_out <= 8);
}
