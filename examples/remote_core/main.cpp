// Firmware of a remote core next to an OpenAMP host: one service by name that answers each message. It has no heap, no start-up
// code and no waits; the interrupt only sets a flag, and the loop does the work.
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"

namespace {
constexpr auto rings = rpmsg::vring_config{
    .buffers = 8, .buffer_size = 512, .device_base = 0x3000'0000, .dialect = rpmsg::wire::dialects::openamp};

constexpr auto echo = rpmsg::endpoint<"rpmsg-echo">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

constinit auto link = rpmsg::channel{
    rpmsg::vring_device<rings, board::shared_memory, board::mailbox>{},
    rpmsg::endpoints{echo},
    board::irq_lock{},
};
} // namespace

extern "C" void mailbox_isr() {
    board::mailbox::acknowledge();
    link.notify();
}

auto main() -> int {
    if (not link.start()) {
        board::halt();
    }
    while (true) {
        link.poll();
        board::sleep_unless([] { return link.is_pending(); });
    }
}
