#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "transport/shared_block.hpp"

namespace {
using namespace rpmsg;

constexpr auto ours = vring_config{.buffers = 8, .buffer_size = 128, .alignment = 16};
constexpr auto unacknowledged =
    vring_config{.buffers = 8, .buffer_size = 128, .alignment = 16, .dialect = wire::dialects::openamp};
constexpr auto text = std::array<std::byte, 4>{};

struct service {
    int got = 0;
    std::string events{};
    std::function<void(event const&)> on_event = [](event const&) {};

    auto operator()(link_ref it, message const& m) -> void {
        ++got;
        it.reply(m, m.payload);
    }
    static auto hear(void* self, link_ref, message const&) -> void { ++static_cast<service*>(self)->got; }
    static auto happen(void* self, link_ref, event const& e) -> void {
        auto& it = *static_cast<service*>(self);
        constexpr auto letters = std::array{'U', 'D', 'b', 'u', 'w'};
        it.events += letters[static_cast<std::size_t>(e.kind)];
        it.on_event(e);
    }
};

/// Two channels with pools of four endpoints.
template <vring_config Config> struct two_pools {
    shared_block<Config> shared{};
    channel<decltype(shared.device()), endpoint_pool<4>> there{shared.device()};
    channel<decltype(shared.driver()), endpoint_pool<4>> here{shared.driver()};

    two_pools() {
        REQUIRE(there.start());
        REQUIRE(here.start());
        run();
    }
    auto run() -> void { settle(shared, here, there); }
    static auto add(auto& side, std::string_view name, service& it, endpoint_addresses where = {}) -> std::uint32_t {
        auto const made = side.create(name, where, &it, service::hear, service::happen);
        REQUIRE(made);
        return *made;
    }
};
} // namespace

TEST_CASE("an endpoint that is created while the link is up is announced and bound, and answers") {
    auto link = two_pools<ours>{};
    auto echo = service{};
    auto asks = service{};
    auto const far = link.there.create("svc", echo);
    REQUIRE(far);
    link.run();
    auto const near = two_pools<ours>::add(link.here, "svc", asks);
    link.run();
    REQUIRE(link.here.at(near).is_bound());
    REQUIRE(link.here.at(near).send(text));
    link.run();
    CHECK(echo.got == 1);
    CHECK(asks.got == 1);
    CHECK(asks.events == "Ub");
}

TEST_CASE("an announcement that nobody wants waits for an endpoint of its name, and is counted when there is no room") {
    auto link = two_pools<ours>{};
    auto shared = service{};
    auto const kept = two_pools<ours>::add(link.there, "later", shared);
    link.run();
    auto seen = std::vector<std::string>{};
    link.here.endpoint_table().unclaimed().for_each([&](std::string_view name, address where) {
        seen.emplace_back(name);
        CHECK(where == link.there.at(kept).self());
    });
    CHECK(seen == std::vector<std::string>{"later"});
    auto const found = two_pools<ours>::add(link.here, "later", shared);
    link.run();
    CHECK(link.here.at(found).peer() == link.there.at(kept).self());
    CHECK(link.there.at(kept).peer() == link.here.at(found).self());
}

TEST_CASE("an id of an endpoint that is gone finds nobody, even when its place serves again") {
    auto link = two_pools<ours>{};
    auto one = service{};
    auto const old = two_pools<ours>::add(link.here, "", one);
    REQUIRE(link.here.destroy(old));
    CHECK(link.here.destroy(old).error() == error::no_endpoint);
    for (int i = 0; i < 4; ++i) {
        (void)two_pools<ours>::add(link.here, "", one);
    }
    CHECK(link.here.create("", one).error() == error::no_endpoint);
    CHECK(link.here.at(old).send_to(address{1024}, text).error() == error::no_endpoint);
    CHECK(link.here.at(old).reserve().refusal() == error::no_endpoint);
    CHECK(link.here.at(old).self() == any_address);
    CHECK_FALSE(link.here.at(old).is_bound());
    CHECK(link.here.at(999).send(text).error() == error::no_endpoint);
}

TEST_CASE("what cannot be created says why") {
    auto pool = endpoint_pool<4>{};
    auto one = service{};
    CHECK(pool.create("0123456789012345678901234567890", one));
    CHECK(pool.create("01234567890123456789012345678901", one).error() == error::malformed);
    CHECK(pool.create("", one, {.local = name_service_address}).error() == error::malformed);
    CHECK(pool.create("", one, {.local = address{7}}));
    CHECK(pool.create("", one, {.local = address{7}}).error() == error::address_in_use);
}

