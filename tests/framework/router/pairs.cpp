#include <catch2/catch_test_macros.hpp>

#include "framework/router/world.hpp"
#include <array>
#include <cstdint>
#include <string>

namespace {
using routed::world;
using namespace rpmsg;

TEST_CASE("All names of two edges are bound through the hub, and messages of all sizes pass both ways") {
    auto it = world<>{};
    REQUIRE(it.settle());
    CHECK(it.a->is_bound());
    CHECK(it.b->is_bound());
    for (std::uint32_t size = 16; size <= 112; ++size) {
        for (std::uint32_t which = 0; which < 3; ++which) {
            REQUIRE(it.a->send(which, size));
            REQUIRE(it.b->send(which, size));
        }
        REQUIRE(it.settle());
    }
    for (auto* each : it.a->talkers()) {
        CHECK(each->got == 97);
    }
    CHECK(it.a->send(0, 113).error() == error::too_large);
    CHECK(it.finding().empty());
}

TEST_CASE("The hub and the edges are restarted in each order, and all is bound again") {
    for (std::uint32_t order = 0; order < 27; ++order) {
        auto it = world<>{};
        REQUIRE(it.settle());
        for (auto rest = order, i = 0u; i < 3; ++i, rest /= 3) {
            rest % 3 == 0 ? it.start_hub() : rest % 3 == 1 ? it.start_a() : it.start_b();
            if (order % 2 == 0) {
                REQUIRE(it.settle());
            }
        }
        INFO(order);
        CHECK(it.finding().empty());
    }
}
} // namespace
