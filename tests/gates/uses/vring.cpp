// Links over shared memory: every dialect in both roles.
#include <rpmsg/transport/vring/fixed_layout.hpp>
#include <rpmsg/transport/vring/runtime_layout.hpp>

#include "use.hpp"

namespace {
template <rpmsg::wire::dialect Dialect> auto both_roles(rpmsg::mapped_region<> memory) -> void {
    static constexpr auto rings =
        rpmsg::vring_config{.buffers = 8, .alignment = 4096, .device_base = 0x1000, .dialect = Dialect};
    use::transport(rpmsg::vring_device<rings>{memory});
    use::transport(rpmsg::vring_driver<rings>{memory});
}

constexpr auto board = rpmsg::vring_config{.buffers = 16, .alignment = 4, .dialect = rpmsg::wire::dialects::zephyr};
constexpr auto places = rpmsg::vendor_places{.region = 0x2818'0000,
                                             .rings = {0x2818'7c00, 0x2818'7800},
                                             .window = 0x2818'0400,
                                             .window_size = 0x7400,
                                             .status = 0x2818'0000};
using layout = rpmsg::fixed_layout<board, places>;
} // namespace

auto main() -> int {
    namespace dialects = rpmsg::wire::dialects;
    auto const memory = rpmsg::mapped_region<>{nullptr, 0};
    both_roles<dialects::linux_virtio>(memory);
    both_roles<dialects::linux_bufsz>(memory);
    both_roles<dialects::openamp>(memory);
    both_roles<dialects::openamp_bufsz>(memory);
    both_roles<dialects::zephyr>(memory);
    both_roles<dialects::rpmsg_lite>(memory);
    both_roles<dialects::nuttx>(memory);
    both_roles<dialects::nuttx_lite>(memory);
    both_roles<dialects::openvela>(memory);
    both_roles<dialects::rpmsg>(memory);
    use::transport(rpmsg::vring_device<board, rpmsg::mapped_region<>, rpmsg::no_doorbell, layout>{memory});
}
