#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/testing/lines/spi_bus.hpp>
#include <rpmsg/testing/lines/spi_noise.hpp>
#include <rpmsg/testing/simulator/kernel.hpp>
#include <rpmsg/transport/spi.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace rpmsg::testing::simulator {

/// An SPI bus with two request lines between a controller at end 0 and a peripheral at end 1. Transfers take time.
template <spi_config Config> class spi_wire final : public wire {
    using bus = spi_bus<Config.frame_size, spi_noise>;

    template <spi_role Role> class port {
        static constexpr std::uint32_t end = Role == spi_role::controller ? 0 : 1;
        spi_wire* line_;

      public:
        static constexpr auto role = Role;
        static constexpr std::uint32_t word_size = 1;
        explicit port(spi_wire& line) : line_{&line} {}
        auto start_transfer(const_bytes out, bytes in) -> void { line_->start_transfer(end, out, in); }
        [[nodiscard]] auto progress() const -> spi_progress { return line_->bus_.progress(end); }
        auto abandon() -> void {
            if (line_->at(end).is_alive()) {
                line_->bus_.abandon(end);
            }
        }
        auto request(bool on) -> void { line_->request(end, on); }
        [[nodiscard]] auto is_requested() const -> bool { return line_->bus_.is_requesting(1 - end); }
    };
    struct ear {
        spi_wire* line;
        std::uint32_t end;
        auto notify(std::uint32_t signal) -> void { line->interrupt(end, signal); }
    };

    bus bus_{spi_noise{}};
    spi_fault_rates rates_{};
    nanoseconds transfer_time_;
    std::array<spi_storage<Config>, 2> frames_{};
    bool was_cut_{};

    /// A wire that is cut carries silence and no edges.
    auto set_rates() -> void {
        auto rates = rates_;
        if (is_cut()) {
            rates.frames_per_silence = rates.edges_per_missed_one = 1;
        }
        bus_.wires().set(rates);
    }
    auto pass_on() -> void {
        for (std::uint32_t end = 0; end < 2; ++end) {
            auto to = ear{this, end};
            (void)bus_.forward(end, to);
        }
    }
    auto start_transfer(std::uint32_t end, const_bytes out, bytes in) -> void {
        if (at(end).is_alive()) {
            bus_.start_transfer(end, out, in);
            if (end == 0) {
                call_after(transfer_time_ * (is_slow() ? 5 : 1), 0);
            }
        }
    }
    auto request(std::uint32_t end, bool on) -> void {
        if (at(end).is_alive()) {
            set_rates();
            bus_.request(end, on);
            pass_on();
        }
    }

  public:
    /// `clock` is in bits per second.
    spi_wire(kernel& in, std::uint32_t number, std::string name, std::uint32_t clock = 10'000'000)
        : wire{in, number, std::move(name)}, transfer_time_{std::int64_t{8'000'000'000} * Config.frame_size / clock} {}

    /// The transports of the ends.
    [[nodiscard]] auto controller() {
        using own = port<spi_role::controller>;
        return tapped{spi<Config, own>{frames_[0], own{*this}}, taps_[0]};
    }
    [[nodiscard]] auto peripheral() {
        using own = port<spi_role::peripheral>;
        return tapped{spi<Config, own>{frames_[1], own{*this}}, taps_[1]};
    }

    [[nodiscard]] auto may_lose() const -> bool override { return Config.profile != spi_profile::reliable; }
    [[nodiscard]] auto suits(fault which) const -> bool override {
        return which == fault::bus_noise or which == fault::bus_abort or which == fault::edge_lost;
    }
    auto strike(fault which, seeded_random& random) -> void override {
        auto const rate = static_cast<std::uint32_t>(random.between(3, 60));
        if (which == fault::bus_noise) {
            rates_.bytes_per_flip = 100 * rate;
            rates_.frames_per_slip = rates_.frames_per_garbage = rates_.frames_per_silence = 3 * rate;
        } else if (which == fault::bus_abort) {
            rates_.transfers_per_abort = rate;
        } else {
            rates_.edges_per_missed_one = rate;
        }
    }
    auto mend(fault) -> void override { rates_ = {}; }
    /// A reset disconnects the port from DMA and releases the line.
    auto enter(std::uint32_t end) -> void override { leave(end); }
    auto leave(std::uint32_t end) -> void override {
        if (bus_.is_busy(end)) {
            bus_.abandon(end);
        }
        bus_.request(end, false);
    }
    auto due(std::uint32_t) -> void override {
        set_rates();
        if (bus_.run()) {
            pass_on();
        }
    }
};

} // namespace rpmsg::testing::simulator
