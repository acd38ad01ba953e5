#include <rpmsg/framework/channel.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/regions/array_region.hpp>
#include <rpmsg/transport/tapped.hpp>
#include <rpmsg/transport/uart.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace {
using namespace rpmsg;

enum class call : std::uint8_t { received, sending, sent, refused, changed, dropped, counted };

/// Stores the last calls, with the first bytes of each payload.
struct log_sink {
    struct entry {
        call what{};
        wire::header header{};
        std::array<std::byte, 4> start{};
        link_change change{};
        counter reason{};
        std::uint32_t amount{};
    };
    std::array<entry, 64> entries{};
    std::uint32_t size{};

    constexpr auto add(entry const& each) -> entry& { return entries[size++ % entries.size()] = each; }
    constexpr auto add_message(call what, wire::header const& header, const_bytes payload) -> void {
        check(payload.size() == header.length);
        auto& made = add({.what = what, .header = header});
        copy(payload.first(payload.size() < 4 ? payload.size() : 4), made.start);
    }
    constexpr auto received(wire::header const& header, const_bytes payload) -> void {
        add_message(call::received, header, payload);
    }
    constexpr auto sending(wire::header const& header, const_bytes payload) -> void {
        add_message(call::sending, header, payload);
    }
    constexpr auto sent(bool accepted) -> void { add({.what = accepted ? call::sent : call::refused}); }
    constexpr auto changed(link_change const& change) -> void { add({.what = call::changed, .change = change}); }
    constexpr auto dropped(counter reason) -> void { add({.what = call::dropped, .reason = reason}); }
    constexpr auto counted(counter reason, std::uint32_t amount) -> void {
        add({.what = call::counted, .reason = reason, .amount = amount});
    }

    [[nodiscard]] constexpr auto count(call what) const -> std::uint32_t {
        std::uint32_t found = 0;
        for (std::uint32_t i = 0; i < size; ++i) {
            found += entries[i].what == what ? 1u : 0u;
        }
        return found;
    }
    [[nodiscard]] constexpr auto count(call what, counter reason) const -> std::uint32_t {
        std::uint32_t found = 0;
        for (std::uint32_t i = 0; i < size; ++i) {
            found += entries[i].what == what and entries[i].reason == reason ? 1u : 0u;
        }
        return found;
    }
    [[nodiscard]] constexpr auto last(call what) const -> entry const& {
        auto i = size;
        while (entries[i - 1].what != what) {
            --i;
        }
        return entries[i - 1];
    }
};
static_assert(tap_sink<log_sink>);

constexpr auto small = vring_config{.buffers = 4, .buffer_size = 64, .alignment = 16};
using side = testing::array_region<vring_layout<small>::size()>;
using memory_of_ring = testing::array_memory<vring_layout<small>::size()>;

using end = testing::loopback<>;
using ends = testing::loopback_memory<>;

template <typename T> constexpr auto has_optional_members_of_a_ring = requires(T& it, rx_token const& token) {
    it.is_drained();
    it.release(token, true);
    it.can_say_goodbye();
};

template <typename T> constexpr auto owns_names = requires(T& it) { it.announce(wire::announcement{}); };

/// A transport with what few have.
struct naming : archetypes::transport {
    counters kept{};
    error answer{};

    constexpr auto counts() -> counters const& { return kept; }
    constexpr auto announce(wire::announcement const&) -> status { return answer == error{} ? status{} : status{answer}; }
    using archetypes::transport::reserve;
    constexpr auto reserve(std::uint32_t) -> tx_buffer { return {}; }
    constexpr auto takes_names() -> bool { return false; }
};

/// A transport that drops what it receives, with the reasons that a test says.
struct dropping : archetypes::transport {
    counters kept{};
    counter cause;

    constexpr explicit dropping(counter why) : cause{why} {}

    constexpr auto counts() const -> counters const& { return kept; }
    constexpr auto poll(ticks) -> link_change { return {}; }
    constexpr auto receive() -> rx_buffer {
        kept.add(counter::odd_flags);
        kept.add(cause);
        return {.outcome = rx_outcome::dropped};
    }
};

constexpr auto exchange_by_two_channels() -> bool {
    auto memory = ends{};
    auto log = log_sink{};
    channel remote{end{memory, 0}, endpoints{endpoint<"x">([](auto& it, message const& m) { it.reply(m, m.payload); })}};
    channel host{tapped{end{memory, 1}, log}, endpoints{endpoint<"x">([](auto&, message const&) {})}};
    check(remote.start().has_value() and host.start().has_value());
    for (auto turn = 0; turn < 4; ++turn) {
        host.poll();
        remote.poll();
    }
    check(log.entries[0].what == call::changed and log.entries[0].change.event == link_event::up);
    auto const names = log.count(call::received);
    check(names > 0 and log.last(call::received).header.destination == name_service_address);
    check(log.last(call::received).header.length == sizeof(wire::announcement));

    check(host.get<"x">().send("abc"_payload).has_value());
    auto const& sending = log.last(call::sending);
    check(log.entries[log.size - 2].what == call::sending and log.entries[log.size - 1].what == call::sent);
    check(sending.header.length == 3 and same(const_bytes{sending.start}.first(3), "abc"_payload));
    remote.poll();
    check(log.count(call::received) == names);
    host.poll();
    auto const& answer = log.last(call::received);
    check(log.count(call::received) == names + 1 and same(const_bytes{answer.start}.first(3), "abc"_payload));
    check(answer.header.source == sending.header.destination and answer.header.destination == sending.header.source);
    check(answer.header.length == 3 and answer.header.reserved == 0 and answer.header.flags == 0);
    return true;
}

