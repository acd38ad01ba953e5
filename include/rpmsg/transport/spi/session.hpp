#pragma once

#include <rpmsg/transport/transport.hpp>
#include <rpmsg/wire/spi/content.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// The life of a link over SPI (NuttX, drivers/rpmsg/rpmsg_port_spi.c). Each side offers `connect` until it has heard the
/// peer's, then keeps quiet about messages until it hears something else: only then the peer has heard ours too. A `connect` in
/// between is answered by one; a later one means that the peer has started anew.
class spi_session {
  public:
    enum class state : std::uint8_t {
        closed,
        reconnecting,  ///< was connected; the link goes down, then all begins again
        disconnecting, ///< has heard `shutdown`; the link goes down, then the peer has to begin
        unconnected,   ///< offers `connect`
        connecting,    ///< has heard `connect`
        connected,
        closing, ///< offers `shutdown`
    };

  private:
    using command = wire::spi_command;

    state state_{};
    bool owes_connect_{};
    bool is_quiet_{};        ///< unconnected, and it is the peer's turn
    std::uint8_t silence_{}; ///< transfers in which no `connect` is offered
    down_reason reason_{};

  public:
    constexpr auto start() -> void {
        state_ = state::unconnected;
        owes_connect_ = is_quiet_ = false;
        silence_ = 0;
    }
    /// Ends; where the peer may believe in a link it is told by the next transfer, if `says_so`.
    constexpr auto close(bool says_so) -> void {
        state_ = says_so and state_ >= state::connecting ? state::closing : state::closed;
    }
    /// The peer cannot be understood any more.
    constexpr auto give_up(down_reason why = down_reason::broken) -> void {
        state_ = state_ == state::closing ? state::closed : state::reconnecting;
        reason_ = why;
    }
    /// The link is down now: goes on after reconnecting and disconnecting.
    constexpr auto settle() -> void {
        is_quiet_ = state_ == state::disconnecting;
        state_ = state::unconnected;
    }

    [[nodiscard]] constexpr auto current() const -> state { return state_; }
    [[nodiscard]] constexpr auto is_connected() const -> bool { return state_ == state::connected; }
    /// Whether transfers make sense now.
    [[nodiscard]] constexpr auto is_talking() const -> bool { return state_ >= state::unconnected; }
    /// Whether `settle` is due, after the link went down.
    [[nodiscard]] constexpr auto is_ending() const -> bool { return state_ != state::closed and not is_talking(); }
    [[nodiscard]] constexpr auto reason() const -> down_reason { return reason_; }

    /// Whether this side needs a transfer for its own state.
    [[nodiscard]] constexpr auto wants_transfer() const -> bool {
        return (state_ == state::unconnected and not is_quiet_) or state_ == state::connecting or state_ == state::closing;
    }
    /// What to send where there is no message.
    [[nodiscard]] constexpr auto next() const -> command {
        if (state_ == state::closing) {
            return command::shutdown;
        }
        return (state_ == state::unconnected and silence_ == 0) or owes_connect_ ? command::connect : command::available;
    }
    /// A transfer is over in which we said one thing and heard another, `none` when it could not be understood. A side that
    /// yields is silent for some transfers after a `connect` that was not answered by one: NuttX's peripheral chooses its frame
    /// before it knows what comes, and a `connect` in each would always meet it a step behind.
    constexpr auto exchange(command said, command heard, bool yields = false) -> void {
        silence_ = static_cast<std::uint8_t>(silence_ - (silence_ > 0 ? 1 : 0));
        if (said == command::connect) {
            owes_connect_ = false;
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
            owes_connect_ = is_connect and said != command::connect;
            state_ = is_connect ? state_ : is_shutdown ? state::disconnecting : state::connected;
            reason_ = down_reason::peer_stopped;
        } else if (is_connect or is_shutdown) {
            state_ = is_connect ? state::reconnecting : state::disconnecting;
            reason_ = is_connect ? down_reason::peer_restarted : down_reason::peer_stopped;
        }
    }
};

} // namespace rpmsg::detail
