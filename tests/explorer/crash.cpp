#include <catch2/catch_test_macros.hpp>

#include "report.hpp"
#include "scenarios.hpp"
#include <cstdint>
#include <string>

namespace {

using namespace stage;

template <std::uint16_t Buffers, bool EventIndex>
auto crash_each(campaign& runs, settings const& how, std::uint32_t messages) -> void {
    constexpr auto rings = config<Buffers, EventIndex>;
    auto const name = std::to_string(Buffers) + (EventIndex ? " buffers, event index, " : " buffers, flags, ") +
                      std::to_string(messages) + " messages, crash of the ";
    runs.expect_clean(name + "receiving device", receiver_crashes<rings, device_core>(how, messages));
    runs.expect_clean(name + "receiving driver", receiver_crashes<rings, driver_core>(how, messages));
    runs.expect_clean(name + "sending device", sender_crashes<rings, device_core>(how, messages));
    runs.expect_clean(name + "sending driver", sender_crashes<rings, driver_core>(how, messages));
}

auto crash_in_all_modes(campaign& runs, settings const& how, std::uint32_t messages) -> void {
    crash_each<1, false>(runs, how, messages);
    crash_each<1, true>(runs, how, messages);
    crash_each<2, false>(runs, how, messages);
    crash_each<2, true>(runs, how, messages);
}

constexpr auto near_the_end = std::uint32_t{0xfffe};

} // namespace

TEST_CASE("exhaustive: either side crashes at any access of a link that is up") {
    auto runs = campaign{};
    crash_in_all_modes(runs, {}, 1);
    crash_each<1, true>(runs, {}, 2);
    crash_each<2, false>(runs, {}, 2);
}

TEST_CASE("exhaustive: either side crashes at any access, three messages") {
    auto runs = campaign{};
    crash_each<2, false>(runs, {}, 3);
}

TEST_CASE("exhaustive: either side crashes at any access of a link whose indices wrap") {
    auto runs = campaign{};
    crash_in_all_modes(runs, {.exchanged_before = near_the_end}, 1);
    crash_each<2, false>(runs, {.exchanged_before = near_the_end}, 2);
}

TEST_CASE("exhaustive: either side crashes at any access of the handshake or after it") {
    auto runs = campaign{};
    for (auto const from : {beginning::new_memory, beginning::old_memory}) {
        auto const how = settings{.from = from, .exchanged_before = 3};
        crash_each<1, false>(runs, how, 1);
        crash_each<1, true>(runs, how, 1);
    }
    crash_each<2, false>(runs, {.from = beginning::new_memory}, 2);
}

TEST_CASE("exhaustive: either side crashes twice") {
    auto runs = campaign{};
    auto how = settings{};
    how.search.crashes = 2;
    constexpr auto rings = config<1, false>;
    runs.expect_clean("receiving device", receiver_crashes<rings, device_core>(how, 1));
    runs.expect_clean("receiving driver", receiver_crashes<rings, driver_core>(how, 1));
    runs.expect_clean("sending driver", sender_crashes<rings, driver_core>(how, 1));
}

TEST_CASE("exhaustive: either side crashes, all modes and more messages", "[.nightly]") {
    auto runs = campaign{};
    for (auto const before : {std::uint32_t{}, near_the_end}) {
        crash_in_all_modes(runs, {.exchanged_before = before}, 2);
        crash_in_all_modes(runs, {.exchanged_before = before}, 3);
    }
    for (auto const from : {beginning::new_memory, beginning::old_memory}) {
        crash_in_all_modes(runs, {.from = from, .exchanged_before = 3}, 2);
    }
}

TEST_CASE("exhaustive: either side crashes twice, all modes", "[.nightly]") {
    auto runs = campaign{};
    crash_in_all_modes(runs, {.search = {.crashes = 2}}, 1);
    crash_each<1, false>(runs, {.search = {.crashes = 2}}, 2);
}
