#include <rpmsg/testing/regions/array_region.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

using rpmsg::site;
using rpmsg::testing::array_memory;
using rpmsg::testing::array_region;

constexpr auto two_regions_share_one_memory() -> bool {
    auto memory = array_memory<32>{};
    auto one = array_region<32>{memory};
    auto other = array_region<32>{memory};
    check(one.size() == 32);
    one.store<site::own_index>(6, std::uint16_t{0x1234});
    one.store<site::header_store>(8, std::uint32_t{0xdead'beef});
    one.fence<site::arm_fence>();
    check((other.load<site::peer_index, std::uint16_t>(6) == 0x1234));
    check((other.load<site::header_load, std::uint32_t>(8) == 0xdead'beef));
    check((other.load<site::status_load, std::uint8_t>(8) == 0xef));
    rpmsg::copy("text"_payload, one.view(28, 4));
    check(same(other.view(28, 4), "text"_payload));
    return true;
}

constexpr auto a_view_lies_inside_or_is_empty() -> bool {
    auto memory = array_memory<32>{};
    auto shared = array_region<32>{memory};
    check(shared.view(0, 32).size() == 32 and shared.view(32, 0).empty());
    check(shared.view(0, 33).empty() and shared.view(31, 2).empty() and shared.view(33, 0).data() == nullptr);
    check(shared.view(0xffff'ffff, 2).data() == nullptr and shared.view(4, 0xffff'ffff).data() == nullptr);
    shared.clean(0, 32);
    shared.invalidate(31, 1);
    return true;
}

TEST_CASE("Two array regions share one memory, in the compiler") {
    STATIC_REQUIRE(two_regions_share_one_memory());
    CHECK(two_regions_share_one_memory());
}

TEST_CASE("A view of an array region lies inside or is empty") {
    STATIC_REQUIRE(a_view_lies_inside_or_is_empty());
    CHECK(a_view_lies_inside_or_is_empty());
}

} // namespace