constexpr auto is_closed_by_either_side(bool by_peer) -> bool {
    auto memory = ends{};
    auto log = log_sink{};
    auto peer = end{memory, 0};
    auto self = tapped{end{memory, 1}, log};
    check(peer.start().has_value() and self.start().has_value());
    self.close(); // before the link is up nothing changes
    check(log.size == 0 and self.start().has_value());
    check(peer.poll(0).event == link_event::up and self.poll(0).event == link_event::up);
    check(log.size == 1 and log.entries[0].change.event == link_event::up);
    if (by_peer) {
        peer.close();
        check(self.poll(0).event == link_event::down);
        self.close();
    } else {
        self.close();
        self.close();
    }
    auto const& down = log.last(call::changed).change;
    check(down.event == link_event::down and log.count(call::changed) == 2);
    check(down.reason == (by_peer ? down_reason::peer_stopped : down_reason::closed));
    check(log.count(call::counted, counter::link_down) == (by_peer ? 1u : 0u));
    return true;
}

constexpr auto refused_message_is_not_sent() -> bool {
    auto memory = ends{};
    auto log = log_sink{};
    auto peer = end{memory, 0};
    auto self = tapped{end{memory, 1}, log};
    check(peer.start().has_value() and self.start().has_value());
    (void)peer.poll(0);
    (void)self.poll(0);
    auto const room = self.reserve();
    peer.close();
    check(not self.commit(room, {.length = 1}));
    check(log.entries[log.size - 2].what == call::sending and log.entries[log.size - 1].what == call::refused);
    check(log.count(call::sent) == 0);
    return true;
}

constexpr auto length_beyond_the_room_is_not_read() -> bool {
    auto memory = ends{};
    struct size_sink : archetypes::tap_sink {
        std::size_t seen{};
        constexpr auto sending(wire::header const&, const_bytes payload) -> void { seen = payload.size(); }
        constexpr auto sent(bool accepted) -> void { check(not accepted); }
        constexpr auto changed(link_change const&) -> void {}
        constexpr auto counted(counter, std::uint32_t) -> void {}
    } sink{};
    auto peer = end{memory, 0};
    auto self = tapped{end{memory, 1}, sink};
    check(peer.start().has_value() and self.start().has_value());
    (void)peer.poll(0);
    (void)self.poll(0);
    auto const room = self.reserve();
    check(not self.commit(room, {.length = 1000}));
    return sink.seen == room.space.size();
}

constexpr auto drop_has_its_reason(counter reason) -> bool {
    auto log = log_sink{};
    auto self = tapped{dropping{reason}, log};
    for (std::uint32_t i = 1; i < 4; ++i) {
        check(self.receive().outcome == rx_outcome::dropped);
        check(log.count(call::dropped, reason) == i and log.count(call::received) == 0);
    }
    (void)self.poll(0); // what was reported as dropped is not reported again, what came with it is
    check(log.count(call::counted, reason) == 0 and log.count(call::counted, counter::odd_flags) == 1);
    check(log.last(call::counted).amount == 3);
    (void)self.poll(0);
    return log.size == 4;
}
} // namespace

TEST_CASE("a sink sees each message of both directions, with its header and payload") {
    STATIC_REQUIRE(exchange_by_two_channels());
}

TEST_CASE("a sink sees the link go up, and down with its reason once") {
    STATIC_REQUIRE(is_closed_by_either_side(true));
    STATIC_REQUIRE(is_closed_by_either_side(false));
}

TEST_CASE("a message that the transport refuses is not reported as sent") { STATIC_REQUIRE(refused_message_is_not_sent()); }

TEST_CASE("a length that exceeds the room is refused, and the sink reads the room only") {
    STATIC_REQUIRE(length_beyond_the_room_is_not_read());
}

TEST_CASE("a message that the transport drops is reported with its reason and not as received") {
    STATIC_REQUIRE(drop_has_its_reason(counter::bad_descriptor));
    STATIC_REQUIRE(drop_has_its_reason(counter::bad_frame));
    STATIC_REQUIRE(drop_has_its_reason(counter::chained_descriptor));
    STATIC_REQUIRE(drop_has_its_reason(counter::bad_length));
    STATIC_REQUIRE(drop_has_its_reason(counter::bad_address));
}

