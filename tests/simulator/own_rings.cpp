// Rings whose two ends are this library, and those of NuttX and openvela, which detect every restart, too.
#include "kinds.hpp"
#include "kinds_of_rings.hpp"

namespace {
using namespace rpmsg::traffic;
namespace dialects = rpmsg::wire::dialects;
} // namespace

auto kinds_of_own_rings() -> kinds {
    return {{"own", connect_rings<rings_of(dialects::rpmsg, 4)>},
            {"own-batch", connect_rings<rings_of(dialects::rpmsg, 8, 4)>},
            {"own-event-index", connect_rings<rings_of(dialects::rpmsg, 2, 2, true)>},
            {"own-pool", connect_rings<rings_of(dialects::rpmsg, 4), pooled_link>},
            {"nuttx", connect_rings<rings_of(dialects::nuttx, 4)>},
            {"openvela-pool", connect_rings<rings_of(dialects::openvela, 4, 2), pooled_link>}};
}
