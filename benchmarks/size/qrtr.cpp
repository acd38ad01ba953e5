// The measured firmware with a qrtr service in the place of the echo.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/service/qrtr/qrtr_node.hpp>

#include "board.hpp"

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 512, .dialect = rpmsg::wire::dialects::openamp};
using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<board::shared_start, board::shared_size>>;

constinit auto node = rpmsg::make_qrtr_node(
    rpmsg::qrtr_service<15>([](auto& link, rpmsg::qrtr_message const& m) { (void)link.send(m.source, m.data); }));
constinit auto link = rpmsg::channel{
    rpmsg::vring_device<rings, shared_memory, board::mailbox>{},
    rpmsg::endpoints{rpmsg::ref{node}},
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
