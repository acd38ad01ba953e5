// Numbered messages both ways over lines that damage them: nothing damaged is delivered.
#include <catch2/catch_test_macros.hpp>

#include "uart/campaign.hpp"
#include <cstdio>
#include <memory>

namespace {

using rpmsg::uart_config;
using rpmsg::uart_profile;
using rpmsg::testing::line_faults;

constexpr auto reliable = uart_config{.payload = 200,
                                      .profile = uart_profile::reliable,
                                      .check_step = rpmsg::wire::crc_step::byte,
                                      .connect_ticks = 20,
                                      .resend_ticks = 4,
                                      .most_resends = 200};
constexpr auto nuttx = uart_config{.payload = 200, .check_step = rpmsg::wire::crc_step::byte, .connect_ticks = 20};
constexpr auto openvela = [] {
    auto config = nuttx;
    config.dialect = rpmsg::wire::uart_dialects::openvela;
    return config;
}();

/// One kind of fault after the other, then all together, each to one byte in `rate`.
template <uart_config Config> auto over_all_faults(std::uint64_t frames, std::uint32_t rate) -> campaign_result {
    auto total = campaign_result{};
    auto const kinds = {
        line_faults{.flip = rate},
        line_faults{.drop = rate},
        line_faults{.insert = rate},
        line_faults{.duplicate = rate},
        line_faults{.cut = rate},
        line_faults{.flip = rate * 5, .drop = rate * 5, .insert = rate * 5, .duplicate = rate * 5, .cut = rate * 5}};
    std::uint64_t seed = rate;
    for (auto const& faults : kinds) {
        auto const run = std::make_unique<campaign<Config>>();
        auto const result = run->run(faults, frames / kinds.size(), ++seed);
        total.sent += result.sent;
        total.delivered += result.delivered;
        total.corrupt += result.corrupt;
        total.out_of_turn += result.out_of_turn;
        total.downs += result.downs;
        total.stalls += result.stalls;
    }
    return total;
}

template <uart_config Config> auto nothing_is_corrupt_and_all_arrives_once(std::uint64_t frames, std::uint32_t rate) -> void {
    auto const result = over_all_faults<Config>(frames, rate);
    CHECK(result.sent >= frames - 6);
    CHECK(result.corrupt == 0);
    CHECK(result.out_of_turn == 0);
    CHECK(result.downs == 0);
    CHECK(result.stalls == 0);
    CHECK(result.delivered + 6 * 32 > result.sent); // the last ones are on their way
}

/// What a check of 16 bits cannot see is one damaged frame in 65536; most damage is seen for certain.
template <uart_config Config> auto hardly_anything_is_corrupt(std::uint64_t frames, std::uint32_t rate) -> void {
    auto const result = over_all_faults<Config>(frames, rate);
    auto const damaged = result.sent - result.delivered;
    std::printf(
        "nuttx profile, 1 fault in %u bytes: %llu frames, %llu lost, %llu corrupt that CRC-16 did not see, link down %llu "
        "times\n",
        rate, static_cast<unsigned long long>(result.sent), static_cast<unsigned long long>(damaged),
        static_cast<unsigned long long>(result.corrupt), static_cast<unsigned long long>(result.downs));
    CHECK(result.corrupt <= 1 + damaged / 65536);
    CHECK(result.stalls == 0);
    CHECK(result.delivered > 0);
}

} // namespace

TEST_CASE("reliable: over noise all arrives once, in order and undamaged") {
    nothing_is_corrupt_and_all_arrives_once<reliable>(300'000, 1'000'000);
    nothing_is_corrupt_and_all_arrives_once<reliable>(150'000, 1000);
    nothing_is_corrupt_and_all_arrives_once<reliable>(30'000, 100);
}

TEST_CASE("nuttx: over noise only damaged frames are lost") {
    hardly_anything_is_corrupt<nuttx>(400'000, 1000);
    hardly_anything_is_corrupt<nuttx>(100'000, 100);
    hardly_anything_is_corrupt<openvela>(50'000, 1000);
}

TEST_CASE("nuttx: of frames that are not hit none is lost") {
    auto const result = over_all_faults<nuttx>(200'000, 1'000'000);
    auto const faults = result.sent * 150 / 1'000'000; // at some 150 bytes each
    CHECK(result.sent - result.delivered < 3 * faults + 6 * 32);
}

TEST_CASE("nuttx: without its checks damage is delivered, and this campaign sees it") {
    constexpr auto careless = [] {
        auto config = nuttx;
        config.check = rpmsg::uart_check::off;
        return config;
    }();
    CHECK(over_all_faults<careless>(20'000, 1000).corrupt > 100);
}

TEST_CASE("reliable, 1e8 frames: over noise all arrives once, in order and undamaged", "[.nightly]") {
    for (auto const rate : {1'000'000u, 100'000u, 10'000u, 1000u}) {
        nothing_is_corrupt_and_all_arrives_once<reliable>(24'500'000, rate);
    }
    nothing_is_corrupt_and_all_arrives_once<reliable>(2'000'000, 100);
}

TEST_CASE("nuttx, 1e8 frames: over noise only damaged frames are lost", "[.nightly]") {
    for (auto const rate : {1'000'000u, 100'000u, 10'000u, 1000u}) {
        hardly_anything_is_corrupt<nuttx>(25'000'000, rate);
    }
}
