// Firmware beside Linux: a service by name that answers each message. The same source runs on a chip (board.hpp) and on a
// laptop against the real driver (laptop/board.hpp): examples/linux_peer/run.
#include <rpmsg/rpmsg.hpp>

#include <board.hpp>

namespace {
// Linux's rpmsg_char gives this name a device of its own, /dev/rpmsg0.
constexpr auto echo = rpmsg::endpoint<"rpmsg-raw">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

constinit auto link = rpmsg::channel{
    rpmsg::vring<board::rings, board::shared_memory, board::mailbox, board::layout>{},
    rpmsg::endpoints{echo},
    board::irq_lock{},
};
} // namespace

extern "C" void mailbox_isr() {
    board::mailbox::acknowledge();
    link.notify();
}

// Linux loads and unloads its driver at will; a core that is not reset with it is told.
extern "C" void driver_isr(bool is_there) {
    if (is_there) {
        (void)link.start();
    } else {
        link.close();
    }
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
