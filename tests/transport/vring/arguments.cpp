#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/arguments.hpp>
#include <rpmsg/transport/vring/runtime_layout.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include <concepts>

namespace {

using rpmsg::detail::is_vring;
using rpmsg::detail::ring_role;
using rpmsg::detail::vring_link;

struct failing_bell {
    auto ring(std::uint32_t) -> bool { return false; }
};
constexpr auto rings = rpmsg::vring_config{};
using region = rpmsg::mapped_region<>;
using layout = rpmsg::vring_layout<rings>;

TEST_CASE("What fits is the link of its role") { // what does not fit: tests/fail
    STATIC_REQUIRE(is_vring<rings, region, rpmsg::no_doorbell, layout>());
    STATIC_REQUIRE(is_vring<rings, region, failing_bell, rpmsg::runtime_layout>());
    STATIC_REQUIRE(std::derived_from<rpmsg::vring_device<rings>,
                                     vring_link<ring_role::device, rings, region, rpmsg::no_doorbell, layout>>);
    STATIC_REQUIRE(std::derived_from<rpmsg::vring_driver<rings>,
                                     vring_link<ring_role::driver, rings, region, rpmsg::no_doorbell, layout>>);
}

TEST_CASE("What was refused in words is a transport of anything") {
    STATIC_REQUIRE(rpmsg::transport<rpmsg::detail::refused_transport>);
    STATIC_REQUIRE(std::constructible_from<rpmsg::detail::refused_transport>);
    STATIC_REQUIRE(std::constructible_from<rpmsg::detail::refused_transport, failing_bell, region>);
}

} // namespace
