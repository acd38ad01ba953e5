#include <rpmsg/transport/vring/handshake/device.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <cstddef>

namespace {

using rpmsg::vring_config;
using rpmsg::detail::device_handshake;
using rpmsg::detail::handshake_step;
namespace dialects = rpmsg::wire::dialects;

constexpr auto with_epochs = vring_config{.buffers = 4, .buffer_size = 64};
using place = rpmsg::vring_layout<with_epochs>;
using rpmsg::wire::control_block;

/// The device's half of the handshake, step by step, with the driver's words written by hand.
constexpr auto the_device_lets_go_before_it_attaches() -> bool {
    constexpr auto driver = std::uint32_t{offsetof(control_block, driver)};
    constexpr auto device = std::uint32_t{offsetof(control_block, device)};
    auto shared = two_sides<with_epochs>{};
    auto memory = shared.device_region();
    auto session = device_handshake<with_epochs>{};
    auto const driver_says = [&](std::size_t field, std::uint32_t value) {
        shared.put(driver + static_cast<std::uint32_t>(field), value);
    };
    auto const device_said = [&](std::size_t field) {
        return shared.at<std::uint32_t>(device + static_cast<std::uint32_t>(field));
    };
    auto const look = [&] { return session.look(memory, place{}, false, true); };
    auto const stands = [&] { return session.stands(memory, place{}); };

    session.start(memory, place{});
    check(device_said(offsetof(control_block::device_half, boot)) == 1);
    check(device_said(offsetof(control_block::device_half, magic)) == rpmsg::wire::control_magic);
    check(look() == handshake_step::none); // nobody there
    driver_says(offsetof(control_block::driver_half, epoch), 7);
    check(look() == handshake_step::none); // no magic: half written
    driver_says(offsetof(control_block::driver_half, magic), rpmsg::wire::control_magic);
    check(look() == handshake_step::refuse); // and of another configuration
    driver_says(offsetof(control_block::driver_half, fingerprint), with_epochs.fingerprint());
    check(look() == handshake_step::answered);
    check(device_said(offsetof(control_block::device_half, quiet)) == 7);
    check(look() == handshake_step::none);
    driver_says(offsetof(control_block::driver_half, ready), 7);
    check(look() == handshake_step::none); // laid out, but for an earlier boot of ours
    driver_says(offsetof(control_block::driver_half, boot_seen), 1);
    check(look() == handshake_step::attach);
    check(stands());
    driver_says(offsetof(control_block::driver_half, epoch), 8);
    check(not stands());
    check(look() == handshake_step::answered and device_said(offsetof(control_block::device_half, quiet)) == 8);

    // The next start counts the boot on, past the end of the counter, and never to 0.
    shared.put(device + static_cast<std::uint32_t>(offsetof(control_block::device_half, boot)), std::uint32_t{0xffff'ffff});
    auto next = device_handshake<with_epochs>{};
    next.start(memory, place{});
    check(device_said(offsetof(control_block::device_half, boot)) == 1);
    check(device_said(offsetof(control_block::device_half, quiet)) == 0);
    return true;
}

constexpr auto openamp = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::openamp};

/// Every value of the status byte (54): only driver_ok without needs_reset is a link.
constexpr auto a_status_byte_is_a_link(std::uint8_t value) -> bool {
    using openamp_place = rpmsg::vring_layout<openamp>;
    auto shared = two_sides<openamp>{};
    auto memory = shared.device_region();
    auto session = device_handshake<openamp>{};
    shared.put(openamp_place::status(), value);
    auto const stands = session.stands(memory, openamp_place{});
    check(session.look(memory, openamp_place{}, stands, false) == (stands ? handshake_step::none : handshake_step::over));
    shared.put(openamp_place::parts(0).available + 2, std::uint16_t{4}); // now the rings are there
    check(session.look(memory, openamp_place{}, stands, false) == (stands ? handshake_step::attach : handshake_step::over));
    return stands;
}

TEST_CASE("The device lets go of a session before it attaches to the next") {
    STATIC_REQUIRE(the_device_lets_go_before_it_attaches());
    CHECK(the_device_lets_go_before_it_attaches());
}

TEST_CASE("54: only driver_ok is a link, with none but the bits that lead to it") {
    STATIC_REQUIRE(a_status_byte_is_a_link(4));
    STATIC_REQUIRE(not a_status_byte_is_a_link(0));
    for (unsigned value = 0; value < 256; ++value) {
        CHECK(a_status_byte_is_a_link(static_cast<std::uint8_t>(value)) == ((value & 0xf4) == 4));
    }
}

} // namespace
