#include <rpmsg/framework/router/port_names.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <cstdint>

namespace {
using namespace rpmsg;
using names = detail::port_names<2>;
using kind = wire::announcement_kind;

constexpr auto named(wire::announcement const& it, std::string_view name, std::uint32_t where, kind what) -> bool {
    return it.service() == name and it.where == address{where} and it.kind == what;
}
} // namespace

TEST_CASE("a name has one entry, and there are as many as the port has") {
    STATIC_REQUIRE([] {
        auto all = names{};
        auto const one = all.find_or_add(wire::pad("one"));
        check(one == 0 and all.find_or_add(wire::pad("one")) == 0 and all.find(wire::pad("two")) == no_index);
        check(all.find_or_add(wire::pad("two")) == 1 and all.is_full());
        check(all.find_or_add(wire::pad("three")) == no_index);
        check(all.settle(one) and not all.is_full() and not all.settle(one));
        return all.find(wire::pad("one")) == no_index;
    }());
}

TEST_CASE("an entry that either side uses stays") {
    STATIC_REQUIRE([] {
        auto all = names{};
        auto& it = all.at(all.find_or_add(wire::pad("one")));
        it.is_wanted = true;
        check(not all.settle(0) and all.has_work());
        it.session = 3;
        check(not all.has_work());
        it.is_wanted = false;
        check(not all.settle(0));
        all.drop_all();
        return it.must_close and all.has_work() and not all.settle(0);
    }());
}

TEST_CASE("the edge is told of a peer, of its loss, and of the next one, in this order") {
    STATIC_REQUIRE([] {
        auto all = names{};
        auto told = wire::announcement{};
        auto& it = all.at(all.find_or_add(wire::pad("one")));
        it.session = 1;
        check(not all.has_news() and not all.next(told));
        it.peer = address{50};
        check(all.has_news() and all.next(told) and named(told, "one", 50, kind::acknowledge));
        all.unbind(0);
        it.peer = address{50}; // the same address, another endpoint
        it.is_accepted = true;
        check(all.next(told) and named(told, "one", 50, kind::destroy));
        check(all.next(told) and named(told, "one", 50, kind::create));
        return not all.next(told);
    }());
}

TEST_CASE("a peer that came and went before the edge looked is not told") {
    STATIC_REQUIRE([] {
        auto all = names{};
        auto told = wire::announcement{};
        auto& it = all.at(all.find_or_add(wire::pad("one")));
        it.peer = address{50};
        all.unbind(0);
        return not all.has_news() and not all.next(told);
    }());
}
