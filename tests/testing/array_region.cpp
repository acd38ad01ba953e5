#include <rpmsg/testing/array_region.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

namespace {
using namespace rpmsg;

consteval auto both_sides_see_one_memory() -> bool {
    auto memory = testing::array_memory<64>{};
    auto left = testing::array_region<64>{memory};
    auto right = testing::array_region<64>{memory};
    left.store<site::own_index>(2, std::uint16_t{0x0201});
    right.view(8, 4)[0] = std::byte{7};
    return right.load<site::peer_index, std::uint16_t>(2) == 0x0201 and memory.content[2] == std::byte{1} and
           left.view(8, 4)[0] == std::byte{7};
}

consteval auto view_of(std::uint32_t offset, std::uint32_t size) -> std::size_t {
    auto memory = testing::array_memory<64>{};
    return testing::array_region<64>{memory}.view(offset, size).size();
}
} // namespace

TEST_CASE("two regions over one array share it, in the compiler") { STATIC_REQUIRE(both_sides_see_one_memory()); }

TEST_CASE("a view outside of the array is empty") {
    STATIC_REQUIRE(view_of(0, 64) == 64);
    STATIC_REQUIRE(view_of(1, 64) == 0);
    STATIC_REQUIRE(view_of(0xffff'ffff, 2) == 0);
}
