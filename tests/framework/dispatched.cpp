// A table that looks ahead and handles messages by priority, in the poller.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/dispatched.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/framework/listener.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace {

using rpmsg::dispatch_config;
using rpmsg::dispatched;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::event;
using rpmsg::event_kind;
using rpmsg::inline_worker;
using rpmsg::message;
using rpmsg::when_behind;
using rpmsg::with_priority;

constexpr std::uint32_t buffers = 8;
using end = rpmsg::testing::loopback<true, buffers>;
using end_memory = rpmsg::testing::loopback_memory<buffers>;

/// Writes down as text what the handlers are called with: `s1` for message 1 of slow, `u^` when urgent is bound.
struct diary {
    std::array<char, 128> text{};
    std::uint32_t size{};

    constexpr auto add(char c) -> void {
        check(size < text.size());
        text[size++] = c;
    }
    constexpr auto add(char who, message const& m) -> void {
        add(who);
        add(static_cast<char>(m.payload[0]));
    }
    constexpr auto add(char who, event const& e) -> void {
        constexpr auto signs = std::string_view{"+-^v!xm~fdg"};
        add(who);
        add(signs[static_cast<std::size_t>(e.kind)]);
    }
    constexpr auto take() -> std::string_view { return {text.data(), std::exchange(size, 0u)}; }
};

/// Sends a digit.
constexpr auto send(auto& link, char number) -> bool {
    auto const payload = std::array{static_cast<std::byte>(number)};
    return link.send(payload).has_value();
}

/// Services `slow` and `urgent` behind a dispatched table, and a peer that sends to both.
template <dispatch_config Config = dispatch_config{}> struct rig {
    end_memory memory{};
    diary said{};

    static constexpr auto list(diary& log) {
        auto const noted = [&log](char who) { return [&log, who](auto&, auto const& what) { log.add(who, what); }; };
        return dispatched{
            endpoints{endpoint<"slow">(noted('s'), noted('s')), with_priority<1>(endpoint<"urgent">(noted('u'), noted('u')))},
            inline_worker<Config>{}};
    }
    static constexpr auto peers() {
        return endpoints{endpoint<"slow">([](auto&, message const&) {}), endpoint<"urgent">([](auto&, message const&) {})};
    }
    rpmsg::channel<end, decltype(list(std::declval<diary&>()))> a{end{memory, 0}, list(said)};
    rpmsg::channel<end, decltype(peers())> b{end{memory, 1}, peers()};

    constexpr auto connect() -> void {
        check(a.start().has_value() and b.start().has_value());
        for (int i = 0; i < 4; ++i) {
            (void)a.poll();
            (void)b.poll();
        }
        check(a.at(0).is_bound() and a.at(1).is_bound());
        (void)said.take();
    }
    constexpr auto slow(char number) -> bool {
        auto to = b.template get<"slow">();
        return send(to, number);
    }
    constexpr auto urgent(char number) -> bool {
        auto to = b.template get<"urgent">();
        return send(to, number);
    }
};

constexpr auto urgent_before_slow() -> bool {
    auto it = rig<>{};
    it.connect();
    check(it.slow('1') and it.slow('2') and it.urgent('1') and it.slow('3') and it.urgent('2'));
    check(it.a.poll() == 5);
    return it.said.take() == "u1u2s1s2s3" and not it.a.is_pending();
}

constexpr auto equal_priorities_keep_the_order_of_the_link() -> bool {
    auto memory = end_memory{};
    auto said = diary{};
    auto const noted = [&](char who) { return [&said, who](auto&, auto const& what) { said.add(who, what); }; };
    auto a = rpmsg::channel{
        end{memory, 0}, dispatched{endpoints{endpoint<"slow">(noted('x')), endpoint<"urgent">(noted('y'))}, inline_worker<>{}}};
    auto b = rpmsg::channel{end{memory, 1}, rig<>::peers()};
    check(a.start().has_value() and b.start().has_value());
    for (int i = 0; i < 4; ++i) {
        (void)a.poll();
        (void)b.poll();
    }
    auto x = b.get<"slow">();
    auto y = b.get<"urgent">();
    check(send(y, '1') and send(x, '1') and send(y, '2') and send(y, '3') and send(x, '2'));
    (void)a.poll();
    return said.take() == "y1x1y2y3x2";
}

