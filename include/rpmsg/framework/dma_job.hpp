#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/dma.hpp>
#include <rpmsg/platform/interrupt_flag.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/transport/transport.hpp>

#include <cstdint>
#include <utility>

namespace rpmsg {

/// What happened to the copies of a policy. The counters stop at 65535.
struct dma_counts {
    std::uint16_t started{};
    std::uint16_t by_core{};   ///< copied by the core at once: the channel was busy or refused the transfer
    std::uint16_t failed{};    ///< the channel reported an error; copied by the core
    std::uint16_t timed_out{}; ///< aborted at the deadline
    std::uint16_t spurious{};  ///< interrupts without a completed transfer: a second one, or one from before a restart
};

namespace detail {

/// One transfer and what it needs meanwhile, a parked loan or held message. The buffer stays here until the channel no longer
/// accesses it. `Lock` excludes the interrupt that completes; nothing of the link is called under it.
template <typename Held, dma_channel Dma, lock_policy Lock> class dma_job {
    [[no_unique_address]] Dma dma_;
    [[no_unique_address]] Lock lock_;
    interrupt_flag pending_{};
    enum class state : std::uint8_t {
        idle,
        running,
        aborted, ///< the channel may still access the buffer
        ended,   ///< the policy uses the buffer until `finish`
    };
    state state_{};
    bool is_abandoned_{}; ///< by the user
    poll_deadline latest_{};
    Held held_{};
    dma_counts counts_{};

    static constexpr auto count(std::uint16_t& which) -> void {
        which = static_cast<std::uint16_t>(which + (which != 0xffff ? 1 : 0));
    }

  public:
    enum class end : std::uint8_t {
        none,
        copied,
        partial,   ///< the core has to copy
        abandoned, ///< by the user
    };
    static constexpr bool completes_at_once = requires { Dma::completes_at_once; };

  private:
    [[nodiscard]] constexpr auto is_accessed() const -> bool { return state_ == state::running or state_ == state::aborted; }
    constexpr auto end_with(end how) -> end {
        state_ = state::ended;
        return is_abandoned_ ? end::abandoned : how;
    }
    constexpr auto look() -> end {
        auto const found = is_accessed() ? dma_.progress() : dma_progress::running;
        if (found == dma_progress::running) {
            return end::none;
        }
        if (found == dma_progress::failed and state_ == state::running) {
            count(counts_.failed);
        }
        return end_with(found == dma_progress::done ? end::copied : end::partial);
    }
    constexpr auto stop() -> end {
        state_ = state::aborted;
        return dma_.abort() ? end_with(end::partial) : end::none;
    }

  public:
    constexpr dma_job(Dma&& dma, Lock&& lock) : dma_{std::move(dma)}, lock_{std::move(lock)} {}

    /// Starts a transfer and takes the buffer, or changes nothing.
    constexpr auto begin(Held const& held, const_bytes from, bytes to, poll_deadline latest) -> bool {
        auto const guard = lock_guard{lock_};
        if (state_ != state::idle or dma_.start(from, to) != dma_start::started) {
            count(counts_.by_core);
            return false;
        }
        count(counts_.started);
        state_ = state::running;
        latest_ = latest;
        held_ = held;
        return true;
    }
    [[nodiscard]] constexpr auto is_running() -> bool {
        auto const guard = lock_guard{lock_};
        return state_ != state::idle;
    }
    /// Returns the end of the transfer that an interrupt reported. After any end but `none` the policy uses `held`, then calls
    /// `finish`.
    constexpr auto take_end() -> end {
        auto const guard = lock_guard{lock_};
        auto const how = look();
        if (how == end::none) {
            count(counts_.spurious);
        }
        return how;
    }
    /// Returns the end of a transfer, reported or not; past the deadline by an abort.
    constexpr auto take_end(ticks now) -> end {
        auto const guard = lock_guard{lock_};
        pending_.clear();
        auto const how = look();
        if (state_ == state::running and latest_.is_set and has_passed(latest_.at, now)) {
            count(counts_.timed_out);
            return stop();
        }
        return how;
    }
    constexpr auto abandon() -> end {
        auto const guard = lock_guard{lock_};
        is_abandoned_ = is_accessed();
        return state_ == state::running ? stop() : end::none;
    }
    [[nodiscard]] constexpr auto held() const -> Held const& { return held_; }
    constexpr auto finish() -> void {
        auto const guard = lock_guard{lock_};
        is_abandoned_ = false;
        state_ = state::idle;
    }
    constexpr auto next_deadline() -> poll_deadline {
        auto const guard = lock_guard{lock_};
        return {.is_set = state_ == state::running and latest_.is_set, .at = latest_.at};
    }
    constexpr auto pending() -> interrupt_flag& { return pending_; }
    [[nodiscard]] constexpr auto counts() const -> dma_counts const& { return counts_; }
};

} // namespace detail
} // namespace rpmsg
