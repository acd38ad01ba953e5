#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/id_set.hpp>
#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring/handshake/select.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/transport/vring/pending_doorbells.hpp>
#include <rpmsg/transport/vring/virtqueue.hpp>
#include <rpmsg/wire/header.hpp>

#include <array>
#include <cstdint>
#include <utility>

namespace rpmsg::detail {

/// The phase of a link. Messages can be received in `ending` and `up`.
enum class link_phase : std::uint8_t {
    stopped,
    broken,  ///< the peer violated the ring protocol, and this dialect cannot negotiate new rings
    waiting, ///< the handshake waits for the peer
    refused, ///< the configuration of the peer does not match
    faulted, ///< the peer violated the ring protocol: the next poll takes the link down
    ending,  ///< the peer restarted: messages that it published before are still delivered, where the handshake says so
    up,
};

/// The two virtqueues of a link, their buffers and doorbells: each step of a message, without checks of the caller.
/// lifecycle.hpp starts and stops it, link.hpp is the public interface.
template <ring_role Role, vring_config Config, typename Region, typename Bell, typename Layout> class data_path {
  protected:
    using queue = virtqueue<Config, Role>;
    static constexpr bool device = Role == ring_role::device;
    static constexpr std::uint32_t tx_ring = device ? 0 : 1;
    static constexpr std::uint32_t rx_ring = device ? 1 : 0;
    static constexpr std::uint32_t tx_count = Config.count_of(tx_ring);
    static constexpr std::uint32_t rx_count = Config.count_of(rx_ring);
    static constexpr bool prefilled = Config.dialect.prefilled;
    static constexpr bool drains = handshake_of<Role, Config>::drains_after_restart;
    /// Rings for every message where the peer's flags are not usable, or where reading them costs cache maintenance.
    static constexpr bool always_rings = (device and Config.dialect.always_rings_driver) or line_of<Region> > 1;

    struct nothing {};
    struct no_request {}; // a type of its own: two members of one empty type would take space

    /// Whether this device writes a mark to recognise the rings that it attached to. Handshakes that agree on new rings need
    /// none, and with boot words there is no free word: ring 1 starts where the last entry of ring 0 ends.
    static constexpr bool is_marking = device and not handshake_of<Role, Config>::agrees_on_rings;
    static constexpr bool reads_descriptors = device and not requires { requires Layout::is_agreed; };
    /// A popped buffer: its id, or `nowhere` when the ring is empty; with descriptors, its offset is in the upper half. An
    /// integer stays in registers, a struct would be stored in memory.
    using popped_frame = std::conditional_t<reads_descriptors, std::uint64_t, std::uint32_t>;

    [[no_unique_address]] Region shared_;
    [[no_unique_address]] Layout layout_;
    /// Buffer size in the descriptor that was read last.
    [[no_unique_address]] std::conditional_t<reads_descriptors, std::uint32_t, nothing> size_{};
    link_phase phase_{};
    /// A doorbell for returned buffers is requested; kept where it is looked at.
    static constexpr bool keeps_request = prefilled or not is_marking;
    [[no_unique_address]] std::conditional_t<keeps_request, bool, no_request> notification_enabled_{};
    id_set<tx_count> unused_{}; ///< free transmit buffers that this side owns
    /// Of them, those that `writable` has reported: they may be too small or not usable. Says nothing of others.
    [[no_unique_address]] std::conditional_t<reads_descriptors, id_set<tx_count>, nothing> told_{};
    id_set<tx_count> late_{}; ///< transmit buffers lent since before these rings; their holders may still write to them
    /// The mark that this device wrote to the rings when it attached, or 0 (ring_attach.hpp).
    [[no_unique_address]] std::conditional_t<is_marking, std::uint16_t, nothing> mark_{};
    std::array<queue, 2> queues_{};
    /// With batches: the index of the receive ring that the peer sees.
    [[no_unique_address]] std::conditional_t<(Config.batch > 1), std::uint16_t, nothing> shown_{};
    [[no_unique_address]] pending_doorbells<Bell> bells_;
    counters counts_{};

    constexpr data_path(Region shared, Bell bell, Layout layout)
        : shared_{std::move(shared)}, layout_{std::move(layout)}, bells_{std::move(bell)} {}

    [[nodiscard]] constexpr auto sends() const -> bool { return phase_ == link_phase::up; }
    [[nodiscard]] constexpr auto is_live() const -> bool { return drains ? phase_ >= link_phase::ending : sends(); }
    /// Whether `poll` must be called again at once.
    [[nodiscard]] constexpr auto is_ending() const -> bool {
        return phase_ == link_phase::faulted or (drains and phase_ == link_phase::ending);
    }

    constexpr auto queue_of(std::uint32_t ring) -> queue& { return ring == tx_ring ? tx() : rx(); }
    constexpr auto tx() -> queue& { return queues_[tx_ring]; }
    constexpr auto rx() -> queue& { return queues_[rx_ring]; }

    /// Released receive buffers that are not published yet.
    [[nodiscard]] constexpr auto held_back() const -> std::uint32_t {
        if constexpr (Config.batch > 1) {
            return static_cast<std::uint16_t>(queues_[rx_ring].given() - shown_);
        } else {
            return 0;
        }
    }
    /// All released buffers are published, or not valid any more.
    constexpr auto settle_held_back() -> void {
        if constexpr (Config.batch > 1) {
            shown_ = queues_[rx_ring].given();
        }
    }

    /// A ring as a region and its places there. On small cores the region starts at the ring, whose address is formed once.
    template <typename Shared> struct placed_ring {
        Shared shared;
        wire::vring_parts at;
    };
    [[gnu::always_inline]] constexpr auto placed(auto& shared, std::uint32_t ring) const {
        auto const at = layout_.parts(ring);
        if constexpr (requires { shared.from(at.available); }) {
            auto const parts = wire::vring_parts{at.descriptors - at.available, 0, at.used - at.available};
            return placed_ring<decltype(shared.from(0))>{shared.from(at.available), parts};
        } else {
            return placed_ring<decltype(handle_of(shared))>{handle_of(shared), at};
        }
    }

    /// Publishes the last `newly` pushed buffers and rings the doorbell if the peer requests it.
    constexpr auto publish_and_ring(std::uint32_t ring, std::uint32_t newly = 1) -> void {
        auto [shared, at] = placed(shared_, ring);
        publish_and_ring(shared, at, ring, newly);
    }
    [[gnu::always_inline]] constexpr auto publish_and_ring(auto& shared, wire::vring_parts const& at, std::uint32_t ring,
                                                           std::uint32_t newly) -> void {
        auto& own = queue_of(ring);
        if constexpr (Config.batch > 1) {
            if (ring == rx_ring) {
                settle_held_back();
            }
        }
        own.publish_index(shared, at);
        if ((always_rings and ring == tx_ring) or own.wants_doorbell(shared, at, newly)) {
            bells_.ring(ring, counts_);
        }
    }
    /// Pushes a buffer and publishes it.
    constexpr auto hand_over(std::uint32_t ring, std::uint32_t id, std::uint32_t length) -> void {
        auto [shared, at] = placed(shared_, ring);
        queue_of(ring).push(shared, at, id, length);
        publish_and_ring(shared, at, ring, 1);
    }

    constexpr auto note_request([[maybe_unused]] bool is_enabled) -> void {
        if constexpr (keeps_request) {
            notification_enabled_ = is_enabled;
        }
    }
    /// Requests a doorbell for returned transmit buffers; false when one has been returned already.
    constexpr auto enable_notification() -> bool {
        note_request(true);
        return tx().enable_notification(shared_, layout_.parts(tx_ring));
    }
    /// Cancels the request. Where rings start prefilled the flags are left unchanged (rpmsg-lite, rpmsg_lite.c).
    [[gnu::always_inline]] constexpr auto disable_notification() -> void {
        note_request(false);
        if constexpr (not prefilled) {
            tx().disable_notification(shared_, layout_.parts(tx_ring));
        }
    }
    /// The state in which a link comes up.
    [[gnu::always_inline]] constexpr auto start_notification() -> void {
        if constexpr (comes_up_notified) {
            tx().ask_for_all(shared_, layout_.parts(tx_ring));
            shared_.template fence<site::arm_fence>(); // later reads of the ring see what was returned without a doorbell
        } else {
            disable_notification();
        }
    }
    /// Reads each field of a descriptor once and checks it. Returns the offset of its buffer, or `nowhere`.
    [[gnu::always_inline]] constexpr auto read_descriptor(auto& shared, wire::vring_parts const& at, std::uint32_t ring,
                                                          std::uint32_t id, std::uint32_t& size) -> std::uint32_t {
        auto const entry = at.descriptors + 16 * id;
        shared.invalidate(entry, sizeof(wire::descriptor));
        constexpr auto where = site::descriptor_load;
        auto const low = load_at<where, std::uint32_t>(shared, entry, 0);
        auto const high = load_at<where, std::uint32_t>(shared, entry, 4);
        auto const address = low | std::uint64_t{high} << 32;
        size = load_at<where, std::uint32_t>(shared, entry, 8);
        auto const flags = load_at<where, std::uint32_t>(shared, entry, 12);
        auto const must_write = ring == tx_ring;
        auto offset = layout_.offset_of(address, size);
        if constexpr (not is_checked_layout<Layout>) {
            if (offset % 4 != 0 or not lies_inside(offset, size, shared_.size())) [[unlikely]] {
                offset = nowhere;
            }
        }
        if (size < wire::header_size) [[unlikely]] {
            offset = nowhere;
        }
        namespace flag = wire::descriptor_flag;
        auto const expected = must_write ? std::uint32_t{flag::write} : 0u;
        // Where rings start prefilled, receive buffers may be writable, too.
        auto const known = flags & (flag::next | flag::indirect | (prefilled ? expected : std::uint32_t{flag::write}));
        if (offset == nowhere or known != expected) [[unlikely]] {
            auto reason = counter::odd_flags;
            if ((known & (flag::next | flag::indirect)) != 0) {
                reason = counter::chained_descriptor;
                offset = nowhere;
            } else if (must_write or offset == nowhere) {
                reason = counter::bad_descriptor;
                offset = nowhere;
            }
            count(reason);
        }
        return offset;
    }
    /// The id of the next buffer in a ring, or `nowhere`. A protocol violation is counted and takes the link down.
    constexpr auto next_id(auto& shared, wire::vring_parts const& at, std::uint32_t ring,
                           [[maybe_unused]] std::uint32_t* used_length) -> std::uint32_t {
        auto got = queue_of(ring).pop(shared, at, used_length != nullptr);
        if (got.outcome == pop_outcome::taken) [[likely]] {
            if (not device and used_length != nullptr) {
                *used_length = got.length;
            }
            return got.id;
        }
        if (got.outcome != pop_outcome::none) [[unlikely]] {
            phase_ = link_phase::faulted;
            count(got.outcome == pop_outcome::bad_index ? counter::bad_index : counter::bad_id);
        }
        return nowhere;
    }
    /// The frame of an owned buffer `id`, or of the next buffer of a ring when `id` is `nowhere`. On 32-bit cores both rings
    /// share the code; on 64-bit cores each has its own copy.
    [[gnu::always_inline]] constexpr auto pop(auto& shared, std::uint32_t ring, std::uint32_t id,
                                              std::uint32_t* used_length = nullptr) -> popped_frame {
        return sizeof(void*) > 4 ? pop_inlined(shared, ring, id, used_length) : pop_called(shared, ring, id, used_length);
    }
    constexpr auto pop_called(auto& shared, std::uint32_t ring, std::uint32_t id, std::uint32_t* used_length) -> popped_frame {
        return pop_inlined(shared, ring, id, used_length);
    }
    [[gnu::always_inline]] constexpr auto pop_inlined(auto& shared, std::uint32_t ring, std::uint32_t id,
                                                      std::uint32_t* used_length) -> popped_frame {
        auto [memory, at] = placed(shared, ring);
        if (id == nowhere) {
            id = next_id(memory, at, ring, used_length);
            if (id == nowhere) {
                return nowhere;
            }
        }
        if constexpr (reads_descriptors) {
            return std::uint64_t{read_descriptor(memory, at, ring, id, size_)} << 32 | id;
        }
        return id;
    }
    /// Whether a buffer is still lent since before the rings were initialised again.
    [[gnu::always_inline]] [[nodiscard]] constexpr auto is_late(std::uint32_t id) const -> bool {
        if constexpr (not device and not prefilled) {
            return false; // a driver keeps it out of its set of free buffers
        } else {
            return id != nowhere and late_.contains(id);
        }
    }
    /// Makes an owned transmit buffer free.
    constexpr auto set_free(std::uint32_t id) -> void {
        unused_.insert(id);
        if constexpr (reads_descriptors) {
            told_.erase(id);
        }
    }
    /// Called before the rings are initialised again: lent buffers are not used until they are returned.
    constexpr auto keep_loans_out() -> void {
        if constexpr (requires { late_.insert_all(tx().owned()); }) {
            auto lent = tx().owned();
            lent.erase_all(unused_);
            late_.insert_all(lent);
        } else {
            for (std::uint32_t id = 0; id < tx_count; ++id) {
                if (tx().owns(id) and not unused_.contains(id)) {
                    late_.insert(id);
                }
            }
        }
    }
    /// The offset of a popped buffer, or `nowhere` when its descriptor is bad.
    [[nodiscard]] constexpr auto offset_of(std::uint32_t ring, popped_frame taken) const -> std::uint32_t {
        if constexpr (reads_descriptors) {
            return static_cast<std::uint32_t>(taken >> 32);
        } else {
            return layout_.buffer(ring, taken);
        }
    }
    /// The size of the buffer that was popped last.
    [[nodiscard]] constexpr auto size_of_popped(std::uint32_t ring) const -> std::uint32_t {
        if constexpr (reads_descriptors) {
            return size_;
        } else {
            return Config.size_of(ring);
        }
    }

    /// Copies the header of a frame; the reserved word, which peers use as scratch space, is not read.
    constexpr auto read_header(auto& shared, std::uint32_t offset) -> wire::header {
        shared.invalidate(offset, wire::header_size);
        auto const read = [&](std::uint32_t at) { return load_at<site::header_load, std::uint32_t>(shared, offset, at); };
        auto const source = read(0);
        auto const destination = read(4);
        auto const last = read(12);
        return {.source = address{source},
                .destination = address{destination},
                .length = static_cast<std::uint16_t>(last),
                .flags = static_cast<std::uint16_t>(last >> 16)};
    }
    constexpr auto write_header(std::uint32_t offset, wire::header const& header) -> void {
        auto const write = [&](std::uint32_t at, std::uint32_t value) {
            store_at<site::header_store>(shared_, offset, at, value);
        };
        write(0, static_cast<std::uint32_t>(header.source));
        write(4, static_cast<std::uint32_t>(header.destination));
        write(8, 0);
        write(12, header.length | std::uint32_t{header.flags} << 16);
    }

  public:
    /// Whether a doorbell for returned buffers is requested whenever the link comes up, so that announcements need not ask.
    static constexpr bool comes_up_notified = is_marking and not prefilled and not Config.event_index;

    [[nodiscard]] constexpr auto counts() const -> counters const& { return counts_; }
    [[gnu::noinline]] constexpr auto count(counter reason) -> void { counts_.add(reason); }
    [[nodiscard]] constexpr auto tx_queue() const -> queue const& { return queues_[tx_ring]; }
    [[nodiscard]] constexpr auto rx_queue() const -> queue const& { return queues_[rx_ring]; }
};

} // namespace rpmsg::detail
