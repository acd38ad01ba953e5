#include <rpmsg/transport/vring/handshake/select.hpp>

#include <catch2/catch_test_macros.hpp>

#include <concepts>

namespace {

using rpmsg::vring_config;
using rpmsg::detail::handshake_of;
using rpmsg::detail::ring_role;
namespace dialects = rpmsg::wire::dialects;

template <rpmsg::wire::dialect Dialect, template <vring_config> typename Device, template <vring_config> typename Driver>
constexpr auto has() -> bool {
    constexpr auto config = vring_config{.buffers = 4, .dialect = Dialect};
    return std::same_as<handshake_of<ring_role::device, config>, Device<config>> and
           std::same_as<handshake_of<ring_role::driver, config>, Driver<config>>;
}

TEST_CASE("Each dialect has the handshake of its peer") {
    using namespace rpmsg::detail;
    STATIC_REQUIRE(has<dialects::linux_virtio, first_doorbell_device, first_doorbell_driver>());
    STATIC_REQUIRE(has<dialects::linux_bufsz, status_byte_device, status_byte_driver>());
    STATIC_REQUIRE(has<dialects::openamp, status_byte_device, status_byte_driver>());
    STATIC_REQUIRE(has<dialects::openamp_bufsz, status_byte_device, status_byte_driver>());
    STATIC_REQUIRE(has<dialects::zephyr, status_byte_device, lone_status_driver>());
    STATIC_REQUIRE(has<dialects::rpmsg_lite, prefilled_ring_device, prefilled_ring_driver>());
    STATIC_REQUIRE(has<dialects::nuttx, boot_words_device, boot_words_driver>());
    STATIC_REQUIRE(has<dialects::nuttx_lite, base_word_device, base_word_driver>());
    STATIC_REQUIRE(has<dialects::openvela, boot_words_device, boot_words_driver>());
    STATIC_REQUIRE(has<dialects::rpmsg, control_block_device, control_block_driver>());
}

} // namespace
