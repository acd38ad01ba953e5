#pragma once

#include <rpmsg/transport/transport.hpp>
#include <rpmsg/wire/spi/content.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// The connection state of a link over SPI (NuttX, drivers/rpmsg/rpmsg_port_spi.c). Each side sends `connect` until it has
/// received the peer's. It then sends no message until it receives another command: only then has the peer received its
/// `connect` too. A `connect` in between is answered by one; a later one means that the peer has restarted.
class spi_session {
  public:
    enum class state : std::uint8_t {
        closed,
        reconnecting,  ///< was connected; the link goes down, then the connection starts again
        disconnecting, ///< has received `shutdown`; the link goes down, then the peer must send `connect` first
        unconnected,   ///< sends `connect`
        connecting,    ///< has received `connect`
        connected,
        closing, ///< sends `shutdown`
    };

  private:
    using command = wire::spi_command;

    state state_{};
    bool connect_is_pending_{};
    bool is_quiet_{};        ///< unconnected, and the peer must send `connect` first
    std::uint8_t silence_{}; ///< number of transfers in which no `connect` is sent
    down_reason reason_{};

  public:
    constexpr auto start() -> void {
        state_ = state::unconnected;
        connect_is_pending_ = is_quiet_ = false;
        silence_ = 0;
    }
    /// Closes the connection. If `says_so` and the peer may be connected, the next transfer sends `shutdown`.
    constexpr auto close(bool says_so) -> void {
        state_ = says_so and state_ >= state::connecting ? state::closing : state::closed;
    }
    /// Takes the connection down after too many transfers without progress, or for another reason.
    constexpr auto give_up(down_reason why = down_reason::broken) -> void {
        state_ = state_ == state::closing ? state::closed : state::reconnecting;
        reason_ = why;
    }
    /// Called after the link went down: continues after reconnecting and disconnecting.
    constexpr auto settle() -> void {
        is_quiet_ = state_ == state::disconnecting;
        state_ = state::unconnected;
    }

    [[nodiscard]] constexpr auto current() const -> state { return state_; }
    [[nodiscard]] constexpr auto is_connected() const -> bool { return state_ == state::connected; }
    /// Whether transfers are needed in this state.
    [[nodiscard]] constexpr auto is_talking() const -> bool { return state_ >= state::unconnected; }
    /// Whether `settle` must be called after the link has gone down.
    [[nodiscard]] constexpr auto is_ending() const -> bool { return state_ != state::closed and not is_talking(); }
    [[nodiscard]] constexpr auto reason() const -> down_reason { return reason_; }

    /// Whether this side needs a transfer for its own state.
    [[nodiscard]] constexpr auto wants_transfer() const -> bool {
        return (state_ == state::unconnected and not is_quiet_) or state_ == state::connecting or state_ == state::closing;
    }
    /// The command to send when there is no message.
    [[nodiscard]] constexpr auto next() const -> command {
        if (state_ == state::closing) {
            return command::shutdown;
        }
        return (state_ == state::unconnected and silence_ == 0) or connect_is_pending_ ? command::connect : command::available;
    }
    /// Called after a transfer with the command that was sent and the one that was received, `none` for an invalid frame. A
    /// side that yields sends no `connect` for some transfers after one that was not answered: NuttX's peripheral chooses its
    /// frame before it knows the received one, and a `connect` in each transfer would always be one step ahead of it.
    constexpr auto exchange(command said, command heard, bool yields = false) -> void {
        silence_ = static_cast<std::uint8_t>(silence_ - (silence_ > 0 ? 1 : 0));
        if (said == command::connect) {
            connect_is_pending_ = false;
        }
        if (heard == command::none) {
            return;
        }
        auto const is_connect = heard == command::connect;
        auto const is_shutdown = heard == command::shutdown;
        if (state_ == state::closing) {
            state_ = said == command::shutdown ? state::closed : state_;
        } else if (state_ == state::unconnected) {
            state_ = is_connect ? state::connecting : state_;
            silence_ = yields and said == command::connect and not is_connect ? 3 : silence_;
        } else if (state_ == state::connecting) {
            connect_is_pending_ = is_connect and said != command::connect;
            state_ = is_connect ? state_ : is_shutdown ? state::disconnecting : state::connected;
            reason_ = down_reason::peer_stopped;
        } else if (is_connect or is_shutdown) {
            state_ = is_connect ? state::reconnecting : state::disconnecting;
            reason_ = is_connect ? down_reason::peer_restarted : down_reason::peer_stopped;
        }
    }
};

} // namespace rpmsg::detail
