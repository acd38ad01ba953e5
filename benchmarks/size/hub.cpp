// The measured firmware of a hub with two edges over rings. RELAY makes the same two transports of it with no hub above them:
// what comes on one link is sent on the other one.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 512};
template <std::uintptr_t Start> using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<Start, board::shared_size>>;
using to_host = rpmsg::vring_device<rings, shared_memory<board::shared_start>, board::mailbox>;
using to_remote = rpmsg::vring_driver<rings, shared_memory<board::shared_start + board::shared_size>, board::mailbox>;

#ifdef RELAY
constinit auto first = to_host{};
constinit auto second = to_remote{};

[[gnu::noinline]] auto relay(auto& from, auto& to) -> void {
    (void)from.poll(0);
    while (true) {
        auto const m = from.receive();
        if (m.outcome != rpmsg::rx_outcome::message) {
            return;
        }
        auto const room = to.reserve();
        if (room and m.payload.size() <= room.space.size()) {
            rpmsg::copy(m.payload, room.space);
            (void)to.commit(
                room,
                {.source = m.source, .destination = m.destination, .length = static_cast<std::uint16_t>(m.payload.size())});
        } else if (room) {
            to.discard(room);
        }
        from.release(m.token);
    }
}
#else
constinit auto hub = rpmsg::router_hub{rpmsg::nuttx_edge<"host">(to_host{}), rpmsg::nuttx_edge<"remote">(to_remote{})};
#endif
} // namespace

#ifdef RELAY
extern "C" void mailbox_isr() {
    first.notify(0);
    second.notify(1);
}
auto main() -> int {
    if (not first.start() or not second.start()) {
        while (true) {}
    }
    while (true) {
        relay(first, second);
        relay(second, first);
        if (not first.writable() or not second.writable()) {
            rpmsg::cortex_m::wait_for_interrupt();
        }
    }
}
#else
extern "C" void mailbox_isr() {
    hub.notify(0, 0);
    hub.notify(1, 1);
}
auto main() -> int {
    if (not hub.start()) {
        while (true) {}
    }
    while (true) {
        hub.poll(0);
        rpmsg::cortex_m::wait_for_interrupt();
    }
}
#endif
