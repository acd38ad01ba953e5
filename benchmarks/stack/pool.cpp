// What a channel that is made at run time takes of the stack for its endpoints: the same channel without any, with a pool that
// is given to it, and with one that is built in its place.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>

#include <board.hpp>

extern "C" auto use(void* link) -> void;
extern "C" auto measured_without(std::byte* block) -> void;
extern "C" auto measured_given(std::byte* block) -> void;
extern "C" auto measured_in_place(std::byte* block) -> void;

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 512, .dialect = rpmsg::wire::dialects::openamp};

using transport = rpmsg::vring_device<rings, rpmsg::mapped_region<>, board::mailbox>;
using pool = rpmsg::endpoint_pool<64>;
static_assert(sizeof(pool) <= 7856, "what it must be is its size: benchmarks/driver/figures.py");
} // namespace

auto measured_without(std::byte* block) -> void {
    static auto link = rpmsg::channel{transport{{block, 4096}}, rpmsg::endpoints{}, rpmsg::cortex_m::irq_lock{}};
    use(&link);
}
auto measured_given(std::byte* block) -> void {
    static auto link = rpmsg::channel{transport{{block, 4096}}, pool{}, rpmsg::cortex_m::irq_lock{}};
    use(&link);
}
auto measured_in_place(std::byte* block) -> void {
    static auto link = rpmsg::channel<transport, pool, rpmsg::cortex_m::irq_lock>{transport{{block, 4096}}};
    use(&link);
}
