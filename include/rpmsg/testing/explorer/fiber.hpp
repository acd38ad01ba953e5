#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#if __has_include(<sanitizer/asan_interface.h>) // some installations of Clang lack it
#include <sanitizer/asan_interface.h>
#endif
#if not defined(__x86_64__)
#include <ucontext.h>
#endif

namespace rpmsg::testing {

/// A thread of control on its own stack. Its future depends only on the bytes of `live()` while it is suspended: a copy of
/// them, written back later, resets the fiber to that point. Objects on the stack must not own anything elsewhere.
class fiber {
    static constexpr std::size_t stack_size = std::size_t{64} * 1024;

    std::unique_ptr<std::byte[]> stack_ = std::make_unique<std::byte[]>(stack_size);
    void* inside_{};
    void* outside_{};

    [[nodiscard]] auto top() const -> std::byte* {
        auto const end = reinterpret_cast<std::uintptr_t>(stack_.get() + stack_size);
        return reinterpret_cast<std::byte*>(end & ~std::uintptr_t{63});
    }

#if defined(__x86_64__)
    /// Saves the callee-saved registers and the stack pointer, and continues where `to` was saved.
    [[gnu::naked, gnu::noinline]] static void swap(void** /*from*/, void* /*to*/, void* /*argument*/) {
        asm volatile("pushq %rbp\n pushq %rbx\n pushq %r12\n pushq %r13\n pushq %r14\n pushq %r15\n"
                     "movq %rsp, (%rdi)\n movq %rsi, %rsp\n"
                     "popq %r15\n popq %r14\n popq %r13\n popq %r12\n popq %rbx\n popq %rbp\n ret\n");
    }
#else
    static auto enter(unsigned entry_high, unsigned entry_low, unsigned high, unsigned low) -> void {
        auto const join = [](unsigned upper, unsigned lower) {
            return static_cast<std::uintptr_t>(std::uint64_t{upper} << 32 | lower);
        };
        reinterpret_cast<void (*)(void*)>(join(entry_high, entry_low))(reinterpret_cast<void*>(join(high, low)));
    }
#endif

  public:
    /// Restarts the fiber: the next `resume` calls entry(argument), which must never return.
    auto start(void (*entry)(void*), void* argument) -> void {
#if defined(__x86_64__)
        // From the top: the function, its argument, an unused return address, and the frame that `swap` leaves.
        auto const words = reinterpret_cast<void**>(top());
        std::memset(static_cast<void*>(words - 10), 0, 10 * sizeof(void*));
        words[-1] = reinterpret_cast<void*>(entry);
        words[-2] = argument;
        words[-4] = reinterpret_cast<void*>(+[](void*, void*, void* from) {
            auto const at = static_cast<void**>(from);
            reinterpret_cast<void (*)(void*)>(at[-1])(at[-2]);
        });
        inside_ = words - 10;
#else
        auto* const first = reinterpret_cast<ucontext_t*>(top() - (sizeof(ucontext_t) + 63) / 64 * 64);
        getcontext(first);
        first->uc_stack.ss_sp = stack_.get();
        first->uc_stack.ss_size = static_cast<std::size_t>(reinterpret_cast<std::byte*>(first) - stack_.get());
        first->uc_link = nullptr;
        auto const code = std::uint64_t{reinterpret_cast<std::uintptr_t>(entry)};
        auto const data = std::uint64_t{reinterpret_cast<std::uintptr_t>(argument)};
        makecontext(first, reinterpret_cast<void (*)()>(&enter), 4, static_cast<unsigned>(code >> 32),
                    static_cast<unsigned>(code), static_cast<unsigned>(data >> 32), static_cast<unsigned>(data));
        inside_ = first;
#endif
    }

    /// Runs the fiber until it suspends.
    auto resume() -> void {
#if defined(__x86_64__)
        swap(&outside_, inside_, top());
#else
        auto here = ucontext_t{};
        outside_ = &here;
        swapcontext(&here, static_cast<ucontext_t*>(inside_));
#endif
    }

    /// For the fiber: returns from `resume`, and continues at the next one.
    auto suspend() -> void {
#if defined(__x86_64__)
        swap(&inside_, outside_, nullptr);
#else
        auto here = ucontext_t{};
        inside_ = &here;
        swapcontext(&here, static_cast<ucontext_t*>(outside_));
#endif
    }

    /// Returns the part of the stack that is in use.
    [[nodiscard]] auto live() -> std::span<std::byte> {
#if defined(__x86_64__)
        auto* const lowest = static_cast<std::byte*>(inside_);
#else
        auto* const lowest = static_cast<std::byte*>(inside_) - 256;
#endif
        return {lowest, static_cast<std::size_t>(top() - lowest)};
    }

    /// Resets the fiber to a state in which `live()` had this many bytes; the caller writes them.
    auto rewind(std::size_t size) -> std::span<std::byte> {
#if defined(__x86_64__)
        inside_ = top() - size;
#else
        inside_ = top() - size + 256;
#endif
        return live();
    }

    /// Permits the address sanitizer to copy the whole stack.
    auto unguard() -> void {
#if defined(ASAN_UNPOISON_MEMORY_REGION)
        ASAN_UNPOISON_MEMORY_REGION(stack_.get(), stack_size);
#endif
    }
};

} // namespace rpmsg::testing
