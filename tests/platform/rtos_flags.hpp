#pragma once

#include <rpmsg/host/thread_context.hpp>
#include <rpmsg/platform/clock.hpp>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

/// The two primitives of an RTOS that `event_flags_wait` takes, played by threads of a host.
namespace rtos {

/// An event group: one word of bits, and everybody who waits for one of them is woken.
template <std::uint32_t Count> class event_group {
    std::mutex mutex_{};
    std::condition_variable changed_{};
    std::uint32_t bits_{};

  public:
    static constexpr std::uint32_t count = Count;
    auto set() -> void {
        auto const guard = std::lock_guard{mutex_};
        bits_ = (1u << Count) - 1;
        changed_.notify_all();
    }
    auto take(std::uint32_t flag, rpmsg::ticks longest) -> bool {
        auto guard = std::unique_lock{mutex_};
        auto const bit = 1u << flag;
        auto const is_set = changed_.wait_for(guard, std::chrono::milliseconds{longest}, [&] { return (bits_ & bit) != 0; });
        bits_ &= ~bit;
        return is_set;
    }
    static auto context() -> std::uintptr_t { return rpmsg::host::thread_context(); }
};

/// A binary semaphore: a give wakes one.
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
    auto take(rpmsg::ticks longest) -> bool {
        auto guard = std::unique_lock{mutex_};
        given_.wait_for(guard, std::chrono::milliseconds{longest}, [&] { return is_given_; });
        return std::exchange(is_given_, false);
    }
};

/// One semaphore for each context that waits.
template <std::uint32_t Count> struct semaphores {
    static constexpr std::uint32_t count = Count;
    std::array<semaphore, Count> each{};

    auto set() -> void {
        for (auto& one : each) {
            one.give();
        }
    }
    auto take(std::uint32_t flag, rpmsg::ticks longest) -> bool { return each[flag].take(longest); }
    static auto context() -> std::uintptr_t { return rpmsg::host::thread_context(); }
};

} // namespace rtos
