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

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg::detail {

/// Both ends of a shared-memory link: two split rings, the session that starts and restarts them, the doorbells. `vring`
/// and `vring_driver` are its two roles; the concept in transport.hpp says what each call is for.
template <ring_role Role, vring_config Config, typename Region, typename Bell, typename Layout> class vring_link {
    static_assert(region<Region>);
    static_assert(doorbell<Bell>);
    static_assert(link_layout<Layout>);
    static constexpr checked_config<Config> checked{};

    static constexpr bool shares_no_line = [] {
        if constexpr (requires { Region::line; }) {
            return Config.alignment % Region::line == 0 and Config.size_of(0) % Region::line == 0 and
                   Config.size_of(1) % Region::line == 0;
        } else {
            return true;
        }
    }();
    static_assert(shares_no_line, "ring alignment and buffer sizes must be multiples of the cache line of the region");

    static constexpr bool device = Role == ring_role::device;
    static constexpr std::uint32_t tx_ring = device ? 0 : 1;
    static constexpr std::uint32_t rx_ring = device ? 1 : 0;
    static constexpr bool prefilled = Config.dialect.prefilled;
    static constexpr bool has_epochs = Config.dialect.attach == wire::attach_rule::epochs;
    using session = std::conditional_t<device, device_session<Config>, driver_session<Config>>;

    enum class phase : std::uint8_t {
        stopped,
        waiting, ///< for the peer
        up,
        ending,  ///< the peer started anew: what it published before is still delivered
        refused, ///< the peer has another configuration
        broken,  ///< the peer broke the rules, and this dialect cannot agree on fresh rings: `start()` begins again
    };

    [[no_unique_address]] Region shared_;
    owed_doorbells<Bell> bells_;
    [[no_unique_address]] Layout layout_;
    [[no_unique_address]] session session_{};
    ring_sender<Config, Role> sender_{};
    ring_receiver<Config, Role> receiver_{};
    std::array<interrupt_flag, 2> rang_{};
    phase phase_{};
    take_outcome fault_{};
    bool heard_{};
    ticks rung_at_{};
    counters counts_{};

    [[gnu::always_inline]] constexpr auto context() -> ring_context<Region, Layout> { return {shared_, layout_, counts_, fault_}; }

    /// Whether the rings are ours to touch.
    [[nodiscard]] constexpr auto is_live() const -> bool {
        return (phase_ == phase::up or phase_ == phase::ending) and fault_ == take_outcome::none;
    }

    /// Wakes a peer that waits for our half of the handshake.
    constexpr auto call_peer() -> void {
        shared_.template fence<site::restart_fence>();
        bells_.ring(0, counts_);
    }

    /// A device continues where the rings stand: a buffer that was given back is not taken again, one that was not is
    /// delivered again (RINGS 6.3, 13). A driver lays them out anew.
    constexpr auto take_over_rings() -> void {
        auto link = context();
        if constexpr (device) {
            using queue = split_queue<Config, Role>;
            auto const from_driver = queue::adopt(shared_, layout_.parts(rx_ring));
            constexpr auto ahead = prefilled ? Config.buffers : 0;
            sender_.reset(queue::adopt(shared_, layout_.parts(tx_ring)), false);
            receiver_.reset(static_cast<std::uint16_t>(from_driver - ahead), from_driver, false);
        } else {
            lay_out_ring<Config>(shared_, layout_, rx_ring, true);
            lay_out_ring<Config>(shared_, layout_, tx_ring, false);
            sender_.reset(0, not prefilled);
            receiver_.reset(0, 0, true);
            receiver_.offer_all(link);
        }
        if constexpr (not prefilled) {
            sender_.disarm(link);
        }
    }

    constexpr auto come_up(ticks now) -> link_change {
        take_over_rings();
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
        auto const unreturned = in_flight();
        counts_.add(event_count::link_down);
        counts_.add(event_count::lost_in_flight, unreturned);
        bells_.forget();
        rang_ = {};
        if (reason == down_reason::broken and not has_epochs) {
            phase_ = phase::broken;
            return {link_event::down, reason, unreturned};
        }
        phase_ = phase::waiting;
        fault_ = {};
        if (not device or reason == down_reason::broken) {
            session_.restart(shared_, layout_);
            call_peer();
        }
        return {link_event::down, reason, unreturned};
    }

    constexpr auto look() -> session_step {
        if constexpr (device) {
            return session_.look(shared_, layout_, phase_ == phase::up, rang_[0].is_set());
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

    /// rpmsg-lite's remote is mute until a doorbell of ring 0 finds it listening (RINGS 6.2).
    constexpr auto call_until_heard(ticks now) -> void {
        if (not heard_ and has_passed(rung_at_ + Config.retry_ticks, now)) {
            rung_at_ = now;
            bells_.ring(0, counts_);
        }
    }

  public:
    static constexpr std::uint32_t max_frame = std::max(Config.size_of(0), Config.size_of(1));
    static constexpr bool acknowledged = Config.dialect.acknowledged;

    constexpr explicit vring_link(Region shared = {}, Bell bell = {}, Layout layout = {})
        : shared_{shared}, bells_{bell}, layout_{layout} {}

    [[nodiscard]] constexpr auto tx_limit() const -> std::uint32_t { return ring_sender<Config, Role>::limit; }
    [[nodiscard]] constexpr auto rx_limit() const -> std::uint32_t { return ring_receiver<Config, Role>::limit; }
    [[nodiscard]] constexpr auto counts() -> counters& { return counts_; }
    [[nodiscard]] constexpr auto is_up() const -> bool { return phase_ == phase::up; }
    [[nodiscard]] constexpr auto sender() const -> ring_sender<Config, Role> const& { return sender_; }
    [[nodiscard]] constexpr auto receiver() const -> ring_receiver<Config, Role> const& { return receiver_; }

    /// Messages sent that the peer has not given back: what is lost if it dies now, at most.
    [[nodiscard]] constexpr auto in_flight() -> std::uint32_t {
        return phase_ == phase::up or phase_ == phase::ending ? sender_.in_flight(context()) : 0;
    }

    [[nodiscard]] constexpr auto start() -> status {
        if (not layout_.fits(shared_.size(), Config.buffers)) {
            return error::misconfigured;
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
            phase_ = phase::stopped;
            rang_ = {};
            session_.restart(shared_, layout_);
            call_peer();
        }
    }

    constexpr auto poll(ticks now) -> link_change {
        if (phase_ == phase::stopped or phase_ == phase::broken) {
            return {};
        }
        bells_.ring_owed(counts_);
        if (fault_ != take_outcome::none) {
            return go_down(down_reason::broken);
        }
        if (phase_ != phase::ending) {
            auto const change = follow(look(), now);
            if (change.event != link_event::none) {
                return change;
            }
        }
        if (phase_ == phase::ending and receiver_.empty(context())) {
            return go_down(down_reason::peer_restarted);
        }
        if constexpr (not device and prefilled) {
            call_until_heard(now);
        }
        return {};
    }

    constexpr auto notify(std::uint32_t which) -> void {
        if (which < 2) {
            rang_[which].set();
        }
    }

    [[gnu::always_inline]] [[nodiscard]] constexpr auto reserve() -> tx_buffer {
        if (phase_ != phase::up or fault_ != take_outcome::none) {
            return {};
        }
        auto link = context();
        auto wants_doorbell = false;
        auto const room = sender_.reserve(link, wants_doorbell);
        bells_.ring_if(wants_doorbell, tx_ring, counts_);
        return room;
    }

    constexpr auto discard(tx_buffer const& room) -> void {
        if (not sender_.is_reserved(room.token)) {
            counts_.add(event_count::stale_loan);
            return;
        }
        sender_.discard(room);
    }

    [[gnu::always_inline]] constexpr auto commit(tx_buffer const& room, wire::header const& header) -> void {
        if (phase_ != phase::up or not sender_.is_reserved(room.token) or header.length > room.space.size()) {
            counts_.add(event_count::stale_loan);
            return;
        }
        auto link = context();
        bells_.ring_if(sender_.commit(link, room, header), tx_ring, counts_);
    }

    [[gnu::always_inline]] [[nodiscard]] constexpr auto receive() -> rx_buffer {
        if (not is_live()) {
            return {};
        }
        auto link = context();
        auto const message = receiver_.receive(link);
        heard_ = heard_ or message.outcome != rx_outcome::none;
        return message;
    }

    [[gnu::always_inline]] constexpr auto release(rx_buffer const& message) -> void {
        if (not is_live() or not receiver_.is_held(message.token)) {
            counts_.add(event_count::stale_loan);
            return;
        }
        auto link = context();
        receiver_.give(link, message);
        if (receiver_.unpublished() >= Config.batch) {
            flush();
        }
    }

    [[gnu::always_inline]] constexpr auto flush() -> void {
        if (is_live() and receiver_.unpublished() != 0) {
            auto link = context();
            bells_.ring_if(receiver_.publish(link), rx_ring, counts_);
        }
    }

    [[nodiscard]] constexpr auto writable() -> bool {
        return phase_ == phase::up and fault_ == take_outcome::none and sender_.writable(context());
    }

    [[nodiscard]] constexpr auto next_deadline(ticks now) const -> poll_deadline {
        if (phase_ == phase::ending or (phase_ == phase::up and fault_ != take_outcome::none)) {
            return {.is_set = true, .at = now};
        }
        auto const calls = not device and prefilled and phase_ == phase::up and not heard_;
        return {.is_set = bells_.owes() or calls, .at = now + Config.retry_ticks};
    }
};

} // namespace rpmsg::detail