TEST_CASE("delivery finds every endpoint of a large pool, dynamic and fixed") {
    static auto pool = endpoint_pool<1000>{};
    auto one = service{};
    for (std::uint32_t i = 0; i < 500; ++i) {
        REQUIRE(pool.create("", one));
        REQUIRE(pool.create("", one, {.local = address{0x1'0000 + 3 * i}}));
    }
    for (std::uint32_t i = 0; i < pool.size(); ++i) {
        if (pool.is_live(i)) {
            REQUIRE(pool.find(pool.local(i)) == i);
        }
    }
    CHECK(pool.find(address{0x4000'0000}) == no_index);
}

TEST_CASE("an endpoint that its own bound event destroys does not get the message that bound it") {
    auto link = two_pools<unacknowledged>{};
    auto frail = service{};
    auto const id = two_pools<unacknowledged>::add(link.here, "", frail);
    frail.on_event = [&](event const& e) {
        if (e.kind == event_kind::bound) {
            REQUIRE(link.here.destroy(id));
        }
    };
    auto sender = service{};
    auto const from = two_pools<unacknowledged>::add(link.there, "", sender);
    REQUIRE(link.there.at(from).send_to(link.here.at(id).self(), text));
    link.run();
    CHECK(frail.got == 0);
    CHECK(link.here.counts()[event_count::no_endpoint] == 1);
}

TEST_CASE("an endpoint that its unbound event destroys hears no more of a link that goes down") {
    auto link = two_pools<ours>{};
    auto frail = service{};
    auto other = service{};
    auto const id = two_pools<ours>::add(link.here, "svc", frail);
    (void)two_pools<ours>::add(link.there, "svc", other);
    link.run();
    frail.on_event = [&](event const& e) {
        if (e.kind == event_kind::unbound) {
            REQUIRE(link.here.destroy(id));
        }
    };
    link.there.close();
    link.run();
    CHECK(frail.events == "Ubu");
}

TEST_CASE("an endpoint created while the link comes up is greeted once") {
    auto shared = shared_block<ours>{};
    channel<decltype(shared.device()), endpoint_pool<4>> there{shared.device()};
    channel<decltype(shared.driver()), endpoint_pool<4>> here{shared.driver()};
    auto first = service{};
    auto second = service{};
    REQUIRE(here.create("a", endpoint_addresses{}, &first, service::hear, service::happen));
    first.on_event = [&](event const& e) {
        if (e.kind == event_kind::link_up) {
            REQUIRE(here.create("b", endpoint_addresses{}, &second, service::hear, service::happen));
        }
    };
    REQUIRE(there.start());
    REQUIRE(here.start());
    settle(shared, here, there);
    CHECK(first.events == "U");
    CHECK(second.events == "U");
}

TEST_CASE("a name that is destroyed and created again is taken back before it is given anew") {
    for (auto const fillers : {0, 1, 2, 3}) {
        auto link = two_pools<ours>{};
        auto one = service{};
        auto two = service{};
        for (int i = 0; i < fillers; ++i) {
            (void)two_pools<ours>::add(link.here, "", one); // so that the new one gets a lower or higher place
        }
        auto const old = two_pools<ours>::add(link.here, "svc", one);
        auto const far = two_pools<ours>::add(link.there, "svc", two);
        link.run();
        REQUIRE(link.there.at(far).is_bound());
        REQUIRE(link.here.destroy(old));
        if (fillers == 3) {
            link.run(); // all places were taken
        }
        auto const anew = two_pools<ours>::add(link.here, "svc", one);
        link.run();
        INFO(fillers << " endpoints before it");
        CHECK(link.here.at(anew).is_bound());
        CHECK(link.there.at(far).peer() == link.here.at(anew).self());
    }
}

TEST_CASE("a second endpoint of the peer takes over when the first of its name is gone") {
    auto link = two_pools<ours>{};
    auto one = service{};
    auto const near = two_pools<ours>::add(link.here, "svc", one);
    auto const first = two_pools<ours>::add(link.there, "svc", one);
    link.run();
    auto const second = two_pools<ours>::add(link.there, "svc", one);
    link.run();
    CHECK(link.here.at(near).peer() == link.there.at(first).self());
    REQUIRE(link.there.destroy(first));
    link.run();
    CHECK(link.here.at(near).peer() == link.there.at(second).self());
}
