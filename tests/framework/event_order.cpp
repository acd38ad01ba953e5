// The order of the events of an endpoint (message.hpp), with handlers that call the channel.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <array>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

using rpmsg::address;
using rpmsg::channel;
using rpmsg::counter;
using rpmsg::endpoint;
using rpmsg::endpoint_pool;
using rpmsg::endpoints;
using rpmsg::error;
using rpmsg::event;
using rpmsg::event_kind;
using rpmsg::link_ref;
using rpmsg::message;
using rpmsg::vring_config;
using rpmsg::testing::recorder;
namespace dialects = rpmsg::wire::dialects;

/// Checks the events of an endpoint against the documented order.
class event_order {
    bool is_up_{}, is_bound_{}, is_gone_{};
    std::string wrong_{};

    auto expect(bool holds, char const* what) -> void {
        if (not holds and wrong_.empty()) {
            wrong_ = what;
        }
    }

  public:
    auto hear(event const& what) -> void {
        expect(not is_gone_, "an event after destroy");
        switch (what.kind) {
        case event_kind::link_up:
            expect(not is_up_, "a second link_up");
            is_up_ = true;
            break;
        case event_kind::bound:
            expect(is_up_, "bound on a link that is down");
            expect(not is_bound_, "a second bound");
            is_bound_ = true;
            break;
        case event_kind::unbound:
            expect(is_bound_, "unbound without bound");
            is_bound_ = false;
            break;
        case event_kind::link_down:
            expect(is_up_, "link_down without link_up");
            expect(not is_bound_, "a lost unbound");
            is_up_ = false;
            break;
        case event_kind::refused: expect(not is_up_, "refused while up"); break;
        default: expect(is_up_, "an event of a link that is down"); break;
        }
    }
    auto hear_message() -> void { expect(not is_gone_ and is_up_ and is_bound_, "a message to nobody, or before bound"); }
    /// The endpoint was destroyed.
    auto end() -> void { is_gone_ = true; }
    [[nodiscard]] auto wrong() const -> std::string const& { return wrong_; }
    [[nodiscard]] auto is_up() const -> bool { return is_up_; }
    [[nodiscard]] auto is_bound() const -> bool { return is_bound_; }
};

constexpr auto acknowledged = vring_config{.buffers = 4, .buffer_size = 64};
constexpr auto unacknowledged = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::linux_virtio};

template <vring_config Config> using driver_of = decltype(std::declval<two_sides<Config>&>().driver());
template <vring_config Config> using device_of = decltype(std::declval<two_sides<Config>&>().device());

