#pragma once

#include <rpmsg/core/bytes.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// Separates frames in consistent overhead byte stuffing; does not occur inside one.
inline constexpr auto cobs_delimiter = std::byte{};

/// Encodes one frame in consistent overhead byte stuffing (Cheshire and Baker, 1999) between two delimiters, in pieces. A frame
/// of n bytes takes at most n + n/254 + 3 bytes on the line.
class cobs_writer {
    enum step : std::uint8_t { before, block, content, after, done };
    std::uint16_t next_{};
    std::uint8_t left_{}; ///< remaining bytes of the block
    bool is_full_{};      ///< the block has the maximum length: no zero follows it
    step step_{};

    constexpr auto measure(const_bytes frame) -> void {
        auto const rest = frame.subspan(next_);
        left_ = 0;
        while (left_ < 254 and left_ < rest.size() and rest[left_] != cobs_delimiter) {
            ++left_;
        }
        is_full_ = left_ == 254;
    }
    /// Ends a block and skips the zero that it stands for.
    constexpr auto go_on(const_bytes frame) -> void {
        auto const past = next_ + (is_full_ ? 0u : 1u);
        auto const has_more = is_full_ ? past < frame.size() : past <= frame.size();
        next_ = static_cast<std::uint16_t>(past);
        step_ = has_more ? block : after;
    }

  public:
    static constexpr std::size_t smallest_piece = 1;

    /// Fills the front of `into`; returns the number of bytes.
    constexpr auto write(const_bytes frame, bytes into) -> std::size_t {
        std::size_t filled = 0;
        while (step_ != done and filled < into.size()) {
            auto next = cobs_delimiter;
            switch (step_) {
            case before: step_ = block; break;
            case block:
                measure(frame);
                next = std::byte{static_cast<std::uint8_t>(left_ + 1)};
                step_ = content;
                break;
            case content:
                next = frame[next_++];
                --left_;
                break;
            default: step_ = done; break;
            }
            into[filled++] = next;
            if (step_ == content and left_ == 0) {
                go_on(frame);
            }
        }
        return filled;
    }
    [[nodiscard]] constexpr auto is_done(const_bytes) const -> bool { return step_ == done; }
};

/// Decodes frames in consistent overhead byte stuffing, byte by byte.
class cobs_reader {
    std::uint8_t left_{};    ///< remaining bytes of the block
    bool zero_is_pending_{}; ///< a zero lies between this block and the next

  public:
    enum class outcome : std::uint8_t {
        nothing, ///< the byte belongs to the encoding
        byte,    ///< one byte of the frame
        end,     ///< the frame is complete
        torn,    ///< the frame ended inside a block
    };
    struct step {
        outcome what{};
        std::byte value{};
    };

    /// Decodes the next byte of the line.
    constexpr auto read(std::byte next) -> step {
        if (next == cobs_delimiter) {
            auto const is_whole = left_ == 0;
            *this = {};
            return {is_whole ? outcome::end : outcome::torn, {}};
        }
        if (left_ > 0) {
            --left_;
            return {outcome::byte, next};
        }
        auto const code = std::to_integer<std::uint8_t>(next);
        auto const zero = zero_is_pending_;
        left_ = static_cast<std::uint8_t>(code - 1);
        zero_is_pending_ = code != 0xff;
        return {zero ? outcome::byte : outcome::nothing, {}};
    }
};

} // namespace rpmsg::wire
