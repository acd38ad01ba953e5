#include <catch2/catch_test_macros.hpp>

#include "report.hpp"
#include "scenarios.hpp"
#include <cstdint>
#include <string>

namespace {

using namespace stage;

template <std::uint16_t Buffers, bool EventIndex>
auto talk(campaign& runs, settings const& how, std::uint32_t driver_sends, std::uint32_t device_sends) -> void {
    runs.expect_clean(std::to_string(Buffers) + (EventIndex ? " buffers, event index, " : " buffers, flags, ") +
                          std::to_string(driver_sends) + " to the device, " + std::to_string(device_sends) + " to the driver",
                      conversation<config<Buffers, EventIndex>>(how, driver_sends, device_sends));
}

auto talk_in_all_modes(campaign& runs, settings const& how, std::uint32_t driver_sends, std::uint32_t device_sends) -> void {
    talk<1, false>(runs, how, driver_sends, device_sends);
    talk<1, true>(runs, how, driver_sends, device_sends);
    talk<2, false>(runs, how, driver_sends, device_sends);
    talk<2, true>(runs, how, driver_sends, device_sends);
}

auto talk_one_way(campaign& runs, settings const& how, std::uint32_t most = 3) -> void {
    for (auto messages = 1u; messages <= most; ++messages) {
        talk_in_all_modes(runs, how, messages, 0);
        talk_in_all_modes(runs, how, 0, messages);
    }
}

/// The first index of each direction is then 0xFFFE.
constexpr auto near_the_end = std::uint32_t{0xfffe};

} // namespace

TEST_CASE("exhaustive, both ends attached, indices from 0: either role sends 1 to 3 messages") {
    auto runs = campaign{};
    talk_one_way(runs, {});
}

TEST_CASE("exhaustive, both ends attached, indices from 0xFFFE: either role sends 1 to 3 messages") {
    auto runs = campaign{};
    talk_one_way(runs, {.exchanged_before = near_the_end});
}

TEST_CASE("exhaustive, both ends attached: both roles send at once") {
    auto runs = campaign{};
    for (auto const before : {std::uint32_t{}, near_the_end}) {
        talk_in_all_modes(runs, {.exchanged_before = before}, 1, 1);
        talk_in_all_modes(runs, {.exchanged_before = before}, 2, 2);
    }
    talk<1, false>(runs, {}, 3, 3);
    talk<2, false>(runs, {}, 3, 3);
    talk<2, true>(runs, {}, 3, 3);
}

TEST_CASE("exhaustive, with the handshake in new memory: the link comes up and both roles send") {
    auto runs = campaign{};
    auto const how = settings{.from = beginning::new_memory};
    talk_in_all_modes(runs, how, 0, 0);
    talk_in_all_modes(runs, how, 1, 1);
    talk_in_all_modes(runs, how, 2, 2);
}

TEST_CASE("exhaustive, with the handshake in the memory of an earlier life: the link comes up and both roles send") {
    auto runs = campaign{};
    for (auto const before : {3u, near_the_end}) {
        auto const how = settings{.from = beginning::old_memory, .exchanged_before = before};
        talk_in_all_modes(runs, how, 1, 1);
        talk_in_all_modes(runs, how, 2, 2);
    }
}

TEST_CASE("exhaustive, with the status byte of OpenAMP: the link comes up and both roles send") {
    auto runs = campaign{};
    constexpr auto one = config<1, false, rpmsg::wire::dialects::openamp>;
    constexpr auto two = config<2, false, rpmsg::wire::dialects::openamp>;
    for (auto const from : {beginning::new_memory, beginning::old_memory}) {
        auto const how = settings{.from = from, .exchanged_before = 3};
        runs.expect_clean("1 buffer", conversation<one>(how, 1, 1));
        runs.expect_clean("1 buffer", conversation<one>(how, 2, 2));
        runs.expect_clean("2 buffers", conversation<two>(how, 2, 2));
    }
}

TEST_CASE("exhaustive, both ends attached: longer conversations", "[.nightly]") {
    auto runs = campaign{};
    for (auto const before : {std::uint32_t{}, near_the_end}) {
        talk_one_way(runs, {.exchanged_before = before}, 5);
        talk_in_all_modes(runs, {.exchanged_before = before}, 3, 3);
    }
    talk_in_all_modes(runs, {.from = beginning::new_memory}, 3, 3);
}
