// A pool of workers under an RTOS: three tasks call the handlers. The client opens a session for each series of jobs: the jobs
// of one session come one after the other, those of several at a time. A slow job delays neither other sessions nor the urgent
// "ping", and a worker may wait for a buffer. rtos.hpp names the RTOS part for each class here; other_core.cpp simulates the
// client.
#include <rpmsg/rpmsg.hpp>

#include "rtos.hpp"
#include <array>
#include <cstddef>
#include <cstdint>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 64};
// No session may take all buffers of the ring.
constexpr auto pool = rpmsg::workers<rpmsg::dispatch_config{.look_ahead = 6, .quota = 2}>{};

auto wakes = rtos::event_group<4>{}; // set by the interrupt; the poller and three workers sleep on it
auto one_at_a_time = rtos::mutex{};  // held for one ring operation and one copy

constexpr auto work = [](auto& link, std::uint32_t, rpmsg::message const& m) -> void {
    auto result = std::array<std::byte, 4>{};
    auto const number = rpmsg::load<std::uint32_t>(m.payload);
    rpmsg::store(result, number);
    rtos::sleep(number % 4 == 0 ? 10 : 1); // the work; every fourth job takes longer
    // Sleeps while the client has not read its answers; a client that never reads loses only its own.
    (void)link.send_until(result, rtos::clock::now() + 1000);
};
constexpr auto ping = rpmsg::endpoint<"ping">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

auto server = rpmsg::channel{
    rpmsg::vring_device<rings, rpmsg::mapped_region<>, rtos::mailbox>{rtos::shared_memory()},
    rpmsg::dispatched{rpmsg::endpoints{rpmsg::with_priority<1>(ping), rpmsg::listener<"work-", 3>(work)}, pool},
    rpmsg::lock_ref{one_at_a_time},
    rpmsg::event_flags_wait{rtos::clock{}, wakes, rpmsg::lock_ref{one_at_a_time}},
};

auto worker() -> void {
    rpmsg::worker{server, 100}.run([] { return false; });
}
} // namespace

extern "C" void mailbox_isr() { server.notify(); }

auto main() -> int {
    if (not server.start()) {
        return 1;
    }
    for (auto i = 0; i < 3; ++i) {
        rtos::start(worker);
    }
    rtos::release_other_core();
    rpmsg::receiver{server, 100}.run([] { return false; }); // sleeps at most 100 ticks, in case a doorbell is lost
}
