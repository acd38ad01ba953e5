#include <rpmsg/framework/link_ref.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

using rpmsg::address;
using rpmsg::error;
using rpmsg::message;

/// A link that records its calls.
struct asked {
    int replies{};
    int sends{};
    address to{};
    int holds{};

    auto reply(message const& m, rpmsg::const_bytes) -> bool {
        to = m.source;
        return ++replies == 1;
    }
    auto send(rpmsg::const_bytes) -> rpmsg::status {
        ++sends;
        return error::not_bound;
    }
    auto send_to(address where, rpmsg::const_bytes) -> rpmsg::status {
        to = where;
        return {};
    }
    auto hold(message const&) -> rpmsg::held_message {
        ++holds;
        return {};
    }
    auto self() const -> address { return address{1}; }
    auto rebind(address where) -> rpmsg::status {
        to = where;
        return {};
    }
    auto peer() const -> address { return to == address{} ? rpmsg::any_address : to; }
};

TEST_CASE("A link reference passes everything on") {
    auto link = asked{};
    auto const side = rpmsg::link_ref{link};
    CHECK(not side.is_bound());
    CHECK(side.reply({.source = address{4}, .payload = {}}, {}));
    CHECK(not side.reply({.source = address{5}, .payload = {}}, {}));
    CHECK(link.to == address{5});
    CHECK(side.send({}).error() == error::not_bound);
    CHECK(side.send_to(address{6}, {}).has_value());
    CHECK(link.to == address{6});
    CHECK(not side.hold({.source = address{4}, .payload = {}}));
    CHECK(link.holds == 1);
    CHECK(side.self() == address{1});
    CHECK(side.peer() == address{6});
    CHECK(side.is_bound());
    CHECK(side.rebind(address{7}).has_value());
    CHECK(side.peer() == address{7});
}

TEST_CASE("A link reference is two pointers") { STATIC_REQUIRE(sizeof(rpmsg::link_ref) == 2 * sizeof(void*)); }

TEST_CASE("A handler that takes a link reference by value is a handler of the pool") {
    auto link = asked{};
    auto handler = [](rpmsg::link_ref side, message const& m) { side.reply(m, {}); };
    handler(rpmsg::link_ref{link}, {.source = address{9}, .payload = {}});
    CHECK(link.replies == 1);
}

} // namespace
