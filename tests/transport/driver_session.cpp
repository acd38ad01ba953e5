#include <rpmsg/transport/driver_session.hpp>

#include "check.hpp"
#include "transport/shared_block.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>

namespace {

using rpmsg::vring_config;
using rpmsg::detail::driver_session;
using rpmsg::detail::session_step;
using rpmsg::wire::control_block;
namespace dialects = rpmsg::wire::dialects;

constexpr auto with_epochs = vring_config{.buffers = 4, .buffer_size = 64};
using place = rpmsg::vring_layout<with_epochs>;

/// The driver's half of the handshake, step by step, with the device's words written by hand.
constexpr auto the_driver_waits_until_the_device_lets_go() -> bool {
    constexpr auto driver = std::uint32_t{offsetof(control_block, driver)};
    constexpr auto device = std::uint32_t{offsetof(control_block, device)};
    auto shared = shared_block<with_epochs>{};
    auto memory = shared.driver_region();
    auto session = driver_session<with_epochs>{};
    auto const device_says = [&](std::size_t field, std::uint32_t value) {
        shared.put(device + static_cast<std::uint32_t>(field), value);
    };
    auto const driver_said = [&](std::size_t field) {
        return shared.at<std::uint32_t>(driver + static_cast<std::uint32_t>(field));
    };
    auto const look = [&] { return session.look(memory, place{}, false, true); };
    auto const stands = [&] { return session.stands(memory, place{}); };

    session.start(memory, place{});
    auto const epoch = driver_said(offsetof(control_block::driver_half, epoch));
    check(epoch == 1 and driver_said(offsetof(control_block::driver_half, magic)) == rpmsg::wire::control_magic);
    check(look() == session_step::none);
    device_says(offsetof(control_block::device_half, magic), rpmsg::wire::control_magic);
    check(look() == session_step::refuse);
    device_says(offsetof(control_block::device_half, fingerprint), with_epochs.fingerprint());
    device_says(offsetof(control_block::device_half, boot), 9);
    check(look() == session_step::none); // it may still be at the rings of an earlier session
    device_says(offsetof(control_block::device_half, quiet), epoch);
    check(look() == session_step::attach);
    check(driver_said(offsetof(control_block::driver_half, ready)) != epoch);
    session.attached(memory, place{});
    check(driver_said(offsetof(control_block::driver_half, ready)) == epoch);
    check(driver_said(offsetof(control_block::driver_half, boot_seen)) == 9);
    check(stands());
    device_says(offsetof(control_block::device_half, boot), 10);
    check(not stands());
    session.restart(memory, place{});
    check(driver_said(offsetof(control_block::driver_half, epoch)) == epoch + 1);
    check(look() == session_step::none);

    // An epoch is never 0, nor one that the device has answered already.
    shared.put(driver + static_cast<std::uint32_t>(offsetof(control_block::driver_half, epoch)), std::uint32_t{0xffff'ffff});
    device_says(offsetof(control_block::device_half, quiet), 1);
    auto next = driver_session<with_epochs>{};
    next.start(memory, place{});
    check(driver_said(offsetof(control_block::driver_half, epoch)) == 2);
    return true;
}

constexpr auto openamp = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::openamp};

/// The status byte: taken back at the start, set after the rings are laid out.
constexpr auto the_status_byte_comes_last() -> bool {
    using openamp_place = rpmsg::vring_layout<openamp>;
    auto shared = shared_block<openamp>{};
    auto memory = shared.driver_region();
    auto session = driver_session<openamp>{};
    shared.put(openamp_place::status(), std::uint8_t{0xff});
    session.start(memory, openamp_place{});
    check(shared.at<std::uint8_t>(openamp_place::status()) == 0);
    check(session.look(memory, openamp_place{}, true, true) == session_step::attach);
    check(shared.at<std::uint8_t>(openamp_place::status()) == 0);
    session.attached(memory, openamp_place{});
    check(shared.at<std::uint8_t>(openamp_place::status()) == 4);
    check(session.stands(memory, openamp_place{}));
    return true;
}

/// Between two lives of the driver the firmware of the remote is loaded anew, with another table.
constexpr auto a_table_that_was_loaded_anew_is_the_one_that_counts() -> bool {
    using openamp_place = rpmsg::vring_layout<openamp>;
    constexpr auto vdev = openamp_place::status() - std::uint32_t{offsetof(rpmsg::wire::vdev_entry, status)};
    constexpr auto offered_at = vdev + std::uint32_t{offsetof(rpmsg::wire::vdev_entry, device_features)};
    constexpr auto agreed_at = vdev + std::uint32_t{offsetof(rpmsg::wire::vdev_entry, driver_features)};
    auto shared = shared_block<openamp>{};
    auto const live = [&](std::uint32_t offered) {
        shared.put(offered_at, offered);
        auto memory = shared.driver_region();
        auto session = driver_session<openamp>{};
        session.start(memory, openamp_place{});
        check(session.look(memory, openamp_place{}, true, true) == session_step::attach);
        session.attached(memory, openamp_place{});
        check(shared.at<std::uint32_t>(offered_at) == offered and shared.at<std::uint32_t>(agreed_at) == offered);
    };
    live(0);
    live(rpmsg::wire::feature_name_service);
    return true;
}

TEST_CASE("The driver lays the rings out only when the device has let go of the session before") {
    STATIC_REQUIRE(the_driver_waits_until_the_device_lets_go());
    CHECK(the_driver_waits_until_the_device_lets_go());
}

TEST_CASE("A table that was loaded anew between two lives of the driver is the one that counts") {
    STATIC_REQUIRE(a_table_that_was_loaded_anew_is_the_one_that_counts());
    CHECK(a_table_that_was_loaded_anew_is_the_one_that_counts());
}

TEST_CASE("The status byte is taken back first and set last") {
    STATIC_REQUIRE(the_status_byte_comes_last());
    CHECK(the_status_byte_comes_last());
}

} // namespace
