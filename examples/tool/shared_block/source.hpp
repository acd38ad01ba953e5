#pragma once

#include <rpmsg/host/outcome.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tool {

/// Reads `most` bytes from `offset` on of a dump or of a shared-memory object, `looks` times with a pause between. A plain file
/// is read once.
auto read_source(std::string const& name, std::uint64_t offset, std::size_t most, int looks)
    -> rpmsg::host::outcome<std::vector<std::vector<std::byte>>>;

} // namespace tool
