#pragma once

#include <rpmsg/core/bytes.hpp>

#include <concepts>
#include <cstdint>

namespace rpmsg {

/// Which end of the bus: the controller drives the clock.
enum class spi_role : std::uint8_t { controller, peripheral };

/// How the transfer that was started last goes on.
enum class spi_progress : std::uint8_t {
    busy,   ///< under way, or waiting for the controller's clock
    done,   ///< all bytes went across
    failed, ///< it ended early: a DMA error, a chip select that rose too soon
};

/// One end of an SPI bus with a request line in each direction, as NuttX wires it (NuttX, drivers/rpmsg/rpmsg_port_spi.c). A
/// transfer moves as many bytes in one direction as in the other, through DMA. Both ends use the same word size, whose bytes
/// lie in memory as they do on the peer. Called under the lock of the link, never from an interrupt.
///
///   role                    which end
///   word_size               bytes of a word, 1 or 2
///   start_transfer(out, in) controller: starts the clock; peripheral: is ready for it from now on. Returns at once. The two
///                           spans are as long as a frame and belong to the port until the transfer is over; it cleans and
///                           invalidates the cache where there is one
///   progress()              of that transfer. Its end is also an interrupt, which calls `notify(spi_signal::transfer)`
///   abandon()               ends it; neither span is touched from now on
///   request(on)             drives the own request line
///   is_requested()          reads the peer's. A rising edge is also an interrupt, which calls `notify(spi_signal::request)`
///                           before half of `retry_ticks` has passed
///
/// Where it also has `time_stamp()`, a monotonic time in nanoseconds, NuttX's frames carry it.
template <typename T>
concept spi_port = requires(T& port, const_bytes out, bytes in, bool on) {
    { T::role } -> std::convertible_to<spi_role>;
    { T::word_size } -> std::convertible_to<std::uint32_t>;
    { port.start_transfer(out, in) } -> std::same_as<void>;
    { port.progress() } -> std::same_as<spi_progress>;
    { port.abandon() } -> std::same_as<void>;
    { port.request(on) } -> std::same_as<void>;
    { port.is_requested() } -> std::same_as<bool>;
};

/// What an interrupt of SPI tells the link: the numbers for `notify`.
namespace spi_signal {
inline constexpr std::uint32_t transfer = 0; ///< a transfer is over
inline constexpr std::uint32_t request = 1;  ///< the peer's request line has risen
} // namespace spi_signal

namespace archetypes {
struct spi_port {
    static constexpr auto role = spi_role::controller;
    static constexpr std::uint32_t word_size = 1;
    auto start_transfer(const_bytes, bytes) -> void;
    auto progress() -> spi_progress;
    auto abandon() -> void;
    auto request(bool) -> void;
    auto is_requested() -> bool;
};
} // namespace archetypes
static_assert(spi_port<archetypes::spi_port>);

} // namespace rpmsg
