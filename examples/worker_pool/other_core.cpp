// The client on the other core, simulated by a thread. It ends when 80 jobs have been answered, each once.
#include <rpmsg/rpmsg.hpp>

#include "rtos.hpp"
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 64};
constexpr std::uint32_t all = 80;

struct mailbox {
    auto ring(std::uint32_t) -> void { mailbox_isr(); }
};
auto interrupt = rtos::semaphore{};
auto answers = std::array<int, all>{}; // by job
std::uint32_t answered{};
std::uint32_t newest{};
auto overtaken = 0;
auto pongs = 0;

constexpr auto note = [](auto&, rpmsg::message const& m) {
    auto const number = rpmsg::load<std::uint32_t>(m.payload);
    overtaken += number < newest ? 1 : 0;
    newest = std::max(newest, number);
    ++answers[number % all];
    ++answered;
};
auto client = rpmsg::channel{rpmsg::vring_driver<rings, rpmsg::mapped_region<>, mailbox>{rtos::shared_memory()},
                             rpmsg::endpoints{rpmsg::endpoint<"work-a">(note), rpmsg::endpoint<"work-b">(note),
                                              rpmsg::endpoint<"work-c">(note),
                                              rpmsg::endpoint<"ping">([](auto&, auto const&) { ++pongs; })}};

auto play() -> void {
    std::uint32_t asked = 0;
    for (auto rounds = 0; answered < all; ++rounds) {
        if (rounds == 100'000) {
            std::puts("the server does not answer");
            std::_Exit(1);
        }
        (void)interrupt.take(1);
        client.poll(rtos::clock::now());
        auto job = std::array<std::byte, 4>{};
        rpmsg::store(job, asked);
        if (asked < all and asked - answered < 6 and client.at(asked % 3).send(job)) {
            ++asked;
        }
        (void)client.get<"ping">().send(job);
    }
    auto const is_right = std::ranges::all_of(answers, [](int count) { return count == 1; }) and overtaken > 0 and pongs > 0;
    std::printf("%u jobs answered, %d of them overtaken by a later one, and %d pings\n", answered, overtaken, pongs);
    std::fflush(stdout);
    std::_Exit(is_right ? 0 : 1);
}
} // namespace

auto rtos::ring_other_core() -> void { interrupt.give(); }
auto rtos::release_other_core() -> void {
    if (client.start()) {
        rtos::start(play);
    }
}
