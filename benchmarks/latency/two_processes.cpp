// Two processes on shared memory, each on a processor of its own, both polling. Beside each figure stands the bare
// exchange of a cache line between the same two processors, measured just before and just after.
#include <rpmsg/host/shared_memory.hpp>
#include <rpmsg/rpmsg.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <sched.h>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {
using namespace rpmsg;

constexpr auto rings = vring_config{.buffers = 16, .buffer_size = 512, .batch = 16};
constexpr auto link_size = vring_layout<rings>::size();

/// Words that each side writes for the other, each on a line of its own.
struct board {
    alignas(128) std::uint32_t ping;
    alignas(128) std::uint32_t pong;
    alignas(128) std::uint32_t is_over;
};
constexpr std::uint32_t board_at = (link_size + 127) / 128 * 128;
constexpr auto block_size = board_at + static_cast<std::uint32_t>(sizeof(board));

// Trips are timed in groups of several rings full, so that reading the clock does not count; the median leaves out the
// groups in which a process had to wait for its processor.
constexpr std::uint32_t trips_per_group = 64;
constexpr std::uint32_t groups = 1000;
constexpr std::uint32_t warm_up = 100; // of the groups

/// A doorbell for a side that polls: whether to ring is found out all the same.
struct opaque_bell {
    auto ring(std::uint32_t queue) -> bool {
        asm volatile("" ::"r"(queue) : "memory");
        return true;
    }
};

auto now_ns() -> double {
    return static_cast<double>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count());
}
auto read(std::uint32_t& word) -> std::uint32_t { return __atomic_load_n(&word, __ATOMIC_ACQUIRE); }
auto write(std::uint32_t& word, std::uint32_t value) -> void { __atomic_store_n(&word, value, __ATOMIC_RELEASE); }

/// Stays on one of the processors that this program was given; where it has only one, the system decides.
auto pin(int which) -> void {
    static auto const given = [] {
        cpu_set_t set;
        CPU_ZERO(&set);
        (void)sched_getaffinity(0, sizeof(set), &set);
        return set;
    }();
    if (CPU_COUNT(&given) < 2) {
        return;
    }
    for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &given) and which-- == 0) {
            cpu_set_t own;
            CPU_ZERO(&own);
            CPU_SET(cpu, &own);
            (void)sched_setaffinity(0, sizeof(own), &own);
            return;
        }
    }
}

/// The median nanoseconds of one trip, or of one message where the receiver holds the sender back.
auto median_trip(auto trip) -> double {
    auto times = std::vector<double>{};
    times.reserve(groups);
    for (std::uint32_t group = 0; group < groups + warm_up; ++group) {
        auto const began = now_ns();
        for (std::uint32_t i = 0; i < trips_per_group; ++i) {
            trip();
        }
        if (group >= warm_up) {
            times.push_back((now_ns() - began) / trips_per_group);
        }
    }
    auto const middle = times.begin() + groups / 2;
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

enum work : int { bare, ping_pong, one_way };

std::uint32_t answers{};

auto run_remote(host::shared_memory const& memory, work what) -> void {
    auto& shared = memory.at<board>(board_at);
    if (what == bare) {
        auto seen = std::uint32_t{};
        while (read(shared.is_over) == 0) {
            if (auto const now = read(shared.ping); now != seen) {
                seen = now;
                write(shared.pong, now);
            }
        }
        return;
    }
    auto remote = channel{
        vring_device<rings, mapped_region<>, opaque_bell>{memory.region(link_size)},
        endpoints{
            endpoint<"echo">([](auto& link, message const& m) { link.reply(m, m.payload); }),
            endpoint<"sink">([](auto&, message const&) {}),
        },
    };
    (void)remote.start();
    while (read(shared.is_over) == 0) {
        remote.poll();
    }
}

/// Nanoseconds of one trip, or of one message.
auto run_host(host::shared_memory const& memory, work what) -> double {
    auto& shared = memory.at<board>(board_at);
    if (what == bare) {
        auto count = std::uint32_t{};
        return median_trip([&] {
            write(shared.ping, ++count);
            while (read(shared.pong) != count) {}
        });
    }
    auto link = channel{
        vring_driver<rings, mapped_region<>, opaque_bell>{memory.region(link_size)},
        endpoints{
            endpoint<"echo">([](auto&, message const&) { ++answers; }),
            endpoint<"sink">([](auto&, message const&) {}),
        },
    };
    (void)link.start();
    auto const echo = link.get<"echo">();
    auto const sink = link.get<"sink">();
    while (not echo.is_bound() or not sink.is_bound()) {
        link.poll();
    }
    auto const payload = std::array<std::byte, 16>{};
    if (what == ping_pong) {
        return median_trip([&] {
            auto const wanted = answers + 1;
            while (not echo.send(payload)) {}
            while (answers != wanted) {
                link.poll();
            }
        });
    }
    return median_trip([&] {
        while (not sink.send(payload)) {}
    });
}

/// One measurement by two fresh processes.
auto measure(work what) -> double {
    auto opened = host::shared_memory::open("rpmsg-latency-" + std::to_string(getpid()), block_size, rings.fingerprint());
    if (not opened) {
        std::fprintf(stderr, "%s\n", opened.error().c_str());
        std::exit(3);
    }
    auto& memory = *opened;
    memory.remove();
    pin(0);
    auto const child = fork();
    if (child < 0) {
        std::perror("fork");
        std::exit(3);
    }
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pin(1);
        run_remote(memory, what);
        _exit(0);
    }
    auto const took = run_host(memory, what);
    write(memory.at<board>(board_at).is_over, 1);
    waitpid(child, nullptr, 0);
    return took;
}
} // namespace

// two_processes REPETITIONS: a line of bare, ping-pong, bare, one way, bare nanoseconds for each.
auto main(int count, char** arguments) -> int {
    auto const repetitions = count > 1 ? std::atoi(arguments[1]) : 5;
    for (auto i = 0; i < repetitions; ++i) {
        for (auto const what : {bare, ping_pong, bare, one_way, bare}) {
            std::printf("%.1f ", measure(what));
        }
        std::printf("\n");
        std::fflush(stdout);
    }
}
