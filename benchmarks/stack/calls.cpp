// The two calls whose stack is measured: a send from outside of a handler, and a poll. The handler lies elsewhere and is
// not counted.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>

#include <board.hpp>

extern "C" auto consume(std::byte const* payload, std::size_t size) -> void;
extern "C" auto measured_send(std::byte const* payload, std::size_t size) -> bool;
extern "C" auto measured_poll() -> void;
extern "C" auto measured_start() -> bool; // for emulated/paint.cpp, which looks at the same calls as they run

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 512, .dialect = rpmsg::wire::dialects::openamp};

using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<board::shared_start, board::shared_size>>;

constexpr auto sink =
    rpmsg::endpoint<"sink">([](auto&, rpmsg::message const& m) { consume(m.payload.data(), m.payload.size()); });

constinit auto link = rpmsg::channel{
    rpmsg::vring_device<rings, shared_memory, board::mailbox>{},
    rpmsg::endpoints{sink},
    rpmsg::cortex_m::irq_lock{},
};
} // namespace

auto measured_send(std::byte const* payload, std::size_t size) -> bool {
    return link.get<"sink">().send({payload, size}).has_value();
}
auto measured_poll() -> void { link.poll(); }
auto measured_start() -> bool { return link.start().has_value(); }
