#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/byte_stream.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace rpmsg::detail {

/// The few bytes between a frame and a line that takes them when it can; and the way in of a line that is read.
template <typename Stream> class tx_stage {
    static_assert(byte_stream<Stream>);

    std::uint8_t filled_{};
    std::uint8_t written_{};
    bool is_behind_{};
    std::array<std::byte, 32> staged_{};
    [[no_unique_address]] Stream line_;

  public:
    constexpr explicit tx_stage(Stream line) : line_{std::move(line)} {}

    /// Where to put the next bytes, once all that were put there are gone.
    [[nodiscard]] constexpr auto room() -> bytes { return staged_; }
    constexpr auto stage(std::size_t count) -> void {
        filled_ = static_cast<std::uint8_t>(count);
        written_ = 0;
    }
    /// Gives the line what it takes. False while it has not taken all.
    constexpr auto drain() -> bool {
        if (written_ < filled_) {
            auto const rest = const_bytes{staged_}.first(filled_).subspan(written_);
            written_ = static_cast<std::uint8_t>(written_ + line_.write(rest));
        }
        return written_ >= filled_;
    }
    [[nodiscard]] constexpr auto is_idle() const -> bool { return written_ >= filled_; }
    /// Forgets what the line has not taken.
    constexpr auto forget() -> void { filled_ = written_ = 0; }

    /// Feeds `parser` what the line has to read: while it has room for two frames, and a piece if nobody else will make room.
    constexpr auto fetch([[maybe_unused]] auto& parser, [[maybe_unused]] auto& storage) -> void {
        if constexpr (readable_byte_stream<Stream>) {
            constexpr std::uint32_t most_pieces = 64;
            auto piece = std::array<std::byte, 32>{};
            is_behind_ = true;
            for (std::uint32_t i = 0; i < most_pieces and (parser.frames().free() > 1 or parser.frames().is_empty()); ++i) {
                auto const count = line_.read(piece);
                if (count == 0) {
                    is_behind_ = false;
                    return;
                }
                parser.feed(const_bytes{piece}.first(count), storage);
            }
        }
    }
    /// Whether the last `fetch` may have left bytes in the line, whose doorbell has rung.
    [[nodiscard]] constexpr auto is_behind() const -> bool { return readable_byte_stream<Stream> and is_behind_; }
};

} // namespace rpmsg::detail
