#pragma once

#include <cstdint>

namespace rpmsg {

/// What went wrong on a serial line since the link was made, each at most 65535. Nothing of it was delivered.
struct uart_counters {
    std::uint16_t bad_check{};    ///< frames whose CRC is not that of their bytes
    std::uint16_t bad_length{};   ///< frames shorter or longer than they say, or than a buffer
    std::uint16_t bad_stuffing{}; ///< frames with a byte that no sender stuffs so
    std::uint16_t no_buffer{};    ///< frames that found every receive buffer in use
    std::uint16_t repeated{};     ///< reliable: frames that had arrived before, or came before their turn
    std::uint16_t resent{};       ///< reliable: frames of this side that were sent again

    auto operator==(uart_counters const&) const -> bool = default;
};

} // namespace rpmsg
