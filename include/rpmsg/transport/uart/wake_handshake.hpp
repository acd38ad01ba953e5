#pragma once

#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/power.hpp>
#include <rpmsg/transport/uart/config.hpp>
#include <rpmsg/transport/uart/pending_codes.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg::detail {

/// Both halves of NuttX's wake handshake (NuttX, drivers/rpmsg/rpmsg_port_uart.c). This side wakes the peer before a burst and
/// releases it afterwards; it answers the peer's requests in any state of the link.
template <uart_config Config, typename Power> class wake_handshake {
    static_assert(power_policy<Power>);
    static constexpr auto dialect = Config.dialect;
    static_assert(not Power::wakes_peer or dialect.relax != 0, "this dialect has no wake handshake");

    enum class peer : std::uint8_t { asleep, called, awake };
    struct wake_memory {
        peer state{};
        std::uint8_t turn{};  ///< which of the two stay_awake codes is next
        std::uint8_t calls{}; ///< unanswered requests, at most `most_calls`
        ticks called_at{};
    };
    struct nothing {};
    static constexpr std::uint8_t most_calls = 10;

    bool is_kept_awake_{};
    [[no_unique_address]] std::conditional_t<Power::wakes_peer, wake_memory, nothing> wake_{};
    [[no_unique_address]] Power power_;

  public:
    constexpr explicit wake_handshake(Power power) : power_{std::move(power)} {}

    /// Whether the peer is awake, so that a frame or a connection request can be sent; otherwise requests it to wake.
    constexpr auto may_send([[maybe_unused]] auto& codes, [[maybe_unused]] ticks now) -> bool {
        if constexpr (Power::wakes_peer) {
            wake_.called_at = not_ahead(wake_.called_at, now);
            auto const is_due = wake_.state == peer::asleep or has_passed(wake_.called_at + Config.wake_ticks, now);
            if (wake_.state != peer::awake and is_due and not codes.has_pending(dialect.relax)) {
                auto const calls = static_cast<std::uint8_t>(wake_.calls + (wake_.calls < most_calls ? 1 : 0));
                wake_ = {.state = peer::called, .turn = wake_.turn, .calls = calls, .called_at = now};
                codes.add(dialect.stay_awake[wake_.turn]);
            }
            return wake_.state == peer::awake;
        }
        return true;
    }
    /// Lets the peer sleep again after a burst.
    constexpr auto end_burst([[maybe_unused]] auto& codes) -> void {
        if constexpr (Power::wakes_peer) {
            if (wake_.state == peer::awake) {
                wake_.state = peer::asleep;
                wake_.turn = static_cast<std::uint8_t>(1 - wake_.turn);
                codes.add(dialect.relax);
            }
        }
    }
    /// Whether so many wake requests were not answered that no goodbye is sent.
    [[nodiscard]] constexpr auto is_deaf() const -> bool {
        if constexpr (Power::wakes_peer) {
            return wake_.calls == most_calls;
        }
        return false;
    }
    /// Discards requests and answers from before a restart of this end.
    constexpr auto forget([[maybe_unused]] auto& parser) -> void {
        if constexpr (Power::wakes_peer) {
            wake_ = {.turn = wake_.turn};
            for (auto const code : dialect.stay_awake) {
                (void)parser.take_seen(static_cast<std::uint8_t>(code - 1));
            }
        }
    }
    /// Answers the peer's wake requests and notifies the power policy.
    constexpr auto answer([[maybe_unused]] auto& parser, [[maybe_unused]] auto& codes) -> void {
        if constexpr (dialect.relax != 0) {
            for (auto const code : dialect.stay_awake) {
                auto const reply = static_cast<std::uint8_t>(code - 1);
                if (parser.take_seen(code)) {
                    codes.add(reply);
                }
                if constexpr (Power::wakes_peer) {
                    auto const is_for_us = wake_.state == peer::called and code == dialect.stay_awake[wake_.turn];
                    if (parser.take_seen(reply) and is_for_us) {
                        wake_.state = peer::awake;
                        wake_.calls = 0;
                    }
                }
            }
            if (parser.is_needed() != is_kept_awake_) {
                is_kept_awake_ = not is_kept_awake_;
                is_kept_awake_ ? power_.stay_awake() : power_.relax();
            }
        }
    }
    /// The time of the next wake request.
    [[nodiscard]] constexpr auto next_call(ticks now) const -> ticks {
        if constexpr (Power::wakes_peer) {
            return wake_.state == peer::called ? not_ahead(wake_.called_at, now) + Config.wake_ticks : now + 1;
        }
        return now + 1;
    }
};

} // namespace rpmsg::detail
