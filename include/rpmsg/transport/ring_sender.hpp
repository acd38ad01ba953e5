#pragma once

#include <rpmsg/transport/id_set.hpp>
#include <rpmsg/transport/ring_context.hpp>
#include <rpmsg/transport/split_queue.hpp>
#include <rpmsg/transport/transport.hpp>

#include <algorithm>
#include <cstdint>

namespace rpmsg::detail {

/// The sending direction of a link: buffers come back from the peer's ring, go out through ours. Calls that publish
/// answer whether the peer wants a doorbell.
template <vring_config Config, ring_role Role> class ring_sender {
    static constexpr bool device = Role == ring_role::device;
    static constexpr std::uint32_t which = device ? 0 : 1;
    static constexpr bool always_rings = device and Config.dialect.always_rings_driver;

    split_queue<Config, Role> queue_{};
    id_set<Config.buffers> unused_{}; ///< ours and free
    bool starved_{};

    [[gnu::always_inline]] constexpr auto publish(auto const& link) -> bool {
        auto const wanted = queue_.publish(link.shared, link.layout.parts(which));
        return wanted or always_rings;
    }

    /// The next that came back, else one that was not used; when there is none, asks for a doorbell and looks once more.
    [[gnu::always_inline]] constexpr auto find_free(auto& link) -> std::uint32_t {
        for (auto armed = false;; armed = true) {
            auto const got = link.take(queue_, which);
            if (got.outcome == take_outcome::taken) {
                return got.id;
            }
            auto const id = unused_.first();
            if (id < Config.buffers) {
                unused_.erase(id);
                return id;
            }
            auto const is_broken = got.outcome != take_outcome::none;
            if (is_broken or armed or queue_.arm(link.shared, link.layout.parts(which))) {
                starved_ = not is_broken;
                return nowhere;
            }
        }
    }

    [[gnu::always_inline]] constexpr auto place_of(auto& link, std::uint32_t id) -> frame_place {
        if constexpr (device) {
            return link.read_descriptor(which, id, true);
        } else {
            return {.offset = link.layout.buffer(which, id), .size = Config.size_of(which)};
        }
    }

  public:
    static constexpr std::uint32_t limit = Config.size_of(which) - wire::header_size;

    /// Begins with fresh rings, or with those of a device at the index that it published last.
    constexpr auto reset(std::uint16_t index, bool all_ours) -> void {
        queue_.reset(index, index, all_ours);
        unused_.clear();
        if (all_ours) {
            unused_.fill();
        }
        starved_ = false;
    }

    constexpr auto disarm(auto const& link) -> void { queue_.disarm(link.shared, link.layout.parts(which)); }

    /// Room for a message. A buffer that cannot be used goes back empty; `wants_doorbell` is set when the peer should
    /// hear of it.
    [[gnu::always_inline]] constexpr auto reserve(auto& link, bool& wants_doorbell) -> tx_buffer {
        for (std::uint32_t tries = 0; tries < Config.buffers; ++tries) {
            auto const id = find_free(link);
            if (id == nowhere) {
                break;
            }
            auto const place = place_of(link, id);
            if (place) {
                auto const size = std::min(place.size - wire::header_size, limit);
                return {.space = link.shared.view(place.offset + wire::header_size, size),
                        .token = id,
                        .offset = place.offset};
            }
            link.counts.add(place.refusal);
            queue_.give(link.shared, link.layout.parts(which), id, 0);
            wants_doorbell = publish(link) or wants_doorbell;
            starved_ = true;
        }
        return {};
    }

    /// Counts every buffer that is ours as unused: loans of an earlier life are void.
    constexpr auto reclaim() -> void {
        for (std::uint32_t id = 0; id < Config.buffers; ++id) {
            if (queue_.owns(id)) {
                unused_.insert(id);
            }
        }
    }

    [[nodiscard]] constexpr auto is_reserved(std::uint32_t id) const -> bool {
        return queue_.owns(id) and not unused_.contains(id);
    }

    /// Whether a `reserve` found nothing, and `writable` was not true since.
    [[nodiscard]] constexpr auto is_starved() const -> bool { return starved_; }

    constexpr auto discard(tx_buffer const& room) -> void { unused_.insert(room.token); }

    [[gnu::always_inline]] constexpr auto commit(auto& link, tx_buffer const& room, wire::header const& header) -> bool {
        auto const size = wire::header_size + header.length;
        link.write_header(room.offset, header);
        link.shared.clean(room.offset, size);
        queue_.give(link.shared, link.layout.parts(which), room.token, size);
        return publish(link);
    }

    /// True once, after a `reserve` that found nothing, when there is something. Until then the doorbell stays asked for.
    constexpr auto writable(auto const& link) -> bool {
        if (not starved_ or (unused_.first() == Config.buffers and queue_.arm(link.shared, link.layout.parts(which)))) {
            return false;
        }
        starved_ = false;
        disarm(link);
        return true;
    }

    /// Messages that the peer has not given back.
    constexpr auto in_flight(auto const& link) -> std::uint32_t {
        return queue_.with_peer(link.shared, link.layout.parts(which));
    }

    [[nodiscard]] constexpr auto queue() const -> split_queue<Config, Role> const& { return queue_; }
};

} // namespace rpmsg::detail
