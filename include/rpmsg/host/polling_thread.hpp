#pragma once

#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/platform/clock.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <poll.h>
#include <thread>

namespace rpmsg::host {

/// A thread that starts a channel and polls it until the object ends, so that others can wait for answers:
/// `polling_thread poller{link};`. It sleeps while there is nothing to do: by the wait policy, or on the file of the transport
/// where the policy is a `polled_wait`. The channel has a lock, and outlives the object.
template <typename Channel> class polling_thread {
    static constexpr ticks longest_sleep = 1000;

    Channel& link_;
    std::atomic<bool> is_over_{};
    std::thread thread_;

    auto sleep(auto ticket, ticks now) -> void {
        auto const due = link_.next_deadline(now);
        auto const left = due.is_set ? std::min(until(due.at, now), longest_sleep) : longest_sleep;
        if constexpr (requires(Channel & it) { it.waiting().number(); }) {
            auto waited =
                std::array{pollfd{link_.transport().number(), POLLIN, 0}, pollfd{link_.waiting().number(), POLLIN, 0}};
            (void)::poll(waited.data(), waited.size(), static_cast<int>(left));
        } else {
            (void)link_.waiting().wait(ticket, now + left);
        }
    }
    auto run() -> void {
        (void)link_.start();
        while (not is_over_) {
            auto const ticket = link_.waiting().ticket();
            if constexpr (requires(Channel & it) { it.waiting().forget(); }) {
                link_.waiting().forget();
            }
            auto const now = steady_clock::now();
            link_.notify();
            (void)link_.poll(now);
            if (not link_.is_pending()) {
                sleep(ticket, now);
            }
        }
        link_.close();
    }

  public:
    explicit polling_thread(Channel& link) : link_{link}, thread_{[this] { run(); }} {}
    polling_thread(polling_thread const&) = delete;
    auto operator=(polling_thread const&) -> polling_thread& = delete;
    ~polling_thread() {
        is_over_ = true;
        link_.waiting().wake();
        thread_.join();
    }
};

} // namespace rpmsg::host
