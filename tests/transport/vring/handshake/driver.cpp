#include <rpmsg/testing/regions/array_region.hpp>
#include <rpmsg/transport/vring/handshake/driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <cstddef>

namespace {

using rpmsg::vring_config;
using rpmsg::detail::driver_handshake;
using rpmsg::detail::handshake_step;
using rpmsg::wire::control_block;
namespace dialects = rpmsg::wire::dialects;

constexpr auto with_epochs = vring_config{.buffers = 4, .buffer_size = 64};
using place = rpmsg::vring_layout<with_epochs>;

/// The driver's half of the handshake, step by step, with the device's words written by hand.
constexpr auto the_driver_waits_until_the_device_lets_go() -> bool {
    constexpr auto driver = std::uint32_t{offsetof(control_block, driver)};
    constexpr auto device = std::uint32_t{offsetof(control_block, device)};
    auto shared = two_sides<with_epochs>{};
    auto memory = shared.driver_region();
    auto session = driver_handshake<with_epochs>{};
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
    check(look() == handshake_step::none);
    device_says(offsetof(control_block::device_half, magic), rpmsg::wire::control_magic);
    check(look() == handshake_step::refuse);
    device_says(offsetof(control_block::device_half, fingerprint), with_epochs.fingerprint());
    device_says(offsetof(control_block::device_half, boot), 9);
    check(look() == handshake_step::none); // it may still be at the rings of an earlier session
    device_says(offsetof(control_block::device_half, quiet), epoch);
    check(look() == handshake_step::attach);
    check(driver_said(offsetof(control_block::driver_half, ready)) != epoch);
    session.attached(memory, place{});
    check(driver_said(offsetof(control_block::driver_half, ready)) == epoch);
    check(driver_said(offsetof(control_block::driver_half, boot_seen)) == 9);
    check(stands());
    device_says(offsetof(control_block::device_half, boot), 10);
    check(not stands());
    session.restart(memory, place{});
    check(driver_said(offsetof(control_block::driver_half, epoch)) == epoch + 1);
    check(look() == handshake_step::none);

    // An epoch is never 0, nor one that the device has answered already.
    shared.put(driver + static_cast<std::uint32_t>(offsetof(control_block::driver_half, epoch)), std::uint32_t{0xffff'ffff});
    device_says(offsetof(control_block::device_half, quiet), 1);
    auto next = driver_handshake<with_epochs>{};
    next.start(memory, place{});
    check(driver_said(offsetof(control_block::driver_half, epoch)) == 2);
    return true;
}

constexpr auto openamp = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::openamp};

/// The status byte: taken back at the start, set after the rings are laid out.
constexpr auto the_status_byte_comes_last() -> bool {
    using openamp_place = rpmsg::vring_layout<openamp>;
    auto shared = two_sides<openamp>{};
    auto memory = shared.driver_region();
    auto session = driver_handshake<openamp>{};
    shared.put(openamp_place::status(), std::uint8_t{0xff});
    session.start(memory, openamp_place{});
    check(shared.at<std::uint8_t>(openamp_place::status()) == 0);
    check(session.look(memory, openamp_place{}, true, true) == handshake_step::attach);
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
    auto shared = two_sides<openamp>{};
    auto const live = [&](std::uint32_t offered) {
        shared.put(offered_at, offered);
        auto memory = shared.driver_region();
        auto session = driver_handshake<openamp>{};
        session.start(memory, openamp_place{});
        check(session.look(memory, openamp_place{}, true, true) == handshake_step::attach);
        session.attached(memory, openamp_place{});
        check(shared.at<std::uint32_t>(offered_at) == offered and shared.at<std::uint32_t>(agreed_at) == offered);
    };
    live(0);
    live(rpmsg::wire::feature_name_service);
    return true;
}

constexpr auto nuttx = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::nuttx};
using boot_place = rpmsg::vring_layout<nuttx>;
constexpr auto boot = std::uint32_t{boot_place::boot()};
constexpr auto own_word = boot + std::uint32_t{offsetof(rpmsg::wire::boot_block, driver_state)};
constexpr auto device_word = boot + std::uint32_t{offsetof(rpmsg::wire::boot_block, device_state)};
constexpr auto first_command =
    boot + std::uint32_t{sizeof(rpmsg::wire::boot_block) + offsetof(rpmsg::wire::resource_table, reserved)};

/// Memory that looks at the command words whenever the driver says that it runs.
struct watching_region : rpmsg::testing::array_region<boot_place::size()> {
    std::uint32_t left = 0xffff'ffff;

    using array_region::array_region;
    template <rpmsg::site Site, typename T> constexpr auto store(std::uint32_t offset, T value) -> void {
        if (offset == own_word and value == rpmsg::wire::boot_state::runs) {
            left = word(first_command) | word(first_command + 4);
        }
        array_region::store<Site>(offset, value);
    }
    constexpr auto word(std::uint32_t offset) -> std::uint32_t {
        return load<rpmsg::site::control_load, std::uint32_t>(offset);
    }
    constexpr auto put(std::uint32_t offset, std::uint32_t value) -> void { store<rpmsg::site::control_store>(offset, value); }
};
constexpr auto no_command_of_a_dead_peer_stands_when_the_driver_runs() -> bool {
    using session = driver_handshake<nuttx>;
    auto content = rpmsg::testing::array_memory<boot_place::size()>{};
    auto memory = watching_region{content};
    session::start(memory, boot_place{});
    memory.put(first_command, 0xdead'0001);
    memory.put(first_command + 4, 0xdead'0002);
    session::attached(memory, boot_place{});
    check(memory.left == 0 and memory.word(own_word) == rpmsg::wire::boot_state::runs);
    return memory.word(first_command) == 0 and memory.word(first_command + 4) == 0;
}
constexpr auto a_driver_whose_word_another_wrote_begins_again() -> bool {
    using session = driver_handshake<nuttx>;
    auto content = rpmsg::testing::array_memory<boot_place::size()>{};
    auto memory = watching_region{content};
    auto const look = [&] { return session::look(memory, boot_place{}, true, true); };
    session::start(memory, boot_place{});
    check(memory.word(own_word) == rpmsg::wire::boot_state::boots and look() == handshake_step::none);
    memory.put(own_word, rpmsg::wire::boot_state::needs_reset);
    check(look() == handshake_step::answered and memory.word(own_word) == rpmsg::wire::boot_state::boots);
    check(look() == handshake_step::none);
    memory.put(device_word, rpmsg::wire::boot_state::boots);
    return look() == handshake_step::attach;
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

TEST_CASE("No command of a dead peer stands when the driver says that it runs") {
    STATIC_REQUIRE(no_command_of_a_dead_peer_stands_when_the_driver_runs());
    CHECK(no_command_of_a_dead_peer_stands_when_the_driver_runs());
}

TEST_CASE("A driver whose boot word another side wrote begins again") {
    STATIC_REQUIRE(a_driver_whose_word_another_wrote_begins_again());
    CHECK(a_driver_whose_word_another_wrote_begins_again());
}

} // namespace
