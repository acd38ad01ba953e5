#include "cpu.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <sys/mman.h>
#include <utility>

namespace {
constinit auto mutex = std::mutex{};
constinit auto pending = std::array<void (*)(), 4>{}; // the handlers to call
constinit auto raised = std::atomic<unsigned>{};      // the number of interrupts so far
constinit auto is_masked = false;                     // used by the main thread only

auto take() -> void (*)() {
    auto const guard = std::lock_guard{mutex};
    auto* const first = std::ranges::find_if(pending, [](auto handler) { return handler != nullptr; });
    return first == pending.end() ? nullptr : std::exchange(*first, nullptr);
}

auto is_pending() -> bool {
    auto const guard = std::lock_guard{mutex};
    return std::ranges::any_of(pending, [](auto handler) { return handler != nullptr; });
}
} // namespace

auto cpu::irq_lock::lock() -> void { was_masked_ = std::exchange(is_masked, true); }

auto cpu::irq_lock::unlock() -> void {
    if (was_masked_) {
        return;
    }
    while (auto* const handler = take()) {
        handler();
    }
    is_masked = false;
}

auto cpu::wait_for_interrupt() -> void {
    for (auto before = raised.load(); not is_pending(); before = raised.load()) {
        raised.wait(before);
    }
}

auto cpu::finish_stores() -> void { std::atomic_thread_fence(std::memory_order_seq_cst); }

auto cpu::raise(void (*handler)()) -> void {
    auto const guard = std::lock_guard{mutex};
    auto* const known = std::ranges::find(pending, handler);
    auto* const place = known != pending.end() ? known : std::ranges::find(pending, nullptr);
    *place = handler;
    ++raised;
    raised.notify_one();
}

auto cpu::map(unsigned long start, unsigned long size) -> void {
    auto* const wanted = reinterpret_cast<void*>(start);
    auto* const got = mmap(wanted, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (got != wanted) {
        std::perror("the memory of the board");
        std::_Exit(2);
    }
}
