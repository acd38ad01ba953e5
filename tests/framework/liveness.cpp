// Whenever work is left that this side can do, `is_pending` is set, a doorbell is requested, or a deadline is set.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace {

using rpmsg::address;
using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::error;
using rpmsg::message;
using rpmsg::poll_budget;
using rpmsg::vring_config;
using rpmsg::testing::recorder;
namespace dialects = rpmsg::wire::dialects;

/// A main loop: it polls while work is pending, then waits for a doorbell, which `forward` delivers.
constexpr auto run_main_loop(auto& side, auto& bell, poll_budget budget) -> void {
    bell.forward(side);
    while (side.is_pending()) {
        (void)side.poll(budget);
        bell.forward(side);
    }
}

/// A poll leaves one of several messages; one more arrives with its doorbell before the next poll.
template <vring_config Config, bool ByDevice> constexpr auto a_message_between_two_polls_arrives(std::uint32_t budget) -> bool {
    auto shared = two_sides<Config>{};
    auto host_log = recorder{};
    auto remote_log = recorder{};
    auto host = channel{shared.driver(), endpoints{endpoint<"x">(host_log.messages(), host_log.events())}};
    auto remote = channel{shared.device(), endpoints{endpoint<"x">(remote_log.messages(), remote_log.events())}};
    check(host.start().has_value() and remote.start().has_value());
    settle(shared, host, remote, 0, 12);
    check(host.is_up() and remote.is_up());
    auto play = [&](auto& sender, auto& receiver, auto& bell, recorder& log) {
        auto const to = receiver.at(0).self();
        for (std::uint32_t sent = 0; sent < budget + 1; ++sent) {
            check(sender.at(0).send_to(to, "1"_payload).has_value());
        }
        auto const before = log.message_count();
        bell.forward(receiver);
        check(receiver.poll(poll_budget{.messages = budget}) == budget and receiver.is_pending());
        check(sender.at(0).send_to(to, "2"_payload).has_value());
        run_main_loop(receiver, bell, {.messages = budget});
        check(log.message_count() == before + budget + 2);
    };
    if constexpr (ByDevice) {
        play(host, remote, shared.to_device, remote_log);
    } else {
        play(remote, host, shared.to_driver, host_log);
    }
    return true;
}

constexpr auto with(rpmsg::wire::dialect dialect, std::uint16_t batch = 1, bool event_index = false) -> vring_config {
    return {.buffers = 8, .buffer_size = 64, .batch = batch, .event_index = event_index, .dialect = dialect};
}
template <vring_config Config> constexpr auto messages_between_polls_arrive() -> bool {
    return a_message_between_two_polls_arrives<Config, true>(1) and a_message_between_two_polls_arrives<Config, true>(2) and
           a_message_between_two_polls_arrives<Config, false>(1) and a_message_between_two_polls_arrives<Config, false>(2);
}

TEST_CASE("A message that comes between two polls of a small budget is delivered though its doorbell was used up") {
    STATIC_REQUIRE(messages_between_polls_arrive<with(dialects::rpmsg)>());
    STATIC_REQUIRE(messages_between_polls_arrive<with(dialects::rpmsg, 4)>());
    STATIC_REQUIRE(messages_between_polls_arrive<with(dialects::rpmsg, 1, true)>());
    STATIC_REQUIRE(messages_between_polls_arrive<with(dialects::linux_virtio)>());
    STATIC_REQUIRE(messages_between_polls_arrive<with(dialects::rpmsg_lite)>());
    CHECK(messages_between_polls_arrive<with(dialects::openamp)>());
    CHECK(messages_between_polls_arrive<with(dialects::rpmsg)>());
}

TEST_CASE("A message that comes between two polls of the default budget is delivered where there are 256 buffers") {
    constexpr auto many = vring_config{.buffers = 256, .buffer_size = 64};
    CHECK(a_message_between_two_polls_arrives<many, true>(poll_budget{}.messages));
    CHECK(a_message_between_two_polls_arrives<many, false>(poll_budget{}.messages));
}

