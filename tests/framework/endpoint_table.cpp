#include <rpmsg/framework/endpoint_table.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {
using namespace rpmsg;

constexpr auto ignore = [](auto&, message const&) {};
using dynamic = decltype(endpoints{endpoint<"a">(ignore), endpoint<"b">(ignore), endpoint<"c">(ignore)});
using mixed = decltype(endpoints{endpoint<"a">(ignore), endpoint<0x20>(ignore),
                                 endpoint<"b", endpoint_addresses{.local = address{30}}>(ignore)});

struct no_link {};

consteval auto who_hears(std::uint32_t index) -> int {
    auto heard = 0;
    auto table = endpoints{endpoint<"a">([&](auto&, message const&) { heard += 1; }, ignore_events{}),
                           endpoint<"b">([&](auto&, message const&) { heard += 10; },
                                         [&](auto&, event const&) { heard += 100; })};
    auto nobody = no_link{};
    table.deliver(nobody, index, {});
    table.notify(nobody, index, {});
    return heard;
}
} // namespace

TEST_CASE("endpoints without a fixed address have 1024 and up, in order") {
    STATIC_REQUIRE(dynamic::local(0) == address{1024});
    STATIC_REQUIRE(dynamic::local(2) == address{1026});
    STATIC_REQUIRE(dynamic::find(address{1025}) == 1);
    STATIC_REQUIRE(dynamic::find(address{1027}) == no_index);
    STATIC_REQUIRE(dynamic::find(address{0}) == no_index);
    STATIC_REQUIRE(dynamic::find(any_address) == no_index);
}

TEST_CASE("fixed addresses stand beside dynamic ones") {
    STATIC_REQUIRE(mixed::find(address{1024}) == 0);
    STATIC_REQUIRE(mixed::find(address{0x20}) == 1);
    STATIC_REQUIRE(mixed::find(address{30}) == 2);
    STATIC_REQUIRE(mixed::find(address{1025}) == no_index);
}

TEST_CASE("an endpoint is known by its name") {
    STATIC_REQUIRE(mixed::index_of("b") == 2);
    STATIC_REQUIRE(mixed::index_of("c") == no_index);
    STATIC_REQUIRE(mixed::name(1).empty());
}

TEST_CASE("a message and an event reach the endpoint of their index and no other") {
    STATIC_REQUIRE(who_hears(0) == 1);
    STATIC_REQUIRE(who_hears(1) == 110);
    STATIC_REQUIRE(who_hears(2) == 0);
}

TEST_CASE("an empty table is a table") { STATIC_REQUIRE(endpoint_table<endpoints<>>); }
