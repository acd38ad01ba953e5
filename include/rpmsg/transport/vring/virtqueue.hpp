#pragma once

#include <rpmsg/core/id_set.hpp>
#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/wire/virtio/vring.hpp>

#include <cstdint>
#include <type_traits>

namespace rpmsg::detail {

/// The side of a split ring: the device consumes the available ring and fills the used ring, the driver does the opposite.
enum class ring_role : bool { device, driver };

/// Result of `take`. `bad_index` and `bad_id` report a violation of the ring protocol.
enum class pop_outcome : std::uint8_t { none, taken, bad_index, bad_id };

struct popped_buffer {
    pop_outcome outcome{};
    std::uint32_t id{};
    std::uint32_t length{}; ///< the used length; valid for the driver only
};

/// One split ring, seen from one side (virtio 1.2, section 2.7). A buffer is known by its descriptor id and is owned by this
/// side or by the peer. Ownership is kept in private memory and never read back. Not for concurrent use.
template <vring_config Config, ring_role Role> class virtqueue {
    using index = std::uint16_t;
    static constexpr bool device = Role == ring_role::device;
    static constexpr std::uint32_t peer_entry_size = device ? 2 : 8;
    static constexpr std::uint32_t own_entry_size = device ? 8 : 2;

    struct nothing {};
    struct one_count {};
    static constexpr bool credit_varies = Config.dialect.prefilled;

    /// On 64-bit cores a byte per buffer: more memory, but fewer instructions than a bit.
    std::conditional_t<(sizeof(void*) > 4), id_flags<Config.most_buffers()>, id_set<Config.most_buffers()>> ours_{};
    index taken_{}; ///< entries popped from the peer's ring
    index given_{}; ///< entries pushed to this side's ring
    index seen_{};  ///< peer entries known to be published; equal to taken_ when the peer's index must be read again
    /// Buffers that the peer owns while both indices are equal: a constant, except where rings start prefilled.
    [[no_unique_address]] std::conditional_t<credit_varies, index, nothing> credit_{};
    /// Buffers of this ring: a constant, unless the two rings of the link have different counts.
    [[no_unique_address]] std::conditional_t<Config.has_two_counts(), index, one_count> count_{};

    static constexpr auto peer_ring(wire::vring_parts const& at) -> std::uint32_t { return device ? at.available : at.used; }
    static constexpr auto own_ring(wire::vring_parts const& at) -> std::uint32_t { return device ? at.used : at.available; }
    /// Offsets of both rings relative to the available ring, so that one address serves all accesses; they may be negative.
    static constexpr auto to_peer_ring(wire::vring_parts const& at) -> std::uint32_t { return peer_ring(at) - at.available; }
    static constexpr auto to_own_ring(wire::vring_parts const& at) -> std::uint32_t { return own_ring(at) - at.available; }
    [[nodiscard]] constexpr auto count() const -> std::uint32_t {
        if constexpr (Config.has_two_counts()) {
            return count_;
        } else {
            return Config.most_buffers();
        }
    }
    [[nodiscard]] constexpr auto position(index i) const -> std::uint32_t { return i & (count() - 1); }
    /// Buffers that the peer owns, including those pending in its ring.
    [[nodiscard]] constexpr auto theirs() const -> index {
        if constexpr (credit_varies) {
            return static_cast<index>(given_ + credit_ - taken_);
        } else {
            return static_cast<index>(given_ + (device ? count() : 0) - taken_);
        }
    }

    /// Entries that the peer has published and that were not popped. Unchecked: compare with `theirs`.
    template <region Region> constexpr auto waiting(Region& shared, wire::vring_parts const& at) -> index {
        shared.invalidate(peer_ring(at), 4);
        auto const taken = taken_;
        return static_cast<index>(load_at<site::peer_index, index>(shared, peer_ring(at), 2) - taken);
    }

    template <region Region>
    constexpr auto set_flags(Region& shared, wire::vring_parts const& at, std::uint16_t value) -> void {
        shared.template store<site::own_flags>(own_ring(at), value);
        shared.clean(own_ring(at), 2);
    }
    template <region Region> constexpr auto set_event(Region& shared, wire::vring_parts const& at, index value) -> void {
        auto const where = own_ring(at) + 4 + own_entry_size * count();
        shared.template store<site::own_event>(where, value);
        shared.clean(where, 2);
    }

  public:
    /// Sets the queue to a ring of the configuration, this side's index to `given` and the consumed index to `taken`; this side owns all buffers or none. Without
    /// prefilled rings the arguments agree: a driver has pushed as many more than it popped as the peer owns.
    constexpr auto reset([[maybe_unused]] std::uint32_t ring, index taken, index given, bool all_ours) -> void {
        if constexpr (Config.has_two_counts()) {
            count_ = static_cast<index>(Config.count_of(ring));
        }
        taken_ = taken;
        given_ = given;
        seen_ = taken;
        if constexpr (credit_varies) {
            credit_ = static_cast<index>((all_ours ? 0 : count()) + taken - given);
        }
        ours_.clear();
        if (all_ours) {
            ours_.fill();
        }
    }

    /// This side's published index in shared memory; read once, when a device attaches to rings already in use.
    template <region Region> static constexpr auto adopt(Region& shared, wire::vring_parts const& at) -> index {
        shared.invalidate(own_ring(at), 4);
        return shared.template load<site::adopted_index, index>(own_ring(at) + 2);
    }

    /// An unused word of the device's ring 0: the event index with flag suppression, the flags with the event index. Drivers
    /// write zero to it when they initialise a ring, and never read it.
    static constexpr auto mark_of(wire::vring_parts const& at) -> std::uint32_t {
        return own_ring(at) + (Config.event_index ? 0 : 4 + own_entry_size * Config.count_of(0));
    }
    template <region Region> static constexpr auto read_mark(Region& shared, wire::vring_parts const& at) -> index {
        shared.invalidate(mark_of(at), 2);
        return shared.template load<site::adopted_index, index>(mark_of(at));
    }
    template <region Region> static constexpr auto set_mark(Region& shared, wire::vring_parts const& at, index value) -> void {
        shared.template store<site::own_event>(mark_of(at), value);
        shared.clean(mark_of(at), 2);
    }

    /// Pops the next entry of the peer's ring. After `bad_index` or `bad_id` the ring is not valid any more. The used length is
    /// read only on request.
    template <region Region>
    constexpr auto pop(Region& shared, wire::vring_parts const& at, [[maybe_unused]] bool with_length = true) -> popped_buffer {
        auto const taken = taken_;
        if (seen_ == taken) {
            auto const most = theirs();
            auto const found = waiting(shared, at);
            if (found == 0) {
                return {};
            }
            if (found > most) [[unlikely]] {
                return {.outcome = pop_outcome::bad_index};
            }
            seen_ = static_cast<index>(taken + found);
        }
        auto const entry = peer_ring(at) + peer_entry_size * position(taken);
        if (not shares_line<Region>(peer_ring(at), entry + 4 + peer_entry_size)) {
            shared.invalidate(entry + 4, peer_entry_size);
        }
        auto id = std::uint32_t{};
        auto length = std::uint32_t{};
        if constexpr (device) {
            id = load_at<site::peer_entry, std::uint16_t>(shared, entry, 4);
        } else {
            id = load_at<site::peer_entry, std::uint32_t>(shared, entry, 4);
            if (with_length) {
                length = load_at<site::peer_entry_length, std::uint32_t>(shared, entry, 8);
            }
        }
        if (id >= count() or ours_.contains(id)) [[unlikely]] {
            return {.outcome = pop_outcome::bad_id};
        }
        ours_.insert(id);
        taken_ = static_cast<index>(taken + 1);
        return {.outcome = pop_outcome::taken, .id = id, .length = length};
    }

    /// Discards the cached index of the peer: after a restart of the peer it is not valid.
    constexpr auto look_anew() -> void { seen_ = taken_; }
    /// Updates the cached index of the peer.
    template <region Region> constexpr auto note(Region& shared, wire::vring_parts const& at) -> void {
        auto const most = theirs();
        auto const found = waiting(shared, at);
        if (found <= most and found > static_cast<index>(seen_ - taken_)) {
            seen_ = static_cast<index>(taken_ + found);
        }
    }
    /// Whether all entries up to the cached index were popped.
    [[nodiscard]] constexpr auto took_all() const -> bool { return seen_ == taken_; }
    /// Whether the peer's ring has no pending entry. A bad index counts as pending: `take` reports it.
    template <region Region> constexpr auto empty(Region& shared, wire::vring_parts const& at) -> bool {
        return waiting(shared, at) == 0;
    }

    /// The buffers that this side owns.
    [[nodiscard]] constexpr auto owned() const { return ours_; }
    [[nodiscard]] constexpr auto owns(std::uint32_t id) const -> bool { return id < count() and ours_.contains(id); }
    /// Buffers that the peer owns, without those pending in its ring; the cached index is used when the peer's index is bad.
    template <region Region> constexpr auto with_peer(Region& shared, wire::vring_parts const& at) -> std::uint32_t {
        auto const most = theirs();
        auto const seen = static_cast<index>(seen_ - taken_);
        auto const found = waiting(shared, at);
        return static_cast<std::uint32_t>(most - (found <= most and found > seen ? found : seen));
    }
    [[nodiscard]] constexpr auto taken() const -> index { return taken_; }
    [[nodiscard]] constexpr auto given() const -> index { return given_; }

    /// Pushes an owned buffer to this side's ring; the peer owns it after the next `publish`.
    template <region Region>
    constexpr auto push(Region& shared, wire::vring_parts const& at, std::uint32_t id, std::uint32_t length) -> void {
        auto const given = given_;
        auto const entry = at.available + own_entry_size * position(given);
        auto const distance = to_own_ring(at) + 4;
        if constexpr (device) {
            store_at<site::own_entry>(shared, entry, distance, id);
            store_at<site::own_entry_length>(shared, entry, distance + 4, length);
        } else {
            store_at<site::own_entry>(shared, entry, distance, static_cast<std::uint16_t>(id));
        }
        shared.clean(entry + distance, own_entry_size);
        ours_.erase(id);
        given_ = static_cast<index>(given + 1);
    }

    /// Publishes the index of the pushed entries. Later reads of the peer's words and doorbells are ordered after it.
    template <region Region> constexpr auto publish_index(Region& shared, wire::vring_parts const& at) -> void {
        auto const given = given_;
        store_at<site::own_index>(shared, at.available, to_own_ring(at) + 2, given);
        shared.clean(own_ring(at), 4);
        shared.template fence<site::doorbell_fence>();
    }
    /// Whether the peer requests a doorbell for the last `newly` published entries.
    template <region Region>
    constexpr auto wants_doorbell(Region& shared, wire::vring_parts const& at, [[maybe_unused]] std::uint32_t newly) -> bool {
        if constexpr (Config.event_index) {
            auto const where = peer_ring(at) + 4 + peer_entry_size * count();
            shared.invalidate(where, 2);
            return wire::needs_doorbell(shared.template load<site::peer_event, index>(where), given_,
                                        static_cast<index>(given_ - newly));
        } else {
            shared.invalidate(peer_ring(at), 2);
            auto const flags = load_at<site::peer_flags, std::uint16_t>(shared, at.available, to_peer_ring(at));
            return (flags & wire::suppress_doorbell) == 0;
        }
    }
    /// `show` followed by `wants_doorbell`.
    template <region Region>
    constexpr auto publish(Region& shared, wire::vring_parts const& at, std::uint32_t newly = 1) -> bool {
        publish_index(shared, at);
        return wants_doorbell(shared, at, newly);
    }

    /// Suppresses the doorbell for the next entry of the peer. This is a hint: a doorbell may still arrive.
    template <region Region> constexpr auto disable_notification(Region& shared, wire::vring_parts const& at) -> void {
        if constexpr (Config.event_index) {
            set_event(shared, at, static_cast<index>(taken_ - 1));
        } else {
            set_flags(shared, at, wire::suppress_doorbell);
        }
    }

    /// With flag suppression: requests a doorbell for every entry. Clears the flag that an earlier device may have set.
    template <region Region> constexpr auto ask_for_all(Region& shared, wire::vring_parts const& at) -> void {
        if constexpr (not Config.event_index) {
            set_flags(shared, at, 0);
        }
    }
    /// Whether this side's ring still suppresses doorbells by its flags; always true with the event index.
    template <region Region>
    static constexpr auto is_notification_disabled(Region& shared, wire::vring_parts const& at) -> bool {
        shared.invalidate(own_ring(at), 4);
        return Config.event_index or shared.template load<site::adopted_index, std::uint16_t>(own_ring(at)) != 0;
    }

    /// Requests a doorbell for the next entry of the peer and checks the ring again: true when it is still empty, so that the
    /// caller may sleep.
    template <region Region> constexpr auto enable_notification(Region& shared, wire::vring_parts const& at) -> bool {
        if constexpr (Config.event_index) {
            set_event(shared, at, taken_);
        } else {
            set_flags(shared, at, 0);
        }
        shared.template fence<site::arm_fence>();
        return empty(shared, at);
    }
};

} // namespace rpmsg::detail
