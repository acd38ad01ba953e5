#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/receiver.hpp>
#include <rpmsg/host/bells/eventfd_wait.hpp>
#include <rpmsg/host/bells/futex_wait.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/host/thread_context.hpp>
#include <rpmsg/platform/lock_ref.hpp>
#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/platform/wait.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "rtos_flags.hpp"
#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <sys/time.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {
using namespace rpmsg;
using host::steady_clock;

/// A clock that advances by one with each look.
struct stepping_clock {
    ticks* time;
    auto now() -> ticks { return (*time)++; }
};

/// Two flags and the context that looks at them, as a test sets it.
struct noted_flags {
    static constexpr std::uint32_t count = 2;
    std::array<bool, count> is_set{};
    std::uintptr_t here = 7;
    ticks asked{};

    auto set() -> void { is_set.fill(true); }
    auto take(std::uint32_t flag, ticks longest) -> bool {
        asked = longest;
        return std::exchange(is_set[flag], false);
    }
    auto context() -> std::uintptr_t { return here; }
};
using noted_wait = event_flags_wait<stepping_clock, noted_flags, lock_ref<std::mutex>>;
static_assert(wait_policy<spin_wait<stepping_clock>>);
static_assert(wait_policy<noted_wait>);
static_assert(wait_policy<event_flags_wait<steady_clock, rtos::event_group<1>>>);

/// Masks the interrupts of this process, its signals.
struct signals_masked {
    sigset_t before{};
    static auto all() -> sigset_t {
        auto set = sigset_t{};
        sigfillset(&set);
        return set;
    }
    auto lock() -> void {
        auto const set = all();
        sigprocmask(SIG_BLOCK, &set, &before);
    }
    auto unlock() -> void { sigprocmask(SIG_SETMASK, &before, nullptr); }
};

/// How many wakes of a loop and of an interrupt that comes into it a policy has lost.
template <typename Waiting> auto wakes_lost() -> std::uint32_t {
    static auto waiting = Waiting{};
    static auto volatile interrupts = std::uint32_t{0};
    waiting = {};
    interrupts = 0;
    auto const before = signal(SIGALRM, [](int) {
        interrupts = interrupts + 1;
        waiting.wake();
    });
    auto const each = itimerval{{0, 50}, {0, 50}};
    setitimer(ITIMER_REAL, &each, nullptr);
    auto wakes = std::uint32_t{0};
    for (; interrupts < 500 and wakes < 100'000'000; ++wakes) {
        waiting.wake();
    }
    auto const none = itimerval{};
    setitimer(ITIMER_REAL, &none, nullptr);
    signal(SIGALRM, before);
    return wakes + interrupts - waiting.ticket();
}

/// The production region; its fence is a read-modify-write, which the thread sanitizer understands.
struct thread_region : mapped_region<> {
    static inline std::atomic<int> dummy{};
    using mapped_region::mapped_region;
    template <site> auto fence() -> void { dummy.fetch_add(0, std::memory_order_seq_cst); }
};
struct thread_bell {
    std::function<void()>* target;
    auto ring(std::uint32_t) -> void { (*target)(); }
};

constexpr auto rings = vring_config{.buffers = 4, .buffer_size = 64};
constexpr auto all = 200;

