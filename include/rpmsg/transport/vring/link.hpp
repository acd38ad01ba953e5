#pragma once

#include <rpmsg/transport/transport.hpp>
#include <rpmsg/transport/vring/lifecycle.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace rpmsg::detail {

/// One end of a shared-memory link: two split rings, the handshake that starts and restarts them, the doorbells. `vring_device`
/// and `vring_driver` are its two roles; the `transport` concept in transport.hpp documents each operation.
template <ring_role Role, vring_config Config, typename Region, typename Bell, typename Layout>
class vring_link : public vring_lifecycle<Role, Config, Region, Bell, Layout> {
    using lifecycle = vring_lifecycle<Role, Config, Region, Bell, Layout>;
    using lifecycle::rx_ring;
    using lifecycle::shared_;
    using lifecycle::told_;
    using lifecycle::tx_ring;
    using lifecycle::unused_;

    static constexpr std::uint32_t largest_sent = Config.size_of(tx_ring) - wire::header_size;
    static constexpr std::uint32_t largest_received = Config.size_of(rx_ring) - wire::header_size;

    constexpr auto next(auto& shared, std::uint32_t& used_length) -> typename lifecycle::popped_frame {
        auto const taken = this->pop(shared, rx_ring, nowhere, &used_length);
        if constexpr (Config.event_index) {
            if (static_cast<std::uint32_t>(taken) == nowhere and this->is_live() and
                not this->rx().enable_notification(shared_, this->layout_.parts(rx_ring))) {
                return this->pop(shared, rx_ring, nowhere, &used_length);
            }
        }
        return taken;
    }
    /// Bytes of a frame that the peer may have written. The used length can only lower the size of the buffer.
    constexpr auto filled(std::uint32_t size, [[maybe_unused]] std::uint32_t used_length) -> std::uint32_t {
        if constexpr (lifecycle::device) {
            return size;
        } else {
            if (used_length > size) {
                this->count(counter::bad_used_length);
            }
            return std::min(size, used_length);
        }
    }
    /// The cache line of the header is already invalidated; this covers the rest of the payload.
    constexpr auto invalidate_payload(std::uint32_t frame, std::uint32_t length) -> void {
        constexpr auto line = line_of<Region>;
        auto const end = frame + wire::header_size + length;
        auto const fetched = (frame + wire::header_size - 1) / line * line + line;
        if (end > fetched) {
            shared_.invalidate(fetched, end - fetched);
        }
    }
    constexpr auto give_back(rx_token const& received, bool at_once = false) -> void {
        // An OpenAMP host takes the used length as the size of the buffer (OpenAMP, rpmsg_virtio.c).
        if constexpr (Config.batch == 1) {
            this->hand_over(rx_ring, received.id, received.capacity);
        } else {
            this->rx().push(shared_, this->layout_.parts(rx_ring), received.id, received.capacity);
            // When a batch is all buffers, the ring is empty when the batch is full: the poll then ends and flushes.
            constexpr auto fills = Config.batch < lifecycle::rx_count or Config.event_index;
            if (at_once or (fills and this->held_back() >= Config.batch)) {
                this->publish_and_ring(rx_ring, this->held_back());
            }
        }
    }

