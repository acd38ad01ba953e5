#include <rpmsg/framework/peer_table.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

using rpmsg::address;
using rpmsg::any_address;
using rpmsg::remembered;
using rpmsg::wire::announce;
using rpmsg::wire::pad;
using kind = rpmsg::wire::announcement_kind;

constexpr auto announcements_wait_for_their_name() -> bool {
    auto table = rpmsg::peer_table<2>{};
    check(table.recall(pad("a")) == any_address);
    check(table.remember(announce("a", address{1}, kind::create)) == remembered::kept);
    check(table.remember(announce("a", address{1}, kind::create)) == remembered::kept); // once
    check(table.remember(announce("a", address{2}, kind::create)) == remembered::kept);
    check(table.recall(pad("b")) == any_address);
    check(table.recall(pad("a")) == address{2} and table.recall(pad("a")) == address{1} and
          table.recall(pad("a")) == any_address);
    (void)table.remember(announce("a", address{1}, kind::create));
    (void)table.remember(announce("a", address{2}, kind::create));
    (void)table.remember(announce("a", address{1}, kind::create)); // it becomes the newest
    check(table.recall(pad("a")) == address{1} and table.recall(pad("a")) == address{2});
    check(table.remember(announce("b", address{3}, kind::create)) == remembered::kept);
    return true;
}

constexpr auto the_oldest_is_taken_first_where_it_is_asked_for() -> bool {
    auto table = rpmsg::peer_table<4>{};
    for (auto const where : {1u, 2u, 3u}) {
        (void)table.remember(announce(where == 1 ? "b" : "a", address{where}, kind::create));
    }
    check(table.recall(pad("a"), true) == address{2} and table.recall(pad("a"), true) == address{3});
    return table.recall(pad("a"), true) == any_address and table.recall(pad("b"), true) == address{1};
}

/// The oldest entry is replaced, wherever it is in the table.
constexpr auto the_oldest_one_goes() -> bool {
    auto table = rpmsg::peer_table<3>{};
    for (auto const name : {"a", "b", "c"}) {
        (void)table.remember(announce(name, address{1}, kind::create));
    }
    check(table.recall(pad("b")) == address{1});
    check(table.remember(announce("d", address{2}, kind::create)) == remembered::kept);
    check(table.remember(announce("e", address{2}, kind::create)) == remembered::first_forgotten); // a
    check(table.remember(announce("f", address{2}, kind::create)) == remembered::forgotten);       // c
    check(table.recall(pad("a")) == any_address and table.recall(pad("c")) == any_address);
    check(table.recall(pad("d")) == address{2} and table.recall(pad("e")) == address{2} and
          table.recall(pad("f")) == address{2});
    table.forget_all();
    for (auto const name : {"a", "b", "c"}) {
        check(table.remember(announce(name, address{1}, kind::create)) == remembered::kept);
    }
    return table.remember(announce("d", address{1}, kind::create)) == remembered::first_forgotten;
}

constexpr auto announcements_are_taken_back() -> bool {
    auto table = rpmsg::peer_table<4>{};
    for (std::uint32_t i = 1; i <= 2; ++i) {
        (void)table.remember(announce("a", address{i}, kind::create));
        (void)table.remember(announce("b", address{i}, kind::create));
    }
    table.forget(announce("a", address{1}, kind::destroy));
    table.forget(announce("a", address{9}, kind::destroy));
    check(table.recall(pad("a")) == address{2});
    table.forget(announce("b", any_address, kind::destroy));
    check(table.recall(pad("b")) == any_address);
    (void)table.remember(announce("c", address{5}, kind::create));
    auto seen = 0u;
    table.for_each([&](std::string_view name, address where) {
        check(name == "c" and where == address{5});
        ++seen;
    });
    table.forget_all();
    table.for_each([&](auto, auto) { ++seen; });
    return seen == 1;
}

TEST_CASE("Announcements wait for their name, the newest is taken first, each once") {
    STATIC_REQUIRE(announcements_wait_for_their_name());
    CHECK(announcements_wait_for_their_name());
}

TEST_CASE("Where names are acknowledged, the oldest announcement of a name is taken first") {
    STATIC_REQUIRE(the_oldest_is_taken_first_where_it_is_asked_for());
    CHECK(the_oldest_is_taken_first_where_it_is_asked_for());
}

TEST_CASE("A full table forgets the oldest announcement for a new one, and says whether it is the first") {
    STATIC_REQUIRE(the_oldest_one_goes());
    CHECK(the_oldest_one_goes());
}

TEST_CASE("78: a name that comes after a flood of a million others is there") {
    auto table = rpmsg::peer_table<4>{};
    for (std::uint32_t i = 0; i < 1'000'000; ++i) {
        (void)table.remember(announce("flood", address{i}, kind::create));
    }
    (void)table.remember(announce("service", address{7}, kind::create));
    CHECK(table.recall(pad("service")) == address{7});
}

TEST_CASE("79: announcements are taken back by name and address") {
    STATIC_REQUIRE(announcements_are_taken_back());
    CHECK(announcements_are_taken_back());
}

} // namespace
