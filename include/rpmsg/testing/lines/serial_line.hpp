#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/byte_stream.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg::testing {

/// The faults of a line. Each affects on average one byte in so many, at least 5; 0 means never.
struct line_faults {
    std::uint32_t flip = 0;      ///< one bit is inverted
    std::uint32_t drop = 0;      ///< the byte is lost
    std::uint32_t insert = 0;    ///< a random byte follows it
    std::uint32_t duplicate = 0; ///< it arrives twice
    std::uint32_t cut = 0;       ///< it and some of the next 64 bytes are lost
};

/// One direction of a serial line that damages its bytes, the same way in each run. It accepts up to `Capacity` bytes at a
/// time. For one thread.
template <std::size_t Capacity = 4096> class line {
    std::array<std::byte, Capacity> content_{};
    std::size_t in_{};
    std::size_t out_{};
    std::uint64_t random_ = 0x853c'49e6'748f'ea9b;
    std::array<std::uint32_t, 5> until_{}; ///< for each kind of fault, the random number below which it occurs
    std::uint32_t cut_left_{};
    std::size_t per_tick_{}; ///< 0: no limit
    std::size_t allowance_{};
    bool is_stuck_{};
    std::byte stuck_at_{};

    constexpr auto random() -> std::uint32_t {
        random_ ^= random_ << 13;
        random_ ^= random_ >> 7;
        random_ ^= random_ << 17;
        return static_cast<std::uint32_t>(random_ >> 20);
    }
    constexpr auto put(std::byte next) -> void {
        if (in_ - out_ < Capacity) {
            content_[in_++ % Capacity] = is_stuck_ ? stuck_at_ : next;
        }
    }
    /// One random number selects the kind of fault: each kind has a part of its range.
    constexpr auto pass(std::byte next) -> void {
        if (cut_left_ > 0) {
            --cut_left_;
            return;
        }
        auto const chance = random();
        if (chance >= until_[4]) [[likely]] {
            put(next);
        } else if (chance < until_[0]) {
            put(next ^ std::byte{1} << (random() % 8));
        } else if (chance < until_[1]) {
            return;
        } else if (chance < until_[2]) {
            put(next);
            put(static_cast<std::byte>(random()));
        } else if (chance < until_[3]) {
            put(next);
            put(next);
        } else {
            cut_left_ = random() % 64;
        }
    }

  public:
    constexpr line() = default;
    constexpr explicit line(line_faults faults, std::uint64_t seed = 1) { damage(faults, seed); }

    /// Sets the faults of the line.
    constexpr auto damage(line_faults faults, std::uint64_t seed = 1) -> void {
        random_ = seed * 0x9e37'79b9'7f4a'7c15 + 1;
        std::uint32_t sum = 0;
        std::size_t which = 0;
        for (auto const rate : {faults.flip, faults.drop, faults.insert, faults.duplicate, faults.cut}) {
            sum += rate > 0 ? 0xffff'ffff / rate : 0;
            until_[which++] = sum;
        }
        cut_left_ = 0;
    }
    /// Sets the bytes that the line carries in a tick; 0 for as many as it has room for.
    constexpr auto pace(std::size_t bytes_per_tick) -> void { per_tick_ = allowance_ = bytes_per_tick; }
    constexpr auto tick() -> void { allowance_ = per_tick_; }
    /// Replaces every byte from now on by this one.
    constexpr auto stick(std::byte value) -> void {
        is_stuck_ = true;
        stuck_at_ = value;
    }
    /// Removes all faults.
    constexpr auto repair() -> void {
        is_stuck_ = false;
        damage({});
    }
    /// Drops all bytes in flight.
    constexpr auto lose() -> void { out_ = in_; }
    /// Adds bytes to the line that no end has sent.
    constexpr auto inject(const_bytes foreign) -> void {
        for (auto const each : foreign) {
            put(each);
        }
    }
    /// Copies the bytes in flight, at most as many as `into` has room for, and leaves them on the line.
    constexpr auto copy_to(bytes into) const -> std::size_t {
        std::size_t count = 0;
        for (; count < into.size() and out_ + count < in_; ++count) {
            into[count] = content_[(out_ + count) % Capacity];
        }
        return count;
    }
    [[nodiscard]] constexpr auto under_way() const -> std::size_t { return in_ - out_; }

    constexpr auto write(const_bytes sent) -> std::size_t {
        std::size_t taken = 0;
        // One byte may become up to three.
        while (taken < sent.size() and Capacity - (in_ - out_) >= 3 and (per_tick_ == 0 or allowance_ > 0)) {
            allowance_ -= per_tick_ == 0 ? 0 : 1;
            pass(sent[taken++]);
        }
        return taken;
    }
    constexpr auto read(bytes into) -> std::size_t {
        auto const count = copy_to(into);
        out_ += count;
        return count;
    }
};

/// One end of a pair of lines.
template <typename Line> struct line_end {
    Line* sends;
    Line* receives;

    constexpr auto write(const_bytes sent) -> std::size_t { return sends->write(sent); }
    constexpr auto read(bytes into) -> std::size_t { return receives->read(into); }
};
static_assert(readable_byte_stream<line_end<line<>>>);

} // namespace rpmsg::testing
