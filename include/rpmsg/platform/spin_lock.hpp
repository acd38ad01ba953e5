#pragma once

#include <rpmsg/platform/lock.hpp>
#include <rpmsg/platform/relax.hpp>

#include <cstdint>

namespace rpmsg {

/// A lock between cores that share coherent memory and have atomic exchange; on others it does not compile. It fits where
/// each core has one context that takes it: then the other holder runs, and its section is one ring operation and one copy.
/// Not for a context that interrupts a holder. Threads of an operating system share cores, and one that spins keeps the
/// holder from its core: after some looks each lets others run first (`give_way`). That serves threads of one priority; for
/// others, and where many contend, take the system's mutex.
template <bool HasExchange = __atomic_always_lock_free(1, nullptr), auto GiveWay = give_way> class basic_spin_lock {
    static_assert(HasExchange, "this core has no atomic exchange: use an interrupt lock");

    static constexpr unsigned most_looks = 100; ///< about as long as a holder that runs needs

    std::uint8_t taken_{};

    /// Looks are loads: an exchange takes the cache line from the holder.
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
