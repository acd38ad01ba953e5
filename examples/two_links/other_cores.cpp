// On a laptop one thread simulates Linux and the DSP, so that the firmware in main.cpp runs unchanged. The DSP takes only one
// frame at a time, with pauses. The program ends when the DSP has received 500 frames without a gap.
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

extern "C" void mailbox_isr();
extern "C" void dsp_isr();

namespace {
constexpr auto above = rpmsg::vring_config{
    .buffers = 16, .alignment = 4096, .device_base = 0x3000'0000, .dialect = rpmsg::wire::dialects::linux_virtio};
constexpr auto below = rpmsg::vring_config{.buffers = 4, .dialect = rpmsg::wire::dialects::rpmsg};
constexpr std::uint32_t all = 500;
std::uint32_t received{};
std::uint32_t expected{};
auto is_in_order = true;

template <auto Handler> struct bell {
    auto ring(std::uint32_t) -> void { cpu::raise(Handler); }
};

auto as_linux = rpmsg::channel{rpmsg::vring_driver<above, board::linux_memory, bell<mailbox_isr>>{},
                               rpmsg::endpoints{rpmsg::endpoint<"audio">([](auto&, auto const&) {})}};
auto as_dsp = rpmsg::channel{rpmsg::vring_device<below, board::dsp_memory, bell<dsp_isr>>{},
                             rpmsg::endpoints{rpmsg::endpoint<"audio">([](auto&, rpmsg::message const& m) {
                                 auto const number = rpmsg::load<std::uint32_t>(m.payload);
                                 is_in_order = is_in_order and (received == 0 or number == expected);
                                 expected = number + 1;
                                 ++received;
                             })}};

auto play() -> void {
    std::uint32_t sent{};
    auto refused = 0;
    for (std::uint32_t now = 0; received < all; ++now) {
        if (now == 200'000) {
            std::puts("the firmware does not pass the frames on");
            std::_Exit(1);
        }
        std::this_thread::sleep_for(std::chrono::microseconds{100});
        as_linux.notify();
        as_linux.poll(now);
        as_dsp.notify();
        as_dsp.poll({.messages = now % 8 == 0 ? 1u : 0u}, now);
        if (not as_dsp.get<"audio">().is_bound()) {
            continue;
        }
        auto frame = std::array<std::byte, 4>{};
        rpmsg::store(frame, sent);
        auto const gone = as_linux.get<"audio">().send(frame);
        sent += gone ? 1u : 0u;
        refused += gone.error() == rpmsg::error::no_buffer ? 1 : 0;
    }
    std::printf("the DSP has %u frames%s; Linux had to wait %d times\n", received, is_in_order ? ", none left out" : "",
                refused);
    std::fflush(stdout);
    std::_Exit(is_in_order and refused > 0 ? 0 : 1);
}

auto const is_on = [] {
    cpu::map(0x3000'0000, 0x1'0000);
    cpu::map(0x3001'0000, 0x4000);
    cpu::map(0x4000'0000, 0x1000);
    if (as_linux.start() and as_dsp.start()) {
        std::thread{play}.detach();
    }
    return true;
}();
} // namespace
