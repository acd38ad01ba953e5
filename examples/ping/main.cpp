// Two processes measure the shared memory between them with the endpoint "rpmsg-ping" of NuttX, which answers pings and sends them.
#include <rpmsg/host/bells/futex_doorbell.hpp>
#include <rpmsg/host/bells/futex_wait.hpp>
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/service/ping/pinger.hpp>

#include <fmt/format.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <new>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace {
using rpmsg::host::steady_clock;
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 512};

struct block {
    alignas(64) std::array<std::byte, rpmsg::vring_layout<rings>::size()> link{};
    std::array<rpmsg::host::futex_bell, 2> bells{};
};
struct nanoseconds { // the polls have milliseconds
    static auto now() -> rpmsg::ticks { return static_cast<rpmsg::ticks>(steady_clock::nanoseconds()); }
};
using pinger = rpmsg::pinger<nanoseconds>;

template <template <rpmsg::vring_config, typename...> typename Role>
auto run(block& shared, unsigned me, auto is_over) -> void {
    auto pings = pinger{};
    auto const region = rpmsg::mapped_region{shared.link.data(), std::uint32_t{sizeof shared.link}};
    auto const bell = rpmsg::host::futex_doorbell{shared.bells[1 - me]};
    auto link =
        rpmsg::channel{Role<rings, rpmsg::mapped_region<>, rpmsg::host::futex_doorbell>{region, bell},
                       rpmsg::endpoints{rpmsg::ref{pings}}, rpmsg::no_lock{}, rpmsg::host::futex_wait{shared.bells[me]}};
    (void)link.start();
    while (true) {
        auto const ticket = link.waiting().ticket();
        auto const now = steady_clock::now();
        link.poll(now);
        if (is_over(pings)) {
            return;
        }
        if (auto const due = link.next_deadline(now); not link.is_pending()) {
            (void)link.waiting().wait(ticket, due.is_set ? due.at : now + 1000);
        }
    }
}
} // namespace

auto main() -> int {
    auto* const memory = mmap(nullptr, sizeof(block), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    auto& shared = *new (memory) block{};
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        run<rpmsg::vring_device>(shared, 1, [](pinger&) { return false; });
    }
    auto sizes = std::array{17u, 64u, 256u, 496u};
    auto next = sizes.begin();
    auto is_well = true;
    fmt::print("bytes  answered    min us   mean us    p50 us    p99 us   pings/s\n");
    run<rpmsg::vring_driver>(shared, 0, [&](pinger& pings) {
        if (pings.is_running()) {
            return false;
        }
        if (auto const& times = pings.times(); times.count() != 0) {
            fmt::print("{:5} {:9} {:9.1f} {:9.1f} {:9.1f} {:9.1f} {:9}\n", next[-1], pings.counts().answered, times.min() / 1e3,
                       times.mean() / 1e3, times.percentile(50) / 1e3, times.percentile(99) / 1e3,
                       pings.pings_per_second(1'000'000'000));
            is_well = is_well and pings.counts().answered == pings.counts().sent;
        }
        return next == sizes.end() or not pings.start({.count = 5000, .size = *next++}).has_value();
    });
    return is_well ? 0 : 1;
}
