#pragma once

#include <rpmsg/host/outcome.hpp>
#include <rpmsg/transport/vring/shared_block.hpp>

#include <cstdint>
#include <string>

namespace tool {

enum class command : unsigned char { layout, linker_script, device_tree, doctor };

struct options {
    bool help{};
    command what = command::layout;
    rpmsg::shared_block link{};
    std::string file{};     ///< a dump, or /NAME of a POSIX shared-memory object
    bool is_table{};        ///< the file is only a resource table
    std::uint64_t offset{}; ///< the start of the block in the file
    unsigned cells{};       ///< cells of addresses and sizes in the device tree; 0: as many as the address needs
};

extern char const* const help_text;

/// Parses the arguments. The result has the built-in shared block with the changes of --config.
auto parse(int count, char** arguments) -> rpmsg::host::outcome<options>;

} // namespace tool
