#pragma once

#include <rpmsg/transport/vring/shared_block_plan.hpp>
#include <rpmsg/wire/virtio/dialect.hpp>

#include <array>
#include <string_view>

namespace doctor {

using placement = rpmsg::block_places;
using rpmsg::carveout_bounds;
using rpmsg::faces_linux;
using rpmsg::place_block;

/// The dialects by their names in --config.
struct named_dialect {
    std::string_view name;
    rpmsg::wire::dialect value;
};
inline constexpr auto known_dialects = std::array{named_dialect{"rpmsg", rpmsg::wire::dialects::rpmsg},
                                                  named_dialect{"openamp", rpmsg::wire::dialects::openamp},
                                                  named_dialect{"openamp_bufsz", rpmsg::wire::dialects::openamp_bufsz},
                                                  named_dialect{"zephyr", rpmsg::wire::dialects::zephyr},
                                                  named_dialect{"rpmsg_lite", rpmsg::wire::dialects::rpmsg_lite},
                                                  named_dialect{"linux_virtio", rpmsg::wire::dialects::linux_virtio},
                                                  named_dialect{"linux_bufsz", rpmsg::wire::dialects::linux_bufsz},
                                                  named_dialect{"nuttx", rpmsg::wire::dialects::nuttx},
                                                  named_dialect{"nuttx_lite", rpmsg::wire::dialects::nuttx_lite},
                                                  named_dialect{"openvela", rpmsg::wire::dialects::openvela}};

} // namespace doctor
