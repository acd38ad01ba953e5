#include <rpmsg/transport/vring/handshake/control_block.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <cstddef>
#include <cstdint>

namespace {

using rpmsg::vring_config;
using rpmsg::detail::handshake_step;
using rpmsg::wire::control_block;

constexpr auto ours = vring_config{.buffers = 4, .buffer_size = 64};
using place = rpmsg::vring_layout<ours>;

/// The device's half of the handshake, step by step; the test writes the driver's words.
constexpr auto the_device_lets_go_before_it_attaches() -> bool {
    constexpr auto driver = std::uint32_t{offsetof(control_block, driver)};
    constexpr auto device = std::uint32_t{offsetof(control_block, device)};
    auto shared = two_sides<ours>{};
    auto memory = shared.device_region();
    auto handshake = rpmsg::detail::control_block_device<ours>{};
    auto const driver_says = [&](std::size_t field, std::uint32_t value) {
        shared.put(driver + static_cast<std::uint32_t>(field), value);
    };
    auto const device_said = [&](std::size_t field) {
        return shared.at<std::uint32_t>(device + static_cast<std::uint32_t>(field));
    };
    auto const advance = [&] { return handshake.advance(memory, place{}, false, true); };
    auto const established = [&] { return handshake.is_established(memory, place{}); };

    handshake.start(memory, place{});
    check(device_said(offsetof(control_block::device_half, boot)) == 1);
    check(device_said(offsetof(control_block::device_half, magic)) == rpmsg::wire::control_magic);
    check(advance() == handshake_step::none); // no driver
    driver_says(offsetof(control_block::driver_half, epoch), 7);
    check(advance() == handshake_step::none); // no magic: half written
    driver_says(offsetof(control_block::driver_half, magic), rpmsg::wire::control_magic);
    check(advance() == handshake_step::refuse); // and of another configuration
    driver_says(offsetof(control_block::driver_half, fingerprint), ours.fingerprint());
    check(advance() == handshake_step::answered);
    check(device_said(offsetof(control_block::device_half, quiet)) == 7);
    check(advance() == handshake_step::none);
    driver_says(offsetof(control_block::driver_half, ready), 7);
    check(advance() == handshake_step::none); // initialised for an earlier `boot` of the device
    driver_says(offsetof(control_block::driver_half, boot_seen), 1);
    check(advance() == handshake_step::attach);
    check(established());
    driver_says(offsetof(control_block::driver_half, epoch), 8);
    check(not established());
    check(advance() == handshake_step::answered and device_said(offsetof(control_block::device_half, quiet)) == 8);

    // The next start increments `boot`, also past the end of the counter, and never to 0.
    shared.put(device + static_cast<std::uint32_t>(offsetof(control_block::device_half, boot)), std::uint32_t{0xffff'ffff});
    auto next = rpmsg::detail::control_block_device<ours>{};
    next.start(memory, place{});
    check(device_said(offsetof(control_block::device_half, boot)) == 1);
    check(device_said(offsetof(control_block::device_half, quiet)) == 0);
    return true;
}

/// The driver's half of the handshake, step by step; the test writes the device's words.
constexpr auto the_driver_waits_until_the_device_lets_go() -> bool {
    constexpr auto driver = std::uint32_t{offsetof(control_block, driver)};
    constexpr auto device = std::uint32_t{offsetof(control_block, device)};
    auto shared = two_sides<ours>{};
    auto memory = shared.driver_region();
    auto handshake = rpmsg::detail::control_block_driver<ours>{};
    auto const device_says = [&](std::size_t field, std::uint32_t value) {
        shared.put(device + static_cast<std::uint32_t>(field), value);
    };
    auto const driver_said = [&](std::size_t field) {
        return shared.at<std::uint32_t>(driver + static_cast<std::uint32_t>(field));
    };
    auto const advance = [&] { return handshake.advance(memory, place{}, false, true); };
    auto const established = [&] { return handshake.is_established(memory, place{}); };

    handshake.start(memory, place{});
    auto const epoch = driver_said(offsetof(control_block::driver_half, epoch));
    check(epoch == 1 and driver_said(offsetof(control_block::driver_half, magic)) == rpmsg::wire::control_magic);
    check(advance() == handshake_step::none);
    device_says(offsetof(control_block::device_half, magic), rpmsg::wire::control_magic);
    check(advance() == handshake_step::refuse);
    device_says(offsetof(control_block::device_half, fingerprint), ours.fingerprint());
    device_says(offsetof(control_block::device_half, boot), 9);
    check(advance() == handshake_step::none); // the device may still use the rings of an earlier epoch
    device_says(offsetof(control_block::device_half, quiet), epoch);
    check(advance() == handshake_step::attach);
    check(driver_said(offsetof(control_block::driver_half, ready)) != epoch);
    handshake.attached(memory, place{});
    check(driver_said(offsetof(control_block::driver_half, ready)) == epoch);
    check(driver_said(offsetof(control_block::driver_half, boot_seen)) == 9);
    check(established());
    device_says(offsetof(control_block::device_half, boot), 10);
    check(not established());
    handshake.restart(memory, place{});
    check(driver_said(offsetof(control_block::driver_half, epoch)) == epoch + 1);
    check(advance() == handshake_step::none);

    // An epoch is never 0, nor one that the device has answered already.
    shared.put(driver + static_cast<std::uint32_t>(offsetof(control_block::driver_half, epoch)), std::uint32_t{0xffff'ffff});
    device_says(offsetof(control_block::device_half, quiet), 1);
    auto next = rpmsg::detail::control_block_driver<ours>{};
    next.start(memory, place{});
    check(driver_said(offsetof(control_block::driver_half, epoch)) == 2);
    return true;
}

TEST_CASE("The device lets go of a session before it attaches to the next") {
    STATIC_REQUIRE(the_device_lets_go_before_it_attaches());
    CHECK(the_device_lets_go_before_it_attaches());
}

TEST_CASE("The driver lays the rings out only when the device has let go of the session before") {
    STATIC_REQUIRE(the_driver_waits_until_the_device_lets_go());
    CHECK(the_driver_waits_until_the_device_lets_go());
}

TEST_CASE("A control block that does not lie in the region, or at no word, does not fit") {
    using handshake = rpmsg::detail::control_block_driver<ours>;
    constexpr auto end = place::control() + std::uint32_t{sizeof(control_block)};
    STATIC_REQUIRE(handshake::fits(place{}, end));
    STATIC_REQUIRE_FALSE(handshake::fits(place{}, end - 1));
}

} // namespace
