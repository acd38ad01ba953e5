#pragma once

#include <rpmsg/wire/uart/reliable_frame.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// Who the two ends of a reliable line are in their present lives. A session stands when each knows that the other knows.
class reliable_session {
    std::uint32_t own_{};
    std::uint32_t peer_{};
    bool is_established_{};

  public:
    /// What a hello asks for.
    enum class step : std::uint8_t { nothing, hello, acknowledge, up, restart };

    [[nodiscard]] constexpr auto own() const -> std::uint32_t { return own_; }
    [[nodiscard]] constexpr auto peer() const -> std::uint32_t { return peer_; }
    [[nodiscard]] constexpr auto is_established() const -> bool { return is_established_; }
    constexpr auto identify(std::uint32_t id) -> void { own_ = id; }
    /// A new life: nothing of the old session is valid any more.
    constexpr auto renew() -> void {
        own_ = own_ * 0x0019'660d + 0x3c6e'f35f;
        own_ += own_ == 0 ? 1 : 0;
        peer_ = 0;
        is_established_ = false;
    }

    [[nodiscard]] constexpr auto sent() const -> std::uint32_t { return wire::session_from(own_, peer_); }
    [[nodiscard]] constexpr auto received() const -> std::uint32_t { return wire::session_from(peer_, own_); }
    /// Whether frames with this mark are of a session between the two ends as they are now.
    [[nodiscard]] constexpr auto is_current(std::uint32_t mark) const -> bool { return peer_ != 0 and mark == received(); }
    /// The peer has sent a frame of this session: so it knows us.
    constexpr auto establish() -> void { is_established_ = true; }

    constexpr auto receive(wire::reliable_hello const& hello) -> step {
        if (hello.id == own_ or hello.id == 0) {
            return step::nothing; // a line that echoes
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
