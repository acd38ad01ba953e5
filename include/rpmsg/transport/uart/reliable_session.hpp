#pragma once

#include <rpmsg/wire/uart/reliable_frame.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// The current ids of the two ends of a reliable line. The session is established when each end knows that the peer has its id.
class reliable_session {
    std::uint32_t own_{};
    std::uint32_t peer_{};
    bool is_established_{};

  public:
    /// The reaction to a hello.
    enum class step : std::uint8_t { nothing, hello, acknowledge, up, restart };

    [[nodiscard]] constexpr auto own() const -> std::uint32_t { return own_; }
    [[nodiscard]] constexpr auto peer() const -> std::uint32_t { return peer_; }
    [[nodiscard]] constexpr auto is_established() const -> bool { return is_established_; }
    constexpr auto identify(std::uint32_t id) -> void { own_ = id; }
    /// Restart of this end: takes a new id; the old session is not valid any more.
    constexpr auto renew() -> void {
        own_ = own_ * 0x0019'660d + 0x3c6e'f35f;
        own_ += own_ == 0 ? 1 : 0;
        peer_ = 0;
        is_established_ = false;
    }

    [[nodiscard]] constexpr auto sent() const -> std::uint32_t { return wire::session_from(own_, peer_); }
    [[nodiscard]] constexpr auto received() const -> std::uint32_t { return wire::session_from(peer_, own_); }
    /// Whether a frame with this session mark belongs to the current session.
    [[nodiscard]] constexpr auto is_current(std::uint32_t mark) const -> bool { return peer_ != 0 and mark == received(); }
    /// Called for a frame of this session: the peer has this end's id.
    constexpr auto establish() -> void { is_established_ = true; }

    constexpr auto receive(wire::reliable_hello const& hello) -> step {
        if (hello.id == own_ or hello.id == 0) {
            return step::nothing; // an echo of the line
        }
        auto const knows_us = hello.heard == own_;
        if (is_established_) {
            if (hello.id != peer_) {
                return step::restart;
            }
            return knows_us ? step::acknowledge : step::hello;
        }
        peer_ = hello.id;
        if (not knows_us) {
            return step::hello;
        }
        is_established_ = true;
        return step::up;
    }
};

} // namespace rpmsg::detail
