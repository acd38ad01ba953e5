// A table whose handlers are called by workers. In most tests one thread plays all: what other contexts do meanwhile is done
// from inside of a handler, which a worker calls outside of the lock.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/dispatched.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/framework/link_ref.hpp>
#include <rpmsg/framework/named.hpp>
#include <rpmsg/platform/lock_ref.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace {

using rpmsg::dispatch_config;
using rpmsg::dispatched;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::error;
using rpmsg::event;
using rpmsg::event_kind;
using rpmsg::message;
using rpmsg::when_behind;
using rpmsg::with_priority;
using rpmsg::workers;

constexpr std::uint32_t buffers = 8;
using end = rpmsg::testing::loopback<true, buffers>;
using end_memory = rpmsg::testing::loopback_memory<buffers>;

/// A transport that says when it has no more messages and goes down with the next poll.
struct ending_end : end {
    using end::end;
    auto receive() -> rpmsg::rx_buffer {
        auto received = end::receive();
        auto const is_over = received.outcome == rpmsg::rx_outcome::none and next_deadline(0).is_set;
        received.outcome = is_over ? rpmsg::rx_outcome::ended : received.outcome;
        return received;
    }
};

auto send(auto to, char number) -> bool {
    auto const payload = std::array{static_cast<std::byte>(number)};
    return to.send(payload).has_value();
}

/// Writes down what handlers are called with, and does at the first message of a service what the test set.
struct diary {
    std::string text{};
    std::function<void()> during{};

    auto add(char who, message const& m) -> void {
        text += {who, static_cast<char>(m.payload[0])};
        if (during) {
            std::exchange(during, nullptr)();
        }
    }
    auto add(char who, event const& e) -> void { text += {who, "+-^v!xm~fog"[static_cast<std::size_t>(e.kind)]}; }
    auto take() -> std::string { return std::exchange(text, {}); }
};

template <dispatch_config Config = dispatch_config{}> struct rig {
    end_memory memory{};
    diary said{};
    std::mutex mutex{};

    static auto list(diary& log) {
        auto const noted = [&log](char who) { return [&log, who](auto&, auto const& what) { log.add(who, what); }; };
        return dispatched{
            endpoints{endpoint<"slow">(noted('s'), noted('s')), with_priority<1>(endpoint<"urgent">(noted('u'), noted('u')))},
            workers<Config>{}};
    }
    static auto peers() {
        return endpoints{endpoint<"slow">([](auto&, message const&) {}), endpoint<"urgent">([](auto&, message const&) {})};
    }
    rpmsg::channel<ending_end, decltype(list(std::declval<diary&>())), rpmsg::lock_ref<std::mutex>> a{
        ending_end{memory, 0}, list(said), rpmsg::lock_ref{mutex}};
    rpmsg::channel<end, decltype(peers())> b{end{memory, 1}, peers()};

    auto work() -> std::string {
        while (a.work()) {}
        return said.take();
    }
    auto settle() -> void {
        for (int i = 0; i < 6; ++i) {
            (void)a.poll();
            while (a.work()) {}
            (void)b.poll();
        }
    }
    auto connect() -> void {
        REQUIRE(a.start().has_value());
        REQUIRE(b.start().has_value());
        settle();
        REQUIRE(a.at(0).is_bound());
        REQUIRE(a.at(1).is_bound());
        REQUIRE(said.take() == "u+s+u^s^");
    }
    auto slow(char number) -> bool { return send(b.template get<"slow">(), number); }
    auto urgent(char number) -> bool { return send(b.template get<"urgent">(), number); }
};

TEST_CASE("Workers call all handlers, urgent ones first; the poller calls none") {
    auto it = rig<>{};
    it.connect();
    REQUIRE((it.slow('1') and it.slow('2') and it.urgent('1')));
    CHECK(it.a.poll() == 3);
    CHECK(it.said.take().empty());
    CHECK_FALSE(it.a.is_pending());
    CHECK(it.work() == "u1s1s2");
    CHECK_FALSE(it.a.work());
}