/// One side with a pool. Each endpoint is an object that is freed when `destroy` returns: a later call of its handlers uses
/// freed memory, which the address sanitizer reports.
template <typename Transport> class busy_side {
  public:
    struct service {
        busy_side* owner;
        std::uint32_t id = rpmsg::no_index;
        event_order order{};
    };

  private:
    std::vector<std::unique_ptr<service>> alive_{};
    std::string wrong_{};
    std::function<void(busy_side&)> interrupt_{}; ///< called by the next handler or event handler

    auto note(service const& it) -> void {
        if (wrong_.empty()) {
            wrong_ = it.order.wrong();
        }
    }
    auto meddle() -> void {
        if (interrupt_) {
            std::exchange(interrupt_, nullptr)(*this);
        }
    }

  public:
    channel<Transport, endpoint_pool<4, 2>> link;

    explicit busy_side(Transport transport) : link{std::move(transport)} {}

    auto meddle_next(std::function<void(busy_side&)> how) -> void { interrupt_ = std::move(how); }
    [[nodiscard]] auto wrong() const -> std::string const& { return wrong_; }
    [[nodiscard]] auto alive() const -> std::vector<std::unique_ptr<service>> const& { return alive_; }

    auto create(std::string_view name) -> void {
        auto made = std::make_unique<service>(service{.owner = this});
        auto* const it = made.get();
        alive_.push_back(std::move(made));
        auto const on_message = [](void* self, link_ref side, message const& m) {
            auto* const me = static_cast<service*>(self);
            auto* const owner = me->owner;
            me->order.hear_message();
            owner->note(*me);
            (void)side.reply(m, "r"_payload);
            owner->meddle();
        };
        auto const on_event = [](void* self, link_ref side, event const& what) {
            auto* const me = static_cast<service*>(self);
            auto* const owner = me->owner;
            me->order.hear(what);
            owner->note(*me);
            if (what.kind == event_kind::bound) {
                (void)side.send("hello"_payload);
            }
            owner->meddle();
        };
        auto const id = link.create(name, rpmsg::endpoint_addresses{}, it, +on_message, +on_event);
        for (auto i = alive_.begin(); i != alive_.end(); ++i) { // its own event handler may have destroyed it already
            if (i->get() == it) {
                if (id) {
                    it->id = *id;
                } else {
                    alive_.erase(i);
                }
                return;
            }
        }
    }
    auto destroy(std::size_t which) -> void {
        if (alive_.empty()) {
            return;
        }
        auto const at = alive_.begin() + static_cast<std::ptrdiff_t>(which % alive_.size());
        if ((*at)->id == rpmsg::no_index) {
            return; // its `create` has not returned yet
        }
        auto gone = std::move(*at);
        alive_.erase(at);
        if (link.destroy(gone->id).has_value()) {
            gone->order.end();
        } else if (wrong_.empty()) {
            wrong_ = "a living endpoint cannot be destroyed";
        }
    }
    /// Calls a public function that the number selects.
    auto act(std::uint32_t what) -> void {
        switch (what % 10) {
        case 0:
        case 1: create((what & 16) != 0 ? "a" : "b"); break;
        case 2:
        case 3: destroy(what >> 5); break;
        case 4: link.close(); break;
        case 5: (void)link.start(); break;
        case 6: (void)link.reset(); break;
        case 7:
            if (not alive_.empty()) {
                (void)link.at(alive_[(what >> 5) % alive_.size()]->id).send("m"_payload);
            }
            break;
        default: (void)link.poll(rpmsg::poll_budget{.messages = 1 + (what >> 5) % 3}); break;
        }
    }
};

/// Two busy sides make random calls, also in their handlers.
template <vring_config Config> auto play(std::uint32_t seed, int steps) -> std::string {
    auto shared = two_sides<Config>{};
    auto host = busy_side<driver_of<Config>>{shared.driver()};
    auto remote = busy_side<device_of<Config>>{shared.device()};
    auto chance = std::mt19937{seed};
    (void)host.link.start();
    (void)remote.link.start();
    auto const draw = [&] { return static_cast<std::uint32_t>(chance()); };
    auto const step = [&](auto& side) {
        if (draw() % 2 == 0) {
            side.meddle_next([what = draw()](auto& it) { it.act(what); });
        }
        side.act(draw());
    };
    for (int i = 0; i < steps; ++i) {
        step(host);
        shared.to_driver.forward(host.link);
        step(remote);
        shared.to_device.forward(remote.link);
        if (draw() % 4 != 0) {
            settle(shared, host.link, remote.link, 0, 1);
        }
        if (not host.wrong().empty() or not remote.wrong().empty()) {
            return "seed " + std::to_string(seed) + ", step " + std::to_string(i) + ": " + host.wrong() + remote.wrong();
        }
    }
    // In the end the events of each endpoint agree with its state.
    for (auto const& it : host.alive()) {
        if (it->order.is_up() != host.link.is_up() or it->order.is_bound() != host.link.at(it->id).is_bound()) {
            return "seed " + std::to_string(seed) + ": an endpoint was told something else than what is";
        }
    }
    return {};
}
template <vring_config Config> auto find_wrong_order(std::uint32_t seeds) -> std::string {
    for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
        if (auto wrong = play<Config>(seed, 60); not wrong.empty()) {
            return wrong;
        }
    }
    return {};
}

