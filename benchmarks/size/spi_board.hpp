#pragma once

#include <rpmsg/platform/spi_port.hpp>

#include <cstdint>

/// What the measured firmware knows of its SPI: the registers of a DMA channel for each direction, and two pins.
namespace board {

struct registers {
    std::uint32_t volatile source;
    std::uint32_t volatile destination;
    std::uint32_t volatile count;
    std::uint32_t volatile state; ///< bit 0 busy, bit 1 failed
    std::uint32_t volatile own_line;
    std::uint32_t volatile peer_line;
};

struct spi1 {
    static constexpr auto role = rpmsg::spi_role::peripheral;
    static constexpr std::uint32_t word_size = 1;

    static auto device() -> registers& { return *reinterpret_cast<registers*>(0x4000'0000); }
    auto start_transfer(rpmsg::const_bytes out, rpmsg::bytes in) -> void {
        device().source = reinterpret_cast<std::uintptr_t>(out.data());
        device().destination = reinterpret_cast<std::uintptr_t>(in.data());
        device().count = out.size();
    }
    auto progress() -> rpmsg::spi_progress {
        auto const state = device().state;
        return (state & 1) != 0   ? rpmsg::spi_progress::busy
               : (state & 2) != 0 ? rpmsg::spi_progress::failed
                                  : rpmsg::spi_progress::done;
    }
    auto abandon() -> void { device().count = 0; }
    auto request(bool on) -> void { device().own_line = on ? 1 : 0; }
    auto is_requested() -> bool { return device().peer_line != 0; }
};
static_assert(rpmsg::spi_port<spi1>);

} // namespace board
