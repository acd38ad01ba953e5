#include <rpmsg/framework/endpoint.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <type_traits>

namespace {

using rpmsg::address;
using rpmsg::any_address;
using rpmsg::endpoint;
using rpmsg::event;
using rpmsg::message;

constexpr auto ignore = [](auto&, message const&) {};

TEST_CASE("An endpoint by name has that name and leaves both addresses open") {
    using named = decltype(endpoint<"rpmsg-echo">(ignore));
    STATIC_REQUIRE(rpmsg::endpoint_description<named>);
    STATIC_REQUIRE(named::name() == "rpmsg-echo");
    STATIC_REQUIRE(named::addresses().local == any_address);
    STATIC_REQUIRE(named::addresses().peer == any_address);
    STATIC_REQUIRE(decltype(endpoint<"a name of thirty-one characters">(ignore))::name().size() == 31);
}

TEST_CASE("An endpoint by name may have fixed addresses") {
    using fixed = decltype(endpoint<"x", rpmsg::endpoint_addresses{.local = address{30}}>(ignore));
    STATIC_REQUIRE(fixed::name() == "x");
    STATIC_REQUIRE(fixed::addresses().local == address{30});
}

TEST_CASE("An endpoint by address has no name, and a peer where one is given") {
    using open = decltype(endpoint<0x100>(ignore));
    using closed = decltype(endpoint<0x100, 0x200>(ignore));
    STATIC_REQUIRE(open::name().empty());
    STATIC_REQUIRE(open::addresses().local == address{0x100});
    STATIC_REQUIRE(open::addresses().peer == any_address);
    STATIC_REQUIRE(closed::addresses().peer == address{0x200});
    STATIC_REQUIRE(decltype(endpoint<0>(ignore))::addresses().local == address{0}); // rpmsg-lite assigns it, too
}

TEST_CASE("A handler without captures takes no memory") { STATIC_REQUIRE(std::is_empty_v<decltype(endpoint<"x">(ignore))>); }

/// A class of the user that is an endpoint.
struct counter {
    int messages{};
    static constexpr auto name() -> std::string_view { return "counter"; }
    constexpr auto on_message(auto&, message const&) -> void { ++messages; }
};
struct listener : counter {
    int heard{};
    static constexpr auto addresses() -> rpmsg::endpoint_addresses { return {.local = address{7}}; }
    constexpr auto on_event(auto&, event const&) -> void { ++heard; }
};

constexpr auto a_service_of_ones_own_is_called() -> bool {
    auto silent = counter{};
    auto open = listener{};
    auto to_silent = rpmsg::ref{silent};
    auto to_open = rpmsg::ref{open};
    auto side = 0;
    to_silent.on_message(side, {.source = address{1}, .payload = {}});
    to_silent.on_event(side, {});
    to_open.on_message(side, {.source = address{1}, .payload = {}});
    to_open.on_event(side, {});
    check(silent.messages == 1 and open.messages == 1 and open.heard == 1);
    return to_silent.addresses().local == any_address and to_open.addresses().local == address{7};
}

TEST_CASE("A service of the user's own is referred to, events and addresses where it has them") {
    STATIC_REQUIRE(rpmsg::endpoint_description<rpmsg::ref<counter>>);
    STATIC_REQUIRE(rpmsg::endpoint_description<rpmsg::ref<listener>>);
    STATIC_REQUIRE(a_service_of_ones_own_is_called());
    CHECK(a_service_of_ones_own_is_called());
}

TEST_CASE("Handlers are checked against what a handler may ask") {
    STATIC_REQUIRE(rpmsg::message_handler<decltype(ignore)>);
    STATIC_REQUIRE(not rpmsg::message_handler<decltype([](int) {})>);
    STATIC_REQUIRE(not rpmsg::message_handler<decltype([](auto&, event const&) {})>);
    STATIC_REQUIRE(rpmsg::event_handler<rpmsg::ignore_events>);
}

} // namespace