TEST_CASE("Events come in the promised order whatever handlers and events do, and none after destroy") {
    CHECK(find_wrong_order<acknowledged>(600) == "");
    CHECK(find_wrong_order<unacknowledged>(600) == "");
}

/// A service that counts its events.
struct counted_service {
    recorder log{};
    static auto on_message(void* self, link_ref, message const& m) -> void { static_cast<counted_service*>(self)->log.add(m); }
    static auto on_event(void* self, link_ref, event const& what) -> void {
        static_cast<counted_service*>(self)->log.add(what);
    }
};

TEST_CASE("An endpoint that was destroyed receives no event, though its destroy is still pending") {
    auto shared = two_sides<acknowledged>{};
    auto host = channel{shared.driver(), endpoint_pool<4>{}};
    auto remote = channel{shared.device(), endpoint_pool<4>{}};
    REQUIRE((host.start() and remote.start()));
    settle(shared, host, remote, 0, 12);
    auto mine = counted_service{};
    auto theirs = counted_service{};
    auto const add = [](auto& side, counted_service& it) {
        return *side.create("x", rpmsg::endpoint_addresses{}, &it, &counted_service::on_message, &counted_service::on_event);
    };
    auto const id = add(host, mine);
    (void)add(remote, theirs);
    settle(shared, host, remote, 0, 12);
    REQUIRE(mine.log.count(event_kind::bound) == 1);
    // Its sends found no buffer: it waits for `writable`.
    while (host.at(id).send("fill"_payload).has_value()) {}
    auto const told = mine.log.counter();
    REQUIRE(host.destroy(id).has_value());
    SECTION("when there is room again") { settle(shared, host, remote, 0, 12); }
    SECTION("when this side closes") { host.close(); }
    SECTION("when the link is reset") { (void)host.reset(); }
    SECTION("when the peer restarts") {
        remote.close();
        REQUIRE(remote.start().has_value());
        settle(shared, host, remote, 0, 12);
    }
    CHECK(mine.log.counter() == told);
}

TEST_CASE("An endpoint that a handler of link_down creates receives no event of that link_down") {
    auto memory = rpmsg::testing::loopback_memory<8>{};
    using side_type = channel<rpmsg::testing::loopback<true, 8>, endpoint_pool<4>>;
    auto side = side_type{rpmsg::testing::loopback<true, 8>{memory, 0}};
    auto other = rpmsg::testing::loopback<true, 8>{memory, 1};
    struct mother {
        side_type* link{};
        counted_service child{};
        static auto on_event(void* self, link_ref, event const& what) -> void {
            auto& me = *static_cast<mother*>(self);
            if (what.kind == event_kind::link_down) {
                REQUIRE(me.link->create("child", rpmsg::endpoint_addresses{}, &me.child, &counted_service::on_message,
                                        &counted_service::on_event));
            }
        }
    } parent{.link = &side};
    REQUIRE(side.create(
        "parent", rpmsg::endpoint_addresses{}, &parent, +[](void*, link_ref, message const&) {}, &mother::on_event));
    REQUIRE((side.start() and other.start()));
    (void)side.poll();
    (void)other.poll(0);
    REQUIRE(side.is_up());
    side.close();
    CHECK(parent.child.log.counter() == 0);
    REQUIRE(side.start().has_value());
    for (int i = 0; i < 4; ++i) {
        while (other.receive().outcome != rpmsg::rx_outcome::none) {}
        (void)other.poll(0);
        (void)side.poll();
    }
    CHECK(parent.child.log.count(event_kind::link_up) == 1);
    CHECK(parent.child.log.count(event_kind::link_down) == 0);
}

