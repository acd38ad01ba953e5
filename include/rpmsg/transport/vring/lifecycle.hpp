#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/platform/interrupt_flag.hpp>
#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/transport/vring/handshake/select.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/transport/vring/ring_attach.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg::detail {

/// Start, restart and end of a shared-memory link in either role. The messages are in link.hpp.
template <ring_role Role, vring_config Config, typename Region, typename Bell, typename Layout>
class vring_lifecycle : public ring_attach<Role, Config, Region, Bell, Layout> {
    static_assert(region<Region>);
    static_assert(doorbell<Bell>);
    static_assert(link_layout<Layout>);
    using checked = typename checked_config<Config>::told;

    using rings = ring_attach<Role, Config, Region, Bell, Layout>;

  protected:
    using rings::bells_;
    using rings::counts_;
    using rings::device;
    using rings::drains;
    using rings::layout_;
    using rings::phase_;
    using rings::prefilled;
    using rings::rx_ring;
    using rings::shared_;
    using rings::tx_ring;

  private:
    using handshake = handshake_of<Role, Config>;
    static_assert(vring_handshake<handshake, Region, Layout>);
    static constexpr bool agrees = handshake::agrees_on_rings;
    static constexpr bool has_commands = requires(Region & shared, Layout& layout) { handshake::commanded(shared, layout); };
    /// In phases up to this one poll() does not read the peer's words.
    static constexpr auto last_mute = device and not drains ? link_phase::stopped : link_phase::broken;
    static constexpr bool calls = not device and not drains;

    /// State that only some roles and dialects need.
    struct no_bell {}; // distinct empty types: two members of one type would take space
    struct no_call {};
    struct caller_memory {
        bool is_answered{}; ///< the peer has sent or returned a buffer since the link came up
        ticks rung_at{};
    };

    [[no_unique_address]] handshake handshake_{};
    [[no_unique_address]] std::conditional_t<handshake::needs_doorbell, interrupt_flag, no_bell>
        rang_{}; ///< a doorbell of ring 0 has arrived
    [[no_unique_address]] std::conditional_t<calls, caller_memory, no_call> call_{};

  protected:
    constexpr vring_lifecycle(Region shared, Bell bell, Layout layout)
        : rings{std::move(shared), std::move(bell), std::move(layout)} {}

    /// Called for each buffer from the peer.
    constexpr auto note_answer() -> void {
        if constexpr (calls) {
            call_.is_answered = true;
        }
    }

  private:
    /// Notifies the peer of a change of this side's handshake words.
    constexpr auto call_peer() -> void {
        shared_.template fence<site::restart_fence>();
        bells_.ring(0, counts_);
    }

    [[gnu::always_inline]] constexpr auto come_up(ticks now, [[maybe_unused]] bool resumes) -> link_change {
        if constexpr (device) {
            if (not resumes) {
                this->adopt();
            }
            for (std::uint32_t id = 0; resumes and id < rings::rx_count; ++id) {
                if (this->rx().owns(id)) { // messages lent before the close are not valid any more
                    this->hand_over(rx_ring, id, Config.size_of(rx_ring));
                }
            }
        } else {
            this->lay_out();
        }
        this->start_notification();
        if constexpr (calls) {
            call_ = {.is_answered = false, .rung_at = now};
        }
        phase_ = link_phase::up;
        if constexpr (not device) {
            handshake_.attached(shared_, layout_);
            call_peer();
        }
        return {.event = link_event::up};
    }

    [[gnu::always_inline]] constexpr auto go_down(down_reason reason) -> link_change {
        this->settle_held_back();
        bells_.forget();
        auto const unreturned = static_cast<std::uint16_t>(this->tx().with_peer(shared_, layout_.parts(tx_ring)));
        auto change = link_change{link_event::down, reason, unreturned};
        this->count(counter::link_down);
        counts_.add(counter::lost_in_flight, change.unreturned);
        if constexpr (drains) {
            phase_ = link_phase::waiting;
            if (not device or reason == down_reason::broken) {
                handshake_.restart(shared_, layout_);
                call_peer();
                return change;
            }
            shared_.template fence<site::restart_fence>();
            if (advance(false) == handshake_step::answered) {
                call_peer(); // the next read of the peer index is left to another call
            }
        } else if constexpr (has_commands) {
            phase_ = link_phase::waiting;
            auto const is_told = commanded() != down_reason::none;
            if (reason == down_reason::broken or is_told or not handshake_.is_running(shared_, layout_)) {
                handshake_.start(shared_, layout_); // the next restart of either side goes through the handshake
                if (is_told) {
                    handshake_.take_command(shared_, layout_);
                }
                call_peer();
            }
        } else {
            phase_ = phase_ == link_phase::faulted ? link_phase::broken : link_phase::waiting;
        }
        return change;
    }

