#pragma once

#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/host/thread_context.hpp>
#include <rpmsg/platform/wait.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace rpmsg::host {

/// Sleeps on a condition variable, in any number of threads of one process. Ticks are milliseconds. Nothing of another process
/// wakes it: a thread that is told of a doorbell calls `channel::notify`. `wake` is not for signal handlers.
class condition_wait {
  public:
    /// The memory of a policy, which must outlive the channel.
    struct shared {
        std::mutex mutex{};
        std::condition_variable changed{};
        std::uint32_t wakes{};
    };

  private:
    shared* all_;

  public:
    explicit condition_wait(shared& all) : all_{&all} {}

    auto now() -> ticks { return steady_clock::now(); }
    auto ticket() -> std::uint32_t {
        auto const guard = std::lock_guard{all_->mutex};
        return all_->wakes;
    }
    auto wait(std::uint32_t before, ticks deadline) -> bool {
        auto guard = std::unique_lock{all_->mutex};
        while (all_->wakes == before) {
            auto const left = steady_clock::until(deadline);
            if (left == 0) {
                return false;
            }
            all_->changed.wait_for(guard, std::chrono::milliseconds{left});
        }
        return not has_passed(deadline, now());
    }
    auto wake() -> void {
        {
            auto const guard = std::lock_guard{all_->mutex};
            ++all_->wakes;
        }
        all_->changed.notify_all();
    }
    auto context() -> std::uintptr_t { return thread_context(); }
};
static_assert(wait_policy<condition_wait>);

} // namespace rpmsg::host
