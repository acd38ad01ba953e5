#pragma once

#include <rpmsg/host/outcome.hpp>

#include <cstdint>
#include <string>

namespace bridge {

struct options {
    bool help{};
    bool both{};        ///< also run the other end
    bool nuttx{};       ///< NuttX's frames instead of reliable ones
    std::string port{}; ///< if empty, create a pseudo terminal
    std::uint32_t baud = 115200;
    std::uint32_t messages = 2000; ///< used with `both`
};

extern char const* const help_text;

auto parse(int count, char** arguments) -> rpmsg::host::outcome<options>;

} // namespace bridge
