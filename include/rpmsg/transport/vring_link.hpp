#pragma once

#include <rpmsg/transport/transport.hpp>
#include <rpmsg/transport/vring_life.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace rpmsg::detail {

/// Both ends of a shared-memory link: two split rings, the session that starts and restarts them, the doorbells. `vring`
/// and `vring_driver` are its two roles; the concept in transport.hpp says what each call is for.
template <ring_role Role, vring_config Config, typename Region, typename Bell, typename Layout>
class vring_link : public vring_life<Role, Config, Region, Bell, Layout> {
    using life = vring_life<Role, Config, Region, Bell, Layout>;
    using life::rx_ring;
    using life::shared_;
    using life::tx_ring;
    using life::unused_;

    static constexpr std::uint32_t largest_sent = Config.size_of(tx_ring) - wire::header_size;
    static constexpr std::uint32_t largest_received = Config.size_of(rx_ring) - wire::header_size;

    constexpr auto next(auto& shared, std::uint32_t& used_length) -> typename life::taken_frame {
        auto const taken = this->take(shared, rx_ring, &used_length);
        if constexpr (Config.event_index) {
            if (static_cast<std::uint32_t>(taken) == nowhere and this->is_live() and
                not this->rx().arm(shared_, this->layout_.parts(rx_ring))) {
                return this->take(shared, rx_ring, &used_length);
            }
        }
        return taken;
    }
    /// How much of a frame the peer may have filled: the used length lowers what we believe, it never raises it.
    constexpr auto filled(std::uint32_t size, [[maybe_unused]] std::uint32_t used_length) -> std::uint32_t {
        if constexpr (life::device) {
            return size;
        } else {
            if (used_length > size) {
                this->count(event_count::bad_used_length);
            }
            return std::min(size, used_length);
        }
    }
    /// The line of the header was fetched anew already; only what lies beyond it is left.
    constexpr auto invalidate_payload(std::uint32_t frame, std::uint32_t length) -> void {
        constexpr auto line = line_of<Region>;
        auto const end = frame + wire::header_size + length;
        auto const fetched = (frame + wire::header_size - 1) / line * line + line;
        if (end > fetched) {
            shared_.invalidate(fetched, end - fetched);
        }
    }
    constexpr auto give_back(rx_token const& received, bool at_once = false) -> void {
        // The used length is the size of the buffer: that is how an OpenAMP host learns it (RINGS 4).
        if constexpr (Config.batch == 1) {
            this->hand_over(rx_ring, received.id, received.capacity);
        } else {
            this->rx().give(shared_, this->layout_.parts(rx_ring), received.id, received.capacity);
            // Where a batch is all there is the ring is empty when it is full: then the poll ends and flushes.
            constexpr auto fills = Config.batch < Config.buffers or Config.event_index;
            if (at_once or (fills and this->held_back() >= Config.batch)) {
                this->publish(rx_ring, this->held_back());
            }
        }
    }

    constexpr auto room_at(auto& shared, std::uint32_t id, std::uint32_t offset) -> tx_buffer {
        auto const room = std::min(this->size_of_taken(tx_ring) - wire::header_size, largest_sent);
        return {.space = inner_view(shared, offset, wire::header_size, room), .token = id, .offset = offset};
    }
    [[gnu::always_inline]] constexpr auto reserve_any(std::uint32_t least) -> tx_buffer {
        if (not this->sends()) {
            return {};
        }
        auto&& shared = handle_of(shared_);
        auto const taken = this->take(shared, tx_ring);
        auto const id = static_cast<std::uint32_t>(taken);
        auto const offset = this->offset_of(tx_ring, taken);
        if (id == nowhere) {
            return {};
        }
        if constexpr (life::reads_descriptors) {
            if (offset == nowhere or this->size_of_taken(tx_ring) - wire::header_size < least) [[unlikely]] {
                return reserve_another(id, offset, least);
            }
        }
        return room_at(shared, id, offset);
    }
    /// One that cannot be used goes back empty, one that is too small is set aside for others. So every buffer gets its turn,
    /// with a look at each of ours, at few of the peer's, and one doorbell.
    [[gnu::cold, gnu::noinline]] constexpr auto reserve_another(std::uint32_t first, std::uint32_t first_offset,
                                                                std::uint32_t least) -> tx_buffer {
        auto&& shared = handle_of(shared_);
        auto found = tx_buffer{};
        auto smaller = found;
        std::uint32_t given_back = 0;
        auto const consider = [&](std::uint32_t id, std::uint32_t offset) {
            unused_.erase(id);
            if (offset == nowhere) {
                this->tx().give(shared, this->layout_.parts(tx_ring), id, 0);
                ++given_back;
            } else if (found = room_at(shared, id, offset); found.space.size() < least) {
                unused_.insert(id);
                smaller = std::exchange(found, {});
            }
        };
        this->too_small_ = static_cast<std::uint8_t>(std::min(this->too_small_ + 1, 2));
        consider(first, first_offset);
        for (std::uint32_t id = 0; id < Config.buffers and not found; ++id) {
            if (id != first and unused_.contains(id)) {
                consider(id, this->read_descriptor(tx_ring, id, this->size_));
            }
        }
        constexpr auto most_tries = 4;
        for (auto tries = 0; tries < most_tries and not found; ++tries) {
            auto const id = this->next_id(shared, tx_ring, nullptr);
            if (id == nowhere) {
                break;
            }
            this->too_small_ = 0;
            consider(id, this->read_descriptor(tx_ring, id, this->size_));
        }
        if (given_back != 0) {
            this->publish(tx_ring, given_back);
        }
        if (not found and unused_.count() == Config.buffers) { // all that there are: then it never fits
            unused_.erase(smaller.token);
            return smaller;
        }
        return found;
    }

