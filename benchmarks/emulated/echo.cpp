// What is counted: the poll of a remote core beside OpenAMP in which one message comes and is answered. As size/echo.cpp, but
// for the calls that the other end makes.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>

#include <board.hpp>

extern "C" auto measured_start() -> bool;
extern "C" auto measured_poll() -> void;

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 512, .dialect = rpmsg::wire::dialects::openamp};

using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<board::shared_start, board::shared_size>>;

constexpr auto echo = rpmsg::endpoint<"rpmsg-echo">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

constinit auto link = rpmsg::channel{
    rpmsg::vring_device<rings, shared_memory, board::mailbox>{},
    rpmsg::endpoints{echo},
    rpmsg::cortex_m::irq_lock{},
};
} // namespace

auto measured_start() -> bool { return link.start().has_value(); }
auto measured_poll() -> void { link.poll(); }
extern "C" [[gnu::alias("measured_poll")]] auto measured_meet() -> void; // the same code, so that it is inlined as before
