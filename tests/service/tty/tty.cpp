#include <rpmsg/service/tty/tty.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "service/raw_peer.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <random>

namespace {
using namespace rpmsg;
constexpr auto config = tty_config{.receive = 16, .send = 96};
using terminal = tty<"rpmsg-ttyproxy", config>;
using pair = beside_a_peer<terminal>; // 40 bytes of data fit into a message

/// A write of NuttX with a pointer as its cookie.
constexpr auto hello = raw(0, 0, 0, 0, 0xfa, 0xff, 0xff, 0xff, 0xef, 0xbe, 0xad, 0xde, 0x78, 0x56, 0x34, 0x12, 5, 0, 0, 0, 0, 0,
                           0, 0, 'h', 'e', 'l', 'l', 'o');
constexpr auto wake_up = raw(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/// The response to what a terminal sent last.
template <typename Peer> constexpr auto response_to_last(Peer& it, std::int32_t result) -> std::array<std::byte, 24> {
    auto bytes = std::array<std::byte, 24>{};
    copy(it.answer(it.answers() - 1).first(24), bytes);
    store(rpmsg::bytes{bytes}, wire::tty_command::response);
    store(rpmsg::bytes{bytes}.subspan(4), result);
    return bytes;
}
constexpr auto text_of(auto& it, auto& service, std::size_t most = 64) -> std::array<std::byte, 64> {
    auto text = std::array<std::byte, 64>{};
    (void)service.read(it.side, rpmsg::bytes{text}.first(most));
    return text;
}
constexpr auto write_message(std::uint32_t count, std::size_t size) -> std::array<std::byte, 64> {
    auto bytes = std::array<std::byte, 64>{};
    copy(hello, bytes);
    store(rpmsg::bytes{bytes}.subspan(16), count);
    for (auto i = std::size_t{24}; i < 24 + size; ++i) {
        bytes[i] = static_cast<std::byte>(i);
    }
    return bytes;
}

constexpr auto a_write_is_answered_with_what_was_accepted() -> bool {
    auto it = pair{};
    it.receive(hello);
    check(it.answers() == 1);
    check(same(it.answer(0),
               raw(0, 0, 0, 0x80, 5, 0, 0, 0, 0xef, 0xbe, 0xad, 0xde, 0x78, 0x56, 0x34, 0x12, 5, 0, 0, 0, 0, 0, 0, 0)));
    check(it.service.readable() == 5 and same(const_bytes{text_of(it, it.service)}.first(5), "hello"_payload));
    check(it.service.readable() == 0 and it.service.counts() == tty_counts{.received = 1});
    return true;
}

constexpr auto what_is_written_goes_out_as_nuttx_writes_it() -> bool {
    auto it = pair{};
    check(it.service.write(it.side, "hello"_payload) == 5 and it.side.is_pending());
    it.turn();
    check(not it.side.is_pending() and it.answers() == 1);
    check(same(it.answer(0), raw(0, 0, 0, 0, 0xfa, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 'h', 'e',
                                 'l', 'l', 'o')));
    // The next one waits for the response.
    check(it.service.write(it.side, "world"_payload) == 5);
    it.turn(3);
    check(it.answers() == 1);
    it.receive(response_to_last(it, 5));
    it.turn(2);
    check(it.answers() == 2 and same(it.answer(1).subspan(24), "world"_payload) and it.answer(1)[8] == std::byte{2});
    return true;
}

constexpr auto a_full_receiver_refuses_and_wakes_the_sender_later() -> bool {
    auto it = pair{};
    it.receive(const_bytes{write_message(20, 20)}.first(44));
    check(it.answers() == 1 and load<std::int32_t>(it.answer(0).subspan(4)) == 16);
    it.receive(const_bytes{write_message(4, 4)}.first(28));
    check(it.answers() == 2 and load<std::int32_t>(it.answer(1).subspan(4)) == wire::tty_nothing_accepted);
    check(load<std::uint32_t>(it.answer(1).subspan(16)) == 4);
    (void)text_of(it, it.service, 7);
    it.turn(3);
    check(it.answers() == 2); // less than half of the memory is free
    (void)text_of(it, it.service, 1);
    check(it.side.is_pending());
    it.turn(3);
    check(it.answers() == 3 and same(it.answer(2), wake_up) and not it.side.is_pending());
    (void)text_of(it, it.service);
    it.turn(3);
    check(it.answers() == 3); // once for each refusal
    it.receive(const_bytes{write_message(4, 4)}.first(28));
    check(it.answers() == 4 and load<std::int32_t>(it.answer(3).subspan(4)) == 4);
    return true;
}

constexpr auto a_full_peer_is_written_to_after_its_wake_up() -> bool {
    auto it = pair{};
    check(it.service.write(it.side, "0123456789"_payload) == 10);
    it.turn();
    it.receive(response_to_last(it, 4));
    it.turn(3);
    check(it.answers() == 1 and not it.side.is_pending());
    it.receive(wake_up);
    it.turn();
    check(it.answers() == 2 and same(it.answer(1).subspan(24), "456789"_payload));
    it.receive(response_to_last(it, wire::tty_nothing_accepted));
    it.turn(3);
    check(it.answers() == 2);
    it.receive(wake_up);
    it.turn();
    check(it.answers() == 3 and same(it.answer(2).subspan(24), "456789"_payload));
    // A wake-up that overtakes its response counts.
    it.receive(wake_up);
    it.receive(response_to_last(it, 2));
    it.turn();
    check(it.answers() == 4 and same(it.answer(3).subspan(24), "6789"_payload));
    it.receive(response_to_last(it, 4));
    it.turn(2);
    check(it.answers() == 4 and it.service.writable() == config.send);
    check(it.service.counts() == tty_counts{.sent = 4});
    return true;
}

constexpr auto messages_of_no_correct_peer_are_counted_and_change_nothing() -> bool {
    auto it = pair{};
    auto malformed = 0u;
    auto const is_refused = [&](const_bytes what) {
        auto const answered = it.answers();
        it.receive(what);
        it.turn();
        check(it.service.counts().malformed == ++malformed and it.answers() == answered and it.service.readable() == 0);
    };
    for (auto size = std::size_t{}; size < 24; ++size) {
        is_refused(const_bytes{hello}.first(size));
    }
    for (auto const count : {6u, 0x7fff'ffffu, 0x8000'0000u, 0xffff'ffffu}) { // more than the message has
        is_refused(const_bytes{write_message(count, 5)}.first(29));
    }
    for (auto const command : {2u, 9u, 0x7fff'ffffu}) {
        auto unknown = hello;
        store(rpmsg::bytes{unknown}, command);
        is_refused(unknown);
    }
    auto foreign = hello;
    store(rpmsg::bytes{foreign}, wire::tty_command::response);
    is_refused(foreign); // nothing is in flight
    check(it.service.write(it.side, "hello"_payload) == 5);
    it.turn();
    is_refused(response_to_last(it, 6));
    is_refused(response_to_last(it, 0x7fff'ffff));
    auto other = response_to_last(it, 5);
    other[9] = std::byte{1};
    is_refused(other);
    it.receive(response_to_last(it, 5));
    check(it.service.writable() == config.send and it.service.counts().malformed == malformed);
    // What the message has beyond the count is no data; a write of nothing is answered.
    it.receive(const_bytes{write_message(2, 5)}.first(29));
    check(it.service.readable() == 2);
    it.receive(const_bytes{write_message(0, 0)}.first(24));
    check(load<std::int32_t>(it.answer(it.answers() - 1).subspan(4)) == 0);
    return true;
}

constexpr auto answers_that_find_no_buffer_are_sent_later() -> bool {
    auto it = pair{};
    it.other.keeps = true;
    for (auto i = 0; i < 4; ++i) {
        it.receive(wake_up);
        it.receive(const_bytes{write_message(5, 5)}.first(29)); // the fourth does not fit
    }
    check(it.answers() == 4 and it.service.readable() == 16);
    it.receive(hello); // is refused; its response and the wake-up wait for buffers
    it.receive(hello); // a second one without a response
    check(it.answers() == 4 and it.service.counts().malformed == 1);
    (void)text_of(it, it.service);
    it.turn(2);
    check(it.answers() == 4);
    it.other.release_one();
    it.turn(2);
    check(it.answers() == 5 and load<std::int32_t>(it.answer(4).subspan(4)) == wire::tty_nothing_accepted);
    it.other.release_all();
    it.turn(2);
    check(it.answers() == 6 and same(it.answer(5), wake_up));
    return true;
}

constexpr auto what_was_written_waits_for_the_next_link() -> bool {
    auto it = pair{};
    check(it.service.write(it.side, "lost"_payload) == 4);
    it.turn();
    check(it.service.write(it.side, "kept"_payload) == 4);
    it.receive(hello);
    it.peer.close();
    it.turn(4);
    check(not it.side.is_up() and it.service.counts().lost == 4 and not it.side.is_pending());
    check(same(const_bytes{text_of(it, it.service)}.first(5), "hello"_payload));
    check(it.service.write(it.side, " too"_payload) == 4);
    check(it.peer.start().has_value());
    it.turn(6);
    check(same(it.answer(it.answers() - 1).subspan(24), "kept too"_payload));
    it.receive(response_to_last(it, 8));
    check(it.service.writable() == config.send and it.service.counts().lost == 4);
    return true;
}

constexpr auto writes_beyond_the_memory_are_cut() -> bool {
    auto it = pair{};
    auto const much = std::array<std::byte, 200>{};
    check(it.service.write(it.side, much) == config.send and it.service.write(it.side, much) == 0);
    it.turn();
    check(it.answer(0).size() == 64);
    it.receive(response_to_last(it, 40));
    check(it.service.writable() == 40 and it.service.write(it.side, much) == 40);
    return true;
}

/// Both roles beside each other; each reads and writes pieces of random sizes, and the link restarts sometimes if it may.
struct two_ends {
    using end = rpmsg::testing::loopback<true, 3, 40>;
    using side = tty<"rpmsg-tty0", tty_config{.receive = 24, .send = 50}>;
    rpmsg::testing::loopback_memory<3, 40> memory{};
    std::array<side, 2> terminals{};
    channel<end, endpoints<ref<side>>> one{end{memory, 0}, endpoints{ref{terminals[0]}}};
    channel<end, endpoints<ref<side>>> other{end{memory, 1}, endpoints{ref{terminals[1]}}};

    auto play(std::uint32_t seed, bool restarts) -> void {
        auto random = std::minstd_rand{seed};
        auto const below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
        auto sent = std::array<std::deque<std::byte>, 2>{};
        auto received = std::array<std::size_t, 2>{};
        check(one.start().has_value() and other.start().has_value());
        auto piece = std::array<std::byte, 70>{};
        auto const read = [&](std::uint32_t i) {
            auto const size = terminals[i].read(one, bytes{piece}.first(below(70)));
            for (auto const each : const_bytes{piece}.first(size)) {
                auto& from = sent[1 - i];
                while (restarts and not from.empty() and from.front() != each) { // a message that was in flight
                    from.pop_front();
                }
                check(not from.empty() and from.front() == each);
                from.pop_front();
                ++received[i];
            }
        };
        for (auto step = 0; step < 3000; ++step) {
            auto const i = below(2);
            switch (below(restarts ? 9 : 8)) {
            case 0:
            case 1: {
                for (auto& each : piece) {
                    each = static_cast<std::byte>(below(256));
                }
                auto const size = terminals[i].write(one, const_bytes{piece}.first(below(71)));
                sent[i].insert(sent[i].end(), piece.begin(), piece.begin() + size);
                break;
            }
            case 2: read(i); break;
            case 8:
                if (below(16) == 0) {
                    one.close();
                    check(one.start().has_value());
                }
                break;
            default:
                i == 0 ? one.poll(poll_budget{.messages = below(3)}) : other.poll(poll_budget{.messages = below(3)});
                break;
            }
        }
        auto const is_done = [&] {
            return terminals[0].writable() == 50 and terminals[1].writable() == 50 and terminals[0].readable() == 0 and
                   terminals[1].readable() == 0;
        };
        for (auto round = 0; round < 2000 and not is_done(); ++round) {
            one.poll();
            other.poll();
            read(0);
            read(1);
        }
        check(is_done() and received[0] > 1000 and received[1] > 1000);
        check(terminals[0].counts().malformed == 0 and terminals[1].counts().malformed == 0);
        check(restarts or (sent[0].empty() and sent[1].empty() and terminals[0].counts().lost == 0));
    }
};

/// Answers each piece at once.
struct shout {
    auto operator()(auto& link, auto& it) const -> void {
        auto piece = std::array<std::byte, 8>{};
        while (auto const size = it.read(link, piece)) {
            for (auto& each : piece) {
                each &= std::byte{0xdf};
            }
            (void)it.write(link, const_bytes{piece}.first(size));
        }
    }
};
} // namespace

TEST_CASE("a write is answered with the number of bytes that were accepted") {
    STATIC_REQUIRE(a_write_is_answered_with_what_was_accepted());
}
TEST_CASE("what is written goes out as NuttX writes it, one message at a time") {
    STATIC_REQUIRE(what_is_written_goes_out_as_nuttx_writes_it());
}
TEST_CASE("a full receiver refuses, and wakes the sender once half of its memory is free") {
    STATIC_REQUIRE(a_full_receiver_refuses_and_wakes_the_sender_later());
}
TEST_CASE("a full peer is written to after its wake-up, from where it stopped") {
    STATIC_REQUIRE(a_full_peer_is_written_to_after_its_wake_up());
}
TEST_CASE("messages that no correct peer sends are counted and change nothing") {
    CHECK(messages_of_no_correct_peer_are_counted_and_change_nothing());
}
TEST_CASE("answers that find no buffer are sent later, the wake-up after the response") {
    STATIC_REQUIRE(answers_that_find_no_buffer_are_sent_later());
}
TEST_CASE("what was written waits for the next link; what was in flight is counted") {
    STATIC_REQUIRE(what_was_written_waits_for_the_next_link());
}
TEST_CASE("what exceeds the memory is left to the writer") { CHECK(writes_beyond_the_memory_are_cut()); }
TEST_CASE("two terminals carry all bytes in order at any pace") {
    for (auto seed = 1u; seed <= 30; ++seed) {
        CAPTURE(seed);
        two_ends{}.play(seed, false);
        two_ends{}.play(seed, true);
    }
}
TEST_CASE("a handler answers without a loop of its own") {
    auto it = beside_a_peer<tty<"rpmsg-tty0", config, shout>>{};
    it.receive(hello);
    it.turn();
    CHECK(it.answers() == 2);
    CHECK((same(it.answer(0).subspan(24), "HELLO"_payload) or same(it.answer(1).subspan(24), "HELLO"_payload)));
}
