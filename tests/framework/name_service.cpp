#include <rpmsg/framework/name_service.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string_view>

namespace {
using namespace rpmsg;
using detail::name_match;
using wire::announcement_kind;

constexpr auto ignore = [](auto&, message const&) {};

/// A table of two names whose first may be bound, and what an announcement means for it.
consteval auto judged(std::string_view name, std::uint32_t where, announcement_kind kind, std::uint32_t bound_to = 0)
    -> detail::name_verdict {
    auto table = endpoints{endpoint<"one">(ignore), endpoint<"two">(ignore), endpoint<0x20, 0x30>(ignore)};
    if (bound_to != 0) {
        table.state(0).is_bound = true;
        table.state(0).peer_address = address{bound_to};
    }
    return detail::judge(table, wire::announce(name, address{where}, kind));
}

consteval auto owed(bool bound, bool withdrawn, bool acknowledged) -> announcement_kind {
    auto table = endpoints{endpoint<"one">(ignore)};
    table.state(0).is_bound = bound;
    table.state(0).must_withdraw = withdrawn;
    return detail::owed_announcement(table, 0, acknowledged).kind;
}
} // namespace

TEST_CASE("a create binds the unbound endpoint of its name") {
    STATIC_REQUIRE(judged("two", 7, announcement_kind::create).match == name_match::binds);
    STATIC_REQUIRE(judged("two", 7, announcement_kind::create).index == 1);
    STATIC_REQUIRE(judged("three", 7, announcement_kind::create).match == name_match::unclaimed);
}

TEST_CASE("a bound endpoint is not taken over") {
    STATIC_REQUIRE(judged("one", 7, announcement_kind::create, 7).match == name_match::nothing);
    STATIC_REQUIRE(judged("one", 8, announcement_kind::create, 7).match == name_match::unclaimed);
    STATIC_REQUIRE(judged("one", 8, announcement_kind::acknowledge, 7).match == name_match::nothing);
}

TEST_CASE("an acknowledge binds like a create but waits for nobody") {
    STATIC_REQUIRE(judged("one", 7, announcement_kind::acknowledge).match == name_match::binds);
    STATIC_REQUIRE(judged("three", 7, announcement_kind::acknowledge).match == name_match::nothing);
}

TEST_CASE("a destroy unbinds only who is bound to that very address, or any") {
    STATIC_REQUIRE(judged("one", 7, announcement_kind::destroy, 7).match == name_match::unbinds);
    STATIC_REQUIRE(judged("one", 0xffff'ffff, announcement_kind::destroy, 7).match == name_match::unbinds);
    STATIC_REQUIRE(judged("one", 8, announcement_kind::destroy, 7).match == name_match::withdrawn);
    STATIC_REQUIRE(judged("one", 7, announcement_kind::destroy).match == name_match::withdrawn);
}

TEST_CASE("an endpoint owes a create, an acknowledge once it is bound, a destroy at its end") {
    STATIC_REQUIRE(owed(false, false, true) == announcement_kind::create);
    STATIC_REQUIRE(owed(true, false, true) == announcement_kind::acknowledge);
    STATIC_REQUIRE(owed(true, false, false) == announcement_kind::create);
    STATIC_REQUIRE(owed(true, true, true) == announcement_kind::destroy);
}