/// The peer sends an urgent message while the handler of a slow one runs.
constexpr auto urgent_waits_for_one_handler_at_most() -> bool {
    auto it = rig<>{};
    it.connect();
    check(it.slow('1') and it.slow('2') and it.slow('3'));
    check(it.a.poll(rpmsg::poll_budget{.messages = 1}) == 1);
    check(it.said.take() == "s1" and it.a.is_pending());
    check(it.urgent('1'));
    check(it.a.poll() == 3);
    return it.said.take() == "u1s2s3" and not it.a.is_pending();
}

/// The peer sends while handlers run, so that one poll handles as many messages as it may.
constexpr auto a_poll_looks_at_the_peer_before_each_handler() -> bool {
    auto memory = end_memory{};
    auto said = diary{};
    auto left = 20;
    auto const none = [](auto&, message const&) {};
    auto b = rpmsg::channel{end{memory, 1}, endpoints{endpoint<"slow">(none), endpoint<"urgent">(none)}};
    auto const on_slow = [&](auto&, message const& m) {
        said.add('s', m);
        if (left-- == 1) {
            auto to = b.get<"urgent">();
            check(send(to, '1'));
        }
        if (left >= 0) {
            auto to = b.get<"slow">();
            check(send(to, '2'));
        }
    };
    auto a = rpmsg::channel{
        end{memory, 0},
        dispatched{endpoints{endpoint<"slow">(on_slow),
                             with_priority<1>(endpoint<"urgent">([&](auto&, message const& m) { said.add('u', m); }))},
                   inline_worker<>{}}};
    check(a.start().has_value() and b.start().has_value());
    for (int i = 0; i < 4; ++i) {
        (void)a.poll();
        (void)b.poll();
    }
    auto to = b.get<"slow">();
    check(send(to, '1') and send(to, '1') and send(to, '1'));
    (void)a.poll(rpmsg::poll_budget{.messages = 20});
    check(a.is_pending());
    (void)said.take();
    (void)a.poll();
    return said.take() == "u1s2s2s2";
}

constexpr auto each_buffer_returns_after_its_handler() -> bool {
    auto it = rig<>{};
    it.connect();
    for (std::uint32_t i = 0; i < 5 * buffers; ++i) {
        check(it.slow('1') and it.urgent('2'));
        check(it.a.poll() == 2 and it.said.take() == "u2s1");
    }
    for (std::uint32_t i = 0; i < buffers; ++i) {
        check(it.slow('1'));
    }
    return not it.slow('1');
}

constexpr auto look_ahead_is_bounded() -> bool {
    auto it = rig<dispatch_config{.look_ahead = 2}>{};
    it.connect();
    check(it.slow('1') and it.slow('2') and it.slow('3') and it.urgent('1') and it.slow('4'));
    check(it.a.poll() == 5);
    return it.said.take() == "s1s2u1s3s4" and it.a.endpoint_table().dropped() == 0;
}

constexpr auto quota_leaves_in_the_ring() -> bool {
    auto it = rig<dispatch_config{.look_ahead = 8, .quota = 2}>{};
    it.connect();
    check(it.slow('1') and it.slow('2') and it.slow('3') and it.urgent('1') and it.slow('4'));
    check(it.a.poll() == 5);
    return it.said.take() == "s1s2u1s3s4" and it.a.endpoint_table().dropped() == 0;
}

constexpr auto quota_drops_and_counts() -> bool {
    auto it = rig<dispatch_config{.quota = 2, .behind = when_behind::drop}>{};
    it.connect();
    check(it.slow('1') and it.slow('2') and it.slow('3') and it.urgent('1') and it.slow('4'));
    check(it.a.poll() == 3);
    check(it.said.take() == "u1s1s2" and it.a.endpoint_table().dropped() == 2);
    for (std::uint32_t i = 0; i < buffers; ++i) {
        check(it.slow('1')); // the dropped ones returned their buffers
    }
    return true;
}

constexpr auto quota_drops_and_tells() -> bool {
    auto it = rig<dispatch_config{.quota = 2, .behind = when_behind::tell}>{};
    it.connect();
    check(it.slow('1') and it.slow('2') and it.slow('3') and it.urgent('1') and it.slow('4'));
    check(it.a.poll() == 3);
    return it.said.take() == "u1s1s2sd" and it.a.endpoint_table().dropped() == 2;
}

