#include <rpmsg/framework/endpoint.hpp>

#include <catch2/catch_test_macros.hpp>

#include <type_traits>

namespace {
using namespace rpmsg;

constexpr auto ignore = [](auto&, message const&) {};
constexpr auto named = endpoint<"svc">(ignore);
constexpr auto placed = endpoint<0x100, 0x200>(ignore);

struct counter {
    int messages = 0;
    int events = 0;
    static constexpr auto name() -> std::string_view { return "counter"; }
    constexpr auto on_message(auto&, message const&) -> void { ++messages; }
    constexpr auto on_event(auto&, event const&) -> void { ++events; }
};
struct plain {
    static constexpr auto name() -> std::string_view { return "plain"; }
    static constexpr auto addresses() -> endpoint_addresses { return {.local = address{9}}; }
    constexpr auto on_message(auto&, message const&) -> void {}
};

consteval auto reaches_the_service() -> bool {
    auto service = counter{};
    auto it = ref{service};
    auto nobody = 0;
    it.on_message(nobody, {});
    it.on_message(nobody, {});
    it.on_event(nobody, {});
    return service.messages == 2 and service.events == 1;
}

struct wrong {
    auto operator()(int) const -> void {}
};
} // namespace

TEST_CASE("an endpoint by name takes no memory when its handler takes none") {
    STATIC_REQUIRE(std::is_empty_v<std::remove_const_t<decltype(named)>>);
    STATIC_REQUIRE(named.name() == "svc");
    STATIC_REQUIRE(named.addresses().local == any_address);
}

TEST_CASE("an endpoint by address has no name") {
    STATIC_REQUIRE(placed.name().empty());
    STATIC_REQUIRE(placed.addresses().local == address{0x100});
    STATIC_REQUIRE(placed.addresses().peer == address{0x200});
}

TEST_CASE("a service with state is referred to, with what it offers") {
    STATIC_REQUIRE(reaches_the_service());
    STATIC_REQUIRE(ref<counter>::name() == "counter");
    STATIC_REQUIRE(ref<counter>::addresses().local == any_address);
    STATIC_REQUIRE(ref<plain>::addresses().local == address{9});
    STATIC_REQUIRE(endpoint_description<ref<plain>>);
}

TEST_CASE("what takes no link and no message is no handler") {
    STATIC_REQUIRE(message_handler<decltype(ignore)>);
    STATIC_REQUIRE_FALSE(message_handler<wrong>);
    STATIC_REQUIRE_FALSE(event_handler<wrong>);
}