/// A call that is not allowed in a handler is refused, counted, and has no effect.
template <vring_config Config> auto refused_in_an_event(event_kind when) -> void {
    auto shared = two_sides<Config>{};
    std::function<void()> in_event{};
    auto host = channel{shared.driver(), endpoints{endpoint<"x">([](auto&, message const&) {},
                                                                 [&](auto&, event const& what) {
                                                                     if (what.kind == when and in_event) {
                                                                         in_event();
                                                                     }
                                                                 })}};
    auto remote = channel{shared.device(), endpoints{endpoint<"x">([](auto&, message const&) {})}};
    REQUIRE((host.start() and remote.start()));
    auto runs = 0;
    in_event = [&] {
        ++runs;
        CHECK(host.start().error() == error::would_deadlock);
        CHECK(host.reset().error() == error::would_deadlock);
        CHECK(host.poll() == 0);
    };
    settle(shared, host, remote, 0, 12);
    REQUIRE(host.is_up());
    host.close();
    CHECK(runs == 1);
    CHECK(host.counts()[counter::would_deadlock] == 3);
    CHECK(not host.is_up());
    REQUIRE(host.start().has_value());
    settle(shared, host, remote, 0, 12);
    CHECK(host.is_up());
}

TEST_CASE("Start, reset and poll are refused in an event and counted, of a poll and of a close") {
    refused_in_an_event<acknowledged>(event_kind::link_up);
    refused_in_an_event<acknowledged>(event_kind::bound);
    refused_in_an_event<acknowledged>(event_kind::unbound);
    refused_in_an_event<acknowledged>(event_kind::link_down);
    refused_in_an_event<unacknowledged>(event_kind::link_down);
}

TEST_CASE("A peer that does not match is reported as refused, not as a link that went down") {
    constexpr auto larger = vring_config{.buffers = 4, .buffer_size = 128};
    using block = two_sides<larger>;
    auto shared = block{};
    auto log = recorder{};
    auto host = channel{
        rpmsg::vring_driver<acknowledged, block::region, block::bell>{shared.driver_region(), block::bell{shared.to_device}},
        endpoints{endpoint<"x">(log.messages(), log.events())}};
    auto device = shared.device();
    REQUIRE(host.start().has_value());
    (void)device.start();
    for (int i = 0; i < 6; ++i) {
        (void)device.poll(0);
        (void)host.poll();
    }
    CHECK(log.count(event_kind::refused) == 1);
    CHECK(log.last(event_kind::refused).reason == rpmsg::down_reason::incompatible);
    CHECK(log.counter() == 1);
}

/// The peer's program was restarted: it sends from another address, and sent no destroy.
template <vring_config Config> auto a_peer_that_moved_is_told(bool by_name) -> void {
    auto shared = two_sides<Config>{};
    auto log = recorder{};
    auto host_log = recorder{};
    auto host = channel{shared.driver(), endpoints{endpoint<0x100>(host_log.messages()), endpoint<0x200>(host_log.messages())}};
    auto remote = channel{shared.device(), endpoints{endpoint<"x">(log.messages(), log.events())}};
    REQUIRE((host.start() and remote.start()));
    settle(shared, host, remote, 0, 12);
    auto const say = [&](std::uint32_t who) {
        auto announced = std::array<std::byte, 40>{};
        rpmsg::store(announced, rpmsg::wire::announce("x", host.at(who).self(), rpmsg::wire::announcement_kind::create));
        REQUIRE((by_name ? host.at(who).send_to(rpmsg::name_service_address, announced)
                         : host.at(who).send_to(remote.at(0).self(), "hello"_payload)));
        settle(shared, host, remote, 0, 4);
    };
    say(0);
    REQUIRE(remote.at(0).peer() == address{0x100});
    say(1);
    CHECK(remote.at(0).peer() == address{0x100}); // a binding is not taken over
    if (Config.dialect.acknowledged) {
        CHECK(log.count(event_kind::peer_moved) == 0);
    } else {
        REQUIRE(log.count(event_kind::peer_moved) == 1);
        CHECK(log.last(event_kind::peer_moved).peer == address{0x200});
        CHECK(remote.at(0).rebind(log.last(event_kind::peer_moved).peer).has_value());
        CHECK(remote.at(0).send("to the new one"_payload).has_value());
        settle(shared, host, remote, 0, 4);
        CHECK(host_log.message_count() == 1);
        CHECK(log.count(event_kind::unbound) == 0);
    }
    CHECK(remote.at(0).rebind(rpmsg::any_address).error() == error::not_bound);
    host.close();
    settle(shared, host, remote, 0, 4);
}

