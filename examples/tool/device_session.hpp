#pragma once

#include "session.hpp"

namespace tool {

/// Endpoints of Linux's driver rpmsg_char: `path` is /dev/rpmsg_ctrlN, whose endpoints are opened by name or created, or
/// /dev/rpmsgN alone.
auto open_device_session(std::string const& path) -> rpmsg::host::outcome<std::unique_ptr<session>>;

} // namespace tool
