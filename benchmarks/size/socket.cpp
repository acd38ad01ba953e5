// The measured firmware with a stream server in the place of the echo: it answers from the window of each connection.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/service/socket/sockets.hpp>

#include "board.hpp"

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 512, .dialect = rpmsg::wire::dialects::openamp};
using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<board::shared_start, board::shared_size>>;

struct echo {
    auto operator()(auto& link, auto& net, rpmsg::socket_handle ready, rpmsg::socket_readiness) const -> void {
        (void)net.accept(link, ready);
        auto const data = net.peek(ready).first;
        if (auto const sent = net.send(link, ready, data); sent) {
            (void)net.consume(link, ready, *sent);
        }
    }
};
constinit auto net = rpmsg::sockets<rpmsg::socket_config{.connections = 2}, echo>{};
constinit auto link = rpmsg::channel{
    rpmsg::vring_device<rings, shared_memory, board::mailbox>{},
    rpmsg::endpoints{group_of(net)},
    rpmsg::cortex_m::irq_lock{},
};
} // namespace

extern "C" void mailbox_isr() { link.notify(); }

auto main() -> int {
    auto const server = net.bind(link, rpmsg::socket_kind::stream, "echo");
    (void)net.listen(link, *server, 1);
    if (not link.start()) {
        while (true) {}
    }
    while (true) {
        link.poll();
        rpmsg::cortex_m::wait_for_interrupt();
    }
}