TEST_CASE("A peer that sends from another address is reported where names are not acknowledged, and followed on request") {
    a_peer_that_moved_is_told<unacknowledged>(false);
    a_peer_that_moved_is_told<unacknowledged>(true);
    a_peer_that_moved_is_told<acknowledged>(false);
    a_peer_that_moved_is_told<acknowledged>(true);
}

TEST_CASE("An endpoint with a fixed peer, an unbound one and one that is gone are not bound to another") {
    auto memory = rpmsg::testing::loopback_memory<8>{};
    auto side =
        channel{rpmsg::testing::loopback<false, 8>{memory, 0},
                endpoints{endpoint<0x100, 0x200>([](auto&, message const&) {}), endpoint<"x">([](auto&, message const&) {})}};
    CHECK(side.at(0).rebind(address{1}).error() == error::closed);
    auto other = rpmsg::testing::loopback<false, 8>{memory, 1};
    REQUIRE((side.start() and other.start()));
    (void)side.poll();
    CHECK(side.at(0).rebind(address{1}).error() == error::not_bound);
    CHECK(side.at(0).peer() == address{0x200});
    CHECK(side.at(1).rebind(address{1}).error() == error::not_bound);
    auto pool = channel{rpmsg::testing::loopback<false, 8>{memory, 0}, endpoint_pool<2>{}};
    CHECK(pool.at(0).rebind(address{1}).error() == error::no_endpoint);
}

TEST_CASE("An event of a poll that closes the link ends it when the poll returns, once") {
    auto shared = two_sides<acknowledged>{};
    auto log = recorder{};
    std::function<void(event const&)> in_event{};
    auto host = channel{shared.driver(), endpoints{endpoint<"x">(log.messages(), [&](auto&, event const& what) {
                            log.add(what);
                            in_event(what);
                        })}};
    auto remote = channel{shared.device(), endpoints{endpoint<"x">([](auto&, message const&) {})}};
    in_event = [&](event const& what) {
        if (what.kind == event_kind::bound or what.kind == event_kind::link_down) {
            host.close();
        }
    };
    REQUIRE((host.start() and remote.start()));
    settle(shared, host, remote, 0, 12);
    CHECK(not host.is_up());
    CHECK(log.count(event_kind::link_up) == 1);
    CHECK(log.count(event_kind::link_down) == 1);
    // A close in an event handler of a close is part of the outer close.
    in_event = [](event const&) {};
    REQUIRE(host.start().has_value());
    settle(shared, host, remote, 0, 12);
    REQUIRE(host.is_up());
    in_event = [&](event const&) { host.close(); };
    host.close();
    in_event = [](event const&) {};
    REQUIRE(host.start().has_value());
    settle(shared, host, remote, 0, 12);
    CHECK(host.is_up());
    host.close();
}

/// An endpoint whose event handler is set by the test.
struct acting_service {
    std::function<void(event const&)> act{};
    static auto on_message(void*, link_ref, message const&) -> void {}
    static auto on_event(void* self, link_ref, event const& what) -> void { static_cast<acting_service*>(self)->act(what); }
};

