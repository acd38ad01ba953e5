#include <rpmsg/testing/simulator/event_rules.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace rpmsg::testing::simulator;
using rpmsg::event_kind;

namespace {
auto tell(event_rules& rules, event_kind kind) -> std::string_view { return rules.on_event({.kind = kind}); }
} // namespace

TEST_CASE("events in the order of the contract are right") {
    auto rules = event_rules{};
    for (auto const each : {event_kind::refused, event_kind::link_up, event_kind::bound, event_kind::writable,
                            event_kind::unbound, event_kind::bound, event_kind::unbound, event_kind::link_down}) {
        CHECK(tell(rules, each).empty());
        CHECK(rules.on_message().empty() == rules.is_up());
    }
    CHECK_FALSE(rules.is_bound());
}

TEST_CASE("events out of order are named") {
    auto rules = event_rules{};
    CHECK(tell(rules, event_kind::bound) == "bound while the link is down");
    CHECK(tell(rules, event_kind::unbound) == "unbound without bound");
    CHECK(tell(rules, event_kind::link_down) == "link_down without link_up");
    CHECK(tell(rules, event_kind::writable) == "an event of a link that is down");
    CHECK(rules.on_message() == "a message while the link is down");
    CHECK(tell(rules, event_kind::link_up).empty());
    CHECK(tell(rules, event_kind::link_up) == "link_up twice");
    CHECK(tell(rules, event_kind::refused) == "refused while the link is up");
    CHECK(tell(rules, event_kind::bound).empty());
    CHECK(tell(rules, event_kind::bound) == "bound twice");
    CHECK(tell(rules, event_kind::link_down) == "link_down without unbound");
}

TEST_CASE("nothing comes after gone, nor after an endpoint was destroyed") {
    auto first = event_rules{};
    CHECK(tell(first, event_kind::gone).empty());
    CHECK(tell(first, event_kind::link_up) == "an event after the endpoint was destroyed");
    auto second = event_rules{};
    second.end();
    CHECK(second.on_message() == "a message after the endpoint was destroyed");
}