/// A link with one transmit buffer that is up from the first poll on. The test decides when the peer returns the buffer, also
/// during a check for returned buffers, as a peer on another core may.
struct one_buffer {
    static constexpr std::uint32_t max_frame = 64;
    static constexpr bool acknowledged = false;
    struct shared_state {
        std::array<std::byte, 48> content{};
        std::uint32_t limit = 48;
        bool is_with_peer{}, is_armed{}, is_up{};
        std::uint32_t names{}, rings{}, looks{};
        std::uint32_t returns_before_look{}; ///< the check during which the peer returns the buffer
        rpmsg::counters counts{};

        /// The peer returns the buffer, and rings if a doorbell was requested.
        constexpr auto give_back() -> void {
            is_with_peer = false;
            rings += is_armed ? 1u : 0u;
        }
    };
    shared_state* it;

    [[nodiscard]] constexpr auto tx_limit() const -> std::uint32_t { return it->limit; }
    [[nodiscard]] constexpr auto rx_limit() const -> std::uint32_t { return it->limit; }
    [[nodiscard]] constexpr auto start() -> rpmsg::status { return {}; }
    constexpr auto close() -> void { it->is_up = false; }
    constexpr auto poll(rpmsg::ticks) -> rpmsg::link_change {
        return {.event = std::exchange(it->is_up, true) ? rpmsg::link_event::none : rpmsg::link_event::up};
    }
    constexpr auto notify(std::uint32_t) -> void {}
    [[nodiscard]] constexpr auto reserve() -> rpmsg::tx_buffer {
        if (not it->is_up or it->is_with_peer) {
            return {};
        }
        it->is_with_peer = true;
        return {.space = rpmsg::bytes{it->content}.first(it->limit), .token = 0, .offset = 0};
    }
    constexpr auto discard(rpmsg::tx_buffer const&) -> void { it->is_with_peer = false; }
    constexpr auto commit(rpmsg::tx_buffer const&, rpmsg::wire::header const& header) -> bool {
        it->names += header.destination == rpmsg::name_service_address ? 1u : 0u;
        return true;
    }
    [[nodiscard]] constexpr auto receive() -> rpmsg::rx_buffer { return {}; }
    constexpr auto release(rpmsg::rx_token const&) -> void {}
    constexpr auto flush() -> void {}
    [[nodiscard]] constexpr auto writable() -> bool {
        if (++it->looks == it->returns_before_look) {
            it->is_with_peer = false; // returned before this check; the peer checks afterwards whether to ring
        }
        it->is_armed = it->is_with_peer;
        return not it->is_with_peer;
    }
    [[nodiscard]] constexpr auto next_deadline(rpmsg::ticks) -> rpmsg::poll_deadline { return {}; }
    [[nodiscard]] constexpr auto counts() -> rpmsg::counters const& { return it->counts; }
    constexpr auto count(rpmsg::counter reason) -> void { it->counts.add(reason); }
};
static_assert(rpmsg::transport<one_buffer>);

constexpr auto deaf = [](auto&, message const&) {};
constexpr auto hearing = [](auto&, rpmsg::event const&) {};

/// The only buffer is returned at each possible moment while two announcements and a sender wait for it.
constexpr auto an_owed_name_is_not_forgotten(std::uint32_t comes_back_at, auto services) -> bool {
    auto wire = one_buffer::shared_state{.returns_before_look = comes_back_at};
    auto side = channel{one_buffer{&wire}, services};
    check(side.start().has_value());
    auto rung = 0u;
    auto const loop = [&] {
        while (side.is_pending() or rung != wire.rings) {
            rung = wire.rings;
            (void)side.poll();
        }
    };
    loop();                                            // "a" is announced, "b" waits
    (void)side.at(0).send_to(address{9}, "x"_payload); // refused, or sent in the returned buffer
    loop();
    for (int i = 0; i < 4 and wire.is_with_peer; ++i) {
        wire.give_back();
        loop();
    }
    return wire.names == 2;
}

constexpr auto at_every_moment() -> bool {
    for (std::uint32_t moment = 0; moment < 8; ++moment) {
        check(an_owed_name_is_not_forgotten(moment, endpoints{endpoint<"a">(deaf, hearing), endpoint<"b">(deaf, hearing)}));
        check(an_owed_name_is_not_forgotten(moment, endpoints{endpoint<"a">(deaf), endpoint<"b">(deaf)}));
    }
    return true;
}

