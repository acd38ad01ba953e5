#pragma once

#include <rpmsg/host/outcome.hpp>
#include <rpmsg/transport/vring/shared_block.hpp>

#include <string_view>

namespace tool {

inline constexpr auto link_fields = std::string_view{
    "KEY=VALUE[,...]: another shared block than the one built in, field by field: dialect (rpmsg, openamp, openamp_bufsz, "
    "zephyr, "
    "rpmsg_lite, linux_virtio, linux_bufsz, nuttx, nuttx_lite, openvela), buffers, host_to_remote_buffers, "
    "remote_to_host_buffers, buffer_size, host_to_remote, remote_to_host, alignment, ring_stride, batch, event_index, "
    "device_base, host_base, remote_base, size, window_0, window_0_size, window_1, window_1_size, vdev_notify_id, "
    "ring_0_notify_id, ring_1_notify_id"};

/// Returns the built-in shared block with the changes of `link_fields`.
auto parse_link(std::string_view config) -> rpmsg::host::outcome<rpmsg::shared_block>;

} // namespace tool