TEST_CASE("a drop whose counter is at its limit is reported still") {
    auto log = log_sink{};
    auto self = tapped{dropping{counter::bad_length}, log};
    for (auto i = 0; i < 0xffff; ++i) {
        log.size = 0;
        (void)self.receive();
    }
    (void)self.receive();
    CHECK(log.count(call::dropped, counter::bad_length) == 2);
    log.size = 0;
    self.poll(0);
    CHECK(log.count(call::counted, counter::bad_length) == 0);
    (void)self.receive();
    CHECK(log.count(call::dropped) == 1);
    CHECK(log.last(call::dropped).reason == counter::bad_length);
}

TEST_CASE("the counters before the first call are not reported") {
    auto log = log_sink{};
    auto before = dropping{counter::bad_length};
    (void)before.receive();
    auto self = tapped{std::move(before), log};
    self.poll(0);
    CHECK(log.size == 0);
}

TEST_CASE("what a channel counts is reported at once and once") {
    auto memory = ends{};
    auto log = log_sink{};
    auto peer = end{memory, 0};
    channel self{tapped{end{memory, 1}, log}, endpoints{endpoint<0x100>([](auto&, message const&) {})}};
    REQUIRE((peer.start() and self.start()));
    (void)peer.poll(0);
    self.poll();
    auto const room = peer.reserve();
    REQUIRE(peer.commit(room, {.source = address{7}, .destination = address{0x200}, .length = 2}));
    log.size = 0;
    self.poll();
    CHECK(log.count(call::received) == 1);
    CHECK(log.count(call::counted, counter::no_endpoint) == 1);
    CHECK(log.last(call::counted).amount == 1);
    CHECK(self.at(0).send("x"_payload).error() == error::not_bound);
    CHECK(log.count(call::counted, counter::not_bound) == 1);
    self.poll();
    self.poll();
    CHECK(log.size == 3);
    CHECK(self.counts()[counter::no_endpoint] == 1);
}

TEST_CASE("a tapped transport has the optional members of its transport, and no others") {
    using ring = vring_device<small, side>;
    STATIC_REQUIRE(has_optional_members_of_a_ring<ring>);
    STATIC_REQUIRE(has_optional_members_of_a_ring<tapped<ring, log_sink>>);
    STATIC_REQUIRE_FALSE(has_optional_members_of_a_ring<tapped<end, log_sink>>);
    STATIC_REQUIRE(detail::says_room<naming>);
    STATIC_REQUIRE(detail::says_room<tapped<naming, log_sink>>);
    STATIC_REQUIRE_FALSE(detail::says_room<tapped<end, log_sink>>);
    STATIC_REQUIRE(tapped<end, log_sink>::max_frame == end::max_frame);
    STATIC_REQUIRE(tapped<end, log_sink>::acknowledged);
    STATIC_REQUIRE_FALSE(tapped<testing::loopback<false>, log_sink>::acknowledged);
    STATIC_REQUIRE(owns_names<tapped<naming, log_sink>>);
    STATIC_REQUIRE_FALSE(owns_names<tapped<end, log_sink>>);
    auto log = log_sink{};
    auto self = tapped{naming{}, log};
    CHECK_FALSE(detail::takes_names(self));
}

TEST_CASE("an announcement that the transport passes on is reported as a message, and not as sent when it was refused") {
    auto log = log_sink{};
    auto self = tapped{naming{}, log};
    auto const name = wire::announce("x", address{1024}, wire::announcement_kind::create);
    CHECK(self.announce(name));
    CHECK(log.count(call::sent) == 1);
    CHECK(log.last(call::sending).header ==
          wire::header{.source = address{1024}, .destination = name_service_address, .length = 40});
    self.answer = error::no_buffer;
    CHECK(self.announce(name).error() == error::no_buffer);
    CHECK(log.count(call::sent) == 1);
    CHECK(log.count(call::refused) == 1);
}

TEST_CASE("two tapped ends of a ring hold a conversation and see the same messages") {
    auto memory = memory_of_ring{};
    auto logs = std::array<log_sink, 2>{};
    channel remote{tapped{vring_device<small, side>{memory}, logs[0]},
                   endpoints{endpoint<"x">([](auto& it, message const& m) { it.reply(m, m.payload); })}};
    channel host{tapped{vring_driver<small, side>{memory}, logs[1]}, endpoints{endpoint<"x">([](auto&, message const&) {})}};
    REQUIRE((remote.start() and host.start()));
    for (auto i = 0; i < 10; ++i) {
        (void)host.get<"x">().send("abcd"_payload);
        host.poll();
        remote.poll();
    }
    host.poll();
    CHECK(logs[0].count(call::sent) > 3);
    CHECK(logs[0].count(call::sent) == logs[1].count(call::received));
    CHECK(logs[1].count(call::sent) == logs[0].count(call::received));
    CHECK(logs[0].last(call::sending).header == logs[1].last(call::received).header);
    CHECK(same(logs[0].last(call::sending).start, logs[1].last(call::received).start));
}
