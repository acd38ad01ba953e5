#include <rpmsg/framework/channel.hpp>
#include <rpmsg/testing/fake_clock.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/transport/tap_ring.hpp>
#include <rpmsg/transport/tapped.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace {
using namespace rpmsg;
using end = testing::loopback<>;

template <std::uint32_t Records = 4, std::uint32_t Snap = 4> using ring = tap_ring<Records, Snap, testing::fake_clock>;
static_assert(tap_sink<ring<>>);

/// A clock as firmware has it, without state.
struct no_time {
    static constexpr auto now() -> ticks { return 0; }
};
constinit tap_ring<4, 8, no_time> in_static_memory{};

constexpr auto header = wire::header{.source = address{1024}, .destination = address{1025}, .length = 6};

/// The first bytes of the payloads that are stored, in order; 0 for a record without a payload.
constexpr auto firsts(auto const& of) -> std::array<int, 8> {
    auto found = std::array<int, 8>{};
    std::size_t count = 0;
    of.for_each(
        [&](tap_record const&, const_bytes payload) { found[count++] = payload.empty() ? 0 : static_cast<int>(payload[0]); });
    return found;
}
constexpr auto receive(auto& into, int first) -> void {
    auto const payload =
        std::array{static_cast<std::byte>(first), std::byte{2}, std::byte{3}, std::byte{4}, std::byte{5}, std::byte{6}};
    into.received(header, payload);
}

constexpr auto keeps_the_latest() -> bool {
    ticks now = 7;
    auto it = ring<>{testing::fake_clock{now}};
    check(it.size() == 0 and it.overwritten() == 0);
    for (auto i = 1; i <= 4; ++i) {
        receive(it, i);
    }
    check(it.size() == 4 and it.overwritten() == 0);
    check(firsts(it) == std::array<int, 8>{1, 2, 3, 4});
    receive(it, 5);
    receive(it, 6);
    check(it.size() == 4 and it.overwritten() == 2);
    check(firsts(it) == std::array<int, 8>{3, 4, 5, 6});
    it.clear();
    check(it.size() == 0 and it.overwritten() == 2);
    receive(it, 7);
    check(firsts(it) == std::array<int, 8>{7});
    return it.overwritten() == 2;
}

constexpr auto stores_what_was_told() -> bool {
    ticks now = 7;
    auto it = ring<8>{testing::fake_clock{now}};
    receive(it, 1);
    now = 8;
    it.sending(header, "abcde"_payload);
    it.sent(true);
    it.changed({.event = link_event::down, .reason = down_reason::reset_asked, .unreturned = 300});
    it.dropped(counter::bad_length);
    it.counted(counter::no_buffer, 3);
    std::size_t count = 0;
    it.for_each([&](tap_record const& each, const_bytes payload) {
        switch (count++) {
        case 0: // its payload is cut, the header has its length
            check(each.kind == tap_kind::received and each.time == 7 and each.header == header);
            check(payload.size() == 4 and payload[3] == std::byte{4});
            break;
        case 1: check(each.kind == tap_kind::sent and each.time == 8 and same(payload, "abcd"_payload)); break;
        case 2:
            check(each.kind == tap_kind::changed and each.amount == 300 and payload.empty());
            check((each.detail & 15) == static_cast<int>(link_event::down));
            check(each.detail >> 4 == static_cast<int>(down_reason::reset_asked));
            break;
        case 3:
            check(each.kind == tap_kind::dropped and each.detail == static_cast<int>(counter::bad_length) and each.amount == 1);
            break;
        default:
            check(each.kind == tap_kind::counted and each.detail == static_cast<int>(counter::no_buffer) and each.amount == 3);
        }
    });
    return count == 5;
}

constexpr auto refused_message_is_no_record() -> bool {
    ticks now = 0;
    auto it = ring<2>{testing::fake_clock{now}};
    receive(it, 1);
    it.sending(header, "ab"_payload);
    it.sent(false);
    check(firsts(it) == std::array<int, 8>{1});
    receive(it, 2);
    it.sending(header, "ab"_payload); // takes the place of the oldest
    it.sent(false);
    check(it.overwritten() == 1 and firsts(it) == std::array<int, 8>{2});
    receive(it, 3);
    return firsts(it) == std::array<int, 8>{2, 3};
}

constexpr auto smallest_ring_works() -> bool {
    ticks now = 0;
    auto it = ring<1, 0>{testing::fake_clock{now}};
    receive(it, 1);
    receive(it, 2);
    it.sending(header, "ab"_payload);
    check(it.size() == 0);
    it.sent(true);
    check(it.size() == 1 and it.overwritten() == 2);
    it.for_each([](tap_record const& each, const_bytes payload) { check(each.kind == tap_kind::sent and payload.empty()); });
    return true;
}
} // namespace

TEST_CASE("a ring keeps the latest records in order, and counts those that it overwrote") {
    STATIC_REQUIRE(keeps_the_latest());
}

TEST_CASE("a record has its time, what it is about, and the first bytes of a payload") {
    STATIC_REQUIRE(stores_what_was_told());
}

TEST_CASE("a message that was refused is no record") { STATIC_REQUIRE(refused_message_is_no_record()); }

TEST_CASE("a ring in static memory needs no start, and its records have their size in the configuration") {
    STATIC_REQUIRE(sizeof(in_static_memory) == 4 * (sizeof(tap_record) + 8) + 12);
    CHECK(in_static_memory.size() == 0);
}

TEST_CASE("a copy of a damaged memory is read within its bounds") {
    using damaged = tap_ring<3, 5, no_time>;
    for (auto const fill : {0x01, 0x7f, 0x80, 0xff}) {
        auto memory = std::array<std::byte, sizeof(damaged)>{};
        memory.fill(static_cast<std::byte>(fill));
        auto const it = std::bit_cast<damaged>(memory);
        std::size_t count = 0;
        it.for_each([&](tap_record const&, const_bytes payload) {
            ++count;
            CHECK(payload.size() <= 5);
        });
        CHECK(count <= 3);
    }
}

TEST_CASE("a ring of one record without payloads works") { STATIC_REQUIRE(smallest_ring_works()); }

TEST_CASE("a channel over a tapped transport leaves its last traffic in the ring") {
    auto memory = testing::loopback_memory<>{};
    ticks now = 0;
    auto it = ring<16>{testing::fake_clock{now}};
    auto peer = end{memory, 0};
    channel self{tapped{end{memory, 1}, it}, endpoints{endpoint<0x100, 0x200>([](auto&, message const&) {})}};
    REQUIRE((peer.start() and self.start()));
    (void)peer.poll(0);
    self.poll();
    CHECK(self.at(0).send("abc"_payload));
    self.close();
    REQUIRE(it.size() == 3);
    auto kinds = std::array<tap_kind, 3>{};
    std::size_t count = 0;
    it.for_each([&](tap_record const& each, const_bytes) { kinds[count++] = each.kind; });
    CHECK(kinds == std::array{tap_kind::changed, tap_kind::sent, tap_kind::changed});
}
