// Firmware beside Linux: a service by name that answers each message. The same source runs on a chip (board.hpp) and on a
// laptop against the real driver (laptop/board.hpp): examples/linux_peer/run.
#include <rpmsg/platform/interrupt_cell.hpp>
#include <rpmsg/platform/interrupt_flag.hpp>
#include <rpmsg/rpmsg.hpp>

#include <board.hpp>

namespace {
// Linux's rpmsg_char gives this name a device of its own, /dev/rpmsg0.
constexpr auto echo = rpmsg::endpoint<"rpmsg-raw">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

constinit auto link = rpmsg::channel{
    rpmsg::vring_device<board::rings, board::shared_memory, board::mailbox, board::layout>{},
    rpmsg::endpoints{echo},
    board::irq_lock{},
};
constinit auto driver_is_gone = rpmsg::interrupt_byte{};
constinit auto driver_is_new = rpmsg::interrupt_flag{};

auto is_due() -> bool { return driver_is_new.is_set() or (driver_is_gone.load() == 0 and link.is_pending()); }
} // namespace

extern "C" void mailbox_isr() {
    board::mailbox::acknowledge();
    link.notify();
}

// Linux loads and unloads its driver at will; a core that is not reset with it is told. While there is none the memory is
// Linux's own, and nothing may touch it: the link is not even polled.
extern "C" void driver_isr(bool is_there) {
    driver_is_gone.store(is_there ? 0 : 1);
    if (is_there) {
        driver_is_new.set();
    }
}

auto main() -> int {
    if (not link.start()) {
        board::halt();
    }
    while (true) {
        if (driver_is_new.is_set()) {
            driver_is_new.clear();
            (void)link.reset();
            link.notify(); // its first doorbell may have come before
        }
        if (driver_is_gone.load() == 0) {
            link.poll();
        }
        board::sleep_unless(is_due);
    }
}
