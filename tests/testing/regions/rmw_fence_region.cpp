#include <rpmsg/testing/regions/rmw_fence_region.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>

namespace {

using rpmsg::site;

TEST_CASE("A region whose fences are read-modify-writes is a mapped region in all else") {
    alignas(8) auto memory = std::array<std::byte, 64>{};
    auto shared = rpmsg::testing::rmw_fence_region<>{memory.data(), 64};
    CHECK(shared.size() == 64);
    shared.store<site::own_index>(8, std::uint16_t{0x1234});
    shared.fence<site::doorbell_fence>();
    CHECK(shared.load<site::peer_index, std::uint16_t>(8) == 0x1234);
    CHECK(shared.view(60, 4).size() == 4);
    CHECK(shared.view(60, 5).empty());
}

} // namespace
