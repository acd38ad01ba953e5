#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/dma.hpp>

#include <cstdint>

namespace rpmsg::testing {

/// A DMA channel under the control of a test: a transfer copies nothing until the test calls `finish`, which may be late,
/// never, or after a restart. The test calls the interrupt of the policy itself, as often as it wants to. Use it by `dma_ref`.
/// It works in constant evaluation.
class late_dma {
    const_bytes source_{};
    bytes target_{};
    dma_progress progress_ = dma_progress::done;

  public:
    dma_start answer = dma_start::started; ///< of the next starts
    bool stops_at_once = true;             ///< what `abort` returns; otherwise the transfer runs on
    std::uint32_t starts{};
    std::uint32_t aborts{};

    constexpr auto start(const_bytes source, bytes target) -> dma_start {
        if (is_running()) {
            return dma_start::busy;
        }
        if (answer == dma_start::started) {
            ++starts;
            source_ = source;
            target_ = target;
            progress_ = dma_progress::running;
        }
        return answer;
    }
    [[nodiscard]] constexpr auto progress() const -> dma_progress { return progress_; }
    constexpr auto abort() -> bool {
        ++aborts;
        if (stops_at_once and is_running()) {
            progress_ = dma_progress::failed;
        }
        return stops_at_once;
    }

    [[nodiscard]] constexpr auto is_running() const -> bool { return progress_ == dma_progress::running; }
    /// Ends the transfer; nothing happens when none runs.
    constexpr auto finish() -> void {
        if (is_running()) {
            copy(source_, target_);
            progress_ = dma_progress::done;
        }
    }
    /// Ends the transfer with an error, after half of its bytes.
    constexpr auto fail() -> void {
        if (is_running()) {
            copy(source_.first(source_.size() / 2), target_);
            progress_ = dma_progress::failed;
        }
    }
};
static_assert(dma_channel<late_dma>);

} // namespace rpmsg::testing
