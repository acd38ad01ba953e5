#include <rpmsg/core/result.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <type_traits>

namespace {
using namespace rpmsg;

constexpr auto half_of(int number) -> result<int> {
    if (number % 2 != 0) {
        return error::malformed;
    }
    return number / 2;
}
struct point {
    int x;
};
} // namespace

TEST_CASE("a result is a value or says why not") {
    STATIC_REQUIRE(half_of(8).has_value());
    STATIC_REQUIRE(*half_of(8) == 4);
    STATIC_REQUIRE_FALSE(half_of(7).has_value());
    STATIC_REQUIRE(half_of(7).error() == error::malformed);
    STATIC_REQUIRE(result<point> {
        point { 3 }
    } -> x == 3);
}

TEST_CASE("a status is one byte and succeeds by default") {
    STATIC_REQUIRE(sizeof(status) == 1);
    STATIC_REQUIRE(status{}.has_value());
    STATIC_REQUIRE(status{error::closed}.error() == error::closed);
    STATIC_REQUIRE_FALSE(static_cast<bool>(status{error::no_buffer}));
}

TEST_CASE("a result travels in registers") {
    STATIC_REQUIRE(std::is_trivially_copyable_v<result<std::uint32_t>>);
    STATIC_REQUIRE(std::is_trivially_copyable_v<status>);
}

TEST_CASE("each error has a line for people that begins with its name") {
    STATIC_REQUIRE(describe(error::no_buffer).starts_with("no buffer"));
    STATIC_REQUIRE(describe(error::too_large).starts_with("too large"));
    STATIC_REQUIRE(describe(error::not_bound).starts_with("not bound"));
    STATIC_REQUIRE(describe(error::closed).starts_with("closed"));
    STATIC_REQUIRE(describe(error::timed_out).starts_with("timed out"));
    STATIC_REQUIRE(describe(error::would_deadlock).starts_with("would deadlock"));
    STATIC_REQUIRE(describe(error::misconfigured).starts_with("misconfigured"));
    STATIC_REQUIRE(describe(error::malformed).starts_with("malformed"));
    STATIC_REQUIRE(describe(error::no_endpoint).starts_with("no endpoint"));
    STATIC_REQUIRE(describe(error::address_in_use).starts_with("address in use"));
    STATIC_REQUIRE(describe(error::name_in_use).starts_with("name in use"));
    STATIC_REQUIRE(describe(error::not_placed).starts_with("not placed"));
    STATIC_REQUIRE(describe(error::not_identified).starts_with("not identified"));
}

TEST_CASE("a line that was not identified is no matter of memory") {
    STATIC_REQUIRE(describe(error::not_identified).find("memory") == std::string_view::npos);
    STATIC_REQUIRE(describe(error::misconfigured).find("identif") == std::string_view::npos);
}
