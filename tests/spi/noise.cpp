#include "campaign.hpp"
#include <cstdint>

namespace {
using namespace spi_tests;
using rpmsg::testing::spi_fault_rates;

constexpr auto small_nuttx = spi_config{.frame_size = 80,
                                        .transmit_buffers = 4,
                                        .receive_buffers = 6,
                                        .profile = spi_profile::nuttx,
                                        .check_step = rpmsg::wire::crc_step::byte};
constexpr auto small_unchecked = [] {
    auto config = small_nuttx;
    config.is_checked = false;
    return config;
}();
constexpr auto small_reliable =
    spi_config{.frame_size = 80, .transmit_buffers = 4, .receive_buffers = 6, .check_step = rpmsg::wire::crc_step::byte};
constexpr auto impatient = [] {
    auto config = small_reliable;
    config.patience = 16;
    return config;
}();

constexpr auto flips_1e5 = spi_fault_rates{.bytes_per_flip = 100'000};
constexpr auto flips_1e3 = spi_fault_rates{.bytes_per_flip = 1'000};
constexpr auto flips_1e2 = spi_fault_rates{.bytes_per_flip = 100};
constexpr auto all_faults = spi_fault_rates{.bytes_per_flip = 1'000,
                                            .frames_per_slip = 50,
                                            .frames_per_garbage = 100,
                                            .frames_per_silence = 100,
                                            .transfers_per_abort = 50,
                                            .edges_per_missed_one = 50};

auto require_reliable(outcome const& found) -> void {
    CHECK(found.sum(&tally::heard) == found.sent);
    CHECK(found.sum(&tally::lost) == 0);
    CHECK(found.sum(&tally::corrupt) == 0);
    CHECK(found.sum(&tally::again) == 0);
    CHECK(found.sum(&tally::downs) == 0);
    CHECK(found.sent > found.transfers / 10);
}
auto require_sound(outcome const& found) -> void {
    CHECK(found.sum(&tally::corrupt) + found.sum(&tally::again) <= found.invisible);
    CHECK(found.sum(&tally::lost) <= 2 * found.faults);
    CHECK(found.sum(&tally::heard) > found.transfers / 5);
}
auto run_all(std::uint64_t frames) -> void {
    auto const transfers = frames / 2;
    auto const reliable = [&](char const* name, spi_fault_rates rates, std::uint64_t share) {
        auto const found = run_campaign<small_reliable>(rates, transfers / share);
        found.print(name);
        require_reliable(found);
    };
    auto const nuttx_like = [&](char const* name, spi_fault_rates rates, std::uint64_t share) {
        auto const found = run_campaign<small_nuttx>(rates, transfers / share);
        found.print(name);
        require_sound(found);
    };
    reliable("reliable, a flip in 1e5 bytes", flips_1e5, 8);
    reliable("reliable, a flip in 1e3 bytes", flips_1e3, 8);
    reliable("reliable, a flip in 1e2 bytes", flips_1e2, 8);
    reliable("reliable, all faults", all_faults, 8);
    nuttx_like("nuttx, a flip in 1e5 bytes", flips_1e5, 8);
    nuttx_like("nuttx, a flip in 1e3 bytes", flips_1e3, 8);
    nuttx_like("nuttx, a flip in 1e2 bytes", flips_1e2, 8);
    nuttx_like("nuttx, all faults", all_faults, 8);
}
} // namespace

TEST_CASE("a million frames over noise: reliable, all come once and in order; nuttx, none comes damaged") {
    run_all(1'000'000);
}

TEST_CASE("a hundred million frames over noise", "[.nightly]") { run_all(100'000'000); }

TEST_CASE("the campaign sees what is lost and what comes damaged") {
    CHECK(run_campaign<small_nuttx>(flips_1e3, 10'000).sum(&tally::lost) > 0);
    auto const unchecked = run_campaign<small_unchecked>(flips_1e3, 20'000);
    CHECK(unchecked.sum(&tally::corrupt) > 0);
    CHECK(unchecked.sum(&tally::corrupt) + unchecked.sum(&tally::again) <= unchecked.invisible);
    CHECK(run_campaign<impatient>({.bytes_per_flip = 50}, 100'000).sum(&tally::downs) > 0);
}
