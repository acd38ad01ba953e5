#pragma once

#include <rpmsg/framework/dma_job.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace rpmsg {

/// Sends payloads of an endpoint of which the large ones are copied by DMA: it reserves a transmit buffer, starts the channel
/// and commits when the transfer has ended. Payloads below the threshold, and those that the channel does not take now, are
/// copied by the core. One payload at a time, so their order is kept; what else the endpoint sends may overtake it.
///
///   dma_sender{link.get<"samples">(), 128, board::dma{}, [](rpmsg::status outcome) { ... }, board::irq_lock{}}
///
/// `told(outcome)` is called once for each accepted `send`, outside of all locks: the payload may change from now on. Its
/// errors are those of a commit; then nothing was sent. What the channel does not complete, because of an error or until a
/// deadline, the core copies.
///
/// | call                     | ISR       | thread | notes                                                            |
/// |--------------------------|-----------|--------|------------------------------------------------------------------|
/// | notify                   | yes       | yes    | from the interrupt of the channel: `poll` continues              |
/// | complete                 | if masked | yes    | instead of `notify`: commits at once                             |
/// | send, poll, abort, other | if masked | yes    |                                                                  |
///
/// "if masked": when `Lock` and the lock of the channel mask that interrupt. A loan stays with the transfer while the link goes
/// down and comes up again; its commit is then refused as `closed`. It must not be destroyed while a transfer runs.
template <typename Endpoint, dma_channel Dma, typename Told, lock_policy Lock = no_lock> class dma_sender {
    using loan = typename Endpoint::loan;
    struct filling {
        typename loan::parked room{};
        const_bytes payload{};
    };
    using job = detail::dma_job<filling, Dma, Lock>;

    Endpoint endpoint_;
    std::uint32_t threshold_;
    [[no_unique_address]] Told told_;
    job job_;

    constexpr auto settle(typename job::end how) -> void {
        if (how == job::end::none) {
            return;
        }
        auto const payload = job_.held().payload;
        auto room = loan{job_.held().room};
        auto outcome = status{error::closed};
        if (how == job::end::abandoned) {
            room = error::closed; // gives the buffer back
        } else {
            if (how == job::end::partial) {
                copy(payload, room.payload());
            }
            outcome = endpoint_.commit(std::move(room), payload.size());
        }
        job_.finish();
        told_(outcome);
    }

  public:
    constexpr dma_sender(Endpoint endpoint, std::uint32_t threshold, Dma dma, Told told, Lock lock = {})
        : endpoint_{endpoint}, threshold_{threshold}, told_{std::move(told)}, job_{std::move(dma), std::move(lock)} {}
    dma_sender(dma_sender const&) = delete;
    auto operator=(dma_sender const&) -> dma_sender& = delete;

    /// Sends a payload to the bound peer; it must not change until `told`. With `latest` a transfer that has not ended by then
    /// is aborted by `poll`, which copies the payload. A refused call sends nothing. Errors: those of `reserve` and `commit`;
    /// `no_buffer` also while the previous payload is copied.
    [[nodiscard]] constexpr auto send(const_bytes payload, poll_deadline latest = {}) -> status {
        if (job_.is_running()) {
            return error::no_buffer;
        }
        auto room = endpoint_.reserve(payload.size());
        if (not room) {
            return room.refusal();
        }
        auto const space = room.payload();
        if (space.size() < payload.size()) {
            return error::too_large;
        }
        if (payload.size() >= threshold_ and endpoint_.is_bound()) { // otherwise the commit refuses it at once
            auto const it = filling{room.park(), payload};
            if (job_.begin(it, payload, space, latest)) {
                if constexpr (job::completes_at_once) {
                    complete();
                }
                return {};
            }
            room = loan{it.room};
        }
        copy(payload, space);
        auto const outcome = endpoint_.commit(std::move(room), payload.size());
        if (outcome) {
            told_(outcome);
        }
        return outcome;
    }
    /// Reports an interrupt of the channel to the next `poll`.
    constexpr auto notify() -> void { job_.pending().set(); }
    /// Commits a payload whose transfer has ended. An interrupt without one is counted and changes nothing.
    constexpr auto complete() -> void { settle(job_.take_end()); }
    /// Commits likewise, also where the interrupt was lost, and aborts a transfer past its deadline.
    constexpr auto poll(ticks now) -> void { settle(job_.take_end(now)); }
    /// Ends a transfer early, sends nothing and reports `closed`. The buffer is given back when the channel no longer writes to
    /// it.
    constexpr auto abort() -> void { settle(job_.abandon()); }

    [[nodiscard]] constexpr auto is_running() -> bool { return job_.is_running(); }
    [[nodiscard]] constexpr auto is_pending() -> bool { return job_.pending().is_set(); }
    [[nodiscard]] constexpr auto next_deadline() -> poll_deadline { return job_.next_deadline(); }
    [[nodiscard]] constexpr auto counts() const -> dma_counts const& { return job_.counts(); }
};

} // namespace rpmsg
