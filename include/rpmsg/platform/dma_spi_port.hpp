#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/dma.hpp>
#include <rpmsg/platform/spi_port.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace rpmsg {

/// An SPI controller or peripheral whose data moves by DMA.
///
///   role, word_size           as in `spi_port`
///   data()                    the data register; both channels are configured to leave its address as it is
///   begin(size)               asserts chip select at a controller, and enables the DMA requests
///   end()                     disables the requests and releases chip select; after `abort` of the channels, too
///   request, is_requested     as in `spi_port`
template <typename T>
concept spi_registers = requires(T& spi, std::uint32_t size, bool on) {
    { T::role } -> std::convertible_to<spi_role>;
    { T::word_size } -> std::convertible_to<std::uint32_t>;
    { spi.data() } -> std::same_as<std::byte*>;
    { spi.begin(size) } -> std::same_as<void>;
    { spi.end() } -> std::same_as<void>;
    { spi.request(on) } -> std::same_as<void>;
    { spi.is_requested() } -> std::same_as<bool>;
};

/// The port of an SPI link whose frames two DMA channels carry, `cached_dma` where there is a cache. The interrupt of the
/// receiving channel calls `notify(spi_signal::transfer)`. A transfer whose start a channel does not take counts as failed:
/// the link repeats it after `retry_ticks`. While a channel cannot be stopped no other transfer starts.
template <spi_registers Spi, dma_channel Transmit, dma_channel Receive> class dma_spi_port {
    [[no_unique_address]] Spi spi_;
    [[no_unique_address]] Transmit transmit_;
    [[no_unique_address]] Receive receive_;
    spi_progress state_ = spi_progress::failed;

    constexpr auto end(spi_progress how) -> spi_progress {
        spi_.end();
        return state_ = how;
    }
    constexpr auto stop() -> void {
        (void)transmit_.abort();
        (void)receive_.abort();
        (void)end(spi_progress::failed);
    }

  public:
    static constexpr auto role = Spi::role;
    static constexpr std::uint32_t word_size = Spi::word_size;

    constexpr explicit dma_spi_port(Spi spi = {}, Transmit transmit = {}, Receive receive = {})
        : spi_{std::move(spi)}, transmit_{std::move(transmit)}, receive_{std::move(receive)} {}

    /// The receiving channel starts first, so that no word is missed.
    constexpr auto start_transfer(const_bytes out, bytes in) -> void {
        if (receive_.start({spi_.data(), in.size()}, in) != dma_start::started) {
            state_ = spi_progress::failed;
        } else if (transmit_.start(out, {spi_.data(), out.size()}) != dma_start::started) {
            (void)receive_.abort();
            state_ = spi_progress::failed;
        } else {
            state_ = spi_progress::busy;
            spi_.begin(static_cast<std::uint32_t>(out.size()));
        }
    }
    constexpr auto progress() -> spi_progress {
        if (state_ != spi_progress::busy) {
            return state_;
        }
        auto const received = receive_.progress();
        auto const sent = transmit_.progress();
        if (received == dma_progress::failed or sent == dma_progress::failed) {
            stop();
        } else if (received == dma_progress::done and sent == dma_progress::done) {
            return end(spi_progress::done);
        }
        return state_;
    }
    constexpr auto abandon() -> void {
        if (state_ == spi_progress::busy) {
            stop();
        }
    }
    constexpr auto request(bool on) -> void { spi_.request(on); }
    [[nodiscard]] constexpr auto is_requested() -> bool { return spi_.is_requested(); }
};

namespace archetypes {
struct spi_registers {
    static constexpr auto role = spi_role::controller;
    static constexpr std::uint32_t word_size = 1;
    auto data() -> std::byte*;
    auto begin(std::uint32_t) -> void;
    auto end() -> void;
    auto request(bool) -> void;
    auto is_requested() -> bool;
};
} // namespace archetypes
static_assert(spi_port<dma_spi_port<archetypes::spi_registers, archetypes::dma_channel, archetypes::dma_channel>>);

} // namespace rpmsg
