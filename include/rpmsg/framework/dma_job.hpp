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
    bool is_running_{};
    bool is_aborted_{};   ///< the channel may still access the buffer
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
    /// The end of a transfer, with the buffer.
    struct ending {
        end how{};
        Held held{};
    };
    static constexpr bool completes_at_once = requires { Dma::completes_at_once; };

  private:
    constexpr auto finish(ending& it, end how) -> void {
        it.how = is_abandoned_ ? end::abandoned : how;
        it.held = held_;
        is_running_ = is_aborted_ = is_abandoned_ = false;
    }
    constexpr auto look(ending& it) -> void {
        auto const state = is_running_ ? dma_.progress() : dma_progress::running;
        if (state == dma_progress::running) {
            return;
        }
        if (state == dma_progress::failed and not is_aborted_) {
            count(counts_.failed);
        }
        finish(it, state == dma_progress::done ? end::copied : end::partial);
    }
    constexpr auto stop(ending& it) -> void {
        is_aborted_ = true;
        if (dma_.abort()) {
            finish(it, end::partial);
        }
    }

  public:
    constexpr dma_job(Dma&& dma, Lock&& lock) : dma_{std::move(dma)}, lock_{std::move(lock)} {}

    /// Starts a transfer and takes the buffer, or changes nothing.
    constexpr auto begin(Held const& held, const_bytes from, bytes to, poll_deadline latest) -> bool {
        auto const guard = lock_guard{lock_};
        if (is_running_ or dma_.start(from, to) != dma_start::started) {
            count(counts_.by_core);
            return false;
        }
        count(counts_.started);
        is_running_ = true;
        latest_ = latest;
        held_ = held;
        return true;
    }
    [[nodiscard]] constexpr auto is_running() -> bool {
        auto const guard = lock_guard{lock_};
        return is_running_;
    }
    /// Takes the end of the transfer that an interrupt reported.
    constexpr auto take_end(ending& it) -> void {
        auto const guard = lock_guard{lock_};
        look(it);
        if (it.how == end::none) {
            count(counts_.spurious);
        }
    }
    /// Takes the end of a transfer, reported or not; past the deadline by an abort.
    constexpr auto take_end(ending& it, ticks now) -> void {
        auto const guard = lock_guard{lock_};
        pending_.clear();
        look(it);
        if (is_running_ and not is_aborted_ and latest_.is_set and has_passed(latest_.at, now)) {
            count(counts_.timed_out);
            stop(it);
        }
    }
    constexpr auto abandon(ending& it) -> void {
        auto const guard = lock_guard{lock_};
        is_abandoned_ = is_running_;
        if (is_running_ and not is_aborted_) {
            stop(it);
        }
    }
    constexpr auto next_deadline() -> poll_deadline {
        auto const guard = lock_guard{lock_};
        return {.is_set = is_running_ and not is_aborted_ and latest_.is_set, .at = latest_.at};
    }
    constexpr auto pending() -> interrupt_flag& { return pending_; }
    [[nodiscard]] constexpr auto counts() const -> dma_counts const& { return counts_; }
};

} // namespace detail
} // namespace rpmsg
