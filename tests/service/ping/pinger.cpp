#include <rpmsg/service/ping/pinger.hpp>
#include <rpmsg/testing/fake_clock.hpp>
#include <rpmsg/testing/lines/serial_line.hpp>
#include <rpmsg/transport/uart.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "service/raw_peer.hpp"
#include "transport/two_sides.hpp"
#include <array>
#include <cstdint>

namespace {
using rpmsg::error;
using rpmsg::ping_counts;
using rpmsg::ping_options;
using rpmsg::pinger;
using rpmsg::ticks;
namespace command = rpmsg::wire::ping_command;

using pair_of = beside_a_peer<pinger<>>;

/// The answer of NuttX to ping `number`, which was sent with `size` bytes: made of what was received.
constexpr auto answer_to(rpmsg::const_bytes ping) {
    auto made = std::array<std::byte, 64>{};
    rpmsg::copy(ping, made);
    rpmsg::store(rpmsg::bytes{made}, std::uint32_t{command::response});
    return made;
}
/// The peer answers its last ping.
constexpr auto answer_last(auto& pair) -> void {
    auto const ping = pair.answer(pair.answers() - 1);
    check(pair.peer.at(0).send(rpmsg::const_bytes{answer_to(ping)}.first(ping.size())).has_value());
}
constexpr auto start(auto& pair, ping_options const& options) -> void {
    check(pair.service.start(options).has_value() and pair.service.is_running() and pair.side.is_pending());
    pair.turn();
}

constexpr auto pings_are_the_bytes_that_nuttx_sends() -> bool {
    auto pair = pair_of{};
    start(pair, {.count = 3, .size = 19});
    check(pair.answers() == 1);
    check(same(pair.answer(0), raw(3, 0, 0, 0, 19, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)));
    pair.turn(3);
    check(pair.answers() == 1); // one at a time
    answer_last(pair);
    pair.turn();
    check(same(pair.answer(1), raw(3, 0, 0, 0, 19, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1)));
    answer_last(pair);
    pair.turn();
    check(same(pair.answer(2), raw(3, 0, 0, 0, 19, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2)));
    check(pair.service.is_running());
    answer_last(pair);
    pair.turn();
    check(not pair.service.is_running() and pair.service.outcome().has_value());
    check(pair.service.counts() == ping_counts{.sent = 3, .answered = 3, .bytes = 57});
    check(not pair.side.is_pending() and not pair.side.next_deadline(pair.now).is_set);
    return true;
}

constexpr auto each_answer_is_measured_by_the_polls() -> bool {
    auto pair = pair_of{};
    pair.now = 0xffff'ff00; // the time wraps meanwhile
    (void)pair.side.poll(pair.now);
    start(pair, {.count = 100, .size = 17});
    for (ticks took = 1; took <= 100; ++took) {
        pair.now += took;
        answer_last(pair);
        pair.turn();
    }
    check(not pair.service.is_running() and pair.service.counts().answered == 100);
    auto const& times = pair.service.times();
    check(times.count() == 100 and times.min() == 1 and times.max() == 100 and times.mean() == 50);
    check(times.percentile(50) >= 50 and times.percentile(50) <= 53);
    check(times.percentile(99) >= 99 and times.percentile(99) <= 100);
    check(pair.service.elapsed() == 5050);
    check(pair.service.pings_per_second(1000) == 19 and pair.service.bytes_per_second(1000) == 336);
    return true;
}

constexpr auto a_clock_measures_between_the_polls() -> bool {
    auto time = ticks{0xffff'fff0};
    auto pair = beside_a_peer<pinger<rpmsg::testing::fake_clock>>{rpmsg::testing::fake_clock{time}};
    start(pair, {.count = 4, .size = 17});
    for (ticks took = 10; took < 14; ++took) {
        time += took;
        answer_last(pair);
        pair.turn();
    }
    check(not pair.service.is_running());
    check(pair.service.times().min() == 10 and pair.service.times().max() == 13 and pair.service.elapsed() == 46);
    return true;
}

constexpr auto a_ping_without_an_answer_is_lost_at_its_time_out() -> bool {
    auto pair = pair_of{};
    pair.now = 500;
    (void)pair.side.poll(pair.now);
    start(pair, {.count = 2, .timeout = 20});
    check(pair.side.next_deadline(500).is_set and pair.side.next_deadline(500).at == 520);
    pair.now = 519;
    pair.turn();
    check(pair.service.counts() == ping_counts{.sent = 1} and pair.answers() == 1);
    pair.now = 520;
    pair.turn();
    check(pair.service.counts() == ping_counts{.sent = 2, .lost = 1} and pair.answers() == 2);
    check(pair.side.next_deadline(520).at == 540);
    pair.now = 540;
    pair.turn();
    check(pair.service.counts() == ping_counts{.sent = 2, .lost = 2} and not pair.service.is_running());
    check(pair.service.outcome().has_value() and pair.service.times().count() == 0);

    // Afterwards an answer to each of them is late, and a second one is a duplicate.
    for (std::uint32_t i = 0; i < 2; ++i) {
        auto const answer = answer_to(pair.answer(i));
        pair.receive(rpmsg::const_bytes{answer}.first(17));
        check(pair.service.counts() == ping_counts{.sent = 2, .lost = 2, .late = i + 1, .duplicate = i});
        pair.receive(rpmsg::const_bytes{answer}.first(17));
        check(pair.service.counts() == ping_counts{.sent = 2, .lost = 2, .late = i + 1, .duplicate = i + 1});
    }
    return true;
}

constexpr auto a_late_answer_does_not_count_for_the_next_ping() -> bool {
    auto pair = pair_of{};
    start(pair, {.count = 2, .timeout = 20});
    pair.now = 20;
    pair.turn();
    check(pair.answers() == 2);
    pair.receive(rpmsg::const_bytes{answer_to(pair.answer(0))}.first(17));
    check(pair.service.counts() == ping_counts{.sent = 2, .lost = 1, .late = 1} and pair.service.is_running());
    answer_last(pair);
    pair.turn();
    check(pair.service.counts() == ping_counts{.sent = 2, .answered = 1, .lost = 1, .late = 1, .bytes = 17});
    return true;
}

constexpr auto two_answers_in_one_poll_are_one_answer_and_a_duplicate() -> bool {
    auto pair = pair_of{};
    start(pair, {.count = 1});
    answer_last(pair);
    answer_last(pair);
    pair.turn();
    check(pair.service.counts() == ping_counts{.sent = 1, .answered = 1, .duplicate = 1, .bytes = 17});
    return true;
}

constexpr auto a_response_with_a_foreign_cookie_is_counted() -> bool {
    auto pair = pair_of{};
    start(pair, {.count = 2});
    auto answer = answer_to(pair.answer(0));
    auto refused = 0u;
    for (auto const cookie : {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{0x1'0000'0001}, ~std::uint64_t{0}}) {
        rpmsg::store(rpmsg::bytes{answer}.subspan(8), cookie);
        pair.receive(rpmsg::const_bytes{answer}.first(17));
        check(pair.service.counts() == ping_counts{.sent = 1, .foreign = ++refused});
    }
    // A response before the first ping of a run is foreign, too.
    pair.service.stop();
    check(pair.service.start({.count = 1}).has_value());
    rpmsg::store(rpmsg::bytes{answer}.subspan(8), std::uint64_t{1});
    check(pair.peer.at(0).send(rpmsg::const_bytes{answer}.first(17)).has_value());
    (void)pair.side.poll();
    check(pair.service.counts().foreign == 1 and pair.service.counts().sent == 1);
    return true;
}

constexpr auto an_answer_that_is_not_as_sent_is_corrupted() -> bool {
    auto pair = pair_of{};
    auto refused = 0u;
    start(pair, {.count = 4, .size = 30});
    auto const spoil = [&](std::size_t size, std::size_t at) {
        auto answer = answer_to(pair.answer(pair.answers() - 1));
        rpmsg::store(rpmsg::bytes{answer}.subspan(4), static_cast<std::uint32_t>(size));
        answer[at] ^= std::byte{1};
        pair.receive(rpmsg::const_bytes{answer}.first(size));
        check(pair.service.counts().corrupted == ++refused and pair.service.counts().answered == 0);
    };
    spoil(30, 16);
    spoil(30, 29);
    spoil(29, 63);
    spoil(31, 63);
    check(not pair.service.is_running() and pair.service.times().count() == 0 and pair.service.counts().bytes == 0);
    return true;
}

constexpr auto a_response_that_is_malformed_leaves_the_ping_waiting() -> bool {
    auto pair = pair_of{};
    start(pair, {.count = 1, .timeout = 20});
    auto answer = answer_to(pair.answer(0));
    for (std::uint32_t size = 0; size < 17; ++size) {
        rpmsg::store(rpmsg::bytes{answer}.subspan(4), size);
        pair.receive(rpmsg::const_bytes{answer}.first(size));
    }
    rpmsg::store(rpmsg::bytes{answer}.subspan(4), 0xffff'ffffu);
    pair.receive(rpmsg::const_bytes{answer}.first(17));
    check(pair.service.responder().counts() == rpmsg::ping_responder_counts{.malformed = 18});
    check(pair.service.counts() == ping_counts{.sent = 1} and pair.service.is_running());
    answer_last(pair);
    pair.turn();
    check(pair.service.counts().answered == 1);
    return true;
}

/// `is_crash`: the peer restarts without closing.
template <bool IsCrash> constexpr auto a_run_ends_with_closed_when_the_link_is_lost() -> bool {
    auto pair = pair_of{};
    start(pair, {.count = 5});
    if constexpr (not IsCrash) {
        pair.peer.close();
        check(pair.peer.start().has_value());
        pair.turn(6);
        check(pair.service.outcome().error() == error::closed and not pair.service.is_running());
        check(pair.service.counts().sent == 1 and not pair.side.next_deadline(0).is_set);
        start(pair, {.count = 1}); // the next run measures the new link
        answer_last(pair);
        pair.turn();
        check(pair.service.outcome().has_value() and pair.service.counts().answered == 1);
    } else {
        using end = typename pair_of::end;
        auto other = raw_peer<pinger<>>{};
        auto again = rpmsg::channel{end{pair.memory, 1}, rpmsg::endpoints{rpmsg::ref{other}}};
        check(again.start().has_value());
        for (auto i = 0; i < 6; ++i) {
            (void)pair.side.poll();
            (void)again.poll();
        }
        check(pair.side.at(0).is_bound() and other.log.message_count() == 0);
        check(pair.service.outcome().error() == error::closed and not pair.service.is_running());
    }
    return true;
}

constexpr auto a_run_that_is_started_too_early_begins_when_the_endpoint_is_bound() -> bool {
    auto memory = rpmsg::testing::loopback_memory<>{};
    using end = rpmsg::testing::loopback<>;
    auto service = pinger<>{};
    auto other = raw_peer<pinger<>>{};
    auto side = rpmsg::channel{end{memory, 0}, rpmsg::endpoints{rpmsg::ref{service}}};
    auto peer = rpmsg::channel{end{memory, 1}, rpmsg::endpoints{rpmsg::ref{other}}};
    check(service.start({.count = 1}).has_value() and side.start().has_value());
    for (auto i = 0; i < 3; ++i) {
        (void)side.poll();
        check(not side.is_pending() and not side.next_deadline(0).is_set); // nobody polls in vain
    }
    check(peer.start().has_value());
    for (auto i = 0; i < 6; ++i) {
        (void)side.poll(100);
        (void)peer.poll(100);
    }
    check(other.log.message_count() == 1 and service.is_running() and service.elapsed() == 0);
    return true;
}

constexpr auto options_that_make_no_valid_ping_are_refused() -> bool {
    auto pair = pair_of{};
    auto const refuses = [&](ping_options const& options) {
        return pair.service.start(options).error() == error::malformed and not pair.service.is_running();
    };
    check(refuses({.count = 0}));
    check(refuses({.size = 16}) and refuses({.size = 0}));
    check(refuses({.command = 0x20}) and refuses({.command = 0xffff'ff2f}));
    check(refuses({.timeout = 0}) and refuses({.timeout = 0x8000'0000}));
    check(refuses({.period = 0x8000'0000}));
    pair.turn(2);
    check(pair.answers() == 0);
    return true;
}

constexpr auto a_size_that_does_not_fit_ends_the_run() -> bool {
    auto pair = pair_of{};
    check(pair.service.start({.size = 65}).has_value());
    pair.turn(2);
    check(not pair.service.is_running() and pair.service.outcome().error() == error::too_large and pair.answers() == 0);
    start(pair, {.count = 1, .size = 64});
    check(pair.answers() == 1 and pair.answer(0).size() == 64);
    answer_last(pair);
    pair.turn();
    check(pair.service.counts().answered == 1);
    return true;
}

constexpr auto pings_with_a_period_begin_at_its_multiples() -> bool {
    auto pair = pair_of{};
    start(pair, {.count = 3, .period = 100});
    pair.now = 7;
    answer_last(pair);
    pair.turn();
    check(pair.answers() == 1 and not pair.side.is_pending());
    check(pair.side.next_deadline(7).is_set and pair.side.next_deadline(7).at == 100);
    pair.now = 99;
    pair.turn();
    check(pair.answers() == 1);
    pair.now = 100;
    pair.turn();
    check(pair.answers() == 2);
    pair.now = 350; // an answer that comes later than the next ping was due
    answer_last(pair);
    pair.turn();
    check(pair.answers() == 3 and pair.service.times().max() == 250);
    return true;
}

constexpr auto pings_that_want_no_answer_follow_each_other() -> bool {
    auto pair = pair_of{};
    check(pair.service.start({.count = 10, .size = 20, .command = command::verify}).has_value());
    for (auto i = 0; i < 10; ++i) {
        check(pair.side.is_pending());
        ++pair.now;
        pair.turn();
    }
    check(not pair.service.is_running() and pair.answers() == 10 and pair.answer(9)[0] == std::byte{2});
    check(pair.service.counts() == ping_counts{.sent = 10, .bytes = 200} and pair.service.elapsed() == 9);
    return true;
}

constexpr auto a_ping_that_finds_no_buffer_is_sent_when_there_is_one() -> bool {
    auto pair = pair_of{};
    pair.other.keeps = true;
    check(pair.service.start({.count = 6, .size = 20, .command = 0}).has_value());
    pair.turn(8);
    check(pair.service.counts().sent == 4 and pair.service.is_running() and not pair.side.is_pending());
    check(not pair.side.next_deadline(pair.now).is_set);
    pair.other.release_one();
    pair.turn(2);
    check(pair.service.counts().sent == 5);
    pair.other.release_all();
    pair.turn(3);
    check(pair.service.counts().sent == 6 and pair.answers() == 6 and not pair.service.is_running());
    return true;
}

constexpr auto random_lengths_are_between_the_smallest_and_the_largest() -> bool {
    auto pair = pair_of{};
    start(pair, {.count = 30, .size = 20, .command = 7});
    auto seen = std::array<bool, 21>{};
    for (std::uint32_t i = 0; i < 30; ++i) {
        auto const size = pair.answer(i).size();
        check(size >= 17 and size <= 20 and pair.answer(i)[0] == std::byte{7});
        seen[size] = true;
        answer_last(pair);
        pair.turn();
    }
    check(seen[17] and seen[18] and seen[19] and seen[20] and pair.service.counts().answered == 30);
    return true;
}

constexpr auto a_clock_that_is_put_back_does_not_prolong_a_time_out() -> bool {
    auto pair = pair_of{};
    pair.now = 100'000;
    (void)pair.side.poll(pair.now);
    start(pair, {.count = 1, .timeout = 20});
    pair.now = 50;
    pair.turn();
    check(pair.service.counts().lost == 0 and pair.side.next_deadline(50).at == 70);
    pair.now = 70;
    pair.turn();
    check(pair.service.counts().lost == 1 and pair.service.elapsed() == 20);
    return true;
}

/// Both sides have the same endpoint, answer the other one and ping it.
constexpr auto two_sides_ping_each_other(auto& one, auto& other, pinger<>& first, pinger<>& second, auto const& turn) -> bool {
    check(one.start().has_value() and other.start().has_value());
    check(first.start({.count = 40, .size = 40}).has_value());
    check(second.start({.count = 30, .size = 33, .command = 7}).has_value());
    auto now = ticks{};
    for (; now < 1000 and (first.is_running() or second.is_running()); ++now) {
        turn(now);
    }
    check(first.counts() == ping_counts{.sent = 40, .answered = 40, .bytes = 1600});
    check(second.counts().sent == 30 and second.counts().answered == 30);
    check(first.responder().counts() == rpmsg::ping_responder_counts{.answered = 30});
    check(second.responder().counts() == rpmsg::ping_responder_counts{.answered = 40});
    check(first.outcome().has_value() and second.outcome().has_value() and first.times().max() < 20);
    return true;
}

constexpr auto over_a_loopback() -> bool {
    auto memory = rpmsg::testing::loopback_memory<>{};
    using end = rpmsg::testing::loopback<>;
    auto first = pinger<>{};
    auto second = pinger<>{};
    auto one = rpmsg::channel{end{memory, 0}, rpmsg::endpoints{rpmsg::ref{first}}};
    auto other = rpmsg::channel{end{memory, 1}, rpmsg::endpoints{rpmsg::ref{second}}};
    return two_sides_ping_each_other(one, other, first, second, [&](ticks now) {
        (void)one.poll(now);
        (void)other.poll(now);
    });
}

template <rpmsg::vring_config Config> constexpr auto over_rings() -> bool {
    auto shared = two_sides<Config>{};
    auto first = pinger<>{};
    auto second = pinger<>{};
    auto driver = rpmsg::channel{shared.driver(), rpmsg::endpoints{rpmsg::ref{first}}};
    auto device = rpmsg::channel{shared.device(), rpmsg::endpoints{rpmsg::ref{second}}};
    return two_sides_ping_each_other(driver, device, first, second, [&](ticks now) { settle(shared, driver, device, now, 1); });
}

template <rpmsg::uart_config Config> constexpr auto over_a_line() -> bool {
    using wire = rpmsg::testing::line<512>;
    using end = rpmsg::testing::line_end<wire>;
    auto there = wire{};
    auto back = wire{};
    auto storage_a = rpmsg::uart_storage<Config>{};
    auto storage_b = rpmsg::uart_storage<Config>{};
    auto first = pinger<>{};
    auto second = pinger<>{};
    auto one = rpmsg::channel{rpmsg::uart<Config, end>{storage_a, end{&there, &back}}, rpmsg::endpoints{rpmsg::ref{first}}};
    auto other = rpmsg::channel{rpmsg::uart<Config, end>{storage_b, end{&back, &there}}, rpmsg::endpoints{rpmsg::ref{second}}};
    if constexpr (Config.profile == rpmsg::uart_profile::reliable) {
        one.transport().identify(1);
        other.transport().identify(2);
    }
    return two_sides_ping_each_other(one, other, first, second, [&](ticks now) {
        (void)one.poll(now);
        (void)other.poll(now);
    });
}

constexpr auto nuttx_rings = rpmsg::vring_config{.buffers = 4, .buffer_size = 64, .dialect = rpmsg::wire::dialects::nuttx};
constexpr auto line = rpmsg::uart_config{.tx_buffers = 2, .rx_buffers = 4, .payload = 48};
constexpr auto reliable = [] {
    auto config = line;
    config.profile = rpmsg::uart_profile::reliable;
    return config;
}();
} // namespace

TEST_CASE("a ping has the bytes that NuttX sends, and the next one follows its answer") {
    STATIC_REQUIRE(pings_are_the_bytes_that_nuttx_sends());
    CHECK(pings_are_the_bytes_that_nuttx_sends());
}
TEST_CASE("each answer is measured by the time of the polls, also across its wrap") {
    CHECK(each_answer_is_measured_by_the_polls());
}
TEST_CASE("a clock measures between the polls") { CHECK(a_clock_measures_between_the_polls()); }
TEST_CASE("a ping without an answer is lost at its time-out, and an answer after it is late") {
    STATIC_REQUIRE(a_ping_without_an_answer_is_lost_at_its_time_out());
    CHECK(a_ping_without_an_answer_is_lost_at_its_time_out());
}
TEST_CASE("a late answer does not count for the next ping") { CHECK(a_late_answer_does_not_count_for_the_next_ping()); }
TEST_CASE("two answers in one poll are one answer and a duplicate") {
    CHECK(two_answers_in_one_poll_are_one_answer_and_a_duplicate());
}
TEST_CASE("a response with a foreign cookie is counted") { CHECK(a_response_with_a_foreign_cookie_is_counted()); }
TEST_CASE("an answer that is not as it was sent is corrupted") { CHECK(an_answer_that_is_not_as_sent_is_corrupted()); }
TEST_CASE("a response that is malformed leaves the ping waiting for its answer") {
    CHECK(a_response_that_is_malformed_leaves_the_ping_waiting());
}
TEST_CASE("a run ends with `closed` when the link is lost") {
    CHECK(a_run_ends_with_closed_when_the_link_is_lost<false>());
    CHECK(a_run_ends_with_closed_when_the_link_is_lost<true>());
}
TEST_CASE("a run that is started too early begins when the endpoint is bound") {
    CHECK(a_run_that_is_started_too_early_begins_when_the_endpoint_is_bound());
}
TEST_CASE("options that make no valid ping are refused") { CHECK(options_that_make_no_valid_ping_are_refused()); }
TEST_CASE("a size that does not fit into a buffer ends the run") { CHECK(a_size_that_does_not_fit_ends_the_run()); }
TEST_CASE("pings with a period begin one period after the other") { CHECK(pings_with_a_period_begin_at_its_multiples()); }
TEST_CASE("pings that want no answer follow each other") { CHECK(pings_that_want_no_answer_follow_each_other()); }
TEST_CASE("a ping that finds no buffer is sent when there is one") {
    CHECK(a_ping_that_finds_no_buffer_is_sent_when_there_is_one());
}
TEST_CASE("random lengths are between the smallest and the largest") {
    CHECK(random_lengths_are_between_the_smallest_and_the_largest());
}
TEST_CASE("a clock that is put back does not prolong a time-out") {
    CHECK(a_clock_that_is_put_back_does_not_prolong_a_time_out());
}
TEST_CASE("two sides with the same endpoint ping each other") {
    STATIC_REQUIRE(over_a_loopback());
    CHECK(over_a_loopback());
    CHECK(over_rings<rpmsg::vring_config{.buffers = 4, .buffer_size = 64}>());
    CHECK(over_rings<nuttx_rings>());
    CHECK(over_a_line<line>());
    CHECK(over_a_line<reliable>());
}
