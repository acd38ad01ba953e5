#include <rpmsg/transport/vring/pending_doorbells.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <type_traits>

namespace {
using namespace rpmsg;

struct moody_bell {
    bool works = true;
    std::uint32_t rung[2]{};
    constexpr auto ring(std::uint32_t which) -> bool {
        rung[which] += works ? 1 : 0;
        return works;
    }
};

consteval auto rings_again_when_it_can() -> bool {
    auto bell = moody_bell{.works = false};
    auto counted = counters{};
    auto bells = detail::pending_doorbells<doorbell_ref<moody_bell>>{bell};
    bells.ring(1, counted);
    bells.ring_pending(counted);
    if (not bells.has_pending() or bell.rung[1] != 0 or counted[counter::doorbell_failed] != 2) {
        return false;
    }
    bell.works = true;
    bells.ring_pending(counted);
    bells.ring_pending(counted);
    return not bells.has_pending() and bell.rung[0] == 0 and bell.rung[1] == 1;
}

/// A doorbell that cannot fail.
struct register_write {
    std::uint32_t* rung;
    constexpr auto ring(std::uint32_t which) -> void { rung[which] += 1; }
};
consteval auto owes_nothing_where_none_can_fail() -> bool {
    std::uint32_t rung[2]{};
    auto counted = counters{};
    auto bells = detail::pending_doorbells<register_write>{register_write{rung}};
    bells.ring(1, counted);
    bells.ring_pending(counted);
    return not bells.has_pending() and rung[0] == 0 and rung[1] == 1 and counted[counter::doorbell_failed] == 0;
}
} // namespace

TEST_CASE("a doorbell that could not be rung is counted, stays pending, and is rung once it can be") {
    STATIC_REQUIRE(rings_again_when_it_can());
}

TEST_CASE("a doorbell that cannot fail is rung once, and nothing is kept for it") {
    STATIC_REQUIRE(owes_nothing_where_none_can_fail());
    STATIC_REQUIRE(std::is_empty_v<detail::pending_doorbells<no_doorbell>>);
}