TEST_CASE("A slow service that blocks delays neither an urgent one nor its buffers") {
    auto it = rig<>{};
    it.connect();
    REQUIRE(it.slow('1'));
    (void)it.a.poll();
    it.said.during = [&] {
        for (std::uint32_t i = 0; i < 5 * buffers; ++i) {
            REQUIRE(it.urgent('1'));
            CHECK(it.a.poll() == 1);
            CHECK(it.a.work());
            it.said.during = nullptr;
        }
    };
    (void)it.a.work();
    CHECK(it.said.take().size() == 2 + 2 * 5 * buffers);
}

TEST_CASE("While a worker runs a service, no other worker takes its next message or event") {
    auto it = rig<>{};
    it.connect();
    REQUIRE((it.slow('1') and it.slow('2')));
    (void)it.a.poll();
    it.said.during = [&] {
        CHECK_FALSE(it.a.work());
        it.b.transport().close();
        (void)it.a.poll();
        CHECK(it.a.work()); // the events of urgent
        CHECK(it.a.work());
        CHECK_FALSE(it.a.work());
        CHECK(it.said.take() == "s1uvu-");
    };
    CHECK(it.a.work());
    CHECK(it.a.endpoint_table().dropped() == 1);
    CHECK(it.work() == "svs-");
}

TEST_CASE("A service hears of a link that went down and up while its handler ran, but not of what ended meanwhile") {
    auto it = rig<>{};
    it.connect();
    REQUIRE(it.slow('1'));
    (void)it.a.poll();
    it.said.during = [&] {
        it.b.transport().close();
        it.settle();
        it.b.close();
        REQUIRE(it.b.start().has_value());
        it.settle();
        CHECK(it.said.take() == "s1uvu-u+");
        it.a.close();
        CHECK(it.work() == "u-");
        REQUIRE(it.a.start().has_value());
        it.settle();
        CHECK(it.said.take() == "u+");
    };
    CHECK(it.a.work());
    it.settle();
    CHECK(it.said.take() == "svs-s+u^s^");
}

TEST_CASE("Workers that are behind: the messages are left in the ring, and the poller is called when there is room") {
    auto it = rig<dispatch_config{.look_ahead = 2}>{};
    it.connect();
    REQUIRE((it.slow('1') and it.slow('2') and it.slow('3')));
    CHECK(it.a.poll() == 2);
    CHECK_FALSE(it.a.is_pending()); // the poller may sleep
    CHECK(it.a.poll() == 0);
    CHECK(it.a.work());
    CHECK(it.a.is_pending());
    CHECK(it.a.poll() == 1);
    CHECK(it.work() == "s1s2s3");
    CHECK(it.a.endpoint_table().dropped() == 0);
}

TEST_CASE("The message of a handler that runs counts in the quota of its service") {
    auto it = rig<dispatch_config{.quota = 1, .behind = when_behind::tell}>{};
    it.connect();
    REQUIRE(it.slow('1'));
    (void)it.a.poll();
    it.said.during = [&] {
        REQUIRE((it.slow('2') and it.urgent('1') and it.slow('3')));
        (void)it.a.poll();
    };
    CHECK(it.work() == "s1u1so");
    CHECK(it.a.endpoint_table().dropped() == 2);
}

TEST_CASE("An announcement waits for the handler that runs, and the poller is called after it") {
    auto it = rig<>{};
    it.connect();
    REQUIRE(it.slow('1'));
    it.b.close();
    (void)it.a.poll();
    it.said.during = [&] {
        (void)it.a.poll();
        CHECK(it.a.at(0).is_bound());
    };
    CHECK(it.a.work());
    CHECK(it.a.is_pending());
    it.settle();
    CHECK_FALSE(it.a.at(0).is_bound());
    CHECK(it.said.take() == "s1uvsvu-s-");
}

