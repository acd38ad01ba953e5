#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/host/bells/futex_bell.hpp>
#include <rpmsg/platform/spi_port.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg::host {

/// An SPI bus with two request lines in memory that two processes map, to test firmware for SPI without hardware. It starts as
/// all zeroes. An end rings the bell of the other one after a change for it.
template <std::uint32_t FrameSize> struct shared_spi_bus {
    enum : std::uint32_t { idle, ready, moving, each = 4 };

    std::array<futex_bell, 2> bells{};     ///< of the controller and of the peripheral
    std::array<std::uint32_t, 2> levels{}; ///< of the request lines
    std::array<std::uint32_t, 2> edges{};  ///< the number of rising edges of each
    /// The lowest two bits hold whether the peripheral is `ready` for a transfer, or `moving` while the controller copies; the
    /// others count its transfers. Both are in one word because they change together.
    std::uint32_t peripheral{};
    std::array<std::byte, FrameSize> mosi{};
    std::array<std::byte, FrameSize> miso{};

    [[nodiscard]] auto transfers() const -> std::uint32_t { return __atomic_load_n(&peripheral, __ATOMIC_SEQ_CST) / each; }
};

/// One end of such a bus. Each process may be killed at any time and restarted. The controller performs the transfer as a copy
/// in `start_transfer`; a peripheral that is not ready sends zeroes.
template <spi_role Role, std::uint32_t FrameSize> class shared_spi_end {
    using bus = shared_spi_bus<FrameSize>;
    static constexpr std::uint32_t self = Role == spi_role::controller ? 0 : 1;

    bus* bus_;
    bytes in_{};
    std::uint32_t seen_edges_{};
    std::uint32_t served_{};
    spi_progress progress_ = spi_progress::failed;

    static auto get(std::uint32_t const& word) -> std::uint32_t { return __atomic_load_n(&word, __ATOMIC_SEQ_CST); }
    static auto set(std::uint32_t& word, std::uint32_t value) -> void { __atomic_store_n(&word, value, __ATOMIC_SEQ_CST); }
    static auto exchange(std::uint32_t& word, std::uint32_t before, std::uint32_t after) -> bool {
        return __atomic_compare_exchange_n(&word, &before, after, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    }
    static auto served(std::uint32_t word) -> std::uint32_t { return word / bus::each; }
    /// Returns whether the peripheral still waits for this transfer, which it does not after a restart.
    auto end_transfer(std::uint32_t moving) -> bool {
        auto const is_served = exchange(bus_->peripheral, moving, moving - bus::moving + bus::each);
        bus_->bells[1].ring();
        return is_served;
    }

  public:
    static constexpr auto role = Role;
    static constexpr std::uint32_t word_size = 1;

    /// Takes over the end of a process that has ended.
    explicit shared_spi_end(bus& shared) : bus_{&shared}, seen_edges_{get(shared.edges[1 - self])} {
        shared.bells[self].take_over();
        if (auto const now = get(shared.peripheral); Role == spi_role::controller and now % bus::each == bus::moving) {
            (void)end_transfer(now);
        }
        if (Role == spi_role::peripheral) {
            abandon();
        }
        request(false);
    }

    auto start_transfer(const_bytes out, bytes in) -> void {
        if constexpr (Role == spi_role::controller) {
            auto const now = get(bus_->peripheral);
            auto const moving = now - bus::ready + bus::moving;
            auto const is_ready = now % bus::each == bus::ready and exchange(bus_->peripheral, now, moving);
            copy(is_ready ? const_bytes{bus_->miso} : const_bytes{std::array<std::byte, FrameSize>{}}, in);
            if (is_ready) {
                copy(out, bus_->mosi);
            }
            progress_ = is_ready and not end_transfer(moving) ? spi_progress::failed : spi_progress::done;
        } else {
            in_ = in;
            progress_ = spi_progress::busy;
            copy(out, bus_->miso);
            auto const now = get(bus_->peripheral);
            served_ = served(now);
            set(bus_->peripheral, now - now % bus::each + bus::ready);
        }
    }
    [[nodiscard]] auto progress() -> spi_progress {
        if (Role == spi_role::peripheral and progress_ == spi_progress::busy and served(get(bus_->peripheral)) != served_) {
            copy(bus_->mosi, in_);
            progress_ = spi_progress::done;
        }
        return progress_;
    }
    auto abandon() -> void {
        progress_ = spi_progress::failed;
        if (auto const now = get(bus_->peripheral); Role == spi_role::peripheral and now % bus::each == bus::ready) {
            (void)exchange(bus_->peripheral, now, now - bus::ready);
        }
    }
    auto request(bool on) -> void {
        if (__atomic_exchange_n(&bus_->levels[self], on ? 1u : 0u, __ATOMIC_SEQ_CST) == 0 and on) {
            __atomic_fetch_add(&bus_->edges[self], 1u, __ATOMIC_SEQ_CST);
            bus_->bells[1 - self].ring();
        }
    }
    [[nodiscard]] auto is_requested() const -> bool { return get(bus_->levels[1 - self]) != 0; }

    /// Passes on pending interrupts. Call it before `poll` whenever the own bell may have rung.
    auto forward(auto& link) -> void {
        auto const edges = get(bus_->edges[1 - self]);
        if (edges != seen_edges_) {
            seen_edges_ = edges;
            link.notify(spi_signal::request);
        }
    }
};

static_assert(spi_port<shared_spi_end<spi_role::controller, 64>>);
static_assert(spi_port<shared_spi_end<spi_role::peripheral, 64>>);

} // namespace rpmsg::host