constexpr auto events_and_messages_keep_their_order() -> bool {
    auto it = rig<>{};
    check(it.a.start().has_value() and it.b.start().has_value());
    (void)it.a.poll();
    check(it.said.take() == "u+s+");
    (void)it.b.poll();
    (void)it.a.poll();
    check(it.said.take() == "u^s^");
    (void)it.b.poll();
    check(it.slow('1') and it.urgent('1') and it.slow('2'));
    it.b.close(); // withdraws both names after the messages
    (void)it.a.poll();
    return it.said.take() == "u1s1s2uvsv";
}

/// A budget that ends before all is handled: the name is still bound while the last message is handled.
constexpr auto an_announcement_takes_effect_when_nothing_waits() -> bool {
    auto it = rig<>{};
    it.connect();
    check(it.slow('1') and it.slow('2') and it.slow('3'));
    it.b.close();
    check(it.a.poll(rpmsg::poll_budget{.messages = 4, .payload_bytes = 2}) == 2);
    check(it.said.take() == "s1s2" and it.a.at(0).is_bound() and it.a.is_pending());
    (void)it.a.poll();
    return it.said.take().starts_with("s3") and not it.a.at(0).is_bound();
}

/// The peer crashes: what waits is not handled any more, as its buffers may be used again.
constexpr auto link_down_while_messages_wait() -> bool {
    auto it = rig<>{};
    it.connect();
    check(it.slow('1') and it.slow('2') and it.urgent('1'));
    check(it.a.poll(rpmsg::poll_budget{.messages = 3, .payload_bytes = 1}) == 1);
    check(it.said.take() == "u1" and it.a.is_pending());
    it.b.transport().close();
    check(it.a.poll() == 0);
    check(it.said.take() == "uvu-svs-" and it.a.endpoint_table().dropped() == 2);
    it.b.close();
    check(it.b.start().has_value());
    for (int i = 0; i < 4; ++i) {
        (void)it.a.poll();
        (void)it.b.poll();
    }
    check(it.said.take() == "u+s+u^s^");
    for (std::uint32_t i = 0; i < buffers; ++i) {
        check(it.slow('1'));
    }
    return it.a.poll() == buffers;
}

constexpr auto this_side_closes_while_messages_wait() -> bool {
    auto it = rig<>{};
    it.connect();
    check(it.slow('1') and it.slow('2') and it.urgent('1'));
    check(it.a.poll(rpmsg::poll_budget{.messages = 3, .payload_bytes = 1}) == 1);
    it.a.close();
    return it.said.take() == "u1s1s2uvu-svs-" and it.a.endpoint_table().dropped() == 0;
}

constexpr auto an_announcement_that_waits_when_the_link_goes_down() -> bool {
    auto it = rig<>{};
    it.connect();
    check(it.slow('1') and it.slow('2'));
    it.b.close();
    check(it.a.poll(rpmsg::poll_budget{.messages = 3, .payload_bytes = 1}) == 1);
    it.a.close();
    check(it.a.start().has_value() and it.b.start().has_value());
    for (int i = 0; i < 4; ++i) {
        (void)it.a.poll();
        (void)it.b.poll();
    }
    return it.a.at(0).is_bound() and it.a.at(1).is_bound();
}

/// Each poll handles one message: work is left, and the link says so until there is none.
constexpr auto liveness_with_small_budgets() -> bool {
    auto it = rig<dispatch_config{.look_ahead = 3, .quota = 1}>{};
    it.connect();
    for (auto number = '1'; number <= '6'; ++number) {
        check(number % 2 == 0 ? it.urgent(number) : it.slow(number));
    }
    auto polls = 0;
    for (it.a.notify(); it.a.is_pending(); ++polls) {
        check(polls < 20);
        (void)it.a.poll(rpmsg::poll_budget{.messages = 1});
    }
    auto const said = it.said.take();
    return said.size() == 12 and said.find("s1") < said.find("s3") and said.find("u2") < said.find("u4");
}

