#pragma once

#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/host/thread_context.hpp>
#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/layout.hpp>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <utility>

extern "C" void mailbox_isr();

/// Everything that the program needs from its RTOS and its chip, here threads of a host. Every RTOS has each of these parts.
namespace rtos {

/// A mutex with priority inheritance: k_mutex, xSemaphoreCreateMutex, tx_mutex.
using mutex = std::mutex;

/// Ticks of the kernel: k_uptime_ticks, xTaskGetTickCount, tx_time_get.
using clock = rpmsg::host::steady_clock;

inline auto sleep(rpmsg::ticks time) -> void { std::this_thread::sleep_for(std::chrono::milliseconds{time}); }

/// Starts a task that never ends.
inline auto start(void (*task)()) -> void { std::thread{task}.detach(); }

/// A binary semaphore: k_sem, xSemaphoreCreateBinary, tx_semaphore. In an interrupt `give` is the variant for interrupts.
class semaphore {
    std::mutex mutex_{};
    std::condition_variable given_{};
    bool is_given_{};

  public:
    auto give() -> void {
        auto const guard = std::lock_guard{mutex_};
        is_given_ = true;
        given_.notify_one();
    }
    /// Returns false when it was not given within that time.
    auto take(rpmsg::ticks patience) -> bool {
        auto guard = std::unique_lock{mutex_};
        given_.wait_for(guard, std::chrono::milliseconds{patience}, [&] { return is_given_; });
        return std::exchange(is_given_, false);
    }
};

/// An event group with a bit for each task that waits on a link: k_event, xEventGroup, tx_event_flags. If the kernel has none,
/// or delays a set from an interrupt (as FreeRTOS does), use an array of binary semaphores: `set` gives all.
template <std::uint32_t Count> class event_group {
    std::mutex mutex_{};
    std::condition_variable changed_{};
    std::uint32_t bits_{};

  public:
    static constexpr std::uint32_t count = Count;
    /// In an interrupt it is the variant for interrupts.
    auto set() -> void {
        auto const guard = std::lock_guard{mutex_};
        bits_ = (1u << Count) - 1;
        changed_.notify_all();
    }
    /// Waits for one bit and clears only it. Returns false when it was not set within that time.
    auto take(std::uint32_t flag, rpmsg::ticks patience) -> bool {
        auto guard = std::unique_lock{mutex_};
        auto const bit = 1u << flag;
        auto const is_set = changed_.wait_for(guard, std::chrono::milliseconds{patience}, [&] { return (bits_ & bit) != 0; });
        bits_ &= ~bit;
        return is_set;
    }
    /// Returns the calling task, as k_current_get or xTaskGetCurrentTaskHandle do.
    static auto context() -> std::uintptr_t { return rpmsg::host::thread_context(); }
};

/// The block that both cores share, the interrupt of the other core, and its start.
alignas(64) inline constinit std::array<std::byte, 0x1000> shared_block{};
inline auto shared_memory() { return rpmsg::mapped_region{shared_block.data(), std::uint32_t{shared_block.size()}}; }
auto ring_other_core() -> void;
auto release_other_core() -> void;
struct mailbox {
    auto ring(std::uint32_t) -> void { ring_other_core(); }
};

} // namespace rtos