    /// Whether a popped transmit buffer holds `least` bytes and is not lent since before the last start. Such a buffer is popped
    /// once and stays owned.
    [[gnu::always_inline]] constexpr auto is_of_use(typename lifecycle::popped_frame taken,
                                                    [[maybe_unused]] std::uint32_t least) const -> bool {
        if constexpr (lifecycle::reads_descriptors) {
            if (this->offset_of(tx_ring, taken) == nowhere or this->size_of_popped(tx_ring) - wire::header_size < least) {
                return false;
            }
        }
        return not this->is_late(static_cast<std::uint32_t>(taken));
    }
    /// A free transmit buffer that is not in `passed_over`, or `nowhere` when there is none.
    [[gnu::always_inline]] constexpr auto next_free([[maybe_unused]] auto const& passed_over) -> std::uint32_t {
        if constexpr (lifecycle::reads_descriptors) {
            auto free = unused_;
            free.erase_all(passed_over);
            return free.is_empty() ? nowhere : free.take_first();
        } else {
            return unused_.is_empty() ? nowhere : unused_.take_first();
        }
    }
    [[gnu::always_inline]] constexpr auto first_free() -> std::uint32_t {
        if constexpr (lifecycle::reads_descriptors) {
            return unused_.is_empty() ? nowhere : next_free(told_);
        } else {
            return next_free(unused_);
        }
    }
    /// A buffer that was popped and is not of use now stays free for other senders, unless it is lent.
    constexpr auto pass_over(std::uint32_t id) -> void {
        auto news = id_set<lifecycle::tx_count>{};
        news.insert(id);
        news.erase_all(unused_);
        news.erase_all(this->late_);
        unused_.insert_all(news);
        if constexpr (lifecycle::reads_descriptors) {
            told_.erase_all(news);
        }
    }
    /// Pops a transmit buffer for `least` bytes. Those that `writable` has reported are tried last, and each buffer is tried
    /// once; `tried` were tried before. No doorbell is rung.
    [[gnu::always_inline]] constexpr auto pop_free(auto& shared, std::uint32_t least, id_set<lifecycle::tx_count> tried = {}) ->
        typename lifecycle::popped_frame {
        auto passed_over = told_;
        passed_over.insert_all(tried);
        while (true) {
            auto const taken = this->pop(shared, tx_ring, next_free(passed_over));
            auto const id = static_cast<std::uint32_t>(taken);
            if (id == nowhere) {
                if (passed_over == tried or not this->sends()) {
                    return nowhere;
                }
                passed_over = tried;
            } else if (is_of_use(taken, least)) [[likely]] {
                unused_.erase(id);
                return taken;
            } else {
                pass_over(id);
                tried.insert(id);
                passed_over.insert(id);
            }
        }
    }
    /// Called when the first buffer that was popped, if any, is not of use.
    [[gnu::cold, gnu::noinline]] constexpr auto pop_another(std::uint32_t id, [[maybe_unused]] std::uint32_t least) ->
        typename lifecycle::popped_frame {
        if constexpr (lifecycle::reads_descriptors) {
            auto tried = id_set<lifecycle::tx_count>{};
            if (not this->sends()) { // the first one broke the ring
                return nowhere;
            }
            if (id != nowhere) {
                pass_over(id);
                tried.insert(id);
            }
            return pop_free(shared_, least, tried);
        } else {
            while (this->is_late(id)) { // the next read of the peer index is left to another call
                auto const is_all_taken = unused_.is_empty() and this->tx().took_all();
                id = is_all_taken ? nowhere : this->pop(shared_, tx_ring, next_free(unused_));
            }
            return id;
        }
    }
    /// Optimised for size, a reserve is one loop and part of its caller, which takes less stack than calls.
#if defined(__OPTIMIZE_SIZE__)
    static constexpr bool saves_stack = true;
#else
    static constexpr bool saves_stack = false;
#endif
    constexpr auto reserve_called(std::uint32_t least) -> tx_buffer { return reserve_any(least); }
    [[gnu::always_inline]] constexpr auto reserve_any(std::uint32_t least) -> tx_buffer {
        if (not this->sends()) {
            return {};
        }
        auto&& shared = handle_of(shared_);
        auto taken = typename lifecycle::popped_frame{};
        if constexpr (saves_stack and lifecycle::reads_descriptors) {
            taken = pop_free(shared, least);
        } else {
            auto const known = first_free();
            taken = this->pop(shared, tx_ring, known);
            auto const id = static_cast<std::uint32_t>(taken);
            if (id == nowhere or not is_of_use(taken, least)) [[unlikely]] {
                taken = pop_another(id, least);
            } else if (lifecycle::reads_descriptors and known != nowhere) {
                unused_.erase(id);
            }
        }
        auto const id = static_cast<std::uint32_t>(taken);
        if (id == nowhere) {
            return {};
        }
        auto const offset = this->offset_of(tx_ring, taken);
        auto const room = std::min(this->size_of_popped(tx_ring) - wire::header_size, largest_sent);
        return {.space = inner_view(shared, offset, wire::header_size, room), .token = id, .offset = offset};
    }

  public:
    static constexpr std::uint32_t max_frame = std::max(Config.size_of(0), Config.size_of(1));
    static constexpr bool acknowledged = Config.dialect.acknowledged;
    /// A restarted device continues at the index of the returned buffers where the driver does not see its restart.
    static constexpr bool resumes_by_index = lifecycle::device and not handshake_of<Role, Config>::agrees_on_rings;

