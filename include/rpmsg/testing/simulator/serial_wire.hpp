#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/testing/lines/serial_line.hpp>
#include <rpmsg/testing/simulator/kernel.hpp>
#include <rpmsg/transport/uart.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

namespace rpmsg::testing::simulator {

/// A serial line in both directions: bytes take time, and arrive after a latency. Each end writes into a FIFO, from which it is
/// interrupted when there is room again. `Other` is the configuration of end 1 where it differs.
template <uart_config Config, uart_config Other = Config> class serial_wire final : public wire {
    static constexpr std::size_t fifo = 256;

    class stream {
        serial_wire* line_;
        std::uint32_t end_;

      public:
        stream(serial_wire& line, std::uint32_t end) : line_{&line}, end_{end} {}
        auto write(const_bytes out) -> std::size_t { return line_->write(end_, out); }
        auto read(bytes into) -> std::size_t { return line_->read(end_, into); }
    };
    /// What an end sends.
    struct way {
        line<2048> content{};
        std::deque<std::size_t> pieces{}; ///< bytes of each piece that has not arrived
        std::size_t arrived{};            ///< bytes that can be read
        nanoseconds free_at{};            ///< when the FIFO is empty
        bool wants_room{};
    };

    nanoseconds byte_time_;
    nanoseconds latency_;
    std::array<way, 2> ways_{};
    uart_storage<Config> first_frames_{};
    uart_storage<Other> second_frames_{};

    auto write(std::uint32_t end, const_bytes out) -> std::size_t {
        if (not at(end).is_alive()) {
            return out.size();
        }
        auto& it = ways_[end];
        auto const now = in().now();
        auto const waiting = it.free_at > now ? static_cast<std::size_t>((it.free_at - now) / byte_time_) + 1 : 0;
        auto const count = std::min(out.size(), fifo - std::min(fifo, waiting));
        it.wants_room = count < out.size();
        if (count > 0) {
            auto const before = it.content.under_way();
            (void)it.content.write(is_cut() ? const_bytes{} : out.first(count));
            it.pieces.push_back(it.content.under_way() - before);
            it.free_at = std::max(it.free_at, now) + byte_time_ * static_cast<std::int64_t>(count);
            call_after(it.free_at - now + latency_ + (is_slow() ? latency_ * 50 : nanoseconds{}), end);
        }
        return count;
    }
    auto read(std::uint32_t end, bytes into) -> std::size_t {
        auto& it = ways_[1 - end];
        if (not at(end).is_alive()) {
            return 0;
        }
        auto const count = it.content.read(into.first(std::min(into.size(), it.arrived)));
        it.arrived -= count;
        return count;
    }
    template <uart_config Which> auto make_end(std::uint32_t end, uart_storage<Which>& frames) {
        auto made = uart<Which, stream>{frames, stream{*this, end}};
        if constexpr (Which.profile == uart_profile::reliable) {
            made.identify(static_cast<std::uint32_t>(at(end).random().next()));
        }
        return tapped{std::move(made), taps_[end]};
    }

  public:
    /// `baud` is in bits per second, of which a byte takes ten.
    serial_wire(kernel& in, std::uint32_t number, std::string name, std::uint32_t baud = 115'200,
                nanoseconds latency = nanoseconds{10'000})
        : wire{in, number, std::move(name)}, byte_time_{10'000'000'000 / baud}, latency_{latency} {}

    /// The transports of the ends.
    [[nodiscard]] auto first() { return make_end<Config>(0, first_frames_); }
    [[nodiscard]] auto second() { return make_end<Other>(1, second_frames_); }

    [[nodiscard]] auto may_lose() const -> bool override { return Config.profile == uart_profile::nuttx; }
    [[nodiscard]] auto suits(fault which) const -> bool override {
        return which == fault::line_noise or which == fault::line_cut;
    }
    auto strike(fault which, seeded_random& random) -> void override {
        auto const rate = static_cast<std::uint32_t>(random.between(20, 2'000));
        auto const faults = which == fault::line_cut
                                ? line_faults{.cut = 4 * rate}
                                : line_faults{.flip = 4 * rate, .drop = 4 * rate, .insert = 4 * rate, .duplicate = 4 * rate};
        for (auto& each : ways_) {
            each.content.damage(faults, random.next() | 1);
        }
    }
    auto mend(fault) -> void override {
        for (auto& each : ways_) {
            each.content.repair();
        }
    }
    /// What was under way to a core that starts is lost.
    auto enter(std::uint32_t end) -> void override {
        auto& it = ways_[1 - end];
        it.content.lose();
        it.arrived = 0;
        std::fill(it.pieces.begin(), it.pieces.end(), std::size_t{});
        ways_[end].wants_room = false;
    }
    auto due(std::uint32_t from) -> void override {
        auto& it = ways_[from];
        it.arrived += it.pieces.front();
        auto const is_empty = it.pieces.front() == 0;
        it.pieces.pop_front();
        if (not is_empty) {
            interrupt(1 - from, 0);
        }
        if (std::exchange(it.wants_room, false)) {
            interrupt(from, 1);
        }
    }
};

} // namespace rpmsg::testing::simulator
