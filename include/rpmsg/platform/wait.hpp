#pragma once

#include <rpmsg/core/atomic_word.hpp>
#include <rpmsg/core/expects.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/platform/relax.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>

namespace rpmsg {

/// Lets a context sleep until an event, and lets an interrupt wake it. Any number of contexts may wait. A wake ends all their
/// waits, and none between `ticket` and `wait` is lost.
///
///   now()                   the time
///   ticket()                the value for `wait`: take it, check once more, then wait
///   wait(ticket, deadline)  sleeps until a wake after the ticket or until the deadline; may return early; false when the
///                           deadline has passed
///   wake()                  ends every wait; may be called in an interrupt
///   context()               a number of the calling context, never 0; two contexts that may wait for each other differ
template <typename T>
concept wait_policy = requires(T& waiting, std::uint32_t ticket, ticks deadline) {
    { waiting.now() } -> std::same_as<ticks>;
    { waiting.ticket() } -> std::same_as<std::uint32_t>;
    { waiting.wait(ticket, deadline) } -> std::same_as<bool>;
    { waiting.wake() } -> std::same_as<void>;
    { waiting.context() } -> std::same_as<std::uintptr_t>;
};

/// What a link itself needs of it.
template <typename T>
concept wakes_waiters = requires(T& waiting) {
    { waiting.wake() } -> std::same_as<void>;
};

/// For links whose user never waits. They have no `send_until`.
struct no_wait {
    constexpr auto wake() -> void {}
};
static_assert(wakes_waiters<no_wait>);

/// The context number where all contexts of a core count as one: the interrupts and the loop that they interrupt.
constexpr auto same_context() -> std::uintptr_t { return 1; }

/// Waits by polling, in any number of contexts. `Idle` is called between two checks: `give_way`, or the WFE of the chip.
/// `Context` returns the number of the calling context; with threads it must differ for each, or their waits count as those of
/// the poller. Wakes are counted: on a core without atomic addition `Lock` protects the counter and must mask the interrupts
/// that call `wake`.
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
    auto ticket() -> std::uint32_t { return detail::atomic_load<__ATOMIC_ACQUIRE>(wakes_); }
    auto wait(std::uint32_t before, ticks deadline) -> bool {
        auto left = deadline - clock_.now();
        while (ticket() == before) {
            auto const time = clock_.now();
            if (has_passed(deadline, time)) {
                return false;
            }
            left = std::min(left, deadline - time); // a clock that is put back extends no wait
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
            detail::atomic_store<__ATOMIC_RELEASE>(wakes_, detail::atomic_load<__ATOMIC_RELAXED>(wakes_) + 1);
        }
    }
    auto context() -> std::uintptr_t { return Context(); }
};

/// The flags on which `event_flags_wait` sleeps: an event group of an RTOS, or one binary semaphore for each context that
/// waits.
///
///   count              the number of flags: as many contexts may wait
///   set()              sets all flags, also those on which no context waits now; may be called in an interrupt
///   take(flag, ticks)  waits until this flag, counted from 0, is set, for at most so many ticks, and clears only it; returns
///                      whether it was set
///   context()          a number of the calling context, never 0, usually the address of its task
template <typename T>
concept event_flags = requires(T& flags, std::uint32_t flag, ticks longest) {
    { T::count } -> std::convertible_to<std::uint32_t>;
    { flags.set() } -> std::same_as<void>;
    { flags.take(flag, longest) } -> std::same_as<bool>;
    { flags.context() } -> std::same_as<std::uintptr_t>;
};

/// Sleeps on an RTOS, in as many contexts as there are flags. Each context keeps the flag of its first wait, so that no other
/// one takes its wakes; one context too many fails in `expects`. `Lock` excludes the waiting contexts from each other while one
/// gets its flag: use a mutex, or with one flag no lock.
template <clock_source Clock, event_flags Flags, lock_policy Lock = no_lock> class event_flags_wait {
    static_assert(Flags::count == 1 or not std::same_as<Lock, no_lock>,
                  "several contexts get their flags one after the other: name a lock that excludes them from each other");

    [[no_unique_address]] Clock clock_;
    Flags* flags_;
    [[no_unique_address]] Lock lock_;
    std::array<std::uintptr_t, Flags::count> owners_{};

    /// Returns the flag of a context, or the first free flag for 0.
    auto find(std::uintptr_t context) -> std::uint32_t {
        std::uint32_t flag = 0;
        while (flag < Flags::count and detail::atomic_load<__ATOMIC_RELAXED>(owners_[flag]) != context) {
            ++flag;
        }
        return flag;
    }

  public:
    constexpr event_flags_wait(Clock clock, Flags& flags, Lock lock = {}) : clock_{clock}, flags_{&flags}, lock_{lock} {}

    auto now() -> ticks { return clock_.now(); }
    /// Returns the flag of the calling context. A flag that is already set stays set: the next wait ends early.
    auto ticket() -> std::uint32_t {
        auto const context = flags_->context();
        auto flag = find(context);
        if (flag == Flags::count) [[unlikely]] {
            auto const guard = lock_guard{lock_};
            flag = find(0);
            expects(flag < Flags::count); // more contexts wait than there are flags
            detail::atomic_store<__ATOMIC_RELAXED>(owners_[flag], context);
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
