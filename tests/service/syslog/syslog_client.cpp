#include <rpmsg/service/syslog/syslog_client.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "service/raw_peer.hpp"
#include <cstdint>
#include <string_view>

namespace {
using namespace rpmsg;
using client = beside_a_peer<syslog_client<80>>; // 52 characters fit into a message

constexpr auto suspend = raw(1, 0, 0, 0, 0, 0, 0, 0);
constexpr auto resume = raw(2, 0, 0, 0, 0, 0, 0, 0);
/// As NuttX asks, with a pointer as its cookie.
constexpr auto sync = raw(3, 0, 0, 0, 9, 9, 9, 9, 0xef, 0xbe, 0xad, 0xde, 0x78, 0x56, 0x34, 0x12);

constexpr auto a_line_goes_out_as_nuttx_sends_it() -> bool {
    auto it = client{};
    check(it.service.put("up") and it.side.is_pending());
    it.turn();
    check(it.answers() == 1 and not it.side.is_pending());
    check(same(it.answer(0), raw(0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 'u', 'p', '\n')));
    check(it.service.put("a\n") and it.service.put("b") and it.service.put(""));
    it.turn();
    check(same(it.answer(1).subspan(12), "a\nb\n\n"_payload) and it.service.waiting() == 0);
    check(it.service.counts() == syslog_client_counts{.lines = 4});
    return true;
}

constexpr auto lines_without_room_are_dropped_as_a_whole_and_counted() -> bool {
    auto it = client{};
    it.peer.close();
    it.turn(4);
    constexpr auto line = std::string_view{"0123456789012345678"};
    for (auto i = 0; i < 4; ++i) {
        check(it.service.put(line));
    }
    check(not it.service.put("") and not it.service.put(line) and it.service.waiting() == 80);
    check(it.service.counts() == syslog_client_counts{.lines = 4, .dropped = 2});
    it.turn();
    check(not it.side.is_pending());
    check(it.peer.start().has_value());
    it.turn(6);
    check(it.answers() == 2 and it.answer(0).size() == 64 and it.answer(1).size() == 40);
    check(it.service.put("more") and it.service.waiting() == 5);
    return true;
}

constexpr auto a_suspended_client_sends_only_when_it_is_asked() -> bool {
    auto it = client{};
    it.receive(suspend);
    check(it.service.put("first"));
    it.turn(3);
    check(it.answers() == 0);
    it.receive(sync);
    it.turn();
    check(it.answers() == 2 and same(it.answer(0).subspan(12), "first\n"_payload) and same(it.answer(1), sync));
    check(it.service.put("second"));
    it.turn(3);
    check(it.answers() == 2 and not it.side.is_pending());
    it.receive(resume);
    it.turn();
    check(it.answers() == 3 and same(it.answer(2).subspan(12), "second\n"_payload));
    // Nothing to send: the answer alone.
    it.receive(sync);
    it.turn();
    check(it.answers() == 4 and same(it.answer(3), sync) and it.service.counts().malformed == 0);
    // A new server has not suspended it.
    it.receive(suspend);
    it.peer.close();
    it.turn(4);
    check(it.peer.start().has_value() and it.service.put("third"));
    it.turn(6);
    check(it.answers() == 5);
    return true;
}

constexpr auto an_answer_waits_for_a_buffer_behind_the_lines_before_it() -> bool {
    auto it = client{};
    it.other.keeps = true;
    for (auto i = 0; i < 5; ++i) {
        check(it.service.put("line"));
        it.turn();
    }
    it.receive(sync);
    check(it.service.put("after"));
    it.turn(2);
    check(it.answers() == 4 and not it.side.is_pending());
    it.receive(sync); // a second one before the answer to the first
    check(it.service.counts().malformed == 1);
    it.other.release_one();
    it.turn(2);
    check(it.answers() == 5 and same(it.answer(4).subspan(12), "line\n"_payload));
    it.other.release_all();
    it.turn(3);
    check(it.answers() == 7 and same(it.answer(5), sync) and same(it.answer(6).subspan(12), "after\n"_payload));
    return true;
}

constexpr auto wrong_messages_to_a_client_are_counted() -> bool {
    auto it = client{};
    for (auto size = std::size_t{}; size < 8; ++size) {
        it.receive(const_bytes{sync}.first(size));
    }
    it.receive(const_bytes{sync}.first(15));
    it.receive(raw(0, 0, 0, 0, 0, 0, 0, 0));
    it.receive(raw(4, 0, 0, 0, 0, 0, 0, 0x80));
    check(it.service.counts() == syslog_client_counts{.malformed = 11} and it.answers() == 0);
    return true;
}

} // namespace

TEST_CASE("a log line goes out as NuttX sends it, several in one message") {
    STATIC_REQUIRE(a_line_goes_out_as_nuttx_sends_it());
}
TEST_CASE("lines for which there is no room are dropped as a whole and counted") {
    STATIC_REQUIRE(lines_without_room_are_dropped_as_a_whole_and_counted());
}
TEST_CASE("a suspended client sends only when it is asked") {
    STATIC_REQUIRE(a_suspended_client_sends_only_when_it_is_asked());
}
TEST_CASE("the answer to a sync waits for a buffer, behind the lines that were before it") {
    STATIC_REQUIRE(an_answer_waits_for_a_buffer_behind_the_lines_before_it());
}
TEST_CASE("messages that no correct server sends are counted by the client") {
    CHECK(wrong_messages_to_a_client_are_counted());
}
