// A pool of workers under an RTOS: the polling task holds each job and queues it; the workers answer through the link and
// return the buffers in any order. A slow job delays neither the next one nor the other endpoints. rtos.hpp names the RTOS part
// for each class here; other_core.cpp simulates the client.
#include <rpmsg/rpmsg.hpp>

#include "rtos.hpp"
#include <array>
#include <cstddef>
#include <cstdint>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 64};

auto jobs = rtos::queue<rpmsg::held_message, rings.buffers>{}; // never full: each job keeps one buffer of the ring
auto wakes = rtos::event_group<4>{};                           // set by the interrupt; the poller and three workers sleep on it
auto one_at_a_time = rtos::mutex{};                            // held for one ring operation and one copy

constexpr auto work = rpmsg::endpoint<"work">([](auto& link, rpmsg::message const& m) { jobs.put(link.hold(m)); });
constexpr auto ping = rpmsg::endpoint<"ping">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

auto server = rpmsg::channel{
    rpmsg::vring_device<rings, rpmsg::mapped_region<>, rtos::mailbox>{rtos::shared_memory()},
    rpmsg::endpoints{work, ping},
    rpmsg::lock_ref{one_at_a_time},
    rpmsg::event_flags_wait{rtos::clock{}, wakes, rpmsg::lock_ref{one_at_a_time}},
};

auto worker() -> void {
    while (true) {
        auto job = jobs.take();
        auto result = std::array<std::byte, 4>{};
        auto const number = rpmsg::load<std::uint32_t>(job.payload());
        rpmsg::store(result, number);
        rtos::sleep(number % 4 == 0 ? 10 : 1); // the work; every fourth job takes longer
        // Sleeps while the client has not read its answers; a client that never reads loses only its own.
        (void)server.get<"work">().send_until(result, rtos::clock::now() + 1000);
    } // the buffer is returned here
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
