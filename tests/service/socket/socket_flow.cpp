#include <rpmsg/service/socket/socket_flow.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace {
using namespace rpmsg;
namespace direction = wire::socket_direction;

constexpr std::uint32_t window = 64;
using flow = socket_flow<window>;

template <typename Head> constexpr auto message(Head const& head, const_bytes data = {}) {
    struct made {
        std::array<std::byte, sizeof(Head) + 128> content{};
        std::size_t size{};
        constexpr operator const_bytes() const { return const_bytes{content}.first(size); }
    } it;
    store(it.content, head);
    copy(data, bytes{it.content}.subspan(sizeof(Head)));
    it.size = sizeof(Head) + data.size();
    return it;
}
constexpr auto size_of(const_bytes data) -> std::uint32_t { return static_cast<std::uint32_t>(data.size()); }
constexpr auto piece(const_bytes content, std::uint32_t position = 0) {
    return message(wire::socket_data{.position = position, .length = size_of(content)}, content);
}
constexpr auto datagram(const_bytes content, std::uint32_t position = 0) {
    return message(
        wire::socket_datagram{.head = {.position = position, .length = size_of(content)}, .length = size_of(content)}, content);
}
constexpr auto acknowledgement(std::uint32_t position) { return message(wire::socket_data{.position = position}); }
constexpr auto shutdown(std::uint32_t directions) { return message(wire::socket_shutdown{.directions = directions}); }

/// A connection to a peer that has a window of 100 bytes.
constexpr auto begun(socket_kind kind = socket_kind::stream) -> flow {
    auto it = flow{};
    it.begin(kind);
    it.on_message(message(wire::socket_sync{.window = 100, .process = 1, .user = 2, .group = 3}));
    return it;
}
/// How a connection ends that receives these messages.
constexpr auto end_after(flow it, auto const&... messages) -> socket_end {
    (it.on_message(messages), ...);
    return it.end();
}
constexpr auto after(flow it, auto const&... messages) -> flow {
    (it.on_message(messages), ...);
    return it;
}
constexpr auto sent(flow it, std::uint32_t size) -> flow {
    it.note_sent(size);
    return it;
}
constexpr auto consumed(flow it, std::uint32_t size) -> flow {
    it.consume(size);
    return it;
}
constexpr auto holds(flow const& it, const_bytes expected) -> bool {
    auto into = std::array<std::byte, 128>{};
    auto const size = it.peek().copy_to(into);
    return same(const_bytes{into}.first(size), expected);
}
constexpr auto stream = begun();
constexpr auto datagrams = begun(socket_kind::datagram);
constexpr auto filled = std::array<std::byte, 65>{};
} // namespace

TEST_CASE("the first message of the peer has its window and its owner") {
    STATIC_REQUIRE(stream.is_synchronized());
    STATIC_REQUIRE(stream.credit() == 100);
    STATIC_REQUIRE(stream.credentials() == socket_credentials{1, 2, 3});
    STATIC_REQUIRE_FALSE(flow{}.is_synchronized());
    STATIC_REQUIRE(flow{}.credit() == 0);
}

TEST_CASE("data occupies the window of the peer until it is acknowledged") {
    STATIC_REQUIRE(sent(stream, 30).credit() == 70);
    STATIC_REQUIRE(sent(stream, 30).unacknowledged() == 30);
    STATIC_REQUIRE(after(sent(stream, 30), acknowledgement(20)).credit() == 90);
    STATIC_REQUIRE(after(sent(stream, 30), piece("x"_payload, 30)).credit() == 100);
    STATIC_REQUIRE(sent(datagrams, 30).credit() == 66);
    STATIC_REQUIRE(sent(datagrams, 30).room() == 62);
    STATIC_REQUIRE(sent(datagrams, 94).room() == 0);
    STATIC_REQUIRE(datagrams.largest_datagram() == 96);
}