constexpr auto a_handler_holds_its_message() -> bool {
    auto memory = end_memory{};
    auto kept = rpmsg::held_message{};
    auto again = true;
    auto a = rpmsg::channel{end{memory, 0}, dispatched{endpoints{endpoint<"slow">([&](auto& link, message const& m) {
                                                           kept = link.hold(m);
                                                           again = static_cast<bool>(link.hold(m));
                                                       })},
                                                       inline_worker<dispatch_config{.look_ahead = 1}>{}}};
    auto b = rpmsg::channel{end{memory, 1}, rig<>::peers()};
    check(a.start().has_value() and b.start().has_value());
    for (int i = 0; i < 4; ++i) {
        (void)a.poll();
        (void)b.poll();
    }
    auto to = b.get<"slow">();
    check(send(to, '1') and a.poll() == 1);
    check(kept and not again and kept.payload()[0] == std::byte{'1'});
    check(send(to, '2') and a.poll() == 1 and kept.payload()[0] == std::byte{'2'}); // a held message takes no place
    kept.release();
    for (std::uint32_t i = 0; i < buffers; ++i) {
        check(send(to, '1'));
    }
    return true;
}

struct session_diary {
    diary* log;
    constexpr auto on_message(auto&, std::uint32_t session, message const& m) -> void {
        log->add(static_cast<char>('a' + session), m);
    }
    constexpr auto on_open(auto&, std::uint32_t session) -> void {
        log->add(static_cast<char>('a' + session), event{.kind = event_kind::bound});
    }
    constexpr auto on_close(auto&, std::uint32_t session) -> void {
        log->add(static_cast<char>('a' + session), event{.kind = event_kind::unbound});
    }
};

/// Sessions of a group: their `unbound` follows their messages, then the place is free for the next name.
auto a_session_ends_after_its_messages() -> bool {
    auto memory = end_memory{};
    auto said = diary{};
    auto a =
        rpmsg::channel{end{memory, 0}, dispatched{endpoints{with_priority<1>(rpmsg::listener<"x-", 1>(session_diary{&said}))},
                                                  inline_worker<>{}}};
    auto b = rpmsg::channel{end{memory, 1}, rpmsg::endpoint_pool<4>{}};
    check(a.start().has_value() and b.start().has_value());
    auto const settle = [&] {
        for (int i = 0; i < 6; ++i) {
            (void)a.poll();
            (void)b.poll();
        }
    };
    settle();
    auto ignore = [](rpmsg::link_ref, message const&) {};
    auto const one = b.create("x-1", ignore);
    settle();
    check(one.has_value() and said.take() == "a^");
    auto to = b.at(*one);
    check(send(to, '1') and send(to, '2'));
    check(b.destroy(*one).has_value());
    (void)b.poll();
    auto const two = b.create("x-2", ignore);
    (void)b.poll();
    auto polls = 0;
    for (a.notify(); a.is_pending(); ++polls) { // until no work is left
        check(polls < 10);
        (void)a.poll();
    }
    (void)b.poll();
    check(said.take() == "a1a2ava^");
    auto next = b.at(*two);
    check(send(next, '3'));
    settle();
    return said.take() == "a3";
}

/// An endpoint of a pool is destroyed by the handler of another one while a message to it waits.
auto destroyed_while_a_message_waits() -> bool {
    auto memory = end_memory{};
    auto said = diary{};
    auto a = rpmsg::channel{end{memory, 0}, dispatched{rpmsg::endpoint_pool<4>{}, inline_worker<>{}}};
    auto victim = std::uint32_t{};
    auto outcome = rpmsg::status{};
    auto killer = [&](rpmsg::link_ref, message const& m) {
        said.add('k', m);
        outcome = a.destroy(victim);
    };
    auto quiet = [&](rpmsg::link_ref, message const& m) { said.add('v', m); };
    check(a.create("slow", killer).has_value());
    victim = *a.create("urgent", quiet);
    auto b = rpmsg::channel{end{memory, 1}, rig<>::peers()};
    check(a.start().has_value() and b.start().has_value());
    auto const settle = [&] {
        for (int i = 0; i < 6; ++i) {
            (void)a.poll();
            (void)b.poll();
        }
    };
    settle();
    auto to_killer = b.get<"slow">();
    auto to_victim = b.get<"urgent">();
    check(send(to_victim, '1') and send(to_killer, '1') and send(to_victim, '2') and send(to_victim, '3'));
    settle();
    check(said.take() == "v1k1" and outcome.has_value() and a.endpoint_table().dropped() == 2);
    check(not to_victim.is_bound());
    check(a.create("urgent", quiet).has_value()); // the name and its place are free
    settle();
    check(send(to_victim, '4'));
    settle();
    return said.take() == "v4";
}

