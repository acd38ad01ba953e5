// The measured firmware with a terminal that sends back what it gets in the place of the echo.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/service/tty/tty.hpp>

#include "board.hpp"
#include <array>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 512, .dialect = rpmsg::wire::dialects::openamp};
using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<board::shared_start, board::shared_size>>;

struct answer {
    auto operator()(auto& link, auto& terminal) const -> void {
        auto text = std::array<std::byte, 32>{};
        while (auto const size = terminal.read(link, text)) {
            (void)terminal.write(link, rpmsg::const_bytes{text}.first(size));
        }
    }
};
constinit auto console = rpmsg::tty<"rpmsg-ttyconsole", rpmsg::tty_config{.receive = 128, .send = 512}, answer>{};
constinit auto link = rpmsg::channel{
    rpmsg::vring_device<rings, shared_memory, board::mailbox>{},
    rpmsg::endpoints{rpmsg::ref{console}},
    rpmsg::cortex_m::irq_lock{},
};
} // namespace

extern "C" void mailbox_isr() { link.notify(); }

auto main() -> int {
    if (not link.start()) {
        while (true) {}
    }
    while (true) {
        link.poll();
        rpmsg::cortex_m::wait_for_interrupt();
    }
}
