#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <type_traits>

namespace rpmsg::detail {

/// Whether the core has atomic read-modify-write instructions for a T. On a core without them (Cortex-M0), a volatile access
/// and a fence compile to the instructions of an atomic load or store.
template <typename T> inline constexpr bool has_atomics = __atomic_always_lock_free(sizeof(T), nullptr);
/// On such a core Clang compiles an atomic load to a call of a library function, which bare-metal firmware does not have.
#if defined(__clang__)
inline constexpr bool loads_by_call = true;
#else
inline constexpr bool loads_by_call = false;
#endif

/// On small cores a relaxed access is a volatile one: the compiler then uses every addressing mode, and no thread sanitizer runs
/// there.
template <int Order> inline constexpr bool is_volatile_enough = Order == __ATOMIC_RELAXED and sizeof(void*) <= 4;

/// One relaxed or acquire load of a naturally aligned word of at most the size of a pointer.
template <int Order, typename T> [[gnu::always_inline]] [[nodiscard]] inline auto atomic_load(T const& word) -> T {
    static_assert(std::is_integral_v<T> and sizeof(T) <= sizeof(void*) and
                  (Order == __ATOMIC_RELAXED or Order == __ATOMIC_ACQUIRE));
    if constexpr ((has_atomics<T> or not loads_by_call) and not is_volatile_enough<Order>) {
        return __atomic_load_n(&word, Order);
    } else {
        auto const value = *const_cast<T const volatile*>(&word);
        if constexpr (Order == __ATOMIC_ACQUIRE) {
            __atomic_thread_fence(Order);
        }
        return value;
    }
}

/// One relaxed or release store of such a word.
template <int Order, typename T>
[[gnu::always_inline]] inline auto atomic_store(T& word, std::type_identity_t<T> value) -> void {
    static_assert(std::is_integral_v<T> and sizeof(T) <= sizeof(void*) and
                  (Order == __ATOMIC_RELAXED or Order == __ATOMIC_RELEASE));
    if constexpr (has_atomics<T> and not is_volatile_enough<Order>) {
        __atomic_store_n(&word, value, Order);
    } else {
        if constexpr (Order == __ATOMIC_RELEASE) {
            __atomic_thread_fence(Order);
        }
        *const_cast<T volatile*>(&word) = value;
    }
}

} // namespace rpmsg::detail
