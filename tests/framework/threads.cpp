// Threads: each side of a link in a thread of its own, and one channel used by several threads.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/receiver.hpp>
#include <rpmsg/platform/lock_ref.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "progress.hpp"
#include "thread_region.hpp"
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace {

using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::message;

struct milliseconds {
    static auto now() -> rpmsg::ticks {
        auto const time = std::chrono::steady_clock::now().time_since_epoch();
        return static_cast<rpmsg::ticks>(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
    }
};

/// A wait policy like those of an RTOS.
class condition_wait {
    struct shared_state {
        std::mutex mutex{};
        std::condition_variable changed{};
        std::uint32_t wakes{};
    };
    shared_state* state_;

  public:
    using state = shared_state;
    explicit condition_wait(state& it) : state_{&it} {}
    auto now() -> rpmsg::ticks { return milliseconds::now(); }
    auto ticket() -> std::uint32_t {
        auto const guard = std::lock_guard{state_->mutex};
        return state_->wakes;
    }
    auto wait(std::uint32_t before, rpmsg::ticks deadline) -> bool {
        auto guard = std::unique_lock{state_->mutex};
        while (state_->wakes == before) {
            if (rpmsg::has_passed(deadline, now())) {
                return false;
            }
            state_->changed.wait_for(guard, std::chrono::milliseconds{deadline - now()});
        }
        return not rpmsg::has_passed(deadline, now());
    }
    auto wake() -> void {
        auto const guard = std::lock_guard{state_->mutex};
        ++state_->wakes;
        state_->changed.notify_all();
    }
    auto context() -> std::uintptr_t { return std::hash<std::thread::id>{}(std::this_thread::get_id()) | 1; }
};
static_assert(rpmsg::wait_policy<condition_wait>);

/// A doorbell that calls a function of another thread's channel.
struct thread_bell {
    std::function<void(std::uint32_t)>* target{};
    auto ring(std::uint32_t queue) -> bool {
        if (*target) {
            (*target)(queue);
        }
        return true;
    }
};

constexpr auto by_flags = rpmsg::vring_config{.buffers = 4, .buffer_size = 64};
constexpr auto by_index = rpmsg::vring_config{.buffers = 4, .buffer_size = 64, .batch = 2, .event_index = true};

template <rpmsg::vring_config Config> struct thread_memory {
    alignas(64) std::array<std::byte, rpmsg::vring_layout<Config>::size()> content{};
    auto region() -> thread_region { return thread_region{content.data(), static_cast<std::uint32_t>(content.size())}; }
};

auto number_in(message const& m) -> std::uint32_t { return rpmsg::load<std::uint32_t>(m.payload); }
auto payload_of(std::uint32_t number) {
    auto payload = std::array<std::byte, 4>{};
    rpmsg::store(payload, number);
    return payload;
}

constexpr auto enough = std::uint32_t{20'000};

/// Both sides poll in their threads; each sends `enough` numbers and checks the order of the received ones.
template <rpmsg::vring_config Config> auto numbers_cross_in_order() -> bool {
    auto memory = thread_memory<Config>{};
    auto driver = rpmsg::vring_driver<Config, thread_region>{memory.region()};
    auto device = rpmsg::vring_device<Config, thread_region>{memory.region()};
    auto in_order = std::atomic<bool>{true};
    auto run_side = [&](auto transport) {
        auto expected = std::uint32_t{};
        auto sent = std::uint32_t{};
        auto side = channel{transport, endpoints{endpoint<"numbers">([&](auto&, message const& m) {
                                in_order = in_order and number_in(m) == expected;
                                ++expected;
                            })}};
        if (not side.start()) {
            in_order = false;
        }
        auto limit = progress_limit{};
        while ((sent < enough or expected < enough or side.transport().in_flight() != 0) and
               not limit.is_stuck(sent + expected)) {
            if (sent < enough and side.at(0).send(payload_of(sent))) {
                ++sent;
            } else if (side.poll() == 0) {
                std::this_thread::yield();
            }
        }
        in_order = in_order and sent == enough and expected == enough;
        for (int i = 0; i < 100; ++i) {
            (void)side.poll();
        }
    };
    auto host = std::thread{[&] { run_side(driver); }};
    run_side(device);
    host.join();
    return in_order;
}

TEST_CASE("Numbers cross between two threads in order, by flags and by event index", "[threads]") {
    CHECK(numbers_cross_in_order<by_flags>());
    CHECK(numbers_cross_in_order<by_index>());
}

TEST_CASE("Three threads send through one channel while a fourth polls it and the peer sleeps by doorbell", "[threads]") {
    constexpr auto senders = std::uint32_t{3};
    constexpr auto each = std::uint32_t{1500};
    auto memory = thread_memory<by_flags>{};
    auto to_host = std::function<void(std::uint32_t)>{};
    auto to_remote = std::function<void(std::uint32_t)>{};
    auto host_state = condition_wait::state{};
    auto remote_state = condition_wait::state{};
    auto mutex = std::mutex{};
    auto stop = std::atomic<bool>{false};
    auto answered = std::atomic<std::uint32_t>{0};
    auto received = std::array<std::uint32_t, senders>{};
    auto in_order = true;

    auto host = channel{rpmsg::vring_driver<by_flags, thread_region, thread_bell>{memory.region(), thread_bell{&to_remote}},
                        endpoints{endpoint<"count">([&](auto&, message const&) { ++answered; })}, rpmsg::lock_ref{mutex},
                        condition_wait{host_state}};
    auto remote = channel{rpmsg::vring_device<by_flags, thread_region, thread_bell>{memory.region(), thread_bell{&to_host}},
                          endpoints{endpoint<"count">([&](auto& side, message const& m) {
                              auto const number = number_in(m);
                              auto& count = received[number >> 16];
                              in_order = in_order and (number & 0xffff) == count;
                              ++count;
                              if (number % 4 == 0) {
                                  side.reply(m, m.payload);
                              }
                          })},
                          rpmsg::no_lock{}, condition_wait{remote_state}};
    to_host = [&](std::uint32_t queue) { host.notify(queue); };
    to_remote = [&](std::uint32_t queue) { remote.notify(queue); };
    REQUIRE(host.start().has_value());
    REQUIRE(remote.start().has_value());

    auto threads = std::vector<std::thread>{};
    threads.emplace_back([&] { rpmsg::receiver{host, 20}.run([&] { return stop.load(); }); });
    threads.emplace_back([&] { rpmsg::receiver{remote, 20}.run([&] { return stop.load(); }); });
    while (not host.at(0).is_bound()) {
        std::this_thread::yield();
    }
    auto refused = std::atomic<std::uint32_t>{0};
    auto workers = std::vector<std::thread>{};
    for (std::uint32_t s = 0; s < senders; ++s) {
        workers.emplace_back([&, s] {
            for (std::uint32_t i = 0; i < each; ++i) {
                if (not host.at(0).send_until(payload_of(s << 16 | i), milliseconds::now() + 60'000)) {
                    ++refused;
                }
            }
        });
    }
    for (auto& it : workers) {
        it.join();
    }
    auto limit = progress_limit{};
    auto const is_quiet = [&] {
        auto const guard = std::lock_guard{mutex};
        return host.transport().in_flight() == 0;
    };
    while (not is_quiet() and not limit.is_stuck(answered)) {
        std::this_thread::yield();
    }
    stop = true;
    for (auto& it : threads) {
        it.join();
    }
    CHECK(refused == 0);
    CHECK(in_order);
    CHECK(received == std::array<std::uint32_t, senders>{each, each, each});
    CHECK(answered > 0);
}

TEST_CASE("A wait in another thread ends in time when nobody reads", "[threads]") {
    auto memory = thread_memory<by_flags>{};
    auto host_state = condition_wait::state{};
    auto mutex = std::mutex{};
    auto host = channel{rpmsg::vring_driver<by_flags, thread_region>{memory.region()},
                        endpoints{endpoint<0x100, 0x200>([](auto&, message const&) {})}, rpmsg::lock_ref{mutex},
                        condition_wait{host_state}};
    auto remote = channel{rpmsg::vring_device<by_flags, thread_region>{memory.region()},
                          endpoints{endpoint<0x200, 0x100>([](auto&, message const&) {})}};
    REQUIRE(host.start().has_value());
    REQUIRE(remote.start().has_value());
    for (int i = 0; i < 8; ++i) {
        (void)host.poll();
        (void)remote.poll();
    }
    REQUIRE(host.at(0).is_bound());
    auto outcome = rpmsg::status{};
    auto waited = std::chrono::milliseconds{};
    std::thread{[&] {
        while (host.at(0).send({})) {}
        auto const before = std::chrono::steady_clock::now();
        outcome = host.at(0).send_until({}, milliseconds::now() + 50);
        waited = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - before);
    }}.join();
    CHECK(outcome.error() == rpmsg::error::timed_out);
    CHECK(waited >= std::chrono::milliseconds{48});
    CHECK(waited < std::chrono::seconds{30});
}

} // namespace
