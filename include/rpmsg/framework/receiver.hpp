#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/platform/wait.hpp>

#include <algorithm>
#include <cstdint>

namespace rpmsg {

/// The loop of a receiving thread: it polls until no work is left, then sleeps until an interrupt notifies the channel.
/// `period` is the longest sleep in ticks, which limits the delay after a lost doorbell.
template <typename Channel> class receiver {
    Channel* channel_;
    ticks period_;
    poll_budget budget_;

  public:
    constexpr receiver(Channel& channel, ticks period, poll_budget budget = {})
        : channel_{&channel}, period_{period}, budget_{budget} {}

    /// Polls once, then sleeps unless work is left. Returns the number of messages handled.
    auto run_once() -> std::uint32_t {
        auto& waiting = channel_->waiting();
        static_assert(wait_policy<std::remove_reference_t<decltype(waiting)>>, "a receiver needs a channel with a wait policy");
        auto const ticket = waiting.ticket();
        auto const now = waiting.now();
        auto const handled = channel_->poll(budget_, now);
        if (handled > 0 or channel_->is_pending()) {
            return handled;
        }
        auto const due = channel_->next_deadline(now);
        auto const is_sooner = due.is_set and not has_passed(now + period_, due.at);
        auto const end = is_sooner ? due.at : now + period_;
        auto const later = waiting.now(); // the clock may have been set back meanwhile
        (void)waiting.wait(ticket, later + std::min(end - now, until(end, later)));
        return handled;
    }

    /// Calls `run_once` until stop() returns true; stop() is called before each round.
    auto run(auto&& stop) -> void {
        while (not stop()) {
            (void)run_once();
        }
    }
};

} // namespace rpmsg
