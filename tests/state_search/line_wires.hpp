#pragma once

#include <rpmsg/testing/lines/serial_line.hpp>
#include <rpmsg/testing/lines/spi_bus.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/transport/spi.hpp>
#include <rpmsg/transport/uart.hpp>

#include "sides.hpp"

namespace rpmsg::searched {

/// Two serial lines; the search decides when the bytes in flight arrive.
template <rpmsg::uart_config Config> class serial {
    using line = rpmsg::testing::line<4096>;
    struct stream {
        line* sends;
        auto write(rpmsg::const_bytes out) -> std::size_t { return sends->write(out); }
    };
    std::array<line, 2> to_{};
    std::array<rpmsg::uart_storage<Config>, 2> storage_{};
    std::uint32_t lives_ = 0x1000;

  public:
    std::array<guard, 2> guards;

    explicit serial(listener& whom) : guards{guard{&whom, host}, guard{&whom, remote}} {}
    serial(serial const&) = delete;
    static auto about() -> traits {
        return {.capacity = Config.tx_buffers,
                .most_held = Config.rx_buffers / 2u,
                .is_acknowledged = true,
                .tells_restarts = true,
                .may_lose = Config.profile == rpmsg::uart_profile::nuttx,
                .counts_unreturned = Config.profile == rpmsg::uart_profile::reliable};
    }
    template <std::uint32_t End> auto transport() {
        auto made = rpmsg::uart<Config, stream>{storage_[End], stream{&to_[1 - End]}};
        if constexpr (Config.profile == rpmsg::uart_profile::reliable) {
            made.identify(++lives_);
        }
        return made;
    }
    template <std::uint32_t End> auto begin_life() -> void { to_[End].lose(); }
    auto under_way(std::uint32_t end) const -> std::uint32_t { return to_[end].under_way() > 0 ? 1 : 0; }
    auto ring(std::uint32_t end, std::uint32_t which, auto& to) -> void {
        auto piece = std::array<std::byte, 64>{};
        auto first = true;
        for (auto count = to_[end].read(piece); count > 0; count = to_[end].read(piece)) {
            to.transport_of().feed(rpmsg::const_bytes{piece}.first(count));
            to.notify(0);
            if (std::exchange(first, false) and which == 1) {
                break; // the first piece only
            }
        }
    }
    static auto is_dismissed(std::uint32_t) -> bool { return false; }
    static auto lost(auto& transport) -> std::uint32_t {
        auto const counts = transport.uart_counters();
        return Config.profile == rpmsg::uart_profile::nuttx ? counts.no_buffer : 0u;
    }
};

/// An SPI bus; the search decides when a transfer takes place and its interrupts arrive.
template <rpmsg::spi_config Config> class spi_wires {
    using bus = rpmsg::testing::spi_bus<Config.frame_size>;
    template <rpmsg::spi_role Role> using port = rpmsg::testing::spi_bus_end<Role, Config.frame_size>;
    struct ear {
        auto notify(std::uint32_t) -> void {}
    };
    bus bus_{};
    std::array<rpmsg::spi_storage<Config>, 2> storage_{};

  public:
    std::array<guard, 2> guards;

    explicit spi_wires(listener& whom) : guards{guard{&whom, host}, guard{&whom, remote}} {}
    spi_wires(spi_wires const&) = delete;
    static auto about() -> traits {
        return {.capacity = Config.transmit_buffers,
                .most_held = Config.receive_buffers / 2u,
                .is_acknowledged = true,
                .tells_restarts = true,
                .may_lose = Config.profile != rpmsg::spi_profile::reliable,
                .counts_unreturned = Config.profile == rpmsg::spi_profile::reliable};
    }
    template <std::uint32_t End> auto transport() {
        if constexpr (End == host) {
            return rpmsg::spi<Config, port<rpmsg::spi_role::controller>>{storage_[0], port<rpmsg::spi_role::controller>{bus_}};
        } else {
            return rpmsg::spi<Config, port<rpmsg::spi_role::peripheral>>{storage_[1], port<rpmsg::spi_role::peripheral>{bus_}};
        }
    }
    /// A reset disconnects the port from DMA and releases the line.
    template <std::uint32_t End> auto begin_life() -> void {
        if (bus_.is_busy(End)) {
            bus_.abandon(End);
        }
        bus_.request(End, false);
    }
    auto under_way(std::uint32_t end) const -> std::uint32_t {
        auto copy = bus_;
        auto nobody = ear{};
        return (copy.forward(end, nobody) ? 1u : 0u) | (bus_.is_busy(0) ? 2u : 0u);
    }
    auto ring(std::uint32_t end, std::uint32_t which, auto& to) -> void {
        if ((which & 2) != 0) {
            (void)bus_.run();
        }
        (void)bus_.forward(end, to);
    }
    static auto is_dismissed(std::uint32_t) -> bool { return false; }
    /// A transfer that failed or was aborted is lost with its content.
    static auto lost(auto& transport) -> std::uint32_t {
        return Config.profile == spi_profile::reliable ? 0u : transport.counts()[counter::bad_frame];
    }
};

/// Memory without rings or doorbells.
template <bool Acknowledged> class inner_wires {
    rpmsg::testing::loopback_memory<4, 48> memory_{};

  public:
    std::array<guard, 2> guards;

    explicit inner_wires(listener& whom) : guards{guard{&whom, host}, guard{&whom, remote}} {}
    inner_wires(inner_wires const&) = delete;
    static auto about() -> traits {
        return {.capacity = 4, .most_held = 3, .is_acknowledged = Acknowledged, .tells_restarts = true, .has_bells = false};
    }
    template <std::uint32_t End> auto transport() { return rpmsg::testing::loopback<Acknowledged>{memory_, End}; }
    template <std::uint32_t End> auto begin_life() -> void {}
    static auto under_way(std::uint32_t) -> std::uint32_t { return 0; }
    static auto ring(std::uint32_t, std::uint32_t, auto&) -> void {}
    static auto is_dismissed(std::uint32_t) -> bool { return false; }
    static auto lost(auto&) -> std::uint32_t { return 0; }
};

} // namespace rpmsg::searched
