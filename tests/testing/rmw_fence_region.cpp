#include <rpmsg/testing/rmw_fence_region.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>
#include <thread>

namespace {
using namespace rpmsg;
using side = testing::rmw_fence_region<>;
} // namespace

TEST_CASE("of two threads that store, fence and look, one sees the other", "[threads]") {
    for (int round = 0; round < 200; ++round) {
        alignas(64) auto memory = std::array<std::byte, 64>{};
        auto seen = std::array<std::uint16_t, 2>{};
        auto const look = [&](std::uint32_t own, std::uint32_t other, std::uint16_t& answer) {
            auto shared = side{memory.data(), 64};
            shared.store<site::own_index>(own, std::uint16_t{1});
            shared.fence<site::arm_fence>();
            answer = shared.load<site::peer_index, std::uint16_t>(other);
        };
        auto first = std::thread{[&] { look(0, 32, seen[0]); }};
        look(32, 0, seen[1]);
        first.join();
        REQUIRE(seen[0] + seen[1] >= 1);
    }
}
