#include <rpmsg/service/device/device_client.hpp>
#include <rpmsg/service/device/device_server.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "service/device/memory_files.hpp"
#include "service/raw_peer.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <vector>

namespace {
using namespace rpmsg;
namespace command = wire::device_command;
namespace failure = wire::device_error;
using client_type = device_client<"rpdev/dev/memory">;

/// A client and a server that says what the test says.
struct asked : beside_a_peer<client_type> {
    constexpr asked() : beside_a_peer{ticks{10}} {}

    constexpr auto last() const -> const_bytes { return answer(answers() - 1); }
    /// Answers the last request with its own front, so many bytes of the same size, and data.
    constexpr auto reply(std::size_t size, std::int32_t result, const_bytes data = {}) -> void {
        auto raw_bytes = std::array<std::byte, 64>{};
        copy(last().first(std::min(size, last().size())), raw_bytes);
        store(bytes{raw_bytes}.subspan(4), result);
        copy(data, bytes{raw_bytes}.subspan(size));
        receive(const_bytes{raw_bytes}.first(size + data.size()));
    }
    constexpr auto open() -> void {
        check(service.open(wire::device_flag::read_write).has_value());
        turn();
        auto raw_bytes = std::array<std::byte, 28>{};
        copy(last(), raw_bytes);
        store(bytes{raw_bytes}.subspan(16), std::uint64_t{0x1122'3344'5566'7788});
        receive(raw_bytes);
        check(service.is_open() and not service.is_running() and service.result() == 0);
    }
};

constexpr auto requests_go_out_as_nuttx_sends_them() -> bool {
    auto it = asked{};
    check(it.service.read({}).error() == error::no_endpoint);
    it.open();
    check(same(it.last(), raw(1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 8, 0, 0)));
    check(it.service.open(0).error() == error::no_endpoint);
    check(it.service.write("abc"_payload).has_value() and it.side.is_pending());
    check(it.service.close().error() == error::would_block);
    it.turn();
    check(same(it.last(), raw(5, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 3,
                              0, 0, 0, 'a', 'b', 'c')));
    it.reply(28, 3);
    check(not it.service.is_running() and it.service.result() == 3);
    check(it.service.seek(-2, 1).has_value());
    it.turn();
    check(it.last().size() == 36);
    check(same(it.last().subspan(24), raw(0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0)));
    it.reply(36, 0);
    check(it.service.result() == 0 and it.service.position() == -2);
    auto data = std::array<std::byte, 4>{std::byte{9}};
    check(it.service.control(0x101, 7, data).has_value());
    it.turn();
    check(it.last().size() == 44);
    check(same(it.last().subspan(24), raw(7, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 1, 1, 0, 0, 9, 0, 0, 0)));
    it.reply(40, 1, "data"_payload);
    check(it.service.result() == 1 and same(data, "data"_payload));
    check(it.service.close().has_value());
    it.turn();
    check(it.last().size() == 24);
    it.reply(24, 0);
    check(it.service.result() == 0 and not it.service.is_open() and it.service.unexpected() == 0);
    return true;
}

constexpr auto a_read_joins_its_pieces() -> bool {
    auto it = asked{};
    it.open();
    auto into = std::array<std::byte, 6>{};
    check(it.service.read(into).has_value());
    it.turn();
    check(same(it.last().subspan(24), raw(6, 0, 0, 0)) and it.last().size() == 28);
    it.reply(28, 4, "abcd"_payload);
    check(it.service.is_running());
    it.reply(28, 2, "ef"_payload);
    check(not it.service.is_running() and it.service.result() == 6 and same(into, "abcdef"_payload));
    check(it.service.read(into).has_value());
    it.turn();
    it.reply(28, 1, "x"_payload);
    it.reply(28, failure::try_again);
    check(it.service.result() == 1);
    check(it.service.read(into).has_value());
    it.turn();
    it.reply(28, failure::try_again);
    check(it.service.result() == failure::try_again);
    // A server may not answer these.
    auto const before = it.answers();
    check(it.service.read({}).has_value() and not it.service.is_running() and it.service.result() == 0);
    check(it.service.write({}).has_value() and not it.service.is_running());
    it.turn(2);
    check(it.answers() == before);
    return true;
}

constexpr auto answers_of_no_correct_server_end_the_request() -> bool {
    auto into = std::array<std::byte, 6>{};
    auto const is_refused = [&](auto&& begin, std::size_t size, std::int32_t result, const_bytes data) {
        auto it = asked{};
        it.open();
        into = {};
        check(begin(it.service).has_value());
        it.turn();
        it.reply(size, result, data);
        check(not it.service.is_running() and it.service.result() == failure::protocol and it.service.unexpected() == 1);
        check(into == std::array<std::byte, 6>{});
    };
    auto const read = [&](auto& it) { return it.read(into); };
    is_refused(read, 28, 7, "1234567"_payload);
    is_refused(read, 28, 7, "123456"_payload);
    is_refused(read, 28, 3, "1234"_payload);
    is_refused(read, 28, 0x7fff'ffff, "1"_payload);
    is_refused(read, 27, 0, {});
    is_refused([](auto& it) { return it.write("abc"_payload); }, 28, 4, {});
    is_refused([](auto& it) { return it.seek(1, 0); }, 35, 0, {});
    auto const control = [&](auto& it) { return it.control(1, 0, into); };
    is_refused(control, 40, 0, "12345"_payload);
    is_refused(control, 40, 0, "1234567"_payload);
    is_refused(control, 39, 0, {});
    auto it = asked{};
    check(it.service.open(0).has_value());
    it.turn();
    it.reply(27, 0);
    check(it.service.result() == failure::protocol and not it.service.is_open());
    return true;
}

constexpr auto what_answers_no_request_is_counted() -> bool {
    auto it = asked{};
    it.open();
    auto unexpected = 0u;
    auto const is_counted = [&](const_bytes what) {
        it.receive(what);
        check(it.service.unexpected() == ++unexpected);
    };
    for (auto size = std::size_t{}; size < 16; ++size) {
        is_counted(const_bytes{std::array<std::byte, 64>{}}.first(size));
    }
    is_counted(it.last());
    check(it.service.write("abc"_payload).has_value());
    is_counted(raw(5, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)); // before it was sent
    auto wrong = std::array<std::byte, 28>{};
    copy(it.last().first(28), wrong);
    wrong[8] = std::byte{1};
    is_counted(wrong);
    wrong[8] = std::byte{2};
    wrong[0] = std::byte{4};
    is_counted(wrong);
    is_counted(raw(9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0)); // a short notification
    check(it.service.is_running());
    it.reply(28, 3);
    check(it.service.result() == 3 and it.service.unexpected() == unexpected);
    return true;
}

constexpr auto a_request_ends_at_its_deadline_or_with_the_link() -> bool {
    auto it = asked{};
    it.open();
    it.now = 5;
    auto into = std::array<std::byte, 6>{};
    check(it.service.read(into).has_value());
    it.turn();
    check(it.side.next_deadline(it.now).is_set and it.side.next_deadline(it.now).at == 15);
    it.now = 14;
    it.turn();
    check(it.service.is_running());
    it.now = 15;
    it.turn();
    check(not it.service.is_running() and it.service.result() == failure::timed_out);
    it.reply(28, 3, "abc"_payload); // too late
    check(into == std::array<std::byte, 6>{} and it.service.unexpected() == 1);
    check(it.service.read(into).has_value());
    it.turn();
    it.peer.close();
    it.turn(4);
    check(not it.service.is_running() and it.service.result() == failure::connection_reset and not it.service.is_open());
    check(it.service.open(0).error() == error::not_bound and not it.side.is_pending());
    check(it.peer.start().has_value());
    it.turn(6);
    it.open();
    // Without a buffer the request waits, and ends at its time as well.
    it.other.keeps = true;
    for (auto i = 0; i < 4; ++i) {
        check(it.service.close().has_value() or it.service.open(0).has_value());
        it.turn();
        it.reply(it.last().size(), 0);
    }
    check(it.service.is_open() and it.service.close().has_value());
    it.turn(2);
    check(it.service.is_running() and not it.side.is_pending());
    it.now += 10;
    it.turn();
    check(it.service.result() == failure::timed_out);
    it.other.release_all();
    return true;
}

constexpr auto a_file_that_was_opened_too_late_is_closed() -> bool {
    auto it = asked{};
    check(it.service.open(0).has_value());
    it.turn();
    it.now = 10;
    it.turn();
    check(it.service.result() == failure::timed_out);
    auto late = std::array<std::byte, 28>{};
    copy(it.last(), late);
    late[16] = std::byte{0x42};
    it.receive(late);
    it.turn();
    check(it.answers() == 2 and not it.service.is_open());
    check(same(it.last(), raw(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x42, 0, 0, 0, 0, 0, 0, 0)));
    it.receive(it.last());
    it.turn(2);
    check(it.answers() == 2 and it.service.unexpected() == 0);
    return true;
}

constexpr auto a_watch_hears_of_events() -> bool {
    auto it = asked{};
    it.open();
    check(it.service.watch(wire::device_event::readable).has_value());
    it.turn();
    check(same(it.last().subspan(24), raw(1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0)) and it.last().size() == 40);
    constexpr auto notification =
        raw(9, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0); // its cookie has no meaning
    it.receive(notification); // it may come before the answer
    check(it.service.is_running() and it.service.ready() == wire::device_event::readable);
    it.reply(40, 0);
    check(not it.service.is_running() and it.service.ready() == wire::device_event::readable);
    check(it.service.watch(0).has_value());
    it.turn();
    check(it.last()[28] == std::byte{0} and it.service.ready() == 0);
    it.receive(notification); // of the watch that has ended
    check(it.service.ready() == 0 and it.service.unexpected() == 1);
    it.reply(40, failure::no_entry);
    check(it.service.result() == failure::no_entry);
    check(it.service.watch(wire::device_event::readable).has_value());
    it.turn();
    it.receive(notification);
    check(it.service.ready() == 0 and it.service.unexpected() == 2);
    return true;
}

/// A client beside a server, and what the file must be by a model of it.
auto play(std::uint32_t seed, bool restarts) -> void {
    auto random = std::minstd_rand{seed};
    auto const below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    using end = rpmsg::testing::loopback<true, 2, 60>;
    constexpr auto config = device_server_config{.sessions = 1, .handles = 2, .waiting = 1, .control_size = 8};
    auto files = memory_files::state{};
    auto service = device_server<config, memory_files>{memory_files{&files}};
    auto client = client_type{ticks{1000}};
    auto shared = rpmsg::testing::loopback_memory<2, 60>{};
    auto side = channel{end{shared, 0}, endpoints{group_of(service)}};
    auto peer = channel{end{shared, 1}, endpoints{ref{client}}};
    check(side.start().has_value() and peer.start().has_value());
    auto model = files.memory;
    auto position = std::int64_t{};
    auto buffer = std::array<std::byte, 120>{};
    auto now = ticks{};
    auto finished = 0u;
    auto const run = [&](status begun) {
        for (auto i = 0; i < 1000 and client.is_running(); ++i) {
            if (restarts and below(80) == 0) {
                side.close();
                check(side.start().has_value());
            }
            below(2) == 0 ? side.poll(poll_budget{.messages = below(3)}, now)
                          : peer.poll(poll_budget{.messages = below(3)}, now);
        }
        check(not client.is_running());
        finished += begun ? 1u : 0u;
        return begun ? client.result() : failure::invalid;
    };
    for (auto step = 0; step < 400; ++step) {
        if (not client.is_open()) {
            for (auto i = 0; i < 8; ++i) {
                side.poll(now);
                peer.poll(now);
            }
            (void)run(client.open(wire::device_flag::read_write));
            position = 0;
            continue;
        }
        auto const rest = static_cast<std::size_t>(200 - position);
        auto const size = std::size_t{below(120)};
        auto outcome = std::int32_t{};
        switch (below(8)) {
        case 0:
            outcome = run(client.close());
            check(not client.is_open());
            continue;
        case 1: {
            auto const to = std::int64_t{below(250)};
            outcome = run(client.seek(to, 0));
            check(not client.is_open() or (outcome == 0) == (to <= 200));
            position = outcome == 0 ? to : position;
            check(outcome != 0 or client.position() == to);
            break;
        }
        case 2: {
            auto data = std::array{static_cast<std::byte>(below(256)), std::byte{}, std::byte{}, std::byte{}};
            auto const first = data[0];
            outcome = run(client.control(0x101, 0, data));
            check(not client.is_open() or (outcome == 0 and data[0] == ~first));
            break;
        }
        case 3:
        case 4: {
            auto const from = bytes{buffer}.first(size);
            std::generate(from.begin(), from.end(), [&] { return static_cast<std::byte>(below(256)); });
            outcome = run(client.write(from));
            if (client.is_open()) {
                auto const most = std::min({rest, size, std::size_t{32}});
                check(outcome == static_cast<std::int32_t>(most));
                copy(from.first(most), bytes{model}.subspan(static_cast<std::size_t>(position)));
                position += outcome;
            } else {
                model = files.memory;
            }
            break;
        }
        default: {
            auto const into = bytes{buffer}.first(size);
            outcome = run(client.read(into));
            if (client.is_open()) {
                auto const most = std::min(rest, size);
                check(outcome == static_cast<std::int32_t>(most));
                check(same(into.first(most), const_bytes{model}.subspan(static_cast<std::size_t>(position), most)));
                position += outcome;
            }
            break;
        }
        }
        check(model == files.memory);
    }
    check(finished > 200 and service.counts().malformed == 0 and service.counts().lost == 0);
    check(service.open_files() == files.opened - files.closed and service.open_files() <= 1);
}
} // namespace

TEST_CASE("requests to a device go out as NuttX sends them") { STATIC_REQUIRE(requests_go_out_as_nuttx_sends_them()); }
TEST_CASE("a read joins the pieces of its answer") { STATIC_REQUIRE(a_read_joins_its_pieces()); }
TEST_CASE("answers that no correct server sends end the request, and write nothing") {
    CHECK(answers_of_no_correct_server_end_the_request());
}
TEST_CASE("what answers no request is counted") { CHECK(what_answers_no_request_is_counted()); }
TEST_CASE("a request ends at its deadline, or with the link") {
    STATIC_REQUIRE(a_request_ends_at_its_deadline_or_with_the_link());
}
TEST_CASE("a file that was opened too late is closed") { STATIC_REQUIRE(a_file_that_was_opened_too_late_is_closed()); }
TEST_CASE("a watch hears of events, also before its answer") { STATIC_REQUIRE(a_watch_hears_of_events()); }
TEST_CASE("client and server do with a file what its model says") {
    for (auto seed = 1u; seed <= 20; ++seed) {
        CAPTURE(seed);
        play(seed, false);
        play(seed, true);
    }
}