    /// The reason why a link that was up goes down.
    constexpr auto why_it_ends() -> down_reason {
        if (phase_ == link_phase::faulted) {
            return down_reason::broken;
        }
        if (auto const told = commanded(); told != down_reason::none) {
            return told;
        }
        auto is_over = drains or not this->are_ours();
        if constexpr (has_commands) { // a driver that restarts clears the rings before it writes a word
            is_over = not handshake_.is_running(shared_, layout_) or (device and this->were_cleared());
        }
        return is_over ? down_reason::peer_restarted : down_reason::peer_stopped;
    }

    /// The reason given by a command of the peer, where the dialect has commands. Other commands are left to the application.
    constexpr auto commanded() -> down_reason {
        if constexpr (has_commands) {
            return handshake_.commanded(shared_, layout_);
        } else {
            return down_reason::none;
        }
    }
    /// Whether the peer is ready; for a link that is up, also whether its rings are still valid for both sides.
    [[gnu::always_inline]] constexpr auto is_established(auto& shared) -> bool {
        auto const rang = this->is_live() and take_doorbell();
        auto const is_same = handshake_.is_established(shared, layout_) and // before the mark: a driver clears that first
                             (not this->is_live() or (this->are_ours() and commanded() == down_reason::none));
        if (not is_same) {
            keep_doorbell(rang);
        }
        return is_same;
    }
    /// Keeps a doorbell, which may belong to the next rings.
    constexpr auto keep_doorbell([[maybe_unused]] bool rang) -> void {
        if constexpr (handshake::needs_doorbell) {
            if (rang) {
                rang_.set();
            }
        }
    }
    /// Clears the doorbell of ring 0 before a check: a doorbell that arrives meanwhile counts for the next check.
    constexpr auto take_doorbell() -> bool {
        if constexpr (handshake::needs_doorbell) {
            return rang_.take();
        } else {
            return false;
        }
    }
    constexpr auto start_over() -> void {
        this->forget_rings();
        phase_ = link_phase::waiting;
    }
    constexpr auto advance(bool is_established) -> handshake_step {
        if constexpr (device and not agrees) {
            if (is_established) {
                auto const is_broken = phase_ == link_phase::broken;
                if (this->has_mark() and this->are_ours()) { // read now: the driver may have initialised the rings since
                    return is_broken ? handshake_step::none : handshake_step::resume;
                }
                if (is_broken) {
                    start_over();
                }
            }
        }
        auto const rang = not handshake::needs_doorbell or take_doorbell();
        auto const step = handshake_.advance(shared_, layout_, is_established, rang);
        if (step == handshake_step::none) {
            keep_doorbell(rang);
        }
        return step;
    }

    constexpr auto follow(handshake_step step, ticks now) -> link_change {
        switch (step) {
        case handshake_step::attach: return come_up(now, false);
        case handshake_step::resume:
            if constexpr (device and not agrees) {
                return come_up(now, true);
            }
            break;
        case handshake_step::answered: call_peer(); break;
        case handshake_step::over: start_over(); break;
        case handshake_step::refuse:
            if (std::exchange(phase_, link_phase::refused) != link_phase::refused) {
                return {link_event::refused, down_reason::incompatible, 0};
            }
            break;
        case handshake_step::early:
        case handshake_step::none: break;
        }
        return {};
    }

    /// A device that starts later has missed the doorbells of pending messages, and a remote of rpmsg-lite sends nothing until
    /// it receives a doorbell of ring 0 while it runs (rpmsg-lite, rpmsg_lite.c).
    constexpr auto ring_until_answered(ticks now) -> void {
        call_.rung_at = not_ahead(call_.rung_at, now);
        if (not call_.is_answered and has_passed(call_.rung_at + Config.retry_ticks, now)) {
            call_.rung_at = now;
            bells_.ring(0, counts_);
            if (in_flight() > 0) {
                bells_.ring(tx_ring, counts_);
            }
        }
    }
    /// Whether a poll is due without a doorbell: the peer has not answered yet, rpmsg-lite returns buffers without a doorbell,
    /// the table that a driver waits for changes without a doorbell, and so do the words of a peer that restarts.
    [[nodiscard]] constexpr auto waits_for_time() const -> bool {
        auto waits = false;
        if constexpr (prefilled) {
            waits = this->notification_enabled_;
        }
        if constexpr (calls) {
            waits = waits or not call_.is_answered;
        }
        return (phase_ == link_phase::up and (waits or handshake::restarts_without_doorbell)) or
               (handshake::changes_without_doorbell and (phase_ == link_phase::waiting or phase_ == link_phase::refused));
    }
    /// Called when the link is not up or not valid any more. With epochs, messages published before are delivered first.
    [[gnu::cold]] constexpr auto follow_peer(bool is_established, ticks now) -> link_change {
        if (drains and phase_ <= last_mute) {
            return {};
        }
        auto const was_up = phase_ == link_phase::up;
        if constexpr (drains) {
            phase_ = was_up ? link_phase::ending : phase_;
            if (phase_ == link_phase::ending and not this->rx().empty(shared_, layout_.parts(rx_ring))) {
                return {.event = link_event::ending};
            }
        }
        if (was_up or this->is_ending()) {
            return go_down(why_it_ends());
        }
        // One doorbell may announce several steps of the handshake.
        for (int steps = 0; steps < handshake::most_steps; ++steps) {
            auto const step = advance(is_established);
            auto change = follow(step, now);
            if (change.event != link_event::none) {
                return change;
            }
            if (step == handshake_step::none or step == handshake_step::early or step == handshake_step::refuse) {
                break;
            }
        }
        return {};
    }