TEST_CASE("An announcement of another name does not wait for the handler that runs") {
    auto it = rig<>{};
    it.connect();
    REQUIRE(it.slow('1'));
    (void)it.a.poll();
    it.said.during = [&] {
        auto const payload = rpmsg::wire::announce("urgent", rpmsg::address{1025}, rpmsg::wire::announcement_kind::destroy);
        REQUIRE(it.b.at(1).send_to(rpmsg::name_service_address, std::as_bytes(std::span{&payload, 1})));
        REQUIRE(it.urgent('1'));
        CHECK(it.a.poll() == 2);
        CHECK(it.work() == "s1uvu^u1"); // an acknowledging peer binds by its next message
    };
    CHECK(it.a.work());
}

TEST_CASE("A worker that dies with a message is counted after its limit, and nothing waits for it") {
    auto it = rig<dispatch_config{.quota = 2, .late = 100}>{};
    it.connect();
    REQUIRE((it.slow('1') and it.slow('2')));
    (void)it.a.poll(1000);
    it.said.during = [&] {
        (void)it.a.poll(1000);
        CHECK(it.a.next_deadline(1000).is_set);
        CHECK(it.a.next_deadline(1000).at == 1100);
        (void)it.a.poll(1099);
        CHECK(it.a.endpoint_table().late_workers() == 0);
        REQUIRE((it.slow('3') and it.urgent('1')));
        CHECK(it.a.poll(1099) == 0); // slow has its quota
        it.b.close();                // two names, after the messages
        CHECK(it.a.poll(1100) > 0);
        CHECK(it.a.endpoint_table().late_workers() == 1);
        CHECK(it.a.endpoint_table().dropped() == 2); // 2 and 3
        CHECK(it.a.work());
        for (rpmsg::ticks now = 1101; now < 1110; ++now) {
            (void)it.a.poll(now);
            while (it.a.work()) {}
        }
        CHECK(it.said.take() == "s1u1uvu-");
        CHECK_FALSE(it.a.is_up());
        CHECK(it.a.endpoint_table().late_workers() == 1);
    };
    CHECK(it.a.work()); // it was only slow
    CHECK(it.work() == "svs-");
    REQUIRE(it.b.start().has_value());
    it.settle();
    (void)it.said.take();
    REQUIRE(it.slow('4'));
    it.settle();
    CHECK(it.said.take() == "s4");
}

TEST_CASE("A link that ends waits for the workers, up to a limit") {
    auto it = rig<dispatch_config{.drain = 50}>{};
    it.connect();
    REQUIRE((it.slow('1') and it.slow('2')));
    it.b.transport().close();
    CHECK(it.a.poll(1000) == 2);
    CHECK(it.a.is_pending());
    (void)it.a.poll(1000);
    CHECK(it.a.is_up());
    CHECK(it.a.next_deadline(1010).is_set);
    SECTION("they handle all") {
        CHECK(it.a.work());
        CHECK(it.a.is_pending());
        (void)it.a.poll(1001);
        CHECK(it.a.is_up());
        CHECK(it.a.work());
        CHECK(it.a.is_pending());
        (void)it.a.poll(1001);
        CHECK_FALSE(it.a.is_up());
        CHECK(it.work() == "s1s2uvu-svs-");
        CHECK(it.a.endpoint_table().dropped() == 0);
    }
    SECTION("the limit passes") {
        CHECK(it.a.work());
        (void)it.a.poll(1049);
        CHECK(it.a.is_up());
        (void)it.a.poll(1050);
        CHECK_FALSE(it.a.is_up());
        CHECK(it.work() == "s1uvu-svs-");
        CHECK(it.a.endpoint_table().dropped() == 1);
    }
}

