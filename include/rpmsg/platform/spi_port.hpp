#pragma once

#include <rpmsg/core/bytes.hpp>

#include <concepts>
#include <cstdint>

namespace rpmsg {

/// The two ends of the bus. The controller drives the clock.
enum class spi_role : std::uint8_t { controller, peripheral };

/// The state of the last transfer that was started.
enum class spi_progress : std::uint8_t {
    busy,   ///< it is running, or waits for the controller's clock
    done,   ///< all bytes were transferred
    failed, ///< it ended early: a DMA error, or a chip select that rose too soon
};

/// One end of an SPI bus with a request line in each direction, wired as for NuttX (NuttX, drivers/rpmsg/rpmsg_port_spi.c). A
/// transfer moves the same number of bytes in both directions, through DMA. Both ends use the same word size, and the same
/// order of the bytes of a word in memory. Called under the lock of the link, never from an interrupt.
///
///   role                    the end of the bus
///   word_size               bytes of a word, 1 or 2
///   start_transfer(out, in) controller: starts the clock; peripheral: is ready for it from now on. Returns at once. The two
///                           spans have the size of a frame and belong to the port until the transfer ends; the port cleans
///                           and invalidates the cache where there is one
///   progress()              the state of that transfer. Its end also raises an interrupt, which calls
///                           `notify(spi_signal::transfer)`
///   abandon()               ends the transfer; the port no longer accesses the spans
///   request(on)             drives the own request line
///   is_requested()          reads the peer's request line. Its rising edge also raises an interrupt, which calls
///                           `notify(spi_signal::request)` before half of `retry_ticks` has passed
///
/// If it also has `time_stamp()`, a monotonic time in nanoseconds, the frames for NuttX contain it.
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

/// The numbers that an SPI interrupt passes to `notify`.
namespace spi_signal {
inline constexpr std::uint32_t transfer = 0; ///< a transfer has ended
inline constexpr std::uint32_t request = 1;  ///< the request line of the peer has risen
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