TEST_CASE("Start and poll are refused in the first event of a create, and a close takes effect after it") {
    auto shared = two_sides<acknowledged>{};
    auto host = channel{shared.driver(), endpoint_pool<2>{}};
    auto remote = channel{shared.device(), endpoint_pool<2>{}};
    REQUIRE((host.start() and remote.start()));
    settle(shared, host, remote, 0, 12);
    auto one = acting_service{};
    one.act = [&](event const& what) {
        if (what.kind == event_kind::link_up) {
            CHECK(host.poll() == 0);
            CHECK(host.start().error() == error::would_deadlock);
            host.close();
            CHECK(host.is_up());
        }
    };
    CHECK(host.create("one", rpmsg::endpoint_addresses{}, &one, &acting_service::on_message, &acting_service::on_event));
    CHECK(host.counts()[counter::would_deadlock] == 2);
    CHECK(not host.is_up());
}

TEST_CASE("An endpoint that is destroyed as it is bound to a name that waited is not announced any more") {
    auto memory = rpmsg::testing::loopback_memory<8>{};
    auto side = channel{rpmsg::testing::loopback<false, 8>{memory, 0}, endpoint_pool<2>{}};
    auto other = rpmsg::testing::loopback<false, 8>{memory, 1};
    REQUIRE((side.start() and other.start()));
    (void)side.poll();
    (void)other.poll(0);
    auto const room = other.reserve();
    rpmsg::store(room.space, rpmsg::wire::announce("x", address{9}, rpmsg::wire::announcement_kind::create));
    REQUIRE(other.commit(room, {.source = address{9}, .destination = rpmsg::name_service_address, .length = 40}));
    (void)side.poll();
    auto one = acting_service{};
    auto id = rpmsg::no_index;
    one.act = [&](event const& what) {
        if (what.kind == event_kind::bound) {
            CHECK(side.destroy(id).has_value());
        }
    };
    auto const made =
        side.create("x", rpmsg::endpoint_addresses{}, &one, &acting_service::on_message, &acting_service::on_event);
    REQUIRE(made);
    id = *made;
    (void)side.poll();
    (void)side.poll();
    auto const got = other.receive();
    REQUIRE(got.outcome == rpmsg::rx_outcome::message);
    CHECK(rpmsg::load<rpmsg::wire::announcement>(got.payload).kind == rpmsg::wire::announcement_kind::destroy);
    CHECK(other.receive().outcome == rpmsg::rx_outcome::none);
    CHECK(side.at(id).send({}).error() == error::no_endpoint);
}

TEST_CASE("A pool that forgets a name reports it to its endpoints once while the link is up") {
    auto shared = two_sides<unacknowledged>{};
    auto host = channel{shared.driver(), endpoints{endpoint<0x100>([](auto&, message const&) {})}};
    auto remote = channel{shared.device(), endpoint_pool<2, 2>{}};
    REQUIRE((host.start() and remote.start()));
    settle(shared, host, remote, 0, 12);
    auto one = counted_service{};
    REQUIRE(remote.create("one", rpmsg::endpoint_addresses{}, &one, &counted_service::on_message, &counted_service::on_event));
    auto const announce = [&](std::string const& name) {
        auto announced = std::array<std::byte, 40>{};
        rpmsg::store(announced, rpmsg::wire::announce(name, address{0x100}, rpmsg::wire::announcement_kind::create));
        REQUIRE(host.at(0).send_to(rpmsg::name_service_address, announced));
        settle(shared, host, remote, 0, 4);
    };
    for (int i = 0; i < 6; ++i) {
        announce("service " + std::to_string(i));
        CHECK(one.log.count(event_kind::names_forgotten) == (i < 2 ? 0 : 1));
    }
    CHECK(remote.counts()[counter::table_full] == 4);
    auto last = counted_service{};
    REQUIRE(remote.create("service 5", rpmsg::endpoint_addresses{}, &last, &counted_service::on_message,
                          &counted_service::on_event));
    settle(shared, host, remote, 0, 4);
    CHECK(last.log.count(event_kind::bound) == 1);
}

