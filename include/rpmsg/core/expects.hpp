#pragma once

namespace rpmsg {

/// Where a broken precondition ends. Not a constant expression: the same check is a compile error in constant
/// evaluation and a trap on the target.
[[noreturn]] inline auto contract_violation() -> void { __builtin_trap(); }

/// States a precondition. Callable from any context.
[[gnu::always_inline]] constexpr auto expects(bool condition) -> void {
    if (not condition) [[unlikely]] {
        contract_violation();
    }
}

} // namespace rpmsg
