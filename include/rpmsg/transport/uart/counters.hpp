#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <cstdint>

namespace rpmsg {

/// Errors on a serial line since the link was constructed, each at most 65535. None of these frames was delivered.
struct uart_counters {
    std::uint16_t bad_check{};    ///< frames whose CRC does not match
    std::uint16_t bad_length{};   ///< frames whose size differs from their length field, or exceeds a buffer
    std::uint16_t bad_stuffing{}; ///< frames with an invalid stuffing sequence
    std::uint16_t no_buffer{};    ///< frames that arrived while no receive buffer was free
    std::uint16_t repeated{};     ///< reliable: duplicate or out-of-order frames
    std::uint16_t resent{};       ///< reliable: frames that this side sent again

    auto operator==(uart_counters const&) const -> bool = default;
};

} // namespace rpmsg
