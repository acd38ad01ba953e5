// The measured firmware with a read-only file server in the place of the echo.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/service/files/file_server.hpp>
#include <rpmsg/service/files/image_store.hpp>

#include "board.hpp"
#include <array>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 512, .dialect = rpmsg::wire::dialects::openamp};
using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<board::shared_start, board::shared_size>>;

constexpr auto motd = std::array{std::byte{'h'}, std::byte{'i'}};
constexpr auto entries =
    std::array{rpmsg::image_entry{"etc", {}, rpmsg::file_type::directory}, rpmsg::image_entry{"etc/motd", motd}};
constinit auto store = rpmsg::image_store{entries};
constinit auto server = rpmsg::file_server<rpmsg::image_store>{store};
constinit auto link = rpmsg::channel{
    rpmsg::vring_device<rings, shared_memory, board::mailbox>{},
    rpmsg::endpoints{group_of(server)},
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
