#include <rpmsg/transport/owed_doorbells.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

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
    auto bells = detail::owed_doorbells<doorbell_ref<moody_bell>>{bell};
    bells.ring(1, counted);
    bells.ring_owed(counted);
    if (not bells.owes() or bell.rung[1] != 0 or counted[event_count::doorbell_failed] != 2) {
        return false;
    }
    bell.works = true;
    bells.ring_owed(counted);
    bells.ring_owed(counted);
    return not bells.owes() and bell.rung[0] == 0 and bell.rung[1] == 1;
}

consteval auto owes_nothing_to_a_peer_that_is_gone() -> bool {
    auto bell = moody_bell{.works = false};
    auto counted = counters{};
    auto bells = detail::owed_doorbells<doorbell_ref<moody_bell>>{bell};
    bells.ring(0, counted);
    bells.forget();
    bell.works = true;
    bells.ring_owed(counted);
    return bell.rung[0] == 0;
}

consteval auto rings_only_when_wanted() -> bool {
    auto bell = moody_bell{};
    auto counted = counters{};
    auto bells = detail::owed_doorbells<doorbell_ref<moody_bell>>{bell};
    bells.ring_if(false, 0, counted);
    bells.ring_if(true, 1, counted);
    return bell.rung[0] == 0 and bell.rung[1] == 1;
}
} // namespace

TEST_CASE("a doorbell that could not be rung is counted, owed, and rung once it can be") {
    STATIC_REQUIRE(rings_again_when_it_can());
}

TEST_CASE("what was owed to a dead peer is forgotten") { STATIC_REQUIRE(owes_nothing_to_a_peer_that_is_gone()); }

TEST_CASE("a doorbell that nobody wants is not rung") { STATIC_REQUIRE(rings_only_when_wanted()); }
