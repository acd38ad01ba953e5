// The measured firmware with a device that is read from the other side in the place of the echo.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/service/device/device_server.hpp>

#include "board.hpp"
#include <cstdint>
#include <string_view>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 512, .dialect = rpmsg::wire::dialects::openamp};
using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<board::shared_start, board::shared_size>>;

struct converter {
    auto open(std::string_view path, std::int32_t) -> std::int32_t { return path == "/dev/adc0" ? 0 : -2; }
    auto close(std::uint32_t) -> void {}
    auto read(std::uint32_t, rpmsg::bytes into) -> std::int32_t { return into.empty() ? 0 : (into[0] = std::byte{42}, 1); }
    auto write(std::uint32_t, rpmsg::const_bytes) -> std::int32_t { return -1; }
};
constinit auto devices = rpmsg::device_server<rpmsg::device_server_config{}, converter>{};
constinit auto link = rpmsg::channel{
    rpmsg::vring_device<rings, shared_memory, board::mailbox>{},
    rpmsg::endpoints{group_of(devices)},
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
