// Core A of a chip beside a big core: a hub between the serial line to that one and the rings to core B, which it starts.
#include <rpmsg/framework/router/hub.hpp>
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"
#include "offered.hpp"
#include <semihosting.hpp>

namespace {
constexpr auto limits = rpmsg::hub_limits{.names = 16, .policy = rpmsg::when_full::wait};

constinit rpmsg::interrupt_cell<rpmsg::ticks> milliseconds{};
constinit rpmsg::uart_storage<offered::line> frames{};
constinit auto hub = rpmsg::router_hub{
    rpmsg::nuttx_edge<"big", limits>(rpmsg::uart<offered::line, board::serial>{frames}),
    rpmsg::nuttx_edge<"b", limits>(rpmsg::vring_driver<board::shared_block.rings, board::host_memory, board::mailbox>{})};
} // namespace

extern "C" void mailbox_isr() {
    board::mailbox::acknowledge();
    hub.edge<"b">().notify(0);
    hub.edge<"b">().notify(1);
}
extern "C" void uart_isr() {
    board::serial::acknowledge();
    while (board::serial::has_byte()) {
        auto const byte = std::array{board::serial::take()};
        hub.transport<"big">().feed(byte);
    }
    hub.edge<"big">().notify(0);
}
extern "C" void systick_isr() { milliseconds.store(milliseconds.load() + 1); }

auto main() -> int {
    board::enable_interrupts();
    board::serial::start();
    board::start_clock();
    hub.transport<"big">().identify(semihosting::seconds());
    if (not hub.start()) {
        semihosting::print_line("core A: a link does not fit its memory");
        semihosting::end(1);
    }
    board::start_other_core();
    while (true) {
        (void)hub.poll(milliseconds.load());
        board::sleep_unless([] { return hub.is_pending(); }); // a millisecond ends the sleep, too
    }
}