  public:
    static constexpr std::uint32_t max_frame = std::max(Config.size_of(0), Config.size_of(1));
    static constexpr bool acknowledged = Config.dialect.acknowledged;

    constexpr explicit vring_link(Region shared = {}, Bell bell = {}, Layout layout = {})
        : life{std::move(shared), std::move(bell), std::move(layout)} {}

    [[nodiscard]] constexpr auto tx_limit() const -> std::uint32_t { return largest_sent; }
    [[nodiscard]] constexpr auto rx_limit() const -> std::uint32_t { return largest_received; }

    [[nodiscard]] constexpr auto reserve() -> tx_buffer { return reserve_any(0); }
    /// Where the peer says how large its buffers are, those that are too small are left for others.
    [[nodiscard]] constexpr auto reserve(std::uint32_t least) -> tx_buffer requires(life::reads_descriptors) {
        return reserve_any(std::min(least, largest_sent));
    }

    constexpr auto discard(tx_buffer const& room) -> void { this->set_aside(room.token); }

    constexpr auto commit(tx_buffer const& room, wire::header const& header) -> bool {
        auto const size = wire::header_size + header.length;
        this->write_header(room.offset, header);
        shared_.clean(room.offset, size);
        this->hand_over(tx_ring, room.token, size);
        return true;
    }

    /// A message that is bad has been given back already.
    [[gnu::always_inline]] [[nodiscard]] constexpr auto receive() -> rx_buffer {
        auto&& shared = handle_of(shared_);
        std::uint32_t used_length{};
        auto const taken = this->is_live() ? next(shared, used_length) : typename life::taken_frame{nowhere};
        auto const id = static_cast<std::uint32_t>(taken);
        if (id == nowhere) {
            if (this->sends()) {
                flush();
                return {};
            }
            return {.outcome = this->is_ending() ? rx_outcome::ended : rx_outcome::none};
        }
        this->hear();
        auto const offset = this->offset_of(rx_ring, taken);
        auto const token = rx_token{.id = id, .capacity = this->size_of_taken(rx_ring)};
        if (not life::reads_descriptors or offset != nowhere) [[likely]] {
            auto const size = filled(token.capacity, used_length);
            auto const header = this->read_header(shared, offset);
            if (size >= wire::header_size and header.length <= size - wire::header_size) [[likely]] {
                invalidate_payload(offset, header.length);
                return {.outcome = rx_outcome::message,
                        .source = header.source,
                        .destination = header.destination,
                        .payload = inner_view(shared, offset, wire::header_size, header.length),
                        .token = token};
            }
            this->count(event_count::bad_length);
        }
        give_back(token);
        return {.outcome = rx_outcome::dropped, .token = token};
    }

    constexpr auto release(rx_token const& received, bool at_once = false) -> void {
        if (this->is_live()) [[likely]] {
            give_back(received, at_once);
        }
    }

    constexpr auto flush() -> void {
        if constexpr (Config.batch > 1) {
            if (this->held_back() != 0) {
                this->publish(rx_ring, this->held_back());
            }
        }
    }

    /// With an event index the doorbell has to be asked for once the ring is empty.
    [[nodiscard]] constexpr auto is_drained() const -> bool { return not Config.event_index and this->rx_queue().took_all(); }

    [[nodiscard]] constexpr auto writable() -> bool {
        if (not this->sends() or (not this->has_unused() and this->arm())) {
            return false;
        }
        this->disarm();
        return true;
    }
};

} // namespace rpmsg::detail
