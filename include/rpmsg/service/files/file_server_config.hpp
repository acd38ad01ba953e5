#pragma once

#include <rpmsg/wire/service/files/messages.hpp>

#include <cstdint>

namespace rpmsg {

/// The storage of a `file_server`, and what it speaks.
struct file_server_config {
    std::uint32_t sessions = 2;            ///< clients at a time
    std::uint32_t handles = 8;             ///< files and directories that all clients have open
    std::uint32_t handles_per_session = 8; ///< those of one client
    std::uint32_t waiting = 4;             ///< requests that are not answered yet; less than the buffers of the peer
    std::uint32_t longest_path = 255;      ///< in characters; twice that is taken from the stack
    wire::files_layout layout = wire::files_layout::legacy;
};

} // namespace rpmsg
