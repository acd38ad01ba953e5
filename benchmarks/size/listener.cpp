// The measured firmware with a listener of SESSIONS sessions beside its endpoint; without SESSIONS, the table without groups.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 512, .dialect = rpmsg::wire::dialects::openamp};
using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<board::shared_start, board::shared_size>>;

constexpr auto echo = rpmsg::endpoint<"rpmsg-echo">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

#ifdef SESSIONS
constexpr auto session = [](auto& link, std::uint32_t, rpmsg::message const& m) { (void)link.reply(m, m.payload); };
constexpr auto table = rpmsg::endpoints{echo, rpmsg::listener<"session-", SESSIONS>(session)};
#else
constexpr auto table = rpmsg::endpoints{echo};
#endif

constinit auto link = rpmsg::channel{
    rpmsg::vring_device<rings, shared_memory, board::mailbox>{},
    table,
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