  public:
    [[nodiscard]] constexpr auto is_up() const -> bool { return phase_ == link_phase::up; }
    /// The mismatch behind `incompatible`, read from the peer's words; `describe` gives a text. For the polling context.
    [[nodiscard]] constexpr auto mismatch() -> config_mismatch {
        return phase_ == link_phase::refused ? handshake_.mismatch(shared_, layout_) : config_mismatch::none;
    }
    /// Whether the rings are still valid for both sides: checked before a goodbye is written to them.
    [[nodiscard]] constexpr auto can_say_goodbye() -> bool { return is_up() and is_established(shared_); }
    /// Whether the peer accepted the name service, where the dialect has a word for it. OpenAMP hosts before 2024 accept
    /// features without writing them.
    [[nodiscard]] constexpr auto takes_names() -> bool {
        if constexpr (Config.dialect.compares_table) {
            return table_check<Config>::takes_names(shared_, layout_, device);
        } else if constexpr (requires { layout_.takes_names(); }) {
            return layout_.takes_names();
        } else {
            return true;
        }
    }
    /// Sent messages that the peer has not returned, as the ring shows now. For the polling context.
    constexpr auto in_flight() -> std::uint32_t {
        return this->is_live() ? this->tx().with_peer(shared_, layout_.parts(tx_ring)) : 0;
    }

    /// No effect on a link that is started. `misconfigured` when the region does not hold the layout.
    [[nodiscard]] constexpr auto start() -> status {
        if (not this->has_room()) {
            return error::misconfigured;
        }
        if (phase_ > link_phase::broken) {
            return {};
        }
        if (phase_ == link_phase::broken) {
            this->forget_rings();
        }
        phase_ = link_phase::waiting;
        handshake_.start(shared_, layout_);
        if constexpr (agrees) {
            call_peer();
        }
        return {};
    }

    /// Notifies the peer where the dialect has a word for it. Received messages are returned; lent buffers become invalid.
    constexpr auto close() -> void {
        if (phase_ == link_phase::stopped) {
            return;
        }
        if constexpr (device and not agrees) {
            if (phase_ == link_phase::faulted or phase_ == link_phase::broken) {
                this->forget_rings();
            } else if (this->is_live()) {
                auto const rang = take_doorbell();
                if (handshake_.is_established(shared_, layout_) and this->are_ours()) {
                    this->give_all_back();
                    bells_.ring_pending(counts_); // the peer keeps these rings, and no later poll rings
                } else {
                    this->forget_rings();
                    keep_doorbell(rang);
                }
            }
        }
        bells_.forget();
        this->settle_held_back();
        auto const was_up = this->is_live();
        phase_ = link_phase::stopped;
        handshake_.restart(shared_, layout_);
        if (agrees or (handshake::tells_of_close and was_up)) {
            call_peer(); // a word reports the close
        }
    }

    constexpr auto poll(ticks now) -> link_change {
        this->rx().look_anew(); // a doorbell since the last check announces entries after the cached index
        // With epochs, a link that is not up leaves the check to the handshake.
        if (drains ? phase_ != link_phase::up : phase_ <= last_mute) [[unlikely]] {
            bells_.ring_pending(counts_);
            return drains ? follow_peer(true, now) : link_change{};
        }
        auto&& shared = handle_of(shared_);
        auto const is_established = this->is_established(shared);
        if (is_established or not this->is_live()) { // never for rings that are not valid
            bells_.ring_pending(counts_);
        }
        if (not is_established or (not drains and phase_ != link_phase::up)) [[unlikely]] {
            return follow_peer(is_established, now);
        }
        if constexpr (has_commands and device) {
            this->tx().note(shared_, layout_.parts(tx_ring)); // a driver that restarts clears the rings first
        }
        if constexpr (calls) {
            ring_until_answered(now);
        }
        return {};
    }

    constexpr auto notify([[maybe_unused]] std::uint32_t which) -> void {
        if constexpr (handshake::needs_doorbell) {
            if (which == 0) {
                rang_.set();
            }
        }
    }

    [[nodiscard]] constexpr auto next_deadline(ticks now) const -> poll_deadline {
        if (this->is_ending()) {
            return {.is_set = true, .at = now};
        }
        return {.is_set = bells_.has_pending() or waits_for_time(), .at = now + Config.retry_ticks};
    }
};

} // namespace rpmsg::detail
