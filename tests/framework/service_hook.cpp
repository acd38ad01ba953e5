#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/framework/listener.hpp>
#include <rpmsg/framework/service_hook.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <cstdint>
#include <string_view>
#include <utility>

namespace {

using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::error;
using rpmsg::message;
using rpmsg::poll_deadline;
using rpmsg::ticks;
using rpmsg::testing::loopback;
using rpmsg::testing::loopback_memory;
using rpmsg::testing::recorder;

/// Answers each message; an answer that finds no buffer is sent by the next poll that finds one.
struct answering {
    std::uint32_t pending{};
    std::uint32_t polls{};
    poll_deadline deadline{};
    bool wants_poll{};

    static constexpr auto name() -> std::string_view { return "x"; }
    constexpr auto on_message(auto& link, message const&) -> void {
        ++pending;
        answer(link);
    }
    constexpr auto on_poll(auto& link, ticks) -> void {
        ++polls;
        wants_poll = false;
        answer(link);
    }
    constexpr auto next_deadline(ticks) -> poll_deadline { return deadline; }
    [[nodiscard]] constexpr auto is_pending() const -> bool { return wants_poll; }
    constexpr auto answer(auto& link) -> void {
        while (pending > 0 and link.send("answer"_payload)) {
            --pending;
        }
    }
};

TEST_CASE("Hooks of all descriptions of a table become those of the channel") {
    auto memory = loopback_memory<2>{};
    auto first = answering{};
    auto side =
        channel{loopback<true, 2>{memory, 0}, endpoints{rpmsg::ref{first}, endpoint<"y">([](auto&, message const&) {})}};
    CHECK_FALSE(side.next_deadline(0).is_set);
    CHECK_FALSE(side.is_pending());
    first.deadline = {.is_set = true, .at = 40};
    CHECK(side.next_deadline(10).is_set);
    CHECK(side.next_deadline(10).at == 40);
    first.wants_poll = true;
    CHECK(side.is_pending());
    (void)side.poll(20);
    CHECK(first.polls == 1);
    CHECK_FALSE(side.is_pending());
}

TEST_CASE("The earlier of two deadlines counts from now, also where the time wraps") {
    constexpr auto at = [](ticks when) { return poll_deadline{.is_set = true, .at = when}; };
    STATIC_REQUIRE(rpmsg::detail::earlier(at(5), at(0xffff'fff0), 0xffff'ff00).at == 0xffff'fff0);
    STATIC_REQUIRE(rpmsg::detail::earlier(at(5), at(7), 0xffff'ff00).at == 5);
    STATIC_REQUIRE(rpmsg::detail::earlier({}, at(7), 0).at == 7);
    STATIC_REQUIRE(rpmsg::detail::earlier(at(7), {}, 0).at == 7);
    STATIC_REQUIRE(not rpmsg::detail::earlier({}, {}, 0).is_set);
}

/// Each side polls while it has work, then only when its doorbell rang.
template <rpmsg::vring_config Config> constexpr auto an_answer_without_a_buffer_comes_later() -> bool {
    auto shared = two_sides<Config>{};
    auto service = answering{};
    auto log = recorder{};
    auto host = channel{shared.driver(), endpoints{endpoint<"x">(log.messages())}};
    auto remote = channel{shared.device(), endpoints{rpmsg::ref{service}}};
    check(host.start().has_value() and remote.start().has_value());
    settle(shared, host, remote, 0, 12);
    check(host.at(0).is_bound());
    // The remote has no buffer: it lends them all.
    auto first = remote.at(0).reserve();
    auto second = remote.at(0).reserve();
    check(first and second and not remote.at(0).reserve());
    check(host.at(0).send("1"_payload).has_value());
    auto const work = [](auto& side, auto& bell) {
        bell.forward(side);
        for (int i = 0; i < 10 and side.is_pending(); ++i) {
            (void)side.poll();
            bell.forward(side);
        }
        check(not side.is_pending());
    };
    work(remote, shared.to_device);
    check(service.pending == 1 and log.message_count() == 0);
    { auto const given_back = std::move(first); }
    work(remote, shared.to_device);
    work(host, shared.to_driver);
    check(service.pending == 0 and log.message_count() == 1);
    // The buffers are with the host: its doorbell ends in the poll that answers.
    check(remote.at(0).commit(std::move(second), 1).has_value() and remote.at(0).send("2"_payload).has_value());
    check(host.at(0).send("3"_payload).has_value());
    work(remote, shared.to_device);
    check(service.pending == 1);
    work(host, shared.to_driver);
    work(remote, shared.to_device);
    work(host, shared.to_driver);
    check(service.pending == 0 and log.message_count() == 4);
    return true;
}

TEST_CASE("An answer that found no buffer is sent by the poll that the next free buffer causes") {
    namespace dialects = rpmsg::wire::dialects;
    STATIC_REQUIRE(an_answer_without_a_buffer_comes_later<rpmsg::vring_config{.buffers = 2, .buffer_size = 64}>());
    STATIC_REQUIRE(an_answer_without_a_buffer_comes_later<rpmsg::vring_config{
                       .buffers = 2, .buffer_size = 64, .dialect = dialects::linux_virtio}>());
    STATIC_REQUIRE(
        an_answer_without_a_buffer_comes_later<rpmsg::vring_config{.buffers = 2, .buffer_size = 64, .event_index = true}>());
}

/// A service with credits: it sends requests, and a credit for each message that it received.
struct with_credits {
    static constexpr bool has_credits = true;
    std::uint32_t received{};
    std::uint32_t owed{};

    static constexpr auto name() -> std::string_view { return "x"; }
    constexpr auto on_message(auto& link, message const& m) -> void {
        ++received;
        owed += m.payload.size() == 1 ? 1u : 0u; // a request
        credit(link);
    }
    constexpr auto on_poll(auto& link, ticks) -> void { credit(link); }
    constexpr auto credit(auto& link) -> void {
        while (owed > 0 and link.send_credit("credit"_payload)) {
            --owed;
        }
    }
};

TEST_CASE("Requests leave the last transmit buffer to credits and names, so that two full ends do not lock each other") {
    auto memory = loopback_memory<3>{};
    auto one = with_credits{};
    auto other = with_credits{};
    auto a = channel{loopback<true, 3>{memory, 0}, endpoints{rpmsg::ref{one}}};
    auto b = channel{loopback<true, 3>{memory, 1}, endpoints{rpmsg::ref{other}}};
    REQUIRE(a.start());
    REQUIRE(b.start());
    for (int i = 0; i < 8; ++i) {
        (void)a.poll();
        (void)b.poll();
    }
    auto const fill = [](auto& side) {
        auto sent = 0;
        while (side.at(0).send("r"_payload)) {
            ++sent;
        }
        return sent;
    };
    CHECK(fill(a) == 2);
    CHECK(fill(b) == 2);
    CHECK(a.at(0).reserve().refusal() == error::no_buffer);
    CHECK(a.at(0).send_credit("now"_payload));
    CHECK(a.at(0).send_credit("too many"_payload).error() == error::no_buffer);
    for (int i = 0; i < 20; ++i) {
        (void)a.poll();
        (void)b.poll();
    }
    CHECK(one.owed == 0);
    CHECK(other.owed == 0);
    CHECK(one.received == 4);   // two requests and two credits
    CHECK(other.received == 5); // and the one that was sent by hand
    CHECK_FALSE(a.is_pending());
}

TEST_CASE("The kept buffer returns to the link when it ends") {
    auto memory = loopback_memory<2>{};
    auto one = with_credits{};
    auto other = with_credits{};
    auto a = channel{loopback<true, 2>{memory, 0}, endpoints{rpmsg::ref{one}}};
    auto b = channel{loopback<true, 2>{memory, 1}, endpoints{rpmsg::ref{other}}};
    for (int round = 0; round < 10; ++round) {
        REQUIRE(a.start());
        REQUIRE(b.start());
        for (int i = 0; i < 8; ++i) {
            (void)a.poll();
            (void)b.poll();
        }
        REQUIRE(a.at(0).is_bound());
        CHECK(a.at(0).send("r"_payload));
        CHECK(a.at(0).send("r"_payload).error() == error::no_buffer);
        (round % 2 == 0 ? a.close() : b.close());
        for (int i = 0; i < 8; ++i) {
            (void)a.poll();
            (void)b.poll();
        }
    }
    CHECK(a.counts()[rpmsg::counter::stale_loan] == 0);
}

} // namespace
