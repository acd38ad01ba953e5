#pragma once

#include <rpmsg/platform/lock.hpp>
#include <rpmsg/platform/relax.hpp>

#include <cstdint>

namespace rpmsg {

/// A lock between cores that share coherent memory and have atomic exchange; on others it does not compile. It spins
/// without a bound: the other holder's section is one ring operation and one copy. Not for a context that interrupts a
/// holder.
template <bool HasExchange = __atomic_always_lock_free(1, nullptr)> class basic_spin_lock {
    static_assert(HasExchange, "this core has no atomic exchange: use an interrupt lock");

    std::uint8_t taken_{};

  public:
    auto lock() -> void {
        while (__atomic_exchange_n(&taken_, std::uint8_t{1}, __ATOMIC_ACQUIRE) != 0) {
            relax();
        }
    }
    auto unlock() -> void { __atomic_store_n(&taken_, std::uint8_t{0}, __ATOMIC_RELEASE); }
};
using spin_lock = basic_spin_lock<>;

} // namespace rpmsg