TEST_CASE("A name that the peer could not announce is refused") {
    auto pool = endpoint_pool<2>{};
    auto const nobody = +[](void*, link_ref, message const&) {};
    for (auto const& name :
         {std::string{"tab\there"}, std::string{"nul\0here", 8}, std::string{"caf\xc3\xa9"}, std::string{"\x7f"}}) {
        CHECK(pool.create(name, {}, nullptr, nobody).error() == error::malformed);
    }
    CHECK(pool.create("", {}, nullptr, nobody).has_value()); // without a name it is not announced
    CHECK(pool.create(" any ~ printable one", {}, nullptr, nobody).has_value());
}

TEST_CASE("An id of a pool does not come back after 65,536 uses of its place") {
    auto pool = endpoint_pool<2>{};
    auto const nobody = +[](void*, link_ref, message const&) {};
    auto const first = pool.create("x", {}, nullptr, nobody);
    REQUIRE(first);
    auto const place = pool.index_of(*first);
    pool.remove(place);
    REQUIRE(pool.create("keeps the other place", {}, nullptr, nobody));
    for (int i = 0; i < 70'000; ++i) {
        auto const next = pool.create("x", {}, nullptr, nobody);
        REQUIRE(next);
        REQUIRE(*next != *first);
        pool.remove(pool.index_of(*next));
    }
}

} // namespace

namespace {
/// A pool whose peer is a bare transport: the test reads and writes the announcements.
template <bool Acknowledged> struct beside_a_peer_by_hand {
    using end = rpmsg::testing::loopback<Acknowledged, 8>;
    rpmsg::testing::loopback_memory<8> memory{};
    end peer{memory, 1};
    channel<end, endpoint_pool<4>> side{end{memory, 0}, endpoint_pool<4>{}};

    beside_a_peer_by_hand() {
        check(side.start().has_value() and peer.start().has_value());
        for (int i = 0; i < 3; ++i) {
            (void)side.poll();
            (void)peer.poll(0);
        }
    }
    auto send(std::uint32_t from, address to, rpmsg::const_bytes payload) -> void {
        auto const room = peer.reserve();
        rpmsg::copy(payload, room.space);
        check(peer.commit(room,
                          {.source = address{from}, .destination = to, .length = static_cast<std::uint16_t>(payload.size())}));
    }
    auto announce(std::string_view name, std::uint32_t where, rpmsg::wire::announcement_kind what) -> void {
        auto const said = rpmsg::wire::announcement{.name = rpmsg::wire::pad(name), .where = address{where}, .kind = what};
        send(where, rpmsg::name_service_address, std::as_bytes(std::span{&said, 1}));
    }
    auto add(std::string_view name, counted_service& it, rpmsg::endpoint_addresses at = {}) -> std::uint32_t {
        return *side.create(name, at, &it, &counted_service::on_message, &counted_service::on_event);
    }
    /// The announcements that were received from the side, as text.
    auto heard() -> std::string {
        auto text = std::string{};
        while (true) {
            auto const got = peer.receive();
            if (got.outcome != rpmsg::rx_outcome::message) {
                return text;
            }
            if (got.destination == rpmsg::name_service_address) {
                auto const said = rpmsg::load<rpmsg::wire::announcement>(got.payload);
                constexpr char const* words[] = {"create ", "destroy ", "acknowledge "};
                text += words[static_cast<unsigned>(said.kind)] + std::string{rpmsg::wire::view_of(said.name)} + " ";
            }
            peer.release(got.token);
        }
    }
};
using rpmsg::wire::announcement_kind;
} // namespace

TEST_CASE("A name that is taken back binds nobody again, though a message had bound before the name was claimed") {
    auto beside = beside_a_peer_by_hand<false>{};
    auto service = counted_service{};
    beside.announce("svc", 0x400, announcement_kind::create);
    (void)beside.side.poll();
    auto const id = beside.add("svc", service, {.local = address{0x80}});
    beside.send(0x400, address{0x80}, {});
    (void)beside.side.poll();
    CHECK(beside.side.at(id).peer() == address{0x400});
    beside.announce("svc", 0x400, announcement_kind::destroy);
    (void)beside.side.poll();
    (void)beside.side.poll();
    CHECK_FALSE(beside.side.at(id).is_bound());
    CHECK(service.log.count(event_kind::unbound) == 1);
    beside.announce("svc", 0x401, announcement_kind::create);
    (void)beside.side.poll();
    CHECK(beside.side.at(id).peer() == address{0x401});
}

