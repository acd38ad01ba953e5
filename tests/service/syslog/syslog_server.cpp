#include <rpmsg/service/syslog/syslog_client.hpp>
#include <rpmsg/service/syslog/syslog_server.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "service/raw_peer.hpp"
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {
using namespace rpmsg;
constexpr auto suspend = raw(1, 0, 0, 0, 0, 0, 0, 0);
constexpr auto resume = raw(2, 0, 0, 0, 0, 0, 0, 0);
/// As NuttX asks, with a pointer as its cookie.
constexpr auto sync = raw(3, 0, 0, 0, 9, 9, 9, 9, 0xef, 0xbe, 0xad, 0xde, 0x78, 0x56, 0x34, 0x12);

/// Keeps the lines with a bar behind each.
struct joined {
    std::array<char, 200> text{};
    std::size_t size{};
    constexpr auto add(std::string_view line) -> void {
        for (auto const c : line) {
            text[size++] = c;
        }
        text[size++] = '|';
    }
    [[nodiscard]] constexpr auto view() const -> std::string_view { return {text.data(), size}; }
};
struct to_text {
    joined* all;
    constexpr auto operator()(std::string_view line) const -> void { all->add(line); }
};
using server = beside_a_peer<syslog_server<8, to_text>>;

constexpr auto lines_are_joined_and_cut() -> bool {
    auto all = joined{};
    auto it = server{to_text{&all}};
    it.receive(raw(0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 'u', 'p', '\n', 'r'));
    it.receive(raw(0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 'u', 'n', '\n', 'x')); // one more than it says
    it.receive(raw(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    check(all.view() == "up|run|");
    it.receive(raw(0, 0, 0, 0, 0, 0, 0, 0, 11, 0, 0, 0, '1', '2', '3', '4', '5', '6', '7', '8', '9', '\n', 'e'));
    check(all.view() == "up|run|12345678|9|");
    check(it.service.counts() == syslog_server_counts{.lines = 4, .cut = 1});
    it.peer.close();
    it.turn(4);
    check(all.view() == "up|run|12345678|9|e|" and it.answers() == 0);
    return true;
}

constexpr auto wrong_messages_to_a_server_are_counted() -> bool {
    auto all = joined{};
    auto it = server{to_text{&all}};
    auto const text = raw(0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 'a', '\n');
    for (auto size = std::size_t{}; size < 14; ++size) {
        it.receive(const_bytes{text}.first(size));
    }
    for (auto const count : {3u, 0x7fff'ffffu, 0x8000'0000u, 0xffff'ffffu}) {
        auto wrong = text;
        store(rpmsg::bytes{wrong}.subspan(8), count);
        it.receive(wrong);
    }
    for (auto const command : {1u, 2u, 4u, 0xffff'ffffu}) {
        auto wrong = text;
        store(rpmsg::bytes{wrong}, command);
        it.receive(wrong);
    }
    it.receive(const_bytes{sync}.first(15));
    check(it.service.counts() == syslog_server_counts{.malformed = 23} and all.size == 0);
    it.receive(sync); // that nobody asked for
    it.receive(text);
    check(it.service.counts() == syslog_server_counts{.lines = 1, .malformed = 23});
    return true;
}

constexpr auto a_sync_ends_with_its_answer_in_time_or_with_a_reason() -> bool {
    auto all = joined{};
    auto it = server{to_text{&all}};
    check(it.service.sync(it.now, 10).has_value() and it.service.sync(it.now, 10).error() == error::would_block);
    check(it.side.is_pending() and it.side.next_deadline(it.now).is_set and it.side.next_deadline(it.now).at == 10);
    it.turn();
    check(it.answers() == 1 and same(it.answer(0), raw(3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0)));
    it.now = 9;
    it.turn();
    check(it.service.is_syncing());
    it.receive(it.answer(0));
    check(not it.service.is_syncing() and it.service.outcome().has_value());

    check(it.service.sync(it.now, 10).has_value());
    it.turn();
    it.now = 19;
    it.turn();
    check(not it.service.is_syncing() and it.service.outcome().error() == error::timed_out);
    check(it.service.sync(it.now, 10).has_value());
    it.turn();
    it.receive(it.answer(1)); // too late
    check(it.service.is_syncing());
    it.peer.close();
    it.turn(4);
    check(not it.service.is_syncing() and it.service.outcome().error() == error::closed);
    check(it.service.sync(it.now, 10).error() == error::not_bound and it.service.counts().malformed == 0);
    return true;
}

constexpr auto every_client_is_told_that_it_is_suspended() -> bool {
    auto all = joined{};
    auto it = server{to_text{&all}};
    it.service.suspend(false);
    it.turn();
    check(it.answers() == 0);
    it.service.suspend(true);
    check(it.side.is_pending());
    it.turn();
    check(it.answers() == 1 and same(it.answer(0), suspend));
    it.peer.close();
    it.turn(4);
    check(it.peer.start().has_value());
    it.turn(6);
    check(it.answers() == 2 and same(it.answer(1), suspend));
    it.service.suspend(false);
    it.turn(2);
    check(it.answers() == 3 and same(it.answer(2), resume));
    return true;
}

/// A client and a server beside each other.
auto play(std::uint32_t seed) -> void {
    auto random = std::minstd_rand{seed};
    auto const below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    using end = rpmsg::testing::loopback<true, 2, 40>;
    auto memory = rpmsg::testing::loopback_memory<2, 40>{};
    auto heard = std::vector<std::string>{};
    auto expected = std::vector<std::string>{};
    auto log = syslog_client<150>{};
    auto sink = [&](std::string_view line) { heard.emplace_back(line); };
    auto screen = syslog_server<40, decltype(sink)>{sink};
    auto firmware = channel{end{memory, 0}, endpoints{ref{log}}};
    auto host = channel{end{memory, 1}, endpoints{ref{screen}}};
    check(firmware.start().has_value() and host.start().has_value());
    auto syncs = 0u;
    auto now = ticks{};
    for (auto step = 0; step < 2000; ++step) {
        switch (below(8)) {
        case 0:
        case 1: {
            auto const line = std::string(below(40), static_cast<char>('a' + below(26)));
            if (log.put(line)) {
                expected.push_back(line);
            }
            break;
        }
        case 2: screen.suspend(below(3) == 0); break;
        case 3: syncs += screen.sync(now, 1000) ? 1u : 0u; break;
        case 4:
        case 5: firmware.poll(poll_budget{.messages = below(3)}, now); break;
        default: host.poll(poll_budget{.messages = below(3)}, now); break;
        }
    }
    screen.suspend(false);
    for (auto i = 0; i < 40; ++i) {
        host.poll(++now);
        firmware.poll(now);
    }
    check(heard == expected and heard.size() > 100 and syncs > 10);
    check(not screen.is_syncing() and screen.outcome().has_value());
    check(log.counts().malformed == 0 and screen.counts().malformed == 0 and log.waiting() == 0);
    check(not host.is_pending() and not firmware.is_pending());
}
} // namespace

TEST_CASE("text is cut at newlines, and where a line is too long") { STATIC_REQUIRE(lines_are_joined_and_cut()); }
TEST_CASE("messages that no correct client sends are counted by the server") {
    CHECK(wrong_messages_to_a_server_are_counted());
}
TEST_CASE("a sync ends with its answer, at its deadline or with the link") {
    STATIC_REQUIRE(a_sync_ends_with_its_answer_in_time_or_with_a_reason());
}
TEST_CASE("each client is told that it is suspended") { STATIC_REQUIRE(every_client_is_told_that_it_is_suspended()); }
TEST_CASE("client and server hand on all lines in order, at any pace") {
    for (auto seed = 1u; seed <= 20; ++seed) {
        CAPTURE(seed);
        play(seed);
    }
}
