#pragma once

#include <rpmsg/framework/dma_job.hpp>
#include <rpmsg/framework/loan.hpp>
#include <rpmsg/platform/region.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace rpmsg {

/// Copies received payloads into memory of the user, the large ones by DMA. The handler holds its message; the receive buffer
/// is released when the transfer has ended. One message at a time: a handler that is refused keeps the held message and
/// offers it again from `told`, so that the order is kept.
///
///   [](auto& link, rpmsg::message const& m) { if (auto held = link.hold(m); not copies.receive(held, target)) { ... } }
///
/// `told(outcome, copied)` is called once for each accepted message, outside of all locks. Its error is `closed`, with `copied`
/// empty, when the link went down meanwhile, so that the peer may have changed the bytes, or after `abort`. What the channel
/// does not complete, because of an error or until a deadline, the core copies. The contexts of the calls are those of
/// `dma_sender`.
template <dma_channel Dma, typename Told, lock_policy Lock = no_lock> class dma_receiver {
    struct copying {
        held_message::parked source{};
        bytes target{};
    };
    using job = detail::dma_job<copying, Dma, Lock>;

    std::uint32_t threshold_;
    [[no_unique_address]] Told told_;
    job job_;

    constexpr auto tell(bool is_current, bytes copied) -> void {
        if (is_current) {
            told_(status{}, copied);
        } else {
            told_(status{error::closed}, bytes{});
        }
    }
    constexpr auto settle(typename job::end how) -> void {
        if (how == job::end::none) {
            return;
        }
        auto const target = job_.held().target;
        if (how == job::end::partial) {
            snapshot(job_.held().source.content.payload, target);
        }
        auto const is_current = held_message{job_.held().source}.release();
        job_.finish();
        tell(is_current and how != job::end::abandoned, target);
    }
    /// Whether the lines at the ends of a target belong to it alone.
    [[nodiscard]] static constexpr auto owns_lines(bytes target) -> bool {
        constexpr auto line = detail::line_of<Dma>;
        if constexpr (line > 1) {
            return (reinterpret_cast<std::uintptr_t>(target.data()) | target.size()) % line == 0;
        }
        return true;
    }

  public:
    constexpr dma_receiver(std::uint32_t threshold, Dma dma, Told told, Lock lock = {})
        : threshold_{threshold}, told_{std::move(told)}, job_{std::move(dma), std::move(lock)} {}
    dma_receiver(dma_receiver const&) = delete;
    auto operator=(dma_receiver const&) -> dma_receiver& = delete;

    /// Copies the payload of a held message to the front of `target`, which nothing else uses until `told`. Beside a cache the
    /// channel is used only for whole lines of `target`. A refused call leaves the message held. Errors: `no_buffer` while
    /// another message is copied, `too_large` for the target, `closed` when nothing is held.
    [[nodiscard]] constexpr auto receive(held_message& held, bytes target, poll_deadline latest = {}) -> status {
        auto const payload = held.payload();
        if (not held) {
            return error::closed;
        }
        if (payload.size() > target.size()) {
            return error::too_large;
        }
        if (job_.is_running()) {
            return error::no_buffer;
        }
        auto const it = copying{held.park(), target.first(payload.size())};
        if (payload.size() >= threshold_ and owns_lines(target) and job_.begin(it, payload, it.target, latest)) {
            if constexpr (job::completes_at_once) {
                complete();
            }
            return {};
        }
        snapshot(payload, it.target);
        tell(held_message{it.source}.release(), it.target);
        return {};
    }
    constexpr auto notify() -> void { job_.pending().set(); }
    constexpr auto complete() -> void { settle(job_.take_end()); }
    constexpr auto poll(ticks now) -> void { settle(job_.take_end(now)); }
    constexpr auto abort() -> void { settle(job_.abandon()); }

    [[nodiscard]] constexpr auto is_running() -> bool { return job_.is_running(); }
    [[nodiscard]] constexpr auto is_pending() -> bool { return job_.pending().is_set(); }
    [[nodiscard]] constexpr auto next_deadline() -> poll_deadline { return job_.next_deadline(); }
    [[nodiscard]] constexpr auto counts() const -> dma_counts const& { return job_.counts(); }
};

} // namespace rpmsg
