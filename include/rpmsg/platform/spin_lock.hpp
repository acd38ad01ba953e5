#pragma once

#include <rpmsg/platform/lock.hpp>
#include <rpmsg/platform/relax.hpp>

#include <cstdint>

namespace rpmsg {

/// A lock between cores that share coherent memory and have atomic exchange; on others it does not compile. Only one context of
/// each core may take it: then the holder runs on another core and releases it after one ring operation and one copy. A context
/// that interrupts a holder must not take it. Threads share cores, and a spinning one keeps the holder off its core:
/// after some checks each yields (`give_way`). This is enough for threads of one priority; otherwise, and under high
/// contention, use the mutex of the system.
template <bool HasExchange = __atomic_always_lock_free(1, nullptr), auto GiveWay = give_way> class basic_spin_lock {
    static_assert(HasExchange, "this core has no atomic exchange: use an interrupt lock");

    static constexpr unsigned most_looks = 100; ///< about as long as a running holder needs

    std::uint8_t taken_{};

    /// Checks with loads: an exchange would take the cache line from the holder.
    auto wait() -> void {
        for (auto looks = 0u; __atomic_load_n(&taken_, __ATOMIC_RELAXED) != 0; ++looks) {
            if (looks < most_looks) {
                relax();
            } else {
                GiveWay();
            }
        }
    }

  public:
    auto lock() -> void {
        while (__atomic_exchange_n(&taken_, std::uint8_t{1}, __ATOMIC_ACQUIRE) != 0) {
            wait();
        }
    }
    auto unlock() -> void { __atomic_store_n(&taken_, std::uint8_t{0}, __ATOMIC_RELEASE); }
};
using spin_lock = basic_spin_lock<>;

} // namespace rpmsg
