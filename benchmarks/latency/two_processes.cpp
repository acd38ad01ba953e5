// Two processes on shared memory, each on a processor of its own. Both poll, and beside each figure stands the bare exchange of
// a cache line between the same two processors, measured just before and just after. Or both sleep, at once or after some looks,
// and beside it stands the same exchange over a pair of sockets.
#include <rpmsg/host/bells/futex_doorbell.hpp>
#include <rpmsg/host/bells/futex_wait.hpp>
#include <rpmsg/host/shared_memory.hpp>
#include <rpmsg/platform/relax.hpp>
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
#include <sys/socket.h>
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
    std::array<host::futex_bell, 2> bells; ///< of the host and of the remote
};
constexpr std::uint32_t board_at = (link_size + 127) / 128 * 128;
constexpr auto block_size = board_at + static_cast<std::uint32_t>(sizeof(board));

// Trips are timed in groups of several rings full, so that reading the clock does not count; the median leaves out the
// groups in which a process had to wait for its processor.
constexpr std::uint32_t trips_per_group = 64;
constexpr std::uint32_t groups = 1000;
constexpr std::uint32_t sleepy_groups = 100; // each trip enters the kernel
constexpr std::uint32_t warm_up = 10;        // a group of so many
constexpr unsigned looks = 100;              // before a side sleeps, as in examples/two_processes

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
auto median_trip(auto trip, std::uint32_t wanted = groups) -> double {
    auto times = std::vector<double>{};
    times.reserve(wanted);
    auto const first = wanted / warm_up;
    for (std::uint32_t group = 0; group < wanted + first; ++group) {
        auto const began = now_ns();
        for (std::uint32_t i = 0; i < trips_per_group; ++i) {
            trip();
        }
        if (group >= first) {
            times.push_back((now_ns() - began) / trips_per_group);
        }
    }
    auto const middle = times.begin() + wanted / 2;
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

enum work : int { bare, ping_pong, one_way, sockets, sleeping, blocking };

std::uint32_t answers{};
std::array<int, 2> pair{-1, -1};

/// Polls until `is_done`. After so many polls in a row without a message it sleeps until the peer rings.
auto poll_until(auto& link, unsigned most_looks, auto is_done) -> void {
    unsigned idle = 0;
    while (not is_done()) {
        auto const ticket = link.waiting().ticket();
        if (link.poll() > 0) {
            idle = 0;
        } else if (idle++ < most_looks) {
            relax();
        } else if (not is_done()) {
            (void)link.waiting().wait(ticket, link.waiting().now() + 50);
        }
    }
}
auto is_over(board& shared) -> bool { return read(shared.is_over) != 0; }

auto write_whole(int end, const_bytes what) -> bool {
    return ::write(end, what.data(), what.size()) == static_cast<ssize_t>(what.size());
}
auto read_whole(int end, bytes what) -> bool {
    return ::read(end, what.data(), what.size()) == static_cast<ssize_t>(what.size());
}

auto run_sleepy_remote(host::shared_memory const& memory, unsigned most_looks) -> void {
    auto& shared = memory.at<board>(board_at);
    auto remote = channel{
        vring_device<rings, mapped_region<>, host::futex_doorbell>{memory.region(link_size),
                                                                   host::futex_doorbell{shared.bells[0]}},
        endpoints{endpoint<"echo">([](auto& link, message const& m) { link.reply(m, m.payload); })},
        no_lock{},
        host::futex_wait{shared.bells[1]},
    };
    (void)remote.start();
    poll_until(remote, most_looks, [&] { return is_over(shared); });
}
auto run_sleepy_host(host::shared_memory const& memory, unsigned most_looks) -> double {
    auto& shared = memory.at<board>(board_at);
    auto link = channel{
        vring_driver<rings, mapped_region<>, host::futex_doorbell>{memory.region(link_size),
                                                                   host::futex_doorbell{shared.bells[1]}},
        endpoints{endpoint<"echo">([](auto&, message const&) { ++answers; })},
        no_lock{},
        host::futex_wait{shared.bells[0]},
    };
    (void)link.start();
    auto const echo = link.get<"echo">();
    poll_until(link, most_looks, [&] { return echo.is_bound(); });
    auto const payload = std::array<std::byte, 16>{};
    return median_trip(
        [&] {
            auto const wanted = answers + 1;
            poll_until(link, most_looks, [&] { return echo.send(payload).has_value(); });
            poll_until(link, most_looks, [&] { return answers == wanted; });
        },
        sleepy_groups);
}
auto run_socket_remote() -> void {
    auto payload = std::array<std::byte, 16>{};
    while (read_whole(pair[1], payload) and write_whole(pair[1], payload)) {}
}
auto run_socket_host() -> double {
    auto payload = std::array<std::byte, 16>{};
    auto const took = median_trip(
        [&] {
            if (not write_whole(pair[0], payload) or not read_whole(pair[0], payload)) {
                std::perror("socketpair");
                std::exit(3);
            }
        },
        sleepy_groups);
    (void)shutdown(pair[0], SHUT_RDWR);
    return took;
}

auto run_remote(host::shared_memory const& memory, work what) -> void {
    if (what == sockets) {
        return run_socket_remote();
    }
    if (what >= sleeping) {
        return run_sleepy_remote(memory, what == blocking ? looks : 0);
    }
    auto& shared = memory.at<board>(board_at);
    if (what == bare) {
        auto seen = std::uint32_t{};
        while (not is_over(shared)) {
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
    while (not is_over(shared)) {
        remote.poll();
    }
}

/// Nanoseconds of one trip, or of one message.
auto run_host(host::shared_memory const& memory, work what) -> double {
    if (what == sockets) {
        return run_socket_host();
    }
    if (what >= sleeping) {
        return run_sleepy_host(memory, what == blocking ? looks : 0);
    }
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
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) != 0) {
        std::perror("socketpair");
        std::exit(3);
    }
    pin(0);
    auto const child = fork();
    if (child < 0) {
        std::perror("fork");
        std::exit(3);
    }
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pin(1);
        close(pair[0]);
        run_remote(memory, what);
        _exit(0);
    }
    close(pair[1]);
    auto const took = run_host(memory, what);
    auto& shared = memory.at<board>(board_at);
    write(shared.is_over, 1);
    shared.bells[1].ring();
    waitpid(child, nullptr, 0);
    close(pair[0]);
    return took;
}
} // namespace

// two_processes REPETITIONS: for each a line of nanoseconds: bare, ping-pong, bare, one way, bare, sockets, sleeping, sockets,
// blocking, sockets.
auto main(int count, char** arguments) -> int {
    auto const repetitions = count > 1 ? std::atoi(arguments[1]) : 5;
    for (auto i = 0; i < repetitions; ++i) {
        for (auto const what : {bare, ping_pong, bare, one_way, bare, sockets, sleeping, sockets, blocking, sockets}) {
            std::printf("%.1f ", measure(what));
        }
        std::printf("\n");
        std::fflush(stdout);
    }
}
