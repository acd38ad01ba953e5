#include "chip.hpp"

#include <rpmsg/host/bells/eventfd_bell.hpp>
#include <rpmsg/host/vhost_user.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <poll.h>
#include <string>
#include <thread>
#include <unistd.h>

namespace chip {
namespace {
using stage::clock_of;
using vhost_rings = rpmsg::host::vhost_rings;
using vhost_user = rpmsg::host::vhost_user;

/// What Linux's driver asks of its device. It hears of acknowledgements as of names, and so where listeners have their sessions.
constexpr auto driver_rings = [] {
    auto config = rpmsg::vring_config{.buffers = 256, .alignment = 4096, .dialect = rpmsg::wire::dialects::linux_virtio};
    config.dialect.acknowledged = true;
    return config;
}();
/// With two edges nobody else waits for the slower one.
constexpr auto patient = rpmsg::hub_limits{.names = 16, .policy = rpmsg::when_full::wait};

auto look(view& seen, auto& hub) -> void {
    seen.is_up[0] = hub.is_up(0) ? 1 : 0;
    seen.is_up[1] = hub.is_up(1) ? 1 : 0;
    seen.dropped = 0;
    for (auto const reason : {rpmsg::counter::no_buffer, rpmsg::counter::no_endpoint, rpmsg::counter::not_bound,
                              rpmsg::counter::too_large, rpmsg::counter::closed}) {
        seen.dropped += hub.counts(0)[reason] + hub.counts(1)[reason];
    }
}

} // namespace

auto run_bridge(shared_memory& memory, std::string const& socket) -> void {
    auto frames = rpmsg::spi_storage<bus>{};
    auto shared = vhost_rings{};
    auto driver = vhost_user::listen(socket, driver_rings, shared);
    using device = rpmsg::vring_device<driver_rings, vhost_rings::region, vhost_rings::doorbell, vhost_rings::layout>;
    using port = spi_end<rpmsg::spi_role::controller>;
    auto hub = rpmsg::router_hub{rpmsg::plain_edge<"linux", patient>(device{shared.shared(), shared.bell(), shared.placed()}),
                                 rpmsg::plain_edge<"a", patient>(rpmsg::spi<bus, port>{frames, port{memory.spi}})};
    auto to_linux = hub.edge<"linux">();
    auto to_a = hub.edge<"a">();
    if (not driver or not hub.start()) {
        std::fprintf(stderr, "bridge: %s\n", driver.error().c_str());
        _exit(1);
    }
    // Linux calls through descriptors, and core A through a bell in memory, which becomes one.
    auto called = rpmsg::host::eventfd_bell{};
    auto& own_bell = memory.spi.bells[0];
    auto listener = std::thread{[&] {
        for (auto before = own_bell.rings();;) {
            (void)own_bell.wait(before, clock_of::now() + 1000);
            if (auto const now = own_bell.rings(); now != before) {
                before = now;
                called.ring();
            }
        }
    }};
    while (true) {
        auto waited = std::array<pollfd, 4>{};
        std::ranges::transform(driver->descriptors(), waited.begin(), [](int file) { return pollfd{file, POLLIN, 0}; });
        waited[3] = {called.descriptor(), POLLIN, 0};
        auto const due = hub.next_deadline(clock_of::now());
        auto const left = due.is_set ? std::min(rpmsg::host::steady_clock::until(due.at), rpmsg::ticks{20}) : rpmsg::ticks{20};
        (void)poll(waited.data(), waited.size(), hub.is_pending() ? 0 : static_cast<int>(left));
        (void)called.rings();
        driver->serve(to_linux);
        hub.transport<"a">().port().forward(to_a);
        memory.seen[bridge].carried += hub.poll(clock_of::now());
        look(memory.seen[bridge], hub);
    }
}

auto run_a(shared_memory& memory) -> void {
    auto frames = rpmsg::spi_storage<bus>{};
    using port = spi_end<rpmsg::spi_role::peripheral>;
    using driver = rpmsg::vring_driver<rings, rpmsg::mapped_region<>, bell>;
    auto hub = rpmsg::router_hub{rpmsg::plain_edge<"linux", patient>(rpmsg::spi<bus, port>{frames, port{memory.spi}}),
                                 rpmsg::nuttx_edge<"b", patient>(driver{memory.block(), bell{memory.bell_of_b}})};
    auto to_linux = hub.edge<"linux">();
    if (not hub.start()) {
        _exit(1);
    }
    while (true) {
        stage::work(
            memory.spi.bells[1],
            [&](rpmsg::ticks now) {
                hub.transport<"linux">().port().forward(to_linux);
                hub.edge<"b">().notify(0);
                hub.edge<"b">().notify(1);
                memory.seen[core_a].carried += hub.poll(now);
                look(memory.seen[core_a], hub);
            },
            hub);
    }
}

} // namespace chip
