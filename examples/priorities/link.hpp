#pragma once

#include <rpmsg/host/condition_wait.hpp>
#include <rpmsg/platform/lock_ref.hpp>
#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

/// Microseconds.
struct figures {
    std::uint32_t median{};
    std::uint32_t p99{};
    std::uint32_t longest{};
};

constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 64};

struct thread_bell {
    std::function<void()>* target;
    auto ring(std::uint32_t) -> void { (*target)(); }
};

/// One link of services, with its threads: one that polls, and two workers where the table has workers.
template <typename Table> class server {
    alignas(64) std::array<std::byte, rpmsg::vring_layout<rings>::size()> memory_{};
    std::mutex mutex_{};
    rpmsg::host::condition_wait::shared waits_{};
    std::function<void()> to_client_ = [] {};
    std::function<void()> to_server_ = [this] { link_.notify(); };
    std::atomic<bool> done_{};
    rpmsg::channel<rpmsg::vring_device<rings, rpmsg::mapped_region<>, thread_bell>, Table, rpmsg::lock_ref<std::mutex>,
                   rpmsg::host::condition_wait>
        link_;
    std::vector<std::thread> threads_{};

  public:
    explicit server(Table table)
        : link_{rpmsg::vring_device<rings, rpmsg::mapped_region<>, thread_bell>{region(), thread_bell{&to_client_}},
                std::move(table), rpmsg::lock_ref{mutex_}, rpmsg::host::condition_wait{waits_}} {
        if (not link_.start()) {
            std::terminate();
        }
        threads_.emplace_back([this] { rpmsg::receiver{link_, 5}.run([&] { return done_.load(); }); });
        if constexpr (requires { Table::dispatch; }) {
            for (auto i = 0; Table::has_workers and i < 2; ++i) {
                threads_.emplace_back([this] { work(); });
            }
        }
    }
    server(server const&) = delete;
    auto operator=(server const&) -> server& = delete;
    ~server() {
        done_ = true;
        link_.waiting().wake();
        for (auto& each : threads_) {
            each.join();
        }
    }
    auto region() { return rpmsg::mapped_region{memory_.data(), static_cast<std::uint32_t>(memory_.size())}; }
    auto bell() { return thread_bell{&to_server_}; }

  private:
    auto work() -> void {
        if constexpr (requires { Table::dispatch; }) {
            if constexpr (Table::has_workers) {
                rpmsg::worker{link_, 5}.run([&] { return done_.load(); });
            }
        }
    }
};

using microseconds = std::chrono::microseconds;
inline auto now() { return std::chrono::steady_clock::now(); }

/// What the peer does beside its urgent requests.
struct load {
    std::uint32_t requests = 200;
    std::uint32_t slow = 3; ///< slow requests that it keeps under way, 0 for none
};

/// The times of urgent requests in microseconds, in order, each sent at another time of the slow ones. `tables` are the
/// services, one link each.
template <typename... Tables> auto times_of(load const& work, Tables... tables) -> std::vector<std::uint32_t> {
    auto servers = std::tuple<server<Tables>...>{std::move(tables)...};
    auto times = std::vector<std::uint32_t>{};
    auto under_way = std::uint32_t{0};
    auto is_answered = true;
    auto is_due = false;
    auto sent = now();
    auto const on_slow = [&](auto&, rpmsg::message const&) { --under_way; };
    auto const on_urgent = [&](auto&, rpmsg::message const&) {
        is_answered = true;
        times.push_back(static_cast<std::uint32_t>(std::chrono::duration_cast<microseconds>(now() - sent).count()));
    };
    auto const connect = [&](auto& to) {
        return rpmsg::channel{rpmsg::vring_driver<rings, rpmsg::mapped_region<>, thread_bell>{to.region(), to.bell()},
                              rpmsg::endpoints{rpmsg::endpoint<"slow">(on_slow), rpmsg::endpoint<"urgent">(on_urgent)}};
    };
    auto first = connect(std::get<0>(servers));
    auto last = connect(std::get<sizeof...(Tables) - 1>(servers)); // the same memory twice unless there are two links
    auto& fast = sizeof...(Tables) > 1 ? last : first;
    auto const is_started = first.start() and (&fast == &first or last.start());
    auto const to_urgent = fast.template get<"urgent">();
    auto kept = to_urgent.reserve(); // a buffer that no slow request takes
    auto pause = now();
    for (std::uint32_t turn = 0; is_started and times.size() < work.requests; ++turn) {
        (void)first.poll();
        (void)fast.poll();
        if (is_answered and now() > pause) {
            sent = now();
            pause = sent + microseconds{3000 + 700 * (turn % 7)};
            is_answered = false;
            is_due = true;
        }
        if (not kept) {
            kept = to_urgent.reserve();
        }
        is_due = is_due and not to_urgent.commit(std::move(kept), 4);
        auto const payload = std::array<std::byte, 4>{};
        while (kept and under_way < work.slow and first.template get<"slow">().send(payload)) {
            ++under_way;
        }
        std::this_thread::sleep_for(microseconds{50});
    }
    std::ranges::sort(times);
    return times;
}

template <typename... Tables> auto measure(Tables... tables) -> figures {
    auto const times = times_of(load{}, std::move(tables)...);
    return {.median = times[times.size() / 2], .p99 = times[times.size() * 99 / 100], .longest = times.back()};
}
