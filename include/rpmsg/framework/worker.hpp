#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/platform/wait.hpp>

#include <type_traits>

namespace rpmsg {

/// The loop of a worker of a `dispatched` table: it calls handlers while messages wait, then sleeps. Any number of tasks or
/// threads may have one each. `period` is the longest sleep in ticks.
template <typename Channel> class worker {
    Channel* channel_;
    ticks period_;

  public:
    constexpr worker(Channel& channel, ticks period) : channel_{&channel}, period_{period} {}

    /// Calls one handler, or sleeps. Returns whether it called one.
    auto run_once() -> bool {
        auto& waiting = channel_->waiting();
        static_assert(wait_policy<std::remove_reference_t<decltype(waiting)>>, "a worker needs a channel with a wait policy");
        auto const ticket = waiting.ticket();
        if (channel_->work()) {
            return true;
        }
        (void)waiting.wait(ticket, waiting.now() + period_);
        return false;
    }

    /// Calls `run_once` until stop() returns true; stop() is called before each round.
    auto run(auto&& stop) -> void {
        while (not stop()) {
            (void)run_once();
        }
    }
};

} // namespace rpmsg
