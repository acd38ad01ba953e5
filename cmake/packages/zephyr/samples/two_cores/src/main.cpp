// Core 0: sends ten numbers and counts what comes back.
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"
#include <array>
#include <zephyr/sys/printk.h>

namespace {
unsigned echoes = 0;

constinit auto peer = rpmsg::channel{
    rpmsg::vring_driver<board::rings, board::shared_memory, board::doorbell<board::core_1>>{},
    rpmsg::endpoints{rpmsg::endpoint<"echo">([](auto&, rpmsg::message const&) { ++echoes; })},
};
} // namespace

extern "C" [[gnu::weak]] void wakeup_cpu1(); // Zephyr has it for chips whose core 1 waits for core 0

int main() {
    if (not board::start() or not peer.start()) {
        printk("the link does not start\n");
        return 1;
    }
    if (wakeup_cpu1 != nullptr) {
        wakeup_cpu1();
    }
    auto sent = 0u;
    while (echoes < 10) {
        auto number = std::array<std::byte, 4>{};
        rpmsg::store(number, std::uint32_t{sent});
        if (sent == echoes and peer.get<"echo">().send(number)) { // `closed` until core 1 is there
            ++sent;
        }
        board::sleep();
        peer.poll();
    }
    printk("%u echoes\n", echoes);
    return 0;
}