    constexpr explicit vring_link(Region shared = {}, Bell bell = {}, Layout layout = {})
        : lifecycle{std::move(shared), std::move(bell), std::move(layout)} {}

    [[nodiscard]] constexpr auto tx_limit() const -> std::uint32_t { return largest_sent; }
    [[nodiscard]] constexpr auto rx_limit() const -> std::uint32_t { return largest_received; }

    [[nodiscard]] constexpr auto reserve() -> tx_buffer { return reserve_any(0); }
    /// For peers that describe their buffers: skips buffers that hold less than `least` bytes, which is at most `tx_limit`;
    /// they are kept for other messages.
    [[gnu::always_inline]] [[nodiscard]] constexpr auto reserve(std::uint32_t least) -> tx_buffer
        requires(lifecycle::reads_descriptors) {
        return saves_stack ? reserve_any(least) : reserve_called(least);
    }

    constexpr auto discard(tx_buffer const& room) -> void {
        this->late_.erase(room.token);
        if (this->tx().owns(room.token)) {
            this->set_free(room.token);
        }
    }

    constexpr auto commit(tx_buffer const& room, wire::header const& header) -> bool {
        if (not this->are_ours()) [[unlikely]] { // the driver restarted, and no poll has detected it yet
            unused_.insert(room.token);
            return false;
        }
        auto const size = wire::header_size + header.length;
        this->write_header(room.offset, header);
        shared_.clean(room.offset, size);
        this->hand_over(tx_ring, room.token, size);
        return true;
    }

    /// A malformed message is returned to the peer here.
    [[gnu::always_inline]] [[nodiscard]] constexpr auto receive() -> rx_buffer {
        auto&& shared = handle_of(shared_);
        std::uint32_t used_length{};
        auto const taken = this->is_live() ? next(shared, used_length) : typename lifecycle::popped_frame{nowhere};
        auto const id = static_cast<std::uint32_t>(taken);
        if (id == nowhere) {
            if (this->sends()) {
                flush();
                return {};
            }
            return {.outcome = this->is_ending() ? rx_outcome::ended : rx_outcome::none};
        }
        this->note_answer();
        auto const offset = this->offset_of(rx_ring, taken);
        auto const token = rx_token{.id = id, .capacity = this->size_of_popped(rx_ring)};
        if (not lifecycle::reads_descriptors or offset != nowhere) [[likely]] {
            auto const size = filled(token.capacity, used_length);
            auto const header = this->read_header(shared, offset);
            // The size of a descriptor was checked when it was read.
            auto const holds_header = lifecycle::reads_descriptors or size >= wire::header_size;
            if (holds_header and header.length <= size - wire::header_size) [[likely]] {
                invalidate_payload(offset, header.length);
                return {.outcome = rx_outcome::message,
                        .source = header.source,
                        .destination = header.destination,
                        .payload = inner_view(shared, offset, wire::header_size, header.length),
                        .token = token};
            }
            this->count(counter::bad_length);
        }
        give_back(token);
        return {.outcome = rx_outcome::dropped, .token = token};
    }

    constexpr auto release(rx_token const& received, bool at_once = false) -> void {
        auto const is_late = at_once and not this->are_ours(); // the driver restarted, and no poll has detected it yet
        if (this->is_live() and not is_late) [[likely]] {
            give_back(received, at_once);
        }
    }

    constexpr auto flush() -> void {
        if constexpr (Config.batch > 1) {
            if (this->held_back() != 0) {
                this->publish_and_ring(rx_ring, this->held_back());
            }
        }
    }

    /// With the event index a doorbell must be requested after the ring is empty, so this is false.
    [[nodiscard]] constexpr auto is_drained() const -> bool { return not Config.event_index and this->rx_queue().took_all(); }

    /// No announcement waits for a buffer.
    constexpr auto suppress_doorbells() -> void requires(lifecycle::comes_up_notified) {
        if (this->sends()) {
            this->disable_notification();
        }
    }
    [[nodiscard]] constexpr auto writable() -> bool {
        auto news = unused_;
        if constexpr (lifecycle::reads_descriptors) {
            news.erase_all(told_);
        }
        if (not this->sends() or (news.is_empty() and this->enable_notification())) {
            return false;
        }
        if constexpr (lifecycle::reads_descriptors) {
            told_ = unused_;
        }
        this->disable_notification();
        return true;
    }
};

} // namespace rpmsg::detail
