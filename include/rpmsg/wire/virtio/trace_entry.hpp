#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/virtio/carveout.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// Text that the firmware writes and Linux shows in debugfs (Linux, include/linux/remoteproc.h, struct fw_rsc_trace with its
/// type word). The address is that of the remote.
struct trace_entry {
    std::uint32_t type = 2;
    std::uint32_t device_address{};
    std::uint32_t length{}; ///< bytes
    std::uint32_t reserved{};
    carveout_name name{};
};
static_assert(sizeof(trace_entry) == 48 and wire_format<trace_entry>);
static_assert(offsetof(trace_entry, length) == 8 and offsetof(trace_entry, name) == 16);

} // namespace rpmsg::wire
