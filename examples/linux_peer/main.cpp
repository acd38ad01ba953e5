// Firmware next to Linux: a service by name that answers each message. The same source runs on a chip (board.hpp) and on a
// laptop with the real driver (laptop/board.hpp): examples/linux_peer/run.
#include <rpmsg/platform/interrupt_cell.hpp>
#include <rpmsg/platform/interrupt_flag.hpp>
#include <rpmsg/rpmsg.hpp>

#include <board.hpp>

namespace {
// Linux's rpmsg_char creates the device /dev/rpmsg0 for this name.
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

// Linux loads and unloads its driver at any time; a core that is not reset with it is notified. While there is no driver the
// memory belongs to Linux alone, and the firmware must not access it: it does not even poll the link.
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
