#pragma once

#include <rpmsg/core/expects.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/platform/relax.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>

namespace rpmsg {

/// How a context sleeps until something happened, and how an interrupt wakes it. Any number of contexts may wait, and each
/// is woken: no wake between `ticket` and `wait` is lost, nor one that another context was woken by.
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

/// Waits by looking again and again, any number of contexts. `Idle` is called between two looks: `give_way`, or the WFE of the
/// chip. `Context` numbers the calling context; with threads it must tell them apart, or their waits count as the poller's.
/// Wakes are counted: on a core without atomic addition `Lock` makes one of it, so there it must mask the interrupts that
/// wake.
template <clock_source Clock, auto Idle = give_way, auto Context = same_context, lock_policy Lock = no_lock,
          bool HasAddition = __atomic_always_lock_free(4, nullptr)>
class spin_wait {
    static_assert(HasAddition or not std::same_as<Lock, no_lock>,
                  "this core has no atomic addition: name a lock that masks the interrupts that wake");

    [[no_unique_address]] Clock clock_{};
    [[no_unique_address]] Lock lock_{};
    std::uint32_t wakes_{};

  public:
    constexpr spin_wait(Clock clock = {}, Lock lock = {}) : clock_{clock}, lock_{lock} {}

    auto now() -> ticks { return clock_.now(); }
    auto ticket() -> std::uint32_t { return __atomic_load_n(&wakes_, __ATOMIC_ACQUIRE); }
    auto wait(std::uint32_t before, ticks deadline) -> bool {
        auto left = deadline - clock_.now();
        while (ticket() == before) {
            auto const time = clock_.now();
            if (has_passed(deadline, time)) {
                return false;
            }
            left = std::min(left, deadline - time); // a clock that jumps back makes no wait longer
            deadline = time + left;
            Idle();
        }
        return not has_passed(deadline, clock_.now());
    }
    auto wake() -> void {
        if constexpr (HasAddition) {
            __atomic_fetch_add(&wakes_, 1u, __ATOMIC_RELEASE);
        } else {
            auto const guard = lock_guard{lock_};
            __atomic_store_n(&wakes_, __atomic_load_n(&wakes_, __ATOMIC_RELAXED) + 1, __ATOMIC_RELEASE);
        }
    }
    auto context() -> std::uintptr_t { return Context(); }
};

/// What `event_flags_wait` sleeps on: an event group of an RTOS, or a binary semaphore for each context that waits.
///
///   count              how many flags there are: as many contexts may wait
///   set()              sets all of them, also those for which nobody waits now; safe in an interrupt
///   take(flag, ticks)  waits until this one, from 0, is set, no longer than so many ticks, and clears it alone; whether it
///                      was set
///   context()          a number of the calling context, never 0, mostly the address of its task
template <typename T>
concept event_flags = requires(T& flags, std::uint32_t flag, ticks longest) {
    { T::count } -> std::convertible_to<std::uint32_t>;
    { flags.set() } -> std::same_as<void>;
    { flags.take(flag, longest) } -> std::same_as<bool>;
    { flags.context() } -> std::same_as<std::uintptr_t>;
};

/// Sleeps on an RTOS, as many contexts as there are flags. Each has a flag of its own from its first wait on, for good, so
/// that no wake is taken by another; one more than there are flags ends in `expects`. `Lock` excludes the contexts that wait
/// from each other for the moment in which one gets its flag: a mutex, or with one flag none.
template <clock_source Clock, event_flags Flags, lock_policy Lock = no_lock> class event_flags_wait {
    static_assert(Flags::count == 1 or not std::same_as<Lock, no_lock>,
                  "several contexts get their flags one after the other: name a lock that excludes them from each other");

    [[no_unique_address]] Clock clock_;
    Flags* flags_;
    [[no_unique_address]] Lock lock_;
    std::array<std::uintptr_t, Flags::count> owners_{};

    /// The flag of a context, or the first that is free for 0.
    auto find(std::uintptr_t context) -> std::uint32_t {
        std::uint32_t flag = 0;
        while (flag < Flags::count and __atomic_load_n(&owners_[flag], __ATOMIC_RELAXED) != context) {
            ++flag;
        }
        return flag;
    }

  public:
    constexpr event_flags_wait(Clock clock, Flags& flags, Lock lock = {}) : clock_{clock}, flags_{&flags}, lock_{lock} {}

    auto now() -> ticks { return clock_.now(); }
    /// The flag of the calling context. One that was set before stays so: the next wait ends early.
    auto ticket() -> std::uint32_t {
        auto const context = flags_->context();
        auto flag = find(context);
        if (flag == Flags::count) [[unlikely]] {
            auto const guard = lock_guard{lock_};
            flag = find(0);
            expects(flag < Flags::count); // more contexts wait than there are flags
            __atomic_store_n(&owners_[flag], context, __ATOMIC_RELAXED);
        }
        return flag;
    }
    auto wait(std::uint32_t flag, ticks deadline) -> bool {
        auto const time = clock_.now();
        return not has_passed(deadline, time) and flags_->take(flag, deadline - time) and
               not has_passed(deadline, clock_.now());
    }
    auto wake() -> void { flags_->set(); }
    auto context() -> std::uintptr_t { return flags_->context(); }
};

} // namespace rpmsg