TEST_CASE("positions count modulo 2^32") {
    constexpr auto far = [] {
        auto it = after(flow{}, message(wire::socket_sync{.window = 0xffff'ffff}));
        for (auto position = 0x3fff'ffffu, i = 0u; i < 4; ++i, position += 0x3fff'ffff) {
            it = after(sent(it, 0x3fff'ffff), acknowledgement(position));
        }
        return sent(it, 10);
    }();
    STATIC_REQUIRE(far.unacknowledged() == 10);
    STATIC_REQUIRE(after(far, acknowledgement(4)).unacknowledged() == 2);
    STATIC_REQUIRE(end_after(far, acknowledgement(7)) == socket_end::bad_position);
}

TEST_CASE("an acknowledgement that was overtaken changes nothing") {
    STATIC_REQUIRE(after(sent(stream, 90), acknowledgement(80), acknowledgement(50)).credit() == 90);
    STATIC_REQUIRE(end_after(sent(stream, 90), acknowledgement(80), acknowledgement(50)) == socket_end::none);
}

TEST_CASE("the acknowledgement of what was not sent ends the connection") {
    STATIC_REQUIRE(end_after(sent(stream, 30), acknowledgement(31)) == socket_end::bad_position);
    STATIC_REQUIRE(end_after(sent(stream, 30), piece("x"_payload, 31)) == socket_end::bad_position);
    STATIC_REQUIRE(end_after(stream, acknowledgement(0x7fff'ffff)) == socket_end::bad_position);
    STATIC_REQUIRE(end_after(stream, acknowledgement(0u - 100)) == socket_end::none);
    STATIC_REQUIRE(end_after(stream, acknowledgement(0u - 101)) == socket_end::bad_position);
    STATIC_REQUIRE(after(sent(stream, 30), acknowledgement(31)).credit() == 0);
}

TEST_CASE("data beyond the window ends the connection, and what came before is still read") {
    STATIC_REQUIRE(end_after(stream, piece(const_bytes{filled}.first(64))) == socket_end::none);
    STATIC_REQUIRE(end_after(stream, piece(filled)) == socket_end::overrun);
    STATIC_REQUIRE(end_after(datagrams, datagram(const_bytes{filled}.first(60))) == socket_end::none);
    STATIC_REQUIRE(end_after(datagrams, datagram(const_bytes{filled}.first(61))) == socket_end::overrun);
    STATIC_REQUIRE(holds(after(stream, piece("before"_payload), piece(filled)), "before"_payload));
}

TEST_CASE("a length that is not the one of the message ends the connection") {
    constexpr auto longer = message(wire::socket_data{.length = 3}, "ab"_payload);
    constexpr auto shorter = message(wire::socket_data{.length = 1}, "ab"_payload);
    constexpr auto empty = message(wire::socket_data{.length = 1});
    STATIC_REQUIRE(end_after(stream, longer) == socket_end::bad_length);
    STATIC_REQUIRE(end_after(stream, shorter) == socket_end::bad_length);
    STATIC_REQUIRE(end_after(stream, empty) == socket_end::bad_length);
    STATIC_REQUIRE(end_after(stream, datagram("ab"_payload)) == socket_end::bad_length);
    STATIC_REQUIRE(end_after(datagrams, piece("abcdef"_payload)) == socket_end::bad_length);
    STATIC_REQUIRE(end_after(datagrams, piece("ab"_payload)) == socket_end::bad_length);
    constexpr auto differing = message(wire::socket_datagram{.head = {.length = 2}, .length = 3}, "ab"_payload);
    STATIC_REQUIRE(end_after(datagrams, differing) == socket_end::bad_length);
}

TEST_CASE("a message that is too short or too long for its command ends the connection") {
    constexpr auto sync = message(wire::socket_sync{.window = 8}, "x"_payload);
    constexpr auto shut = message(wire::socket_shutdown{.directions = 2}, "x"_payload);
    for (std::size_t size = 0; size < 20; ++size) {
        auto it = flow{};
        it.begin(socket_kind::stream);
        it.on_message(const_bytes{sync}.first(size));
        CHECK(it.end() == socket_end::bad_length);
    }
    STATIC_REQUIRE(end_after(flow{}, sync) == socket_end::bad_length);
    STATIC_REQUIRE(end_after(stream, shut) == socket_end::bad_length);
    STATIC_REQUIRE(end_after(stream, const_bytes{shut}.first(7)) == socket_end::bad_length);
    STATIC_REQUIRE(end_after(stream, const_bytes{acknowledgement(0).content}.first(11)) == socket_end::bad_length);
}

TEST_CASE("a second announcement of the window ends the connection") {
    STATIC_REQUIRE(end_after(stream, message(wire::socket_sync{.window = 100})) == socket_end::second_sync);
}

TEST_CASE("a window of 0 ends the connection, and an absurd one is limited") {
    STATIC_REQUIRE(end_after(flow{}, message(wire::socket_sync{.window = 0})) == socket_end::bad_window);
    STATIC_REQUIRE(after(flow{}, message(wire::socket_sync{.window = 0xffff'ffff})).credit() == 0x4000'0000);
    STATIC_REQUIRE(end_after(flow{}, message(wire::socket_sync{.window = 0xffff'ffff})) == socket_end::none);
}

TEST_CASE("data before the announcement of the window ends the connection") {
    STATIC_REQUIRE(end_after(flow{}, piece("x"_payload)) == socket_end::early_data);
    STATIC_REQUIRE(end_after(flow{}, acknowledgement(0)) == socket_end::early_data);
}

TEST_CASE("a command of another version is ignored") {
    STATIC_REQUIRE(end_after(stream, message(std::uint32_t{4}, "what"_payload)) == socket_end::none);
    STATIC_REQUIRE(end_after(stream, message(std::uint32_t{0})) == socket_end::none);
}

TEST_CASE("the first reason of an end stays, and nothing is sent after it") {
    constexpr auto it = after(stream, piece(filled), message(wire::socket_sync{.window = 100}));
    STATIC_REQUIRE(it.end() == socket_end::overrun);
    STATIC_REQUIRE(it.credit() == 0);
    STATIC_REQUIRE_FALSE(it.may_send());
    STATIC_REQUIRE_FALSE(it.may_receive());
}

TEST_CASE("the peer ends its own direction, and this side the other one") {
    STATIC_REQUIRE_FALSE(after(stream, shutdown(direction::send)).may_receive());
    STATIC_REQUIRE(after(stream, shutdown(direction::send)).may_send());
    STATIC_REQUIRE_FALSE(after(stream, shutdown(direction::receive)).may_send());
    STATIC_REQUIRE(after(stream, shutdown(direction::receive)).may_receive());
    STATIC_REQUIRE(after(stream, shutdown(0xffff'fffc)).may_send());
    STATIC_REQUIRE(holds(after(stream, piece("read"_payload), shutdown(direction::send)), "read"_payload));
}

TEST_CASE("data after the end of a direction is dropped, and acknowledged") {
    constexpr auto late = after(stream, shutdown(direction::send), piece(const_bytes{filled}.first(33)));
    STATIC_REQUIRE_FALSE(late.is_readable());
    STATIC_REQUIRE(late.end() == socket_end::none);
    STATIC_REQUIRE(late.needs_acknowledgement());
    constexpr auto refused = [] {
        auto it = after(stream, piece("unread"_payload));
        it.shut_down(direction::receive);
        return after(it, piece(const_bytes{filled}.first(27)));
    }();
    STATIC_REQUIRE_FALSE(refused.is_readable());
    STATIC_REQUIRE(refused.acknowledgement().position == 33);
    STATIC_REQUIRE(refused.needs_acknowledgement());
}

TEST_CASE("more than half of a window is acknowledged by itself, and less by data") {
    constexpr auto full = after(stream, piece(const_bytes{filled}.first(64)));
    STATIC_REQUIRE_FALSE(consumed(full, 32).needs_acknowledgement());
    STATIC_REQUIRE(consumed(full, 33).needs_acknowledgement());
    STATIC_REQUIRE_FALSE(sent(consumed(full, 33), 1).needs_acknowledgement());
    STATIC_REQUIRE(consumed(full, 33).acknowledgement().position == 33);
}

TEST_CASE("a datagram may need the whole window, so the last one is acknowledged at once") {
    constexpr auto two = after(datagrams, datagram("one"_payload), datagram("two"_payload));
    STATIC_REQUIRE_FALSE(consumed(two, 0).needs_acknowledgement());
    STATIC_REQUIRE(consumed(consumed(two, 0), 0).needs_acknowledgement());
    STATIC_REQUIRE(consumed(two, 0).acknowledgement().position == 7);
}

TEST_CASE("a datagram is read alone, and removed as a whole") {
    constexpr auto two = after(datagrams, datagram("first"_payload), datagram(""_payload), datagram("third"_payload));
    STATIC_REQUIRE(holds(two, "first"_payload));
    STATIC_REQUIRE(holds(consumed(two, 2), ""_payload));
    STATIC_REQUIRE(consumed(two, 2).is_readable());
    STATIC_REQUIRE(holds(consumed(consumed(two, 2), 0), "third"_payload));
}

TEST_CASE("the front of data says what was consumed") {
    constexpr auto front = [](flow const& it, std::uint32_t size) {
        auto raw = std::array<std::byte, 16>{};
        it.write_front(raw, size);
        return raw;
    };
    constexpr auto read = consumed(after(stream, piece("1234"_payload)), 3);
    STATIC_REQUIRE(load<wire::socket_data>(front(read, 9)).position == 3);
    STATIC_REQUIRE(load<wire::socket_data>(front(read, 9)).length == 9);
    STATIC_REQUIRE(read.front_size() == 12);
    STATIC_REQUIRE(load<wire::socket_datagram>(front(datagrams, 9)).length == 9);
    STATIC_REQUIRE(datagrams.front_size() == 16);
}

TEST_CASE("a new connection in the same memory knows nothing of the old one") {
    constexpr auto again = [] {
        auto it = after(sent(stream, 30), piece("old"_payload), piece(filled));
        it.begin(socket_kind::datagram);
        return it;
    }();
    STATIC_REQUIRE(again.end() == socket_end::none);
    STATIC_REQUIRE(again.kind() == socket_kind::datagram);
    STATIC_REQUIRE_FALSE(again.is_readable());
    STATIC_REQUIRE_FALSE(again.is_synchronized());
    STATIC_REQUIRE(again.unacknowledged() == 0);
}

TEST_CASE("each end has its words") {
    STATIC_REQUIRE(describe(socket_end::none) == "not ended");
    STATIC_REQUIRE(describe(socket_end::overrun).starts_with("overrun"));
    STATIC_REQUIRE(describe(socket_end::second_sync).starts_with("second sync"));
}
