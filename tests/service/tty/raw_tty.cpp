#include <rpmsg/service/tty/raw_tty.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "service/raw_peer.hpp"
#include <array>
#include <cstdint>

namespace {
using namespace rpmsg;
using pair = beside_a_peer<raw_tty<"rpmsg-tty", tty_config{.receive = 10, .send = 100}>>;

constexpr auto next(pair& it, std::size_t size) -> std::array<std::byte, 64> {
    auto text = std::array<std::byte, 64>{};
    check(it.service.read(it.side, rpmsg::bytes{text}.first(size)) == size);
    return text;
}

constexpr auto bytes_pass_as_they_are() -> bool {
    auto it = pair{};
    check(it.service.write(it.side, "login: "_payload) == 7);
    it.turn();
    check(it.answers() == 1 and same(it.answer(0), "login: "_payload));
    it.receive("root\n"_payload);
    check(same(const_bytes{next(it, 5)}.first(5), "root\n"_payload) and it.answers() == 1);
    it.receive({});
    check(it.service.readable() == 0);
    auto const much = std::array<std::byte, 120>{};
    check(it.service.write(it.side, much) == 100);
    it.turn();
    check(it.answers() == 3 and it.answer(1).size() == 64 and it.answer(2).size() == 36);
    return true;
}

constexpr auto what_does_not_fit_is_held_until_it_is_read() -> bool {
    auto it = pair{};
    it.receive("0123456789abc"_payload);
    it.receive("defghijklmnopq"_payload);
    check(it.service.readable() == 10 and it.service.counts() == tty_counts{.received = 2});
    it.receive("lost"_payload);
    check(it.service.counts() == tty_counts{.received = 3, .lost = 4});
    check(same(const_bytes{next(it, 4)}.first(4), "0123"_payload) and it.side.is_pending());
    it.turn();
    check(same(const_bytes{next(it, 10)}.first(10), "456789abcd"_payload));
    it.turn();
    check(same(const_bytes{next(it, 10)}.first(10), "efghijklmn"_payload));
    it.turn();
    check(same(const_bytes{next(it, 3)}.first(3), "opq"_payload) and it.side.is_pending());
    it.turn();
    check(not it.side.is_pending() and it.service.readable() == 0);
    for (auto i = 0; i < 4; ++i) { // all buffers are back
        check(it.peer.at(0).send("ab"_payload).has_value());
    }
    it.turn();
    check(it.service.readable() == 8 and it.service.counts().lost == 4);
    return true;
}

constexpr auto what_is_held_ends_with_the_link() -> bool {
    auto it = pair{};
    it.receive("0123456789abc"_payload);
    it.receive("def"_payload);
    it.side.close();
    check(it.service.counts() == tty_counts{.received = 2, .lost = 6});
    check(it.service.write(it.side, "later"_payload) == 5);
    check(it.side.start().has_value());
    it.turn(6);
    check(same(it.answer(it.answers() - 1), "later"_payload));
    check(same(const_bytes{next(it, 10)}.first(10), "0123456789"_payload));
    for (auto i = 0; i < 8; ++i) {
        it.receive("x"_payload);
    }
    check(it.service.readable() == 8);
    return true;
}

constexpr auto what_finds_no_buffer_is_sent_later() -> bool {
    auto it = pair{};
    it.other.keeps = true;
    for (auto i = 0; i < 5; ++i) {
        check(it.service.write(it.side, "line"_payload) == 4);
        it.turn();
    }
    check(it.answers() == 4);
    check(it.service.writable() == 96);
    it.turn();
    check(not it.side.is_pending());
    it.other.release_all();
    it.turn(2);
    check(it.answers() == 5 and it.service.writable() == 100);
    return true;
}
} // namespace

TEST_CASE("bytes of a raw terminal pass as they are") { STATIC_REQUIRE(bytes_pass_as_they_are()); }
TEST_CASE("messages for which a raw terminal has no room are held until it is read") {
    STATIC_REQUIRE(what_does_not_fit_is_held_until_it_is_read());
}
TEST_CASE("what a raw terminal holds ends with the link, and is counted") { STATIC_REQUIRE(what_is_held_ends_with_the_link()); }
TEST_CASE("what finds no buffer is sent later, unchanged") { STATIC_REQUIRE(what_finds_no_buffer_is_sent_later()); }
