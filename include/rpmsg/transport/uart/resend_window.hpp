#pragma once

#include <rpmsg/platform/clock.hpp>
#include <rpmsg/transport/uart/frame_queue.hpp>

#include <cstdint>
#include <utility>

namespace rpmsg::detail {

/// The committed and unacknowledged frames of one direction, in order, and the next one to send.
template <std::uint8_t Count> class resend_window {
    using pool = frame_queue<Count>;

    pool frames_{};
    std::uint16_t first_{};  ///< sequence number of the oldest frame
    std::uint16_t next_{};   ///< sequence number of the next frame to send
    std::uint16_t newest_{}; ///< sequence number after the newest frame that was ever sent
    std::uint16_t limit_{};  ///< sequence number after the newest frame that the peer has room for
    std::uint16_t acknowledged_{};
    std::uint8_t tries_{};
    bool is_undated_{}; ///< the time in `since_` is not valid yet
    ticks since_{};     ///< time of the last transmission or acknowledgement

    [[nodiscard]] static constexpr auto distance(std::uint16_t from, std::uint16_t to) -> std::uint16_t {
        return static_cast<std::uint16_t>(to - from);
    }
    [[nodiscard]] constexpr auto waiting() const -> std::uint8_t {
        return static_cast<std::uint8_t>(frames_.end() - frames_.begin());
    }
    [[nodiscard]] constexpr auto place(std::uint16_t sequence) const -> std::uint8_t {
        return static_cast<std::uint8_t>(frames_.begin() + distance(first_, sequence));
    }

    constexpr explicit resend_window(pool const& frames) : frames_{frames} {}

  public:
    constexpr resend_window() = default;
    /// Resets the window. Frames that are being filled stay out of use until they are dropped.
    constexpr auto clear() -> void {
        frames_.clear(frames_.end());
        *this = resend_window{frames_};
    }
    [[nodiscard]] constexpr auto frames() -> pool& { return frames_; }
    [[nodiscard]] constexpr auto frames() const -> pool const& { return frames_; }
    [[nodiscard]] constexpr auto next() const -> std::uint16_t { return next_; }
    /// The number of frames that the peer has not acknowledged, sent or not.
    [[nodiscard]] constexpr auto unacknowledged() const -> std::uint8_t { return waiting(); }

    /// Whether there is a frame to send for which the peer has room.
    [[nodiscard]] constexpr auto has_next() const -> bool {
        auto const room = distance(first_, limit_);
        return distance(first_, next_) < waiting() and distance(first_, next_) < room and room <= 0x7fff;
    }
    [[nodiscard]] constexpr auto next_frame() const -> std::uint8_t { return frames_.at(place(next_)); }
    /// Called when the stream has accepted the next frame. Returns whether it had been sent before.
    constexpr auto advance(ticks now) -> bool {
        ++next_;
        auto const is_new = distance(first_, next_) > distance(first_, newest_);
        newest_ = is_new ? next_ : newest_;
        since_ = now;
        return not is_new;
    }

    /// Applies an acknowledgement: the peer has all frames before `sequence` and room for `room` more. An earlier, larger limit
    /// stays valid unless `takes_back`. False when the values are not valid.
    constexpr auto acknowledge(std::uint16_t sequence, std::uint8_t room, ticks now, bool takes_back = false) -> bool {
        auto const count = distance(acknowledged_, sequence);
        if (count > distance(acknowledged_, newest_)) {
            return count > 0x7fff; // an old acknowledgement that was overtaken
        }
        acknowledged_ = sequence;
        auto const limit = static_cast<std::uint16_t>(sequence + room);
        limit_ = takes_back or distance(limit_, limit) <= 0x7fff ? limit : limit_;
        if (count > 0) {
            tries_ = 0;
            since_ = now;
        }
        return true;
    }
    /// Frees acknowledged frames. Must not be called while one of them is being sent again.
    constexpr auto release() -> void {
        while (first_ != acknowledged_) {
            (void)frames_.give_back(frames_.pop());
            next_ = static_cast<std::uint16_t>(next_ + (next_ == first_ ? 1 : 0));
            ++first_;
        }
    }
    /// Called before the first frame after a pause is committed; only the next `poll` knows the current time.
    constexpr auto restart(ticks now) -> void {
        since_ = now;
        is_undated_ = true;
    }
    /// Applies the time of a `poll`.
    constexpr auto date(ticks now) -> void { since_ = std::exchange(is_undated_, false) ? now : not_ahead(since_, now); }
    [[nodiscard]] constexpr auto is_undated() const -> bool { return is_undated_; }
    /// Resends from the oldest frame on.
    constexpr auto rewind() -> void { next_ = first_; }
    /// Called for each valid frame of the peer, even when it acknowledges nothing new.
    constexpr auto reset_tries() -> void { tries_ = 0; }

    [[nodiscard]] constexpr auto waits() const -> bool { return waiting() > 0; }
    [[nodiscard]] constexpr auto deadline(ticks patience, ticks now) const -> ticks {
        return not_ahead(since_, now) + (patience << (tries_ < 4 ? tries_ : 4));
    }
    /// Resends frames that were not acknowledged in time, once the line is free; at least one, even without room at the peer.
    /// False after `most` times in a row.
    constexpr auto retry(ticks now, std::uint8_t most, bool is_free) -> bool {
        if (tries_ == most) {
            return false;
        }
        ++tries_;
        since_ = now;
        if (is_free) {
            rewind();
        }
        if (distance(first_, limit_) == 0) {
            limit_ = static_cast<std::uint16_t>(first_ + 1);
        }
        return true;
    }
};

} // namespace rpmsg::detail
