#include <rpmsg/framework/bindings.hpp>
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/framework/named.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstddef>
#include <string_view>

namespace {

using rpmsg::address;
using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::event_kind;
using rpmsg::message;
using rpmsg::rx_outcome;
using rpmsg::testing::loopback;
using rpmsg::testing::loopback_memory;
using rpmsg::testing::recorder;
using rpmsg::wire::announce;
using kind = rpmsg::wire::announcement_kind;

/// A peer that is a bare transport: it reads and writes announcements by hand.
template <bool Acknowledged> struct peer_by_hand {
    loopback<Acknowledged, 8> end;

    constexpr auto say(rpmsg::wire::announcement const& announced) -> void {
        auto const room = end.reserve();
        rpmsg::store(room.space, announced);
        check(end.commit(room, {.source = announced.where, .destination = rpmsg::name_service_address, .length = 40}));
    }
    constexpr auto say(address from, address to) -> void {
        check(end.commit(end.reserve(), {.source = from, .destination = to}));
    }
    /// The next received announcement, or one without a name when there is none.
    constexpr auto hear() -> rpmsg::wire::announcement {
        auto const got = end.receive();
        if (got.outcome != rx_outcome::message) {
            return {};
        }
        check(got.destination == rpmsg::name_service_address and got.payload.size() == 40);
        auto const announced = rpmsg::load<rpmsg::wire::announcement>(got.payload);
        check(got.source == announced.where);
        end.release(got.token);
        return announced;
    }
};

/// A create binds; it is answered by an acknowledge only with an acknowledged name service (NuttX, drivers/rpmsg/rpmsg.c).
template <bool Acknowledged> constexpr auto a_create_is_answered() -> bool {
    auto memory = loopback_memory<8>{};
    auto log = recorder{};
    auto side = channel{loopback<Acknowledged, 8>{memory, 0}, endpoints{endpoint<"x">(log.messages(), log.events())}};
    auto peer = peer_by_hand<Acknowledged>{loopback<Acknowledged, 8>{memory, 1}};
    check(side.start().has_value() and peer.end.start().has_value());
    (void)side.poll();
    (void)peer.end.poll(0);
    check(peer.hear() == announce("x", address{1024}, kind::create));
    check(peer.hear() == rpmsg::wire::announcement{});
    check(not side.at(0).is_bound());

    peer.say(announce("x", address{300}, kind::create));
    (void)side.poll();
    check(side.at(0).peer() == address{300} and log.count(event_kind::bound) == 1);
    if (Acknowledged) {
        check(peer.hear() == announce("x", address{1024}, kind::acknowledge));
    }
    check(peer.hear() == rpmsg::wire::announcement{});

    // A peer whose link was reset meanwhile announces the same once more: it is answered again, and no endpoint is told.
    peer.say(announce("x", address{300}, kind::create));
    (void)side.poll();
    check(side.at(0).peer() == address{300} and log.count(event_kind::bound) == 1);
    if (Acknowledged) {
        check(peer.hear() == announce("x", address{1024}, kind::acknowledge));
    }
    peer.say(announce("x", address{300}, kind::acknowledge));
    (void)side.poll();
    check(side.at(0).peer() == address{300} and log.count(event_kind::bound) == 1);
    check(peer.hear() == rpmsg::wire::announcement{});

    // An acknowledge binds, and is not answered.
    peer.say(announce("x", address{300}, kind::destroy));
    (void)side.poll();
    check(not side.at(0).is_bound());
    peer.say(announce("x", address{301}, kind::acknowledge));
    (void)side.poll();
    check(side.at(0).peer() == address{301} and peer.hear() == rpmsg::wire::announcement{});

    // This side withdraws its name when it closes.
    side.close();
    check(log.last(event_kind::unbound).peer == address{301} and
          log.last(event_kind::link_down).reason == rpmsg::down_reason::closed);
    check(peer.hear() == announce("x", address{1024}, kind::destroy));
    return true;
}

/// The peer's create or first message arrives before this side's announcement is sent: a create is acknowledged where the
/// dialect has acknowledgements; after a first message the name is still announced.
template <bool Acknowledged> constexpr auto who_is_bound_first_is_announced(bool by_name) -> bool {
    auto memory = loopback_memory<8>{};
    auto log = recorder{};
    auto side = channel{loopback<Acknowledged, 8>{memory, 0}, endpoints{endpoint<"x">(log.messages(), log.events())}};
    auto peer = peer_by_hand<Acknowledged>{loopback<Acknowledged, 8>{memory, 1}};
    check(side.start().has_value() and peer.end.start().has_value());
    (void)peer.end.poll(0);
    if (by_name) {
        peer.say(announce("x", address{300}, kind::create));
    } else {
        peer.say(address{300}, address{1024});
    }
    (void)side.poll();
    check(side.at(0).peer() == address{300} and log.count(event_kind::bound) == 1);
    check(peer.hear() == announce("x", address{1024}, Acknowledged and by_name ? kind::acknowledge : kind::create));
    check(peer.hear() == rpmsg::wire::announcement{});
    return true;
}

/// Announcements wait for buffers; each is sent once, and no endpoint receives an event of it.
constexpr auto announcements_wait_for_buffers() -> bool {
    auto memory = loopback_memory<1>{};
    auto log = recorder{};
    auto side = channel{loopback<true, 1>{memory, 0},
                        endpoints{endpoint<"a">(log.messages(), log.events()), endpoint<"b">(log.messages(), log.events()),
                                  endpoint<"c">(log.messages(), log.events())}};
    auto end = loopback<true, 1>{memory, 1};
    check(side.start().has_value() and end.start().has_value());
    (void)side.poll();
    (void)end.poll(0);
    auto names = std::array<char, 3>{};
    for (auto& name : names) {
        auto const got = end.receive();
        check(got.outcome == rx_outcome::message);
        name = static_cast<char>(got.payload[0]);
        (void)side.poll();
        check(end.receive().outcome == rx_outcome::none);
        end.release(got.token);
        (void)side.poll();
        (void)side.poll();
    }
    check(names == std::array{'a', 'b', 'c'});
    check(end.receive().outcome == rx_outcome::none);
    return true;
}

/// An announcement that found every buffer on loan is sent after one was given back unused.
constexpr auto announcements_wait_for_loans(auto const& describe) -> bool {
    auto memory = loopback_memory<1>{};
    auto side = channel{loopback<true, 1>{memory, 0},
                        endpoints{describe.template operator()<"a">(), describe.template operator()<"b">()}};
    auto end = loopback<true, 1>{memory, 1};
    check(side.start().has_value() and end.start().has_value());
    (void)side.poll();
    (void)end.poll(0);
    end.release(end.receive().token);
    {
        auto const loan = side.at(0).reserve();
        check(static_cast<bool>(loan));
        (void)side.poll();
        (void)side.poll();
        check(not side.is_pending() and end.receive().outcome == rx_outcome::none);
    }
    check(side.is_pending());
    (void)side.poll();
    auto const got = end.receive();
    check(got.outcome == rx_outcome::message and static_cast<char>(got.payload[0]) == 'b');
    return true;
}
constexpr auto deaf_to_all = [](auto&, message const&) {};
constexpr auto deaf = []<rpmsg::fixed_name Name> { return endpoint<Name>([](auto&, message const&) {}); };
constexpr auto hearing = []<rpmsg::fixed_name Name> {
    return endpoint<Name>([](auto&, message const&) {}, [](auto&, rpmsg::event const&) {});
};

/// Whether an announcement with a name of 32 bytes on the wire binds an endpoint "abc".
template <typename Endpoints> constexpr auto binds_abc(Endpoints (*describe)(), std::string_view on_wire) -> bool {
    auto memory = loopback_memory<8>{};
    [[maybe_unused]] auto handler = deaf_to_all;
    auto side = channel{loopback<false, 8>{memory, 0}, describe()};
    auto peer = peer_by_hand<false>{loopback<false, 8>{memory, 1}};
    check(side.start().has_value() and peer.end.start().has_value());
    if constexpr (not Endpoints::is_static) {
        check(side.create("abc", handler).has_value());
    }
    (void)side.poll();
    (void)peer.end.poll(0);
    auto announced = announce("abc", address{300}, kind::create);
    announced.name.fill('\0');
    for (std::size_t i = 0; i < on_wire.size(); ++i) {
        announced.name[i] = on_wire[i];
    }
    peer.say(announced);
    (void)side.poll();
    return side.at(0).is_bound();
}
constexpr auto two_for_ever() { return endpoints{endpoint<"abc">(deaf_to_all), endpoint<"abd">(deaf_to_all)}; }
auto two_in_a_pool() { return rpmsg::endpoint_pool<2>{}; }

using namespace std::string_view_literals;
constexpr auto other_names = std::array{"ab"sv, "abcd"sv, "abd"sv, "Abc"sv, "abc "sv, "abcabcabcabcabcabcabcabcabcabcab"sv};
constexpr auto same_names = std::array{"abc"sv, "abc\0and what was there before"sv};

TEST_CASE("A name is the same up to its NUL, not longer, not shorter") {
    for (auto const name : same_names) {
        CHECK(binds_abc(two_for_ever, name));
        CHECK(binds_abc(two_in_a_pool, name));
    }
    for (auto const name : other_names) {
        CHECK_FALSE(binds_abc(two_for_ever, name));
        CHECK_FALSE(binds_abc(two_in_a_pool, name));
    }
    STATIC_REQUIRE(binds_abc(two_for_ever, same_names[1]));
    STATIC_REQUIRE_FALSE(binds_abc(two_for_ever, other_names[1]));
}

TEST_CASE("A create is acknowledged where that is agreed, and only bound where it is not") {
    STATIC_REQUIRE(a_create_is_answered<true>());
    STATIC_REQUIRE(a_create_is_answered<false>());
    CHECK(a_create_is_answered<true>());
}

TEST_CASE("Who is bound before it was announced acknowledges a name where that is known, and creates else") {
    STATIC_REQUIRE(who_is_bound_first_is_announced<true>(true));
    STATIC_REQUIRE(who_is_bound_first_is_announced<false>(true));
    STATIC_REQUIRE(who_is_bound_first_is_announced<true>(false));
    STATIC_REQUIRE(who_is_bound_first_is_announced<false>(false));
    CHECK(who_is_bound_first_is_announced<true>(true));
}

TEST_CASE("Announcements go out as buffers allow, each once") {
    STATIC_REQUIRE(announcements_wait_for_buffers());
    CHECK(announcements_wait_for_buffers());
}

TEST_CASE("A goodbye takes back the name of an endpoint that was just destroyed too") {
    auto memory = loopback_memory<8>{};
    auto side = channel{loopback<true, 8>{memory, 0}, rpmsg::endpoint_pool<2>{}};
    auto peer = peer_by_hand<true>{loopback<true, 8>{memory, 1}};
    REQUIRE((side.start() and peer.end.start()));
    (void)side.poll();
    (void)peer.end.poll(0);
    auto handler = [](rpmsg::link_ref, message const&) {};
    auto const leaving = side.create("leaving", handler);
    auto const staying = side.create("staying", handler);
    REQUIRE((leaving and staying));
    (void)side.poll();
    CHECK(peer.hear() == announce("leaving", address{1024}, kind::create));
    CHECK(peer.hear() == announce("staying", address{1025}, kind::create));
    REQUIRE(side.destroy(*leaving));
    side.close();
    CHECK(peer.hear() == announce("leaving", address{1024}, kind::destroy));
    CHECK(peer.hear() == announce("staying", address{1025}, kind::destroy));
}

TEST_CASE("A destroy with the any-address unbinds every endpoint of the name, and those that wait are forgotten") {
    auto memory = loopback_memory<8>{};
    auto side = channel{loopback<false, 8>{memory, 0}, rpmsg::endpoint_pool<4>{}};
    auto peer = peer_by_hand<false>{loopback<false, 8>{memory, 1}};
    REQUIRE((side.start() and peer.end.start()));
    (void)side.poll();
    (void)peer.end.poll(0);
    auto handler = [](rpmsg::link_ref, message const&) {};
    auto const ids = std::array{side.create("x", handler), side.create("x", handler), side.create("other", handler)};
    for (auto const where : {300u, 301u, 302u}) {
        peer.say(announce("x", address{where}, kind::create));
    }
    peer.say(announce("other", address{303}, kind::create));
    (void)side.poll();
    for (auto const& id : ids) {
        REQUIRE(side.at(*id).is_bound());
    }
    peer.say(announce("x", rpmsg::any_address, kind::destroy));
    (void)side.poll();
    CHECK_FALSE(side.at(*ids[0]).is_bound());
    CHECK_FALSE(side.at(*ids[1]).is_bound());
    CHECK(side.at(*ids[2]).is_bound());
}

TEST_CASE("An endpoint that comes late is bound to the newest of several addresses of its name") {
    auto memory = loopback_memory<8>{};
    auto side = channel{loopback<false, 8>{memory, 0}, rpmsg::endpoint_pool<4>{}};
    auto peer = peer_by_hand<false>{loopback<false, 8>{memory, 1}};
    REQUIRE((side.start() and peer.end.start()));
    (void)side.poll();
    (void)peer.end.poll(0);
    peer.say(announce("x", address{300}, kind::create)); // its program ended without a destroy
    peer.say(announce("x", address{301}, kind::create));
    (void)side.poll();
    auto handler = [](rpmsg::link_ref, message const&) {};
    auto const id = side.create("x", handler);
    (void)side.poll();
    CHECK(side.at(*id).peer() == address{301});
}

TEST_CASE("An endpoint that comes late acknowledges the oldest of several addresses of its name, and later the others") {
    auto memory = loopback_memory<8>{};
    auto const claims = [&](auto&& side) {
        auto peer = peer_by_hand<true>{loopback<true, 8>{memory, 1}};
        REQUIRE((side.start() and peer.end.start()));
        (void)side.poll();
        (void)peer.end.poll(0);
        for (auto const where : {300u, 301u}) { // the peer binds the first of them when it hears an acknowledge
            peer.say(announce("x", address{where}, kind::create));
        }
        (void)side.poll();
        auto handler = [](rpmsg::link_ref, message const&) {};
        auto const id = side.create("x", handler);
        REQUIRE(id);
        (void)side.poll();
        CHECK(side.at(*id).peer() == address{300});
        CHECK(peer.hear() == announce("x", side.at(*id).self(), kind::acknowledge));
        peer.say(announce("x", address{300}, kind::destroy));
        (void)side.poll();
        CHECK(side.at(*id).peer() == address{301});
        CHECK(peer.hear() == announce("x", side.at(*id).self(), kind::acknowledge));
    };
    SECTION("in a pool") { claims(channel{loopback<true, 8>{memory, 0}, rpmsg::endpoint_pool<4>{}}); }
    SECTION("in a group") { claims(channel{loopback<true, 8>{memory, 0}, endpoints{rpmsg::named<2>{}}}); }
}

TEST_CASE("An announcement that found every buffer on loan goes out when one is given back") {
    STATIC_REQUIRE(announcements_wait_for_loans(deaf));
    STATIC_REQUIRE(announcements_wait_for_loans(hearing));
    CHECK(announcements_wait_for_loans(deaf));
}

} // namespace
