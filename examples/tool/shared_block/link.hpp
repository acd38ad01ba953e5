#pragma once

#include <rpmsg/transport/vring/shared_block_plan.hpp>

namespace demo {

/// The link of this example, which both images and the tool include. Replace it by yours.
constexpr auto link = rpmsg::shared_block{
    .name = "audio",
    .rings = {.buffers = 16, .alignment = 4096, .device_base = 0x1004'0000, .dialect = rpmsg::wire::dialects::linux_virtio},
    .host_base = 0x1004'0000,
    .remote_base = 0x1004'0000,
    .size = 0x8000,
};

using plan = rpmsg::shared_block_plan<link>; // does not compile when the shared block is invalid

} // namespace demo
