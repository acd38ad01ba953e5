#pragma once

#include <rpmsg/core/bytes.hpp>

#include <concepts>
#include <cstdint>

namespace rpmsg {

/// The result of a start.
enum class dma_start : std::uint8_t {
    started, ///< the transfer runs; its end raises an interrupt
    busy,    ///< the channel runs another transfer; the same call may succeed later
    refused, ///< the channel can never do this transfer: alignment, size, or memory that it cannot reach
};

/// The state of the transfer that was started last.
enum class dma_progress : std::uint8_t {
    running,
    done,   ///< all bytes were copied
    failed, ///< it ended early, with an error of the bus
};

/// A channel of a DMA controller that copies memory. No function waits.
///
///   start(source, target) copies `source` to the front of `target`, which is at least as long. The copy must not overlap.
///                         Except for `started`, it changes nothing
///   progress()            the state of the last transfer, for as often as it is called; `running` before its end, also when an
///                         interrupt of an older transfer comes
///   abort()               stops the transfer. True: the channel no longer accesses the memory. False: it still may, until
///                         `progress` is no longer `running`
///   line                  optional: a target that other data may share cache lines with begins and ends on a line
///   completes_at_once     optional: `start` returns when the transfer has ended, and no interrupt comes
///
/// After a restart of this core alone its board aborts all channels before the first link starts: the transfers of the
/// previous run still write to buffers.
template <typename T>
concept dma_channel = requires(T& dma, const_bytes source, bytes target) {
    { dma.start(source, target) } -> std::same_as<dma_start>;
    { dma.progress() } -> std::same_as<dma_progress>;
    { dma.abort() } -> std::same_as<bool>;
};

namespace archetypes {
struct dma_channel {
    auto start(const_bytes, bytes) -> dma_start;
    auto progress() -> dma_progress;
    auto abort() -> bool;
};
} // namespace archetypes
static_assert(dma_channel<archetypes::dma_channel>);

/// A channel that the core itself plays, for chips without DMA and for comparisons.
struct copying_dma {
    static constexpr bool completes_at_once = true;

    constexpr auto start(const_bytes source, bytes target) -> dma_start {
        copy(source, target);
        return dma_start::started;
    }
    constexpr auto progress() -> dma_progress { return dma_progress::done; }
    constexpr auto abort() -> bool { return true; }
};
static_assert(dma_channel<copying_dma>);

/// Refers to a channel that is stored elsewhere.
template <typename Dma> class dma_ref {
    static_assert(dma_channel<Dma>);
    Dma* dma_;

  public:
    constexpr dma_ref(Dma& dma) : dma_{&dma} {}
    constexpr auto start(const_bytes source, bytes target) -> dma_start { return dma_->start(source, target); }
    constexpr auto progress() -> dma_progress { return dma_->progress(); }
    constexpr auto abort() -> bool { return dma_->abort(); }
};
static_assert(dma_channel<dma_ref<archetypes::dma_channel>>);

} // namespace rpmsg