TEST_CASE("Where the peer takes one of two equal names back, the one that waited is bound and acknowledged") {
    auto beside = beside_a_peer_by_hand<true>{};
    auto service = counted_service{};
    auto const id = beside.add("svc", service);
    beside.announce("svc", 0x400, announcement_kind::create);
    beside.announce("svc", 0x401, announcement_kind::create);
    while (beside.side.poll() != 0 or beside.side.is_pending()) {}
    CHECK(beside.side.at(id).peer() == address{0x400});
    (void)beside.heard();
    beside.announce("svc", 0x400, announcement_kind::destroy);
    while (beside.side.poll() != 0 or beside.side.is_pending()) {}
    CHECK(beside.side.at(id).peer() == address{0x401});
    CHECK(beside.heard() == "acknowledge svc ");
}

namespace {
/// Its first `bound` destroys another endpoint and creates one with the same name.
struct replacing_service {
    beside_a_peer_by_hand<true>* beside;
    std::uint32_t other{};
    counted_service successor{};
    bool is_done{};
    static auto on_message(void*, link_ref, message const&) -> void {}
    static auto on_event(void* self, link_ref, event const& what) -> void {
        auto& it = *static_cast<replacing_service*>(self);
        if (what.kind == event_kind::bound and not std::exchange(it.is_done, true)) {
            check(it.beside->side.destroy(it.other).has_value());
            it.other = it.beside->add("x", it.successor);
        }
    }
};
} // namespace

TEST_CASE("A name is withdrawn before it is announced again, also where the sending of an announcement causes both") {
    auto beside = beside_a_peer_by_hand<true>{};
    auto first = counted_service{};
    auto replacing = replacing_service{&beside, beside.add("x", first)};
    while (beside.side.poll() != 0 or beside.side.is_pending()) {}
    beside.announce("y", 0x500, announcement_kind::create); // unclaimed until y is announced
    (void)beside.side.poll();
    (void)beside.heard();
    (void)beside.side.create("y", rpmsg::endpoint_addresses{}, &replacing, &replacing_service::on_message,
                             &replacing_service::on_event);
    while (beside.side.poll() != 0 or beside.side.is_pending()) {}
    REQUIRE(replacing.is_done);
    auto const said = beside.heard();
    INFO(said);
    CHECK(said.find("destroy x") < said.find("create x"));
}

namespace {
/// Its `bound` replaces it by an endpoint with the same place and address and a fixed peer.
struct abdicating_service {
    beside_a_peer_by_hand<false>* beside;
    std::uint32_t id{};
    counted_service successor{};
    static auto on_message(void*, link_ref, message const&) -> void {}
    static auto on_event(void* self, link_ref, event const& what) -> void {
        auto& it = *static_cast<abdicating_service*>(self);
        if (what.kind == event_kind::bound) {
            check(it.beside->side.destroy(it.id).has_value());
            (void)it.beside->add("", it.successor, {.local = address{0x400}, .peer = address{0x999}});
        }
    }
};
} // namespace

TEST_CASE("A message does not reach an endpoint that took the place of its own one meanwhile") {
    auto beside = beside_a_peer_by_hand<false>{};
    auto service = abdicating_service{&beside};
    service.id = *beside.side.create("", rpmsg::endpoint_addresses{.local = address{0x400}}, &service,
                                     &abdicating_service::on_message, &abdicating_service::on_event);
    (void)beside.side.poll();
    beside.send(0x500, address{0x400}, {});
    (void)beside.side.poll();
    (void)beside.side.poll();
    CHECK(service.successor.log.message_count() == 0);
}