/// Firmware has its channel in static memory: nothing runs before main, and nothing at the end.
constinit auto static_memory = end_memory{};
constinit auto at_rest = rpmsg::channel{end{static_memory, 0}, dispatched{rig<>::peers(), inline_worker<>{}}};
static_assert(std::is_trivially_destructible_v<decltype(at_rest)>);

TEST_CASE("A dispatched channel rests in static memory until it is started") {
    CHECK_FALSE(at_rest.is_up());
    CHECK_FALSE(at_rest.is_pending());
}

TEST_CASE("An urgent message is handled before slow ones that came before it") {
    STATIC_REQUIRE(urgent_before_slow());
    CHECK(urgent_before_slow());
}
TEST_CASE("Endpoints of equal priority keep the order of the link") {
    STATIC_REQUIRE(equal_priorities_keep_the_order_of_the_link());
    CHECK(equal_priorities_keep_the_order_of_the_link());
}
TEST_CASE("An urgent message that comes while a slow handler runs waits for this handler only") {
    STATIC_REQUIRE(urgent_waits_for_one_handler_at_most());
    CHECK(urgent_waits_for_one_handler_at_most());
}
TEST_CASE("The poller looks at the peer before each handler, also before the last one of its budget") {
    STATIC_REQUIRE(a_poll_looks_at_the_peer_before_each_handler());
    CHECK(a_poll_looks_at_the_peer_before_each_handler());
}
TEST_CASE("Each buffer returns to the peer after its handler") { CHECK(each_buffer_returns_after_its_handler()); }
TEST_CASE("The table looks ahead as far as it says") {
    STATIC_REQUIRE(look_ahead_is_bounded());
    CHECK(look_ahead_is_bounded());
}
TEST_CASE("An endpoint with its quota of messages leaves the next ones in the ring") {
    STATIC_REQUIRE(quota_leaves_in_the_ring());
    CHECK(quota_leaves_in_the_ring());
}
TEST_CASE("Messages above the quota of an endpoint are dropped and counted") {
    STATIC_REQUIRE(quota_drops_and_counts());
    CHECK(quota_drops_and_counts());
}
TEST_CASE("An endpoint is told by an event that messages were dropped, after those that it gets") {
    STATIC_REQUIRE(quota_drops_and_tells());
    CHECK(quota_drops_and_tells());
}
TEST_CASE("Events and messages of one endpoint keep their order") {
    STATIC_REQUIRE(events_and_messages_keep_their_order());
    CHECK(events_and_messages_keep_their_order());
}
TEST_CASE("An announcement takes effect when no message that came before it waits") {
    STATIC_REQUIRE(an_announcement_takes_effect_when_nothing_waits());
    CHECK(an_announcement_takes_effect_when_nothing_waits());
}
TEST_CASE("Messages that wait when the link goes down are dropped and counted") {
    STATIC_REQUIRE(link_down_while_messages_wait());
    CHECK(link_down_while_messages_wait());
}
TEST_CASE("Messages that wait when this side closes are handled before") {
    STATIC_REQUIRE(this_side_closes_while_messages_wait());
    CHECK(this_side_closes_while_messages_wait());
}
TEST_CASE("An announcement that waits when the link goes down is forgotten") {
    CHECK(an_announcement_that_waits_when_the_link_goes_down());
}
TEST_CASE("A poll that leaves messages asks for another one") {
    STATIC_REQUIRE(liveness_with_small_budgets());
    CHECK(liveness_with_small_budgets());
}
TEST_CASE("A handler may hold its message for longer") {
    STATIC_REQUIRE(a_handler_holds_its_message());
    CHECK(a_handler_holds_its_message());
}
TEST_CASE("A session of a group ends after its messages, and the next name gets its place") {
    CHECK(a_session_ends_after_its_messages());
}
TEST_CASE("An endpoint that is destroyed while messages to it wait hears nothing any more") {
    CHECK(destroyed_while_a_message_waits());
}

} // namespace