TEST_CASE("A name that waits for a buffer is announced whenever one comes back, whichever context checks first") {
    STATIC_REQUIRE(at_every_moment());
    CHECK(at_every_moment());
}

constexpr auto a_name_that_never_fits_is_given_up() -> bool {
    auto wire = one_buffer::shared_state{.limit = 8};
    auto side = channel{one_buffer{&wire}, endpoints{endpoint<"a">(deaf, hearing)}};
    check(side.start().has_value());
    auto polls = 0;
    while (side.is_pending() and ++polls < 10) {
        (void)side.poll();
    }
    check(polls < 10 and wire.counts[rpmsg::counter::too_large] == 1);
    return side.at(0).send_to(address{9}, "small"_payload).has_value();
}

TEST_CASE("A name that fits into no buffer of the peer is counted once, and nothing spins") {
    STATIC_REQUIRE(a_name_that_never_fits_is_given_up());
    CHECK(a_name_that_never_fits_is_given_up());
}

/// The same with a peer whose buffer may be too small for a message: then the buffer is left for other senders.
struct one_odd_buffer : one_buffer {
    bool is_passed_over{};

    constexpr explicit one_odd_buffer(shared_state* shared) : one_buffer{shared} {}
    [[nodiscard]] constexpr auto tx_limit() const -> std::uint32_t { return 48; }
    [[nodiscard]] constexpr auto reserve(std::uint32_t least = 0) -> rpmsg::tx_buffer {
        is_passed_over = least > it->limit and not it->is_with_peer;
        return least > it->limit ? rpmsg::tx_buffer{} : one_buffer::reserve();
    }
    [[nodiscard]] constexpr auto writable() -> bool {
        it->is_armed = is_passed_over;
        return not is_passed_over and one_buffer::writable();
    }
};
static_assert(rpmsg::transport<one_odd_buffer>);

constexpr auto a_sender_waits_for_a_larger_buffer() -> bool {
    auto wire = one_buffer::shared_state{.limit = 8, .returns_before_look = 1};
    auto side = channel{one_odd_buffer{&wire}, endpoints{endpoint<1, 2>(deaf, hearing)}};
    check(side.start().has_value());
    auto const loop = [&] {
        for (auto polls = 0; side.is_pending(); ++polls) {
            check(polls < 10);
            (void)side.poll();
        }
    };
    loop();
    check(side.at(0).send("small"_payload).has_value());
    for (auto i = 0; i < 2; ++i) { // first the peer has the buffer; then it is returned and too small
        check(side.at(0).send("sixteen bytes..."_payload).error() == error::no_buffer);
        check(side.is_pending() or wire.is_armed);
        loop();
    }
    check(wire.is_armed and not wire.is_with_peer);
    wire.limit = 48;
    wire.give_back();
    check(wire.rings == 1);
    return side.at(0).send("sixteen bytes..."_payload).has_value();
}

TEST_CASE("A sender to whom a buffer comes back that is too small waits for the next one, and is not forgotten") {
    STATIC_REQUIRE(a_sender_waits_for_a_larger_buffer());
    CHECK(a_sender_waits_for_a_larger_buffer());
}

constexpr auto a_start_asks_for_a_poll() -> bool {
    auto shared = two_sides<with(dialects::rpmsg)>{};
    auto host = channel{shared.driver(), endpoints{endpoint<"x">(deaf)}};
    auto remote = channel{shared.device(), endpoints{endpoint<"x">(deaf)}};
    check(host.start().has_value() and remote.start().has_value());
    check(host.is_pending() and remote.is_pending());
    settle(shared, host, remote, 0, 12);
    run_main_loop(host, shared.to_driver, {});
    check(not host.is_pending());
    host.close();
    check(host.start().has_value() and host.is_pending());
    return true;
}

TEST_CASE("A link that starts is polled at once: the peer may be there already") {
    STATIC_REQUIRE(a_start_asks_for_a_poll());
    CHECK(a_start_asks_for_a_poll());
}

} // namespace
