#pragma once

#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/relax.hpp>

#include <concepts>
#include <cstdint>

namespace rpmsg {

/// How a context sleeps until something happened, and how an interrupt wakes it.
///
///   now()                   the time
///   ticket()                what `wait` compares with: take it, look once more, then wait
///   wait(ticket, deadline)  sleeps until a wake after the ticket or the deadline; may return early; false when the
///                           deadline has passed
///   wake()                  ends every wait; safe in an interrupt
///   context()               a number of the calling context, never 0; two contexts that may wait for each other differ
template <typename T>
concept wait_policy = requires(T& waiting, std::uint32_t ticket, ticks deadline) {
    { waiting.now() } -> std::same_as<ticks>;
    { waiting.ticket() } -> std::same_as<std::uint32_t>;
    { waiting.wait(ticket, deadline) } -> std::same_as<bool>;
    { waiting.wake() } -> std::same_as<void>;
    { waiting.context() } -> std::same_as<std::uintptr_t>;
};

/// For links whose user never waits: `send_until` does not exist on them.
struct no_wait {
    constexpr auto wake() -> void {}
};

/// The number of the calling context where all contexts of a core count as one: interrupts and the loop they interrupt.
constexpr auto same_context() -> std::uintptr_t { return 1; }

/// Waits by looking again and again. `Idle` is called between two looks: `relax`, or the WFE of the chip. `Context`
/// numbers the calling context; with threads it must tell them apart, or their waits count as the poller's.
template <clock_source Clock, auto Idle = relax, auto Context = same_context> class spin_wait {
    [[no_unique_address]] Clock clock_{};
    std::uint32_t wakes_{};

  public:
    constexpr spin_wait(Clock clock = {}) : clock_{clock} {}

    auto now() -> ticks { return clock_.now(); }
    auto ticket() -> std::uint32_t { return __atomic_load_n(&wakes_, __ATOMIC_ACQUIRE); }
    auto wait(std::uint32_t before, ticks deadline) -> bool {
        while (ticket() == before) {
            if (has_passed(deadline, clock_.now())) {
                return false;
            }
            Idle();
        }
        return not has_passed(deadline, clock_.now());
    }
    auto wake() -> void {
        __atomic_store_n(&wakes_, __atomic_load_n(&wakes_, __ATOMIC_RELAXED) + 1, __ATOMIC_RELEASE);
    }
    auto context() -> std::uintptr_t { return Context(); }
};

/// Waits on the user's semaphore: `Semaphore` offers take(ticks to wait) -> bool, give() that is safe in an interrupt,
/// and context(); spurious gives are harmless. For one waiting context: a give wakes one. Where a receiver and senders
/// wait on one link, write a policy over an event group or a condition variable.
template <clock_source Clock, typename Semaphore> class semaphore_wait {
    [[no_unique_address]] Clock clock_;
    Semaphore* semaphore_;

  public:
    constexpr semaphore_wait(Clock clock, Semaphore& semaphore) : clock_{clock}, semaphore_{&semaphore} {}

    auto now() -> ticks { return clock_.now(); }
    auto ticket() -> std::uint32_t { return 0; }
    auto wait(std::uint32_t, ticks deadline) -> bool {
        auto const time = clock_.now();
        return not has_passed(deadline, time) and semaphore_->take(deadline - time) and
               not has_passed(deadline, clock_.now());
    }
    auto wake() -> void { semaphore_->give(); }
    auto context() -> std::uintptr_t { return semaphore_->context(); }
};

} // namespace rpmsg
