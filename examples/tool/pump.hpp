#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/steady_clock.hpp>

#include "carrier.hpp"
#include "interrupt.hpp"
#include "traffic.hpp"
#include <algorithm>
#include <cstdint>
#include <poll.h>
#include <string>
#include <sys/epoll.h>
#include <utility>
#include <vector>

namespace tool {

template <bool Acknowledged> using watched_frames = rpmsg::tapped<frames<Acknowledged>, traffic>;

/// Drives a channel over its carrier from one event loop.
template <typename Channel> class pump final : public carried {
    using clock = rpmsg::host::steady_clock;
    static constexpr rpmsg::ticks longest_sleep = 200;

    carrier* under_;
    Channel* channel_;
    std::vector<pollfd> polled_{};
    rpmsg::host::descriptor all_{}; ///< an epoll of what the carrier watches
    std::string trouble_{};

    [[nodiscard]] auto time_left() -> rpmsg::ticks {
        auto const due = channel_->next_deadline(clock::now());
        return channel_->is_pending() ? 0 : std::min(due.is_set ? clock::until(due.at) : longest_sleep, longest_sleep);
    }
    auto look_at(std::size_t first) -> void {
        for (auto i = first; i < polled_.size(); ++i) {
            if ((polled_[i].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0 and not under_->starts()) {
                trouble_ = "the device is gone";
            }
        }
    }

  public:
    pump(carrier& under, Channel& channel) : under_{&under}, channel_{&channel} {
        if (not under.starts() and not channel.start()) {
            trouble_ = "the link does not start: its memory is not what this command expects";
        }
    }

    auto start() -> rpmsg::status override { return channel_->start(); }
    auto close() -> void override { channel_->close(); }
    auto notify(std::uint32_t queue) -> void override { channel_->notify(queue); }

    /// Why the link cannot go on; empty while it can.
    [[nodiscard]] auto trouble() const -> std::string const& { return trouble_; }

    /// Handles what there is; returns whether there is more.
    auto turn() -> bool {
        under_->serve(*this);
        channel_->poll(clock::now());
        return channel_->is_pending();
    }
    /// Sleeps until the peer or one of the descriptors has something, `longest` milliseconds have passed or the user ends.
    /// The results of `also` are stored in it.
    auto wait(std::vector<pollfd>& also, rpmsg::ticks longest) -> void {
        polled_ = also;
        polled_.push_back({.fd = interrupt::descriptor(), .events = POLLIN, .revents = 0});
        auto const first = polled_.size();
        under_->watch(polled_);
        if (::poll(polled_.data(), polled_.size(), static_cast<int>(std::min(longest, time_left()))) <= 0) {
            for (auto& each : also) {
                each.revents = 0;
            }
            return;
        }
        std::copy_n(polled_.begin(), also.size(), also.begin());
        look_at(first);
    }
    /// For a loop that sleeps itself, at most as long as the second result: readable when the peer or the user did something.
    auto sleep_on() -> std::pair<int, rpmsg::ticks> {
        polled_ = {{.fd = interrupt::descriptor(), .events = POLLIN, .revents = 0}};
        under_->watch(polled_);
        if (::poll(polled_.data(), polled_.size(), 0) > 0) {
            look_at(1);
        }
        all_ = rpmsg::host::descriptor{epoll_create1(EPOLL_CLOEXEC)};
        for (auto const& each : polled_) {
            auto what = epoll_event{};
            what.events = EPOLLIN;
            (void)epoll_ctl(all_.number(), EPOLL_CTL_ADD, each.fd, &what); // -1 is none
        }
        return {all_.number(), time_left()};
    }
    /// Ends the link after the peer has what was sent, or after two seconds.
    auto finish() -> void {
        constexpr rpmsg::ticks patience = 2000;
        auto none = std::vector<pollfd>{};
        auto const end = clock::now() + patience;
        while (trouble_.empty() and channel_->is_up() and channel_->transport().next_deadline(clock::now()).is_set and
               not rpmsg::has_passed(end, clock::now())) {
            turn();
            wait(none, 20);
        }
        channel_->close();
        channel_->poll(clock::now());
        under_->leave();
    }
};

} // namespace tool
