// On a laptop threads simulate the chip and the other core, so that the firmware in main.cpp runs unchanged. The program ends
// after 200 messages.
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

extern "C" void mailbox_isr();
extern "C" void dma_isr();
extern "C" void timer_isr();

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 4, .buffer_size = 512};
auto received = 0;
auto copies = 0;

struct mailbox {
    auto ring(std::uint32_t) -> void { cpu::raise(mailbox_isr); }
};

auto other = rpmsg::channel{rpmsg::vring_driver<rings, board::shared_memory, mailbox>{},
                            rpmsg::endpoints{rpmsg::endpoint<"samples">([](auto&, rpmsg::message const& m) {
                                auto const expected = static_cast<std::byte>(received++);
                                if (m.payload.size() != 400 or
                                    std::ranges::any_of(m.payload, [&](auto each) { return each != expected; })) {
                                    std::puts("a message is not as the sensor wrote it");
                                    std::_Exit(1);
                                }
                            })}};

auto copy_memory() -> void {
    if (board::device_register(0x4000'200c) != 0) {
        std::atomic_thread_fence(std::memory_order_seq_cst);
        auto const at = [](std::uintptr_t where) { return std::uintptr_t{board::device_register(where)}; };
        std::memcpy(reinterpret_cast<void*>(at(0x4000'2004)), reinterpret_cast<void const*>(at(0x4000'2000)), at(0x4000'2008));
        std::atomic_thread_fence(std::memory_order_seq_cst);
        board::device_register(0x4000'200c) = 0;
        ++copies;
        cpu::raise(dma_isr);
    }
}

auto play() -> void {
    for (auto rounds = 0; received < 200; ++rounds) {
        if (rounds == 20'000) {
            std::puts("the firmware does not send");
            std::_Exit(1);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
        auto& counter = board::device_register(0x4000'1000);
        counter = counter + 1;
        cpu::raise(timer_isr);
        copy_memory();
        other.poll(board::now());
        (void)other.get<"samples">().send({}); // the firmware now knows the address of the receiver
    }
    std::printf("%d messages of 400 bytes, %d copied by the DMA\n", received, copies);
    std::fflush(stdout);
    std::_Exit(copies > 0 ? 0 : 1);
}

auto const is_on = [] {
    cpu::map(0x3000'0000, 0x1'1000);
    cpu::map(0x4000'0000, 0x3000);
    if (other.start()) {
        std::thread{play}.detach();
    }
    return true;
}();
} // namespace
