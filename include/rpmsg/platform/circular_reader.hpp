#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/byte_stream.hpp>
#include <rpmsg/platform/cache.hpp>
#include <rpmsg/platform/interrupt_cell.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace rpmsg {

/// A DMA channel that writes received bytes into a ring, round and round. `position` returns the index of the byte that it
/// writes next; many controllers count the bytes that are left instead.
template <typename T>
concept circular_dma = requires(T& dma) {
    { dma.position() } -> std::same_as<std::uint32_t>;
};

/// A serial line whose received bytes a circular DMA writes into a ring of `Size` bytes: a `readable_byte_stream`. The channel
/// interrupts in the middle and at the end of the ring, and the UART when the line is idle. The first two interrupts call
/// `on_half`, each of them then `notify` of the link. `on_half` may be delayed by less than the time of half a ring. `read` is
/// called from one context. When the ring is overrun, its bytes are dropped and counted; the frames of the link detect the gap.
template <std::uint32_t Size, byte_stream Stream, circular_dma Dma, cache_policy Cache = coherent> class circular_reader {
    static constexpr std::uint32_t half = Size / 2;
    static_assert(Size >= 2 and (Size & (Size - 1)) == 0, "the size of a circular DMA ring is a power of two");
    static_assert(Size % Cache::line == 0, "the ring of a circular DMA is made of whole cache lines");

  public:
    struct alignas(Cache::line) ring {
        std::array<std::byte, Size> content;
    };

  private:
    [[no_unique_address]] Stream line_;
    [[no_unique_address]] Dma dma_;
    [[no_unique_address]] Cache cache_;
    ring* ring_;
    interrupt_cell<std::uint32_t> halves_{};
    std::uint32_t read_{}; ///< number of bytes read, modulo 2^32 as `written`
    std::uint16_t overruns_{};

    /// Number of bytes written. A half that the channel has left and whose interrupt is pending counts, too.
    [[nodiscard]] constexpr auto written() -> std::uint32_t {
        auto const counted = halves_.load();
        auto const position = dma_.position();
        auto const halves = counted + ((counted ^ position / half) & 1);
        return halves / 2 * Size + position;
    }
    constexpr auto copy_part(std::uint32_t from, bytes into) -> void {
        auto const part = const_bytes{ring_->content}.subspan(from, into.size());
        if constexpr (Cache::line > 1) {
            cache_.invalidate(reinterpret_cast<std::uintptr_t>(part.data()), static_cast<std::uint32_t>(part.size()));
        }
        snapshot(part, into);
    }
    /// Whether the channel has overwritten bytes that were not read; they are dropped.
    constexpr auto is_overrun() -> bool {
        auto const now = written();
        if (now - read_ <= Size) {
            return false;
        }
        read_ = now;
        overruns_ = static_cast<std::uint16_t>(overruns_ + (overruns_ != 0xffff ? 1 : 0));
        return true;
    }

  public:
    constexpr circular_reader(ring& memory, Stream line, Dma dma, Cache cache = {})
        : line_{std::move(line)}, dma_{std::move(dma)}, cache_{std::move(cache)}, ring_{&memory} {}

    constexpr auto write(const_bytes out) -> std::size_t { return line_.write(out); }
    constexpr auto read(bytes in) -> std::size_t {
        if (is_overrun()) {
            return 0;
        }
        auto const count = std::min<std::size_t>(written() - read_, in.size());
        if (count > Size) {
            return 0; // overrun just now: the next call counts it
        }
        auto const start = read_ % Size;
        auto const first = std::min<std::size_t>(count, Size - start);
        copy_part(start, in.first(first));
        copy_part(0, in.subspan(first, count - first));
        if (is_overrun()) { // while the bytes were copied
            return 0;
        }
        read_ += static_cast<std::uint32_t>(count);
        return count;
    }
    /// Called in the interrupt of the channel, in the middle and at the end of the ring.
    constexpr auto on_half() -> void { halves_.store(halves_.load() + 1); }
    /// The channel begins at the start of the ring again. Its interrupts are off meanwhile.
    constexpr auto restart() -> void {
        halves_.store(0);
        read_ = 0;
    }
    /// How often bytes were overwritten before they were read, at most 65535.
    [[nodiscard]] constexpr auto overruns() const -> std::uint16_t { return overruns_; }
};

} // namespace rpmsg
