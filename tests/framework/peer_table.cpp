#include <rpmsg/framework/peer_table.hpp>

#include "check.hpp"

#include <catch2/catch_test_macros.hpp>

namespace {

using rpmsg::address;
using rpmsg::any_address;
using rpmsg::wire::announce;
using rpmsg::wire::pad;
using kind = rpmsg::wire::announcement_kind;

constexpr auto announcements_wait_for_their_name() -> bool {
    auto table = rpmsg::peer_table<2>{};
    check(table.recall(pad("a")) == any_address);
    check(table.remember(announce("a", address{1}, kind::create)));
    check(table.remember(announce("a", address{1}, kind::create))); // once
    check(table.remember(announce("a", address{2}, kind::create)));
    check(not table.remember(announce("b", address{3}, kind::create)));
    check(table.recall(pad("b")) == any_address);
    check(table.recall(pad("a")) == address{1} and table.recall(pad("a")) == address{2} and table.recall(pad("a")) == any_address);
    check(table.remember(announce("b", address{3}, kind::create)));
    return true;
}

constexpr auto announcements_are_taken_back() -> bool {
    auto table = rpmsg::peer_table<4>{};
    for (std::uint32_t i = 1; i <= 2; ++i) {
        check(table.remember(announce("a", address{i}, kind::create)));
        check(table.remember(announce("b", address{i}, kind::create)));
    }
    table.forget(announce("a", address{1}, kind::destroy));
    table.forget(announce("a", address{9}, kind::destroy));
    check(table.recall(pad("a")) == address{2});
    table.forget(announce("b", any_address, kind::destroy));
    check(table.recall(pad("b")) == any_address);
    check(table.remember(announce("c", address{5}, kind::create)));
    auto seen = 0u;
    table.for_each([&](std::string_view name, address where) {
        check(name == "c" and where == address{5});
        ++seen;
    });
    table.forget_all();
    table.for_each([&](auto, auto) { ++seen; });
    return seen == 1;
}

TEST_CASE("Announcements wait for their name, oldest first, each once") {
    STATIC_REQUIRE(announcements_wait_for_their_name());
    CHECK(announcements_wait_for_their_name());
}

TEST_CASE("79: announcements are taken back by name and address") {
    STATIC_REQUIRE(announcements_are_taken_back());
    CHECK(announcements_are_taken_back());
}

} // namespace
