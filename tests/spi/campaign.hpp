#pragma once

#include <rpmsg/testing/lines/spi_noise.hpp>

#include <catch2/catch_test_macros.hpp>

#include "pair.hpp"
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace spi_tests {

/// Noise that knows which damaged frames no check of this format can tell from sound ones.
template <spi_config Config> class watched_noise : public rpmsg::testing::spi_noise {
    using format = typename rpmsg::detail::checked_spi_config<Config>::format;
    std::uint64_t invisible_{};

  public:
    using spi_noise::spi_noise;

    auto carry(std::uint32_t from, rpmsg::bytes frame) -> void {
        auto before = std::array<std::byte, Config.frame_size>{};
        std::memcpy(before.data(), frame.data(), frame.size());
        spi_noise::carry(from, frame);
        auto const content = format::read(frame);
        if (content.command == rpmsg::wire::spi_command::data and
            std::memcmp(before.data(), frame.data(), format::payload_offset + content.length) != 0) {
            ++invisible_;
        }
    }
    [[nodiscard]] auto invisible() const -> std::uint64_t { return invisible_; }
};

/// What came of numbered messages at one side.
struct tally {
    std::uint32_t next{};
    std::uint64_t heard{};
    std::uint64_t lost{};
    std::uint64_t corrupt{};
    std::uint64_t again{}; ///< a second time, or too late
    std::uint64_t downs{};

    auto hear(rpmsg::const_bytes payload) -> void {
        ++heard;
        auto const number = payload.size() == 24 ? rpmsg::load<std::uint32_t>(payload) : 0xffff'ffff;
        if (payload.size() != 24 or not same(payload, numbered<24>(number))) {
            ++corrupt;
        } else if (number < next) {
            ++again;
        } else {
            lost += number - next;
            next = number + 1;
        }
    }
};

struct outcome {
    tally at_controller{};
    tally at_peripheral{};
    std::uint64_t sent{};
    std::uint64_t transfers{};
    std::uint64_t faults{};
    std::uint64_t invisible{};

    [[nodiscard]] auto sum(std::uint64_t tally::*what) const -> std::uint64_t {
        return at_controller.*what + at_peripheral.*what;
    }
    auto print(char const* name) const -> void {
        std::printf(
            "%s: %llu transfers, %llu faults; %llu messages heard, %llu lost, %llu corrupt (%llu frames whose damage no "
            "check can see), %llu again, link down %llu times\n",
            name, static_cast<unsigned long long>(transfers), static_cast<unsigned long long>(faults),
            static_cast<unsigned long long>(sum(&tally::heard)), static_cast<unsigned long long>(sum(&tally::lost)),
            static_cast<unsigned long long>(sum(&tally::corrupt)), static_cast<unsigned long long>(invisible),
            static_cast<unsigned long long>(sum(&tally::again)), static_cast<unsigned long long>(sum(&tally::downs)));
    }
};

/// Both sides send numbered messages as fast as they can over noise, for so many transfers; then the noise ends, and what is
/// under way comes.
template <spi_config Config>
auto run_campaign(rpmsg::testing::spi_fault_rates rates, std::uint64_t transfers, std::uint64_t seed = 1) -> outcome {
    using rpmsg::endpoint;
    auto found = outcome{};
    auto pair =
        bus_of_two<Config, watched_noise<Config>>{.bus = rpmsg::testing::spi_bus<Config.frame_size, watched_noise<Config>>{
                                                      watched_noise<Config>{rpmsg::testing::spi_fault_rates{}, seed}}};
    auto const side = [](tally& own) {
        return rpmsg::endpoints{endpoint<0x100, 0x100>(
            [&own](auto&, rpmsg::message const& m) { own.hear(m.payload); },
            [&own](auto&, rpmsg::event const& e) { own.downs += e.kind == rpmsg::event_kind::link_down ? 1u : 0u; })};
    };
    auto a = rpmsg::channel{pair.controller(), side(found.at_controller)};
    auto b = rpmsg::channel{pair.peripheral(), side(found.at_peripheral)};
    check(a.start().has_value() and b.start().has_value());
    pair.settle(a, b);
    check(a.is_up() and b.is_up());
    pair.bus.wires().set(rates);
    std::uint32_t sent = 0;
    std::uint32_t sent_there = 0;
    rpmsg::ticks now = 0;
    auto const turns_at_most = 20 * transfers + 10'000;
    auto quiet = 0;
    for (std::uint64_t turn = 0; turn < turns_at_most and quiet < 2000; ++turn) {
        if (pair.bus.transfers() < transfers) {
            while (a.at(0).send(numbered<24>(sent))) {
                ++sent;
            }
            while (b.at(0).send(numbered<24>(sent_there))) {
                ++sent_there;
            }
        } else {
            pair.bus.wires().set({});
            ++quiet;
        }
        (void)pair.turn(a, b, now += 10);
    }
    check(pair.bus.transfers() >= transfers); // it did not stop
    found.sent = sent + sent_there;
    found.at_peripheral.lost += sent - found.at_peripheral.next;
    found.at_controller.lost += sent_there - found.at_controller.next;
    found.transfers = pair.bus.transfers();
    found.faults = pair.bus.wires().faults();
    found.invisible = pair.bus.wires().invisible();
    return found;
}

} // namespace spi_tests
