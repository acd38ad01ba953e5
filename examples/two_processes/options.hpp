#pragma once

#include <rpmsg/host/outcome.hpp>

#include "shared_block.hpp"
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace demo {

struct options {
    bool help{};
    bool quiet{};
    std::optional<role> only{}; ///< run only this side
    std::string name{};
    std::string file{};
    std::uint64_t messages = 5'000'000; ///< in both directions together
    std::uint32_t size = 64;
    std::uint64_t seed = 1;
    std::uint32_t wait = 10; ///< seconds to wait for the peer
};

extern char const* const help_text;

auto parse(int count, char** arguments) -> rpmsg::host::outcome<options>;

/// Returns all bytes of a file, or a failure.
auto read_file(std::string const& path) -> rpmsg::host::outcome<std::vector<std::byte>>;

} // namespace demo
