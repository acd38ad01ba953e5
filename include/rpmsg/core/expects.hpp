#pragma once

#include <rpmsg/core/cpp20.hpp>

namespace rpmsg {

/// Ends the program when a precondition is violated. It is not a constant expression: the same check is a compile error in
/// constant evaluation and a trap on the target.
[[noreturn]] inline auto contract_violation() -> void { __builtin_trap(); }

/// Checks a precondition and traps when it is false. May be called from any context.
[[gnu::always_inline]] constexpr auto expects(bool condition) -> void {
    if (not condition) [[unlikely]] {
        contract_violation();
    }
}

namespace detail {
/// False, once a template has arguments: for what must not be instantiated.
template <typename...> inline constexpr bool never = false;
/// Something of a type, to go on with after an error; never called.
template <typename T> auto lent() -> T;
/// What an argument becomes where an error was told already and its type does not matter.
struct anything {
    template <typename... T> constexpr anything(T&&...) {}
};
} // namespace detail

} // namespace rpmsg
