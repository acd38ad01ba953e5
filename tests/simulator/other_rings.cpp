// Rings in dialects in which an end may not detect the restart of the other one: its program is told, and resets the link.
#include "kinds.hpp"
#include "kinds_of_rings.hpp"

namespace {
using namespace rpmsg::traffic;
namespace dialects = rpmsg::wire::dialects;
} // namespace

auto kinds_of_other_rings() -> kinds {
    return {{"linux", connect_rings<rings_of(dialects::linux_virtio, 4), pooled_link>},
            {"linux-sizes", connect_rings<rings_of(dialects::linux_bufsz, 4, 1, true)>},
            {"openamp", connect_rings<rings_of(dialects::openamp, 4)>},
            {"openamp-sizes", connect_rings<rings_of(dialects::openamp_bufsz, 4, 2), pooled_link>},
            {"zephyr", connect_rings<rings_of(dialects::zephyr, 4)>},
            {"rpmsg-lite", connect_rings<rings_of(dialects::rpmsg_lite, 4)>},
            {"nuttx-lite", connect_rings<rings_of(dialects::nuttx_lite, 4)>}};
}