/// A thread that receives, and several that send by `send_until` on its link, sleep by one policy. The peer polls when it is
/// called. How long it takes, in ms; or the longest wait when one was not woken.
auto time_of_senders(auto make_wait, int senders) -> ticks {
    constexpr auto longest = ticks{120'000};
    alignas(64) static std::array<std::byte, vring_layout<rings>::size()> block{};
    block = {};
    auto const region = thread_region{block.data(), std::uint32_t{block.size()}};
    auto to_device = std::function<void()>{};
    auto to_driver = std::function<void()>{};
    auto device_lock = std::mutex{};
    auto driver_lock = std::mutex{};
    auto driver_called = rtos::event_group<1>{};
    auto heard = std::atomic<int>{};
    auto stop = std::atomic<bool>{};
    auto device = channel{vring_device<rings, thread_region, thread_bell>{region, thread_bell{&to_driver}},
                          endpoints{endpoint<"x">([](auto&, auto const&) {})}, lock_ref{device_lock}, make_wait()};
    auto driver = channel{vring_driver<rings, thread_region, thread_bell>{region, thread_bell{&to_device}},
                          endpoints{endpoint<"x">([&](auto&, auto const&) { ++heard; })}, lock_ref{driver_lock},
                          event_flags_wait{steady_clock{}, driver_called}};
    to_device = [&] { device.notify(); };
    to_driver = [&] { driver.notify(); };
    auto const start = steady_clock::now();
    REQUIRE(device.start());
    REQUIRE(driver.start());
    auto const receive = [&](auto& link) { receiver{link, longest}.run([&] { return stop.load(); }); };
    auto threads = std::vector<std::thread>{};
    threads.emplace_back([&] { receive(device); });
    threads.emplace_back([&] { receive(driver); });
    while (not device.template get<"x">().is_bound() and steady_clock::now() - start < longest) {
        usleep(100);
    }
    auto failed = std::atomic<int>{};
    for (auto i = 0; i < senders; ++i) {
        threads.emplace_back([&] {
            for (auto sent = 0; sent < all / senders; ++sent) {
                failed += device.template get<"x">().send_until({}, start + longest) ? 0 : 1;
            }
        });
    }
    for (std::size_t i = 2; i < threads.size(); ++i) {
        threads[i].join();
    }
    while (failed == 0 and heard < all and steady_clock::now() - start < longest) {
        usleep(100);
    }
    auto const time = steady_clock::now() - start;
    stop = true;
    device.notify();
    driver.notify();
    threads[0].join();
    threads[1].join();
    CHECK(failed == 0);
    CHECK(heard == all);
    return time;
}
} // namespace

TEST_CASE("a spinning wait ends at its deadline") {
    auto time = ticks{100};
    auto waiting = spin_wait<stepping_clock>{stepping_clock{&time}};
    CHECK_FALSE(waiting.wait(waiting.ticket(), 110));
    CHECK(time > 110);
    CHECK_FALSE(waiting.wait(waiting.ticket(), 50));
}

