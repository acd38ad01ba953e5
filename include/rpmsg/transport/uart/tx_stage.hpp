#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/byte_stream.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg::detail {

/// A small buffer between frames and a stream that accepts bytes when it can; also reads from a readable stream. All zeroes
/// at first.
class tx_stage {
    std::uint8_t filled_{};
    std::uint8_t written_{};
    bool is_behind_{};
    std::array<std::byte, 32> staged_{};

  public:
    /// Where to write the next bytes, when all staged bytes were accepted.
    [[nodiscard]] constexpr auto room() -> bytes { return staged_; }
    constexpr auto stage(std::size_t count) -> void {
        filled_ = static_cast<std::uint8_t>(count);
        written_ = 0;
    }
    /// Writes staged bytes to the stream. False while some are not accepted yet.
    constexpr auto drain(byte_stream auto& line) -> bool {
        if (written_ < filled_) {
            auto const rest = const_bytes{staged_}.first(filled_).subspan(written_);
            written_ = static_cast<std::uint8_t>(written_ + line.write(rest));
        }
        return is_idle();
    }
    [[nodiscard]] constexpr auto is_idle() const -> bool { return written_ >= filled_; }
    /// Discards staged bytes that the stream has not accepted.
    constexpr auto forget() -> void { filled_ = written_ = 0; }

    /// Feeds the bytes of the stream to `parser` while it has room for what a piece may bring, or while no frame is queued
    /// whose release would make room.
    template <byte_stream Stream>
    constexpr auto fetch([[maybe_unused]] Stream& line, [[maybe_unused]] auto& parser, [[maybe_unused]] auto& storage) -> void {
        if constexpr (readable_byte_stream<Stream>) {
            constexpr std::uint32_t most_pieces = 64;
            auto piece = std::array<std::byte, 32>{};
            is_behind_ = true;
            for (std::uint32_t i = 0; i < most_pieces and (parser.has_room() or parser.frames().is_empty()); ++i) {
                auto const count = line.read(piece);
                if (count == 0) {
                    is_behind_ = false;
                    return;
                }
                parser.feed(const_bytes{piece}.first(count), storage);
            }
        }
    }
    /// Whether the last `fetch` may have left bytes in a stream of this type; their doorbell has already come.
    template <typename Stream> [[nodiscard]] constexpr auto is_behind() const -> bool {
        return readable_byte_stream<Stream> and is_behind_;
    }
};

} // namespace rpmsg::detail
