#include <rpmsg/framework/peer_table.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string_view>

namespace {
using namespace rpmsg;

constexpr auto said(std::string_view name, std::uint32_t where) -> wire::announcement {
    return wire::announce(name, address{where}, wire::announcement_kind::create);
}

consteval auto recalls_once_in_order() -> bool {
    auto table = peer_table<3>{};
    return table.remember(said("a", 1)) and table.remember(said("a", 2)) and table.remember(said("b", 3)) and
           table.recall("a") == address{1} and table.recall("a") == address{2} and table.recall("a") == any_address and
           table.recall("b") == address{3} and table.recall("c") == any_address;
}

consteval auto says_when_it_is_full() -> bool {
    auto table = peer_table<2>{};
    return table.remember(said("a", 1)) and table.remember(said("b", 2)) and not table.remember(said("c", 3)) and
           table.remember(said("a", 1)) and table.recall("c") == any_address;
}

consteval auto forgets_what_is_taken_back() -> bool {
    auto table = peer_table<4>{};
    (void)table.remember(said("a", 1));
    (void)table.remember(said("a", 2));
    (void)table.remember(said("b", 1));
    table.forget(said("a", 1));
    if (table.recall("a") != address{2}) {
        return false;
    }
    (void)table.remember(said("b", 9));
    table.forget(wire::announce("b", any_address, wire::announcement_kind::destroy));
    return table.recall("b") == any_address;
}

consteval auto how_many(bool forgotten) -> int {
    auto table = peer_table<4>{};
    (void)table.remember(said("a", 1));
    (void)table.remember(said("b", 2));
    if (forgotten) {
        table.forget_all();
    }
    auto seen = 0;
    table.for_each([&](std::string_view, address) { ++seen; });
    return seen;
}
} // namespace

TEST_CASE("announcements of a name are recalled once each, the first first") { STATIC_REQUIRE(recalls_once_in_order()); }

TEST_CASE("a full table says so, and keeps the same announcement once") { STATIC_REQUIRE(says_when_it_is_full()); }

TEST_CASE("what the peer takes back is forgotten, by address or all of a name") {
    STATIC_REQUIRE(forgets_what_is_taken_back());
}

TEST_CASE("a link that goes down leaves nothing") {
    STATIC_REQUIRE(how_many(false) == 2);
    STATIC_REQUIRE(how_many(true) == 0);
}