TEST_CASE("a clock that jumps back makes a spinning wait no longer") {
    struct jumping_clock {
        ticks* time;
        ticks* looks;
        ticks back;
        auto now() -> ticks {
            *time += *looks == 5 ? 0u - back : 1u;
            ++*looks;
            return *time;
        }
    };
    for (auto const back : {1u, 50u, 1'000u, 1u << 20, 1u << 30, (1u << 31) - 200}) {
        auto time = ticks{100};
        auto looks = ticks{0};
        auto waiting = spin_wait<jumping_clock>{jumping_clock{&time, &looks, back}};
        CHECK_FALSE(waiting.wait(waiting.ticket(), 110));
        CHECK(looks < 20);
    }
}

TEST_CASE("a wake after the ticket ends the wait at once") {
    auto time = ticks{100};
    auto waiting = spin_wait<stepping_clock>{stepping_clock{&time}};
    auto const ticket = waiting.ticket();
    waiting.wake();
    CHECK(waiting.wait(ticket, 200));
    CHECK(time < 105);
}

TEST_CASE("a wake before the ticket does not count") {
    auto time = ticks{100};
    auto waiting = spin_wait<stepping_clock>{stepping_clock{&time}};
    waiting.wake();
    CHECK_FALSE(waiting.wait(waiting.ticket(), 110));
}

TEST_CASE("no wake is lost to an interrupt that wakes in the middle of it") {
    SECTION("where the core can add atomically") { CHECK(wakes_lost<spin_wait<steady_clock>>() == 0); }
    SECTION("where it cannot, by the lock that masks the interrupt") {
        CHECK(wakes_lost<spin_wait<steady_clock, give_way, same_context, signals_masked, false>>() == 0);
    }
}

TEST_CASE("a flag is asked for no longer than to the deadline") {
    auto time = ticks{100};
    auto flags = noted_flags{};
    auto mutex = std::mutex{};
    auto waiting = event_flags_wait{stepping_clock{&time}, flags, lock_ref{mutex}};
    CHECK_FALSE(waiting.wait(waiting.ticket(), 130));
    CHECK(flags.asked == 30);
    flags.asked = 0;
    CHECK_FALSE(waiting.wait(waiting.ticket(), 50)); // long past: not asked at all
    CHECK(flags.asked == 0);
    CHECK(waiting.context() == 7);
}

TEST_CASE("one wake ends the wait of each context, and none takes it from another") {
    auto time = ticks{100};
    auto flags = noted_flags{};
    auto mutex = std::mutex{};
    auto waiting = noted_wait{stepping_clock{&time}, flags, lock_ref{mutex}};
    auto const first = waiting.ticket();
    flags.here = 8;
    auto const second = waiting.ticket();
    CHECK(first != second);
    CHECK(waiting.ticket() == second);
    waiting.wake();
    CHECK(waiting.wait(second, 200));
    CHECK_FALSE(waiting.wait(second, 200));
    flags.here = 7;
    CHECK(waiting.ticket() == first);
    CHECK(waiting.wait(first, 200));
    CHECK_FALSE(waiting.wait(first, 200));
}

TEST_CASE("a wake between the ticket and the wait is not lost, be it the first of a context") {
    auto time = ticks{100};
    auto flags = noted_flags{};
    auto mutex = std::mutex{};
    auto waiting = noted_wait{stepping_clock{&time}, flags, lock_ref{mutex}};
    auto const ticket = waiting.ticket();
    waiting.wake();
    CHECK(waiting.wait(ticket, 200));
}

TEST_CASE("one context more than there are flags is stopped, not left to sleep") {
    auto const child = fork();
    if (child == 0) {
        signal(SIGILL, SIG_DFL);
        signal(SIGTRAP, SIG_DFL);
        auto flags = noted_flags{};
        auto mutex = std::mutex{};
        auto waiting = event_flags_wait{steady_clock{}, flags, lock_ref{mutex}};
        for (auto context = std::uintptr_t{1}; context <= flags.count; ++context) {
            flags.here = context;
            (void)waiting.ticket();
        }
        flags.here = 3;
        (void)waiting.ticket();
        _exit(0);
    }
    auto status = 0;
    waitpid(child, &status, 0);
    CHECK_FALSE((WIFEXITED(status) and WEXITSTATUS(status) == 0));
}

TEST_CASE("a receiver and senders that wait on one link are all woken", "[threads]") {
    auto mutex = std::mutex{};
    SECTION("by an event group") {
        auto flags = rtos::event_group<5>{};
        auto const make = [&] { return event_flags_wait{steady_clock{}, flags, lock_ref{mutex}}; };
        CHECK(time_of_senders(make, 1) < 60'000);
        auto more = rtos::event_group<5>{};
        CHECK(time_of_senders([&] { return event_flags_wait{steady_clock{}, more, lock_ref{mutex}}; }, 4) < 60'000);
    }
    SECTION("by a semaphore for each") {
        auto flags = rtos::semaphores<5>{};
        CHECK(time_of_senders([&] { return event_flags_wait{steady_clock{}, flags, lock_ref{mutex}}; }, 4) < 60'000);
    }
    SECTION("by a futex") {
        auto bell = host::futex_bell{};
        CHECK(time_of_senders([&] { return host::futex_wait{bell}; }, 4) < 60'000);
    }
    SECTION("by an eventfd") {
        host::eventfd_bell bell{};
        CHECK(time_of_senders([&] { return host::eventfd_wait{bell}; }, 4) < 60'000);
    }
    SECTION("by spinning") {
        using waits = spin_wait<steady_clock, give_way, host::thread_context>;
        CHECK(time_of_senders([] { return waits{}; }, 4) < 60'000);
    }
}

TEST_CASE("a sender that finds a link broken calls the poller once, then sleeps") {
    alignas(64) auto block = std::array<std::byte, vring_layout<rings>::size()>{};
    auto const region = mapped_region<>{block.data(), std::uint32_t{block.size()}};
    auto time = ticks{0};
    auto flags = noted_flags{};
    auto mutex = std::mutex{};
    auto device = channel{vring_device<rings>{region}, endpoints{endpoint<"x">([](auto&, auto const&) {})}};
    auto driver = channel{vring_driver<rings>{region}, endpoints{endpoint<"x">([](auto&, auto const&) {})}, no_lock{},
                          noted_wait{stepping_clock{&time}, flags, lock_ref{mutex}}};
    REQUIRE(device.start());
    REQUIRE(driver.start());
    for (auto i = 0; i < 10; ++i) {
        (void)driver.poll();
        (void)device.poll();
    }
    auto const sender = driver.get<"x">();
    while (sender.send({})) {}
    mapped_region<>{region}.store<site::own_index>(vring_layout<rings>::parts(1).used + 2, std::uint16_t{0x7777});
    flags.here = 8; // another context than the poller's
    (void)driver.waiting().ticket();
    flags.is_set = {};
    CHECK(sender.send_until({}, time + 1000).error() == error::timed_out);
    CHECK(driver.is_pending());
    CHECK(time < 100);
}
