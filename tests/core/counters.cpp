#include <rpmsg/core/counters.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

namespace {
using namespace rpmsg;

consteval auto count_to(std::uint32_t amount) -> std::uint32_t {
    auto counted = counters{};
    counted.add(counter::no_buffer, amount);
    counted.add(counter::no_buffer);
    return counted[counter::no_buffer];
}

consteval auto others_stay_at_zero() -> bool {
    auto counted = counters{};
    counted.add(counter::bad_id);
    for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(counter::count_); ++i) {
        auto const which = static_cast<counter>(i);
        if (counted[which] != (which == counter::bad_id ? 1 : 0)) {
            return false;
        }
    }
    return true;
}

consteval auto all_names_differ() -> bool {
    for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(counter::count_); ++i) {
        for (std::uint8_t j = 0; j < i; ++j) {
            if (describe(static_cast<counter>(i)) == describe(static_cast<counter>(j))) {
                return false;
            }
        }
        if (describe(static_cast<counter>(i)).empty()) {
            return false;
        }
    }
    return true;
}
} // namespace

TEST_CASE("a counter counts its own reason only") { STATIC_REQUIRE(others_stay_at_zero()); }

TEST_CASE("a counter stops at its end instead of starting anew") {
    STATIC_REQUIRE(count_to(0) == 1);
    STATIC_REQUIRE(count_to(65533) == 65534);
    STATIC_REQUIRE(count_to(65534) == 65535);
    STATIC_REQUIRE(count_to(65535) == 65535);
    STATIC_REQUIRE(count_to(0xffff'ffff) == 65535);
}

TEST_CASE("each counter has a name of its own") { STATIC_REQUIRE(all_names_differ()); }

TEST_CASE("a name belongs to the counter beside which it stands") {
    STATIC_REQUIRE(describe(counter::bad_descriptor) == "bad descriptor");
    STATIC_REQUIRE(describe(counter::bad_frame) == "bad frame");
    STATIC_REQUIRE(describe(counter::table_full) == "announcement table full");
    STATIC_REQUIRE(describe(counter::lost_in_flight) == "lost in flight");
}