TEST_CASE("An endpoint that is destroyed while a worker runs it is pending until its event gone") {
    auto memory = end_memory{};
    auto mutex = std::mutex{};
    auto said = diary{};
    auto a = rpmsg::channel{end{memory, 0}, dispatched{rpmsg::endpoint_pool<2>{}, workers<>{}}, rpmsg::lock_ref{mutex}};
    auto b = rpmsg::channel{end{memory, 1}, rig<>::peers()};
    auto const hear = [](void* self, rpmsg::link_ref, message const& m) { static_cast<diary*>(self)->add('s', m); };
    auto const note = [](void* self, rpmsg::link_ref, event const& e) { static_cast<diary*>(self)->add('s', e); };
    auto const open = [&](std::string_view name) { return a.create(name, rpmsg::endpoint_addresses{}, &said, hear, note); };
    auto const made = open("slow");
    REQUIRE(made.has_value());
    REQUIRE((a.start().has_value() and b.start().has_value()));
    auto const settle = [&] {
        for (int i = 0; i < 6; ++i) {
            (void)a.poll();
            while (a.work()) {}
            (void)b.poll();
        }
    };
    settle();
    CHECK(said.take() == "s+s^");
    auto const to = b.get<"slow">();

    SECTION("with messages that wait") {
        REQUIRE((send(to, '1') and send(to, '2') and send(to, '3')));
        (void)a.poll();
        said.during = [&] {
            CHECK(a.destroy(*made).error() == error::pending);
            CHECK(a.destroy(*made).error() == error::no_endpoint);
            settle();
            CHECK(said.text == "s1"); // nothing else is called while it runs
            CHECK(open("other").has_value());
            CHECK(open("slow").error() == error::no_endpoint); // its place is not free yet
        };
        CHECK(a.work());
        CHECK(a.is_pending());
        settle();
        CHECK(said.take().starts_with("s1"));
        CHECK(a.endpoint_table().dropped() == 2);
        CHECK_FALSE(to.is_bound());
        CHECK(open("slow").has_value());
        settle();
        (void)said.take();
        REQUIRE(send(to, '4'));
        settle();
        CHECK(said.take() == "s4");
    }
    SECTION("gone is the last call") {
        REQUIRE(send(to, '1'));
        (void)a.poll();
        said.during = [&] {
            CHECK(a.destroy(*made).error() == error::pending);
            b.transport().close();
            (void)a.poll(); // link down: no event any more
        };
        settle();
        CHECK(said.take() == "s1sg");
        settle();
        CHECK(said.take().empty());
    }
    SECTION("without a worker in it, it is done") {
        REQUIRE(send(to, '1'));
        (void)a.poll();
        CHECK(a.destroy(*made).has_value());
        CHECK_FALSE(a.work());
        settle();
        CHECK(said.take().empty());
        CHECK(a.endpoint_table().dropped() == 1);
        CHECK_FALSE(to.is_bound());
    }
}

TEST_CASE("The name of an endpoint that was destroyed is free while its last events wait") {
    auto memory = end_memory{};
    auto mutex = std::mutex{};
    auto said = diary{};
    auto a = rpmsg::channel{end{memory, 0}, dispatched{endpoints{rpmsg::named<2>{}}, workers<>{}}, rpmsg::lock_ref{mutex}};
    auto b = rpmsg::channel{end{memory, 1}, rig<>::peers()};
    auto const hear = [](void* self, rpmsg::link_ref, message const& m) { static_cast<diary*>(self)->add('s', m); };
    auto const note = [](void* self, rpmsg::link_ref, event const& e) { static_cast<diary*>(self)->add('s', e); };
    auto const made = a.create("slow", &said, hear, note);
    REQUIRE(made.has_value());
    REQUIRE((a.start().has_value() and b.start().has_value()));
    for (int i = 0; i < 6; ++i) {
        (void)a.poll();
        while (a.work()) {}
        (void)b.poll();
    }
    CHECK(said.take() == "s+s^");
    a.close(); // unbound and link_down wait for a worker
    CHECK(a.destroy(*made).has_value());
    CHECK(a.create("slow", &said, hear, note).has_value());
    while (a.work()) {}
    CHECK(said.take().empty());
}

} // namespace
