#pragma once

#include <rpmsg/transport/ring_context.hpp>
#include <rpmsg/transport/split_queue.hpp>
#include <rpmsg/transport/transport.hpp>

#include <algorithm>
#include <cstdint>

namespace rpmsg::detail {

/// The receiving direction of a link: messages come from the peer's ring, their buffers go back through ours, a batch
/// at a time. Calls that publish answer whether the peer wants a doorbell.
template <vring_config Config, ring_role Role> class ring_receiver {
    static constexpr bool device = Role == ring_role::device;
    static constexpr std::uint32_t which = device ? 1 : 0;
    static constexpr bool flags_are_odd = not Config.dialect.prefilled;

    split_queue<Config, Role> queue_{};

    [[gnu::always_inline]] constexpr auto next(auto& link) -> taken_buffer {
        auto const got = link.take(queue_, which);
        if constexpr (Config.event_index) {
            if (got.outcome == take_outcome::none and not queue_.arm(link.shared, link.layout.parts(which))) {
                return link.take(queue_, which);
            }
        }
        return got;
    }

    [[gnu::always_inline]] constexpr auto place_of(auto& link, taken_buffer const& got) -> frame_place {
        if constexpr (device) {
            auto const place = link.read_descriptor(which, got.id, false);
            if (place.is_odd and flags_are_odd) {
                link.counts.add(event_count::odd_flags);
            }
            return place;
        } else {
            return {.offset = link.layout.buffer(which, got.id), .size = Config.size_of(which)};
        }
    }

    /// How much of a frame the peer may have filled: the used length lowers what we believe, it never raises it.
    [[gnu::always_inline]] constexpr auto filled(auto& link, frame_place const& place, taken_buffer const& got) -> std::uint32_t {
        if constexpr (device) {
            return place.size;
        } else {
            if (got.length > place.size) {
                link.counts.add(event_count::bad_used_length);
            }
            return std::min(place.size, got.length);
        }
    }

  public:
    static constexpr std::uint32_t limit = Config.size_of(which) - wire::header_size;

    constexpr auto reset(std::uint16_t taken, std::uint16_t given, bool all_ours) -> void {
        queue_.reset(taken, given, all_ours);
    }

    /// A driver offers all its buffers.
    constexpr auto offer_all(auto& link) -> void {
        for (std::uint32_t id = 0; id < Config.buffers; ++id) {
            queue_.give(link.shared, link.layout.parts(which), id, 0);
        }
        (void)queue_.publish(link.shared, link.layout.parts(which));
    }

    /// The next message; one that is bad has been given back already.
    [[gnu::always_inline]] constexpr auto receive(auto& link) -> rx_buffer {
        auto const got = next(link);
        if (got.outcome != take_outcome::taken) {
            return {};
        }
        auto const place = place_of(link, got);
        auto message = rx_buffer{.outcome = rx_outcome::dropped, .token = got.id, .capacity = place.size};
        if (not place) {
            link.counts.add(place.refusal);
            give(link, message);
            return message;
        }
        auto const size = filled(link, place, got);
        message.header = link.read_header(place.offset);
        if (size < wire::header_size or message.header.length > size - wire::header_size) {
            link.counts.add(event_count::bad_length);
            give(link, message);
            return message;
        }
        link.shared.invalidate(place.offset + wire::header_size, message.header.length);
        message.payload = link.shared.view(place.offset + wire::header_size, message.header.length);
        message.outcome = rx_outcome::message;
        return message;
    }

    /// Gives every buffer back that is ours: messages held in an earlier life are void.
    constexpr auto reclaim(auto& link) -> void {
        for (std::uint32_t id = 0; id < Config.buffers; ++id) {
            if (queue_.owns(id)) {
                queue_.give(link.shared, link.layout.parts(which), id, Config.size_of(which));
            }
        }
    }

    [[nodiscard]] constexpr auto is_held(std::uint32_t id) const -> bool { return queue_.owns(id); }

    /// Gives a buffer back; the peer sees it with the next `publish`. The used length is the size of the buffer: that is
    /// how an OpenAMP host learns it (RINGS 4).
    [[gnu::always_inline]] constexpr auto give(auto& link, rx_buffer const& message) -> void {
        queue_.give(link.shared, link.layout.parts(which), message.token, message.capacity);
    }

    [[nodiscard]] constexpr auto unpublished() const -> std::uint32_t { return queue_.unpublished(); }
    [[gnu::always_inline]] constexpr auto publish(auto& link) -> bool { return queue_.publish(link.shared, link.layout.parts(which)); }
    constexpr auto empty(auto const& link) -> bool { return queue_.empty(link.shared, link.layout.parts(which)); }

    [[nodiscard]] constexpr auto queue() const -> split_queue<Config, Role> const& { return queue_; }
};

} // namespace rpmsg::detail
