#include <rpmsg/framework/router/hub_routes.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "framework/router/three_edges.hpp"
#include <cstdint>

using namespace three;

TEST_CASE("a route is found by its address alone") {
    STATIC_REQUIRE([] {
        auto it = joined();
        check(announce(it, 0, "r:b:x", 700, kind::create) == counter::count_);
        auto const at_b = next(it, 1);
        check(is(at_b, "r:a:x", kind::create));
        check(announce(it, 1, "r:a:x", 800, kind::acknowledge) == counter::count_);
        auto const at_a = next(it, 0);
        check(is(at_a, "r:b:x", kind::acknowledge));
        auto const number = it.find(0, at_a.where);
        check(number != table::none);
        auto const& where = it.at(number);
        check(where.to == 1 and where.source == at_b.where and where.destination == address{800} and where.is_open());
        for (std::uint32_t each = 0; each < 3000; ++each) { // no other address is one of link 0
            check(address{each} == at_a.where or it.find(0, address{each}) == table::none);
        }
        return it.find(1, at_a.where) == table::none;
    }());
}

TEST_CASE("both edges may announce a name, and each is acknowledged once") {
    STATIC_REQUIRE([] {
        auto it = joined();
        check(announce(it, 0, "r:b:x", 700, kind::create) == counter::count_);
        check(announce(it, 1, "r:a:x", 800, kind::create) == counter::count_); // before the hub's create was sent
        check(is(next(it, 0), "r:b:x", kind::acknowledge) and not next(it, 0));
        return is(next(it, 1), "r:a:x", kind::acknowledge) and not next(it, 1);
    }());
}

TEST_CASE("an edge that takes a name up again is rid of the endpoint that a late answer may have told it") {
    STATIC_REQUIRE([] {
        auto it = joined();
        check(announce(it, 0, "r:b:x", 700, kind::create) == counter::count_);
        check(announce(it, 1, "r:a:x", 800, kind::create) == counter::count_);
        auto const first = next(it, 0);
        check(is(first, "r:b:x", kind::acknowledge));
        check(announce(it, 0, "r:b:x", 700, kind::destroy) == counter::count_);
        check(not next(it, 0)); // no destroy goes back to the one that said it
        check(announce(it, 0, "r:b:x", 701, kind::create) == counter::count_);
        auto const again = next(it, 0);
        check(is(again, "r:b:x", kind::destroy) and again.where == first.where);
        auto const second = next(it, 0);
        return is(second, "r:b:x", kind::acknowledge) and second.where != first.where;
    }());
}

TEST_CASE("an edge opens as many names as its quota") {
    STATIC_REQUIRE([] {
        auto it = joined();
        check(announce(it, 0, "r:b:1", 700, kind::create) == counter::count_);
        check(announce(it, 0, "r:b:2", 701, kind::create) == counter::count_);
        check(announce(it, 0, "r:b:3", 702, kind::create) == counter::table_full);
        check(announce(it, 1, "r:a:1", 800, kind::create) == counter::count_); // that one exists
        check(announce(it, 1, "r:a:4", 801, kind::create) == counter::count_);
        return announce(it, 1, "r:a:5", 802, kind::create) == counter::table_full;
    }());
}

TEST_CASE("a plain edge that withdraws a name hears of the hub's endpoint only if it was told of one") {
    STATIC_REQUIRE([] {
        auto it = joined();
        it.link_up(2);
        check(announce(it, 0, "router:c", 501, kind::acknowledge) == counter::count_);
        check(announce(it, 2, "x", 90, kind::create) == counter::count_ and is(next(it, 0), "r:c:x", kind::create));
        check(announce(it, 0, "r:c:x", 700, kind::acknowledge) == counter::count_ and not next(it, 2));
        check(announce(it, 2, "x", 90, kind::destroy) == counter::count_ and is(next(it, 0), "r:c:x", kind::destroy));
        return not next(it, 2) and not it.has_pending(2);
    }());
}

TEST_CASE("a plain edge without acknowledgements is told plain names, and is never acknowledged") {
    STATIC_REQUIRE([] {
        auto it = joined();
        it.link_up(2);
        check(announce(it, 0, "router:c", 501, kind::acknowledge) == counter::count_ and it.is_joined(0, 2));
        check(announce(it, 0, "r:c:x", 700, kind::create) == counter::count_);
        auto const at_c = next(it, 2);
        check(is(at_c, "x", kind::create));
        it.learn(it.find(2, at_c.where), address{90});
        check(is(next(it, 0), "r:c:x", kind::acknowledge) and not next(it, 2));
        return it.at(it.find(0, address{static_cast<std::uint32_t>(at_c.where) - 1})).destination == address{90};
    }());
}
