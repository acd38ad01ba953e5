// The measured firmware: a remote core beside OpenAMP that answers each message. DIALECT and DRIVER make another of it.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"

#ifndef DIALECT
#define DIALECT openamp
#endif

namespace {
constexpr auto dialect = rpmsg::wire::dialects::DIALECT;
constexpr auto base = dialect.attach == rpmsg::wire::attach_rule::base_word ? 0x1000u : 0u; // a device waits for one
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 512, .device_base = base, .dialect = dialect};

using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<board::shared_start, board::shared_size>>;
#ifdef DRIVER
using transport = rpmsg::vring_driver<rings, shared_memory, board::mailbox>;
#else
using transport = rpmsg::vring_device<rings, shared_memory, board::mailbox>;
#endif

constexpr auto echo = rpmsg::endpoint<"rpmsg-echo">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

constinit auto link = rpmsg::channel{
    transport{},
    rpmsg::endpoints{echo},
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
