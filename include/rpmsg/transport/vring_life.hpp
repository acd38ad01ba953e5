#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/platform/interrupt_flag.hpp>
#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/device_session.hpp>
#include <rpmsg/transport/driver_session.hpp>
#include <rpmsg/transport/owed_doorbells.hpp>
#include <rpmsg/transport/ring_context.hpp>
#include <rpmsg/transport/ring_receiver.hpp>
#include <rpmsg/transport/ring_sender.hpp>
#include <rpmsg/transport/ring_setup.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/transport/vring_layout.hpp>

#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg::detail {

/// Start, restart and end of a shared-memory link, of either role. What goes through it is in vring_link.hpp.
template <ring_role Role, vring_config Config, typename Region, typename Bell, typename Layout> class vring_life {
    static_assert(region<Region>);
    static_assert(doorbell<Bell>);
    static_assert(link_layout<Layout>);
    static constexpr checked_config<Config> checked{};

    static_assert(shares_no_line<Config, Region>, "ring alignment and buffer sizes must be multiples of the cache line of the region");

  protected:
    static constexpr bool device = Role == ring_role::device;
    static constexpr std::uint32_t tx_ring = device ? 0 : 1;
    static constexpr std::uint32_t rx_ring = device ? 1 : 0;

  private:
    static constexpr bool prefilled = Config.dialect.prefilled;
    static constexpr bool has_status = Config.dialect.status_in_table;
    static constexpr bool has_epochs = Config.dialect.attach == wire::attach_rule::epochs;
    static constexpr bool calls = not device and not has_epochs;
    using session = std::conditional_t<device, device_session<Config>, driver_session<Config>>;

    enum class phase : std::uint8_t {
        stopped,
        waiting, ///< for the peer
        refused, ///< the peer has another configuration
        broken,  ///< the peer broke the rules, and this dialect cannot agree on fresh rings
        ending,  ///< the peer started anew: what it published before is still delivered
        up,
    };

    [[no_unique_address]] Region shared_;
    [[no_unique_address]] Layout layout_;
    [[no_unique_address]] session session_{};
    std::array<interrupt_flag, 2> rang_{};
    phase phase_{};
    take_outcome fault_{};
    bool resumes_{}; ///< closed on rings that stood
    ticks rung_at_{};
    counters counts_{};

  protected:
    owed_doorbells<Bell> bells_;
    ring_sender<Config, Role> sender_{};
    ring_receiver<Config, Role> receiver_{};
    bool heard_{};

    constexpr vring_life(Region shared, Bell bell, Layout layout)
        : shared_{std::move(shared)}, layout_{std::move(layout)}, bells_{std::move(bell)} {}

    [[gnu::always_inline]] constexpr auto context() -> ring_context<Region, Layout> {
        return {shared_, layout_, counts_, fault_};
    }
    /// Whether messages may be sent.
    [[nodiscard]] constexpr auto sends() const -> bool { return phase_ == phase::up and fault_ == take_outcome::none; }
    /// Whether the rings are ours.
    [[nodiscard]] constexpr auto is_live() const -> bool { return phase_ >= phase::ending and fault_ == take_outcome{}; }
    /// Whether a poll would change the link.
    [[nodiscard]] constexpr auto is_ending() const -> bool {
        return phase_ == phase::ending or (phase_ == phase::up and fault_ != take_outcome::none);
    }

  private:
    /// Wakes a peer that waits for our half of the handshake.
    constexpr auto call_peer() -> void {
        shared_.template fence<site::restart_fence>();
        bells_.ring(0, counts_);
    }

    /// A device continues where the rings stand: a buffer that was given back is not taken again, one that was not is
    /// delivered again (RINGS 6.3, 13). A closed one goes on where it stopped, if the rings still stand there: their
    /// indices alone say too little.
    constexpr auto adopt_rings() -> void {
        using queue = split_queue<Config, Role>;
        constexpr auto ahead = prefilled ? Config.buffers : 0;
        auto const to_driver = queue::adopt(shared_, layout_.parts(tx_ring));
        auto const from_driver = queue::adopt(shared_, layout_.parts(rx_ring));
        auto const stands = to_driver == sender_.queue().published() and from_driver == receiver_.queue().published();
        if (std::exchange(resumes_, false) and stands) {
            auto link = context();
            sender_.reclaim();
            receiver_.reclaim(link);
            bells_.ring_if(receiver_.publish(link), rx_ring, counts_);
            return;
        }
        sender_.reset(to_driver, false);
        receiver_.reset(static_cast<std::uint16_t>(from_driver - ahead), from_driver, false);
    }

    /// A driver lays the rings out anew: all receive buffers are the device's, all others ours.
    constexpr auto lay_out_rings() -> void {
        auto link = context();
        lay_out_ring<Config>(shared_, layout_, rx_ring, true);
        lay_out_ring<Config>(shared_, layout_, tx_ring, false);
        sender_.reset(0, not prefilled);
        receiver_.reset(0, 0, true);
        receiver_.offer_all(link);
    }

    constexpr auto come_up(ticks now) -> link_change {
        if constexpr (not device) {
            lay_out_rings();
        } else {
            adopt_rings();
        }
        if constexpr (not prefilled) {
            sender_.disarm(context());
        }
        heard_ = false;
        rung_at_ = now;
        phase_ = phase::up;
        if constexpr (not device) {
            session_.attached(shared_, layout_);
            call_peer();
        }
        return {.event = link_event::up};
    }

    constexpr auto go_down(down_reason reason) -> link_change {
        auto const change = link_change{link_event::down, reason, in_flight()};
        counts_.add(event_count::link_down);
        counts_.add(event_count::lost_in_flight, change.unreturned);
        bells_.forget();
        rang_ = {};
        if (reason == down_reason::broken and not has_epochs) {
            phase_ = phase::broken;
            return change;
        }
        phase_ = phase::waiting;
        fault_ = {};
        if (not device or reason == down_reason::broken) {
            session_.restart(shared_, layout_);
            call_peer();
        } else if constexpr (has_epochs) {
            shared_.template fence<site::restart_fence>();
            if (look() == session_step::answered) {
                call_peer(); // at once: the driver waits for it
            }
        }
        return change;
    }

    constexpr auto look() -> session_step {
        if constexpr (device) {
            return session_.look(shared_, layout_, phase_ == phase::up, rang_[0].is_set() or resumes_);
        } else {
            return session_.look(shared_, layout_, phase_ == phase::up);
        }
    }

    constexpr auto follow(session_step step, ticks now) -> link_change {
        switch (step) {
        case session_step::attach: return come_up(now);
        case session_step::stop: return go_down(down_reason::peer_stopped);
        case session_step::answered: call_peer(); break;
        case session_step::end: phase_ = phase::ending; break;
        case session_step::refuse:
            if (std::exchange(phase_, phase::refused) != phase::refused) {
                return {link_event::down, down_reason::incompatible, 0};
            }
            break;
        case session_step::none: break;
        }
        return {};
    }

    /// A device that starts later has missed the doorbells of messages that wait, and rpmsg-lite's remote is mute until
    /// one of ring 0 finds it listening (RINGS 6.2).
    constexpr auto call_until_heard(ticks now) -> void {
        if (not heard_ and has_passed(rung_at_ + Config.retry_ticks, now)) {
            rung_at_ = now;
            bells_.ring(0, counts_);
            bells_.ring_if(in_flight() > 0, tx_ring, counts_);
        }
    }
    /// Whether a poll is due though nothing rings: the peer was not heard yet, or rpmsg-lite gives buffers back in silence.
    [[nodiscard]] constexpr auto waits_for_time() const -> bool {
        return phase_ == phase::up and ((calls and not heard_) or (prefilled and sender_.is_starved()));
    }

    [[nodiscard]] constexpr auto has_room() const -> bool {
        auto fits = layout_.fits(shared_.size(), Config.buffers) and
                    (not has_status or layout_.status() != nowhere) and
                    (not has_epochs or layout_.control() != nowhere);
        for (std::uint32_t ring = 0; ring < 2 and not device; ++ring) {
            auto const bytes_of_ring = std::uint64_t{Config.buffers} * Config.size_of(ring);
            auto const start = layout_.buffer(ring, 0);
            auto const one_after_the_other = layout_.buffer(ring, Config.buffers) == start + Config.buffers * Config.size_of(ring);
            fits = fits and start % 4 == 0 and one_after_the_other and lies_inside(start, bytes_of_ring, shared_.size());
        }
        return fits;
    }

  public:
    [[nodiscard]] constexpr auto counts() -> counters& { return counts_; }
    [[nodiscard]] constexpr auto is_up() const -> bool { return phase_ == phase::up; }
    /// Messages sent that the peer has not given back, as far as the ring tells now. For the polling context.
    constexpr auto in_flight() -> std::uint32_t { return phase_ >= phase::ending ? sender_.in_flight(context()) : 0; }

    /// Does nothing when it was started before.
    [[nodiscard]] constexpr auto start() -> status {
        if (not has_room()) {
            return error::misconfigured;
        }
        if (phase_ != phase::stopped and phase_ != phase::broken) {
            return {};
        }
        phase_ = phase::waiting;
        fault_ = {};
        session_.start(shared_, layout_);
        if constexpr (has_epochs) {
            call_peer();
        }
        return {};
    }

    /// Where the dialect has a word for it the peer sees the end.
    constexpr auto close() -> void {
        if (phase_ != phase::stopped) {
            resumes_ = device and not has_epochs and is_live();
            phase_ = phase::stopped;
            rang_ = {};
            session_.restart(shared_, layout_);
            call_peer();
        }
    }

    constexpr auto poll(ticks now) -> link_change {
        bells_.ring_owed(counts_);
        if constexpr (device and not has_epochs) {
            if (phase_ == phase::broken and session_.is_over(shared_, layout_)) {
                phase_ = phase::waiting;
                fault_ = {};
            }
        }
        if (phase_ == phase::stopped or phase_ == phase::broken) {
            return {};
        }
        if (fault_ != take_outcome::none) {
            return go_down(down_reason::broken);
        }
        // A doorbell may stand for several steps of the handshake.
        for (int steps = 0; steps < 3 and phase_ != phase::ending; ++steps) {
            auto const step = look();
            auto const change = follow(step, now);
            if (change.event != link_event::none) {
                return change;
            }
            if (step == session_step::none or step == session_step::refuse) {
                break;
            }
        }
        if (phase_ == phase::ending and receiver_.empty(context())) {
            return go_down(down_reason::peer_restarted);
        }
        if constexpr (calls) {
            call_until_heard(now);
        }
        return {};
    }

    constexpr auto notify(std::uint32_t which) -> void {
        if (which < 2) {
            rang_[which].set();
        }
    }

    [[nodiscard]] constexpr auto next_deadline(ticks now) const -> poll_deadline {
        if (is_ending()) {
            return {.is_set = true, .at = now};
        }
        return {.is_set = bells_.owes() or waits_for_time(), .at = now + Config.retry_ticks};
    }
};

} // namespace rpmsg::detail
