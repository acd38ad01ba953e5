#pragma once

#include <rpmsg/transport/vring/shared_block.hpp>

#include <string>

namespace tool {

/// Returns the layout as a readable table.
auto layout_text(rpmsg::shared_block const& link) -> std::string;
/// Returns MEMORY and SECTIONS for the remote's linker (GNU ld, lld).
auto linker_script(rpmsg::shared_block const& link) -> std::string;
/// Returns the reserved memory for Linux. `cells` of addresses and sizes: 1 or 2, or 0 for as many as they need.
auto device_tree(rpmsg::shared_block const& link, unsigned cells) -> std::string;

} // namespace tool
