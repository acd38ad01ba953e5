// On a laptop a thread simulates the chip and the other core, so that the firmware in main.cpp runs unchanged. The program ends
// after 200 echoes and some samples.
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

extern "C" void mailbox_isr();
extern "C" void timer_isr();

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 128, .retry_ticks = 20};
auto echoes = 0;
auto samples = 0;

struct mailbox {
    auto ring(std::uint32_t) -> void { cpu::raise(mailbox_isr); }
};

auto other = rpmsg::channel{rpmsg::vring_driver<rings, board::shared_memory, mailbox>{},
                            rpmsg::endpoints{rpmsg::endpoint<"echo">([](auto&, auto const&) { ++echoes; }),
                                             rpmsg::endpoint<"samples">([](auto& link, auto const& m) {
                                                 link.reply(m, {}); // the firmware now knows the address of the receiver
                                                 ++samples;
                                             })}};

auto play() -> void {
    for (auto rounds = 0; echoes < 200 or samples < 5; ++rounds) {
        if (rounds == 20'000) {
            std::puts("the firmware does not answer");
            std::_Exit(1);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
        auto& counter = board::device_register(0x4000'1000);
        counter = counter + 1;
        if (board::device_register(0x4000'1008) != 0 and rpmsg::has_passed(board::device_register(0x4000'1004), board::now())) {
            cpu::raise(timer_isr);
        }
        other.poll(board::now());
        (void)other.get<"echo">().send(std::array{std::byte{1}});
    }
    std::printf("%d echoes and %d samples in %u ticks\n", echoes, samples, board::now());
    std::fflush(stdout);
    std::_Exit(0);
}

auto const is_on = [] {
    cpu::map(0x3000'0000, 0x1'0000);
    cpu::map(0x4000'0000, 0x3000);
    if (other.start()) {
        std::thread{play}.detach();
    }
    return true;
}();
} // namespace
