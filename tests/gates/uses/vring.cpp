// Links over shared memory: every dialect in both roles.
#include <rpmsg/transport/vring/runtime_layout.hpp>

#include "use.hpp"

namespace {
template <rpmsg::wire::dialect Dialect> auto both_roles(rpmsg::mapped_region<> memory) -> void {
    static constexpr auto rings = rpmsg::vring_config{.buffers = 8, .alignment = 4096, .dialect = Dialect};
    use::transport(rpmsg::vring_device<rings>{memory});
    use::transport(rpmsg::vring_driver<rings>{memory});
}
} // namespace

auto main() -> int {
    namespace dialects = rpmsg::wire::dialects;
    auto const memory = rpmsg::mapped_region<>{nullptr, 0};
    both_roles<dialects::linux_virtio>(memory);
    both_roles<dialects::linux_bufsz>(memory);
    both_roles<dialects::openamp>(memory);
    both_roles<dialects::rpmsg_lite>(memory);
    both_roles<dialects::nuttx>(memory);
    both_roles<dialects::openvela>(memory);
    both_roles<dialects::rpmsg>(memory);
}
