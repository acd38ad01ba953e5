#pragma once

#include <rpmsg/wire/service/files/messages.hpp>

#include <cstdint>

namespace rpmsg {

/// The sizes of a file system.
struct file_system_status {
    std::uint32_t type{};
    std::uint64_t longest_name{}; ///< in characters
    std::uint64_t block_size{};   ///< in bytes
    std::uint64_t blocks{};
    std::uint64_t free_blocks{};
    std::uint64_t available_blocks{}; ///< of the free ones, to others than root
    std::uint64_t files{};
    std::uint64_t free_files{};

    auto operator==(file_system_status const&) const -> bool = default;
};

namespace wire {

[[nodiscard]] constexpr auto message_of(file_system_status const& it) -> file_system_message {
    return {.type = it.type,
            .longest_name = it.longest_name,
            .block_size = it.block_size,
            .blocks = it.blocks,
            .free_blocks = it.free_blocks,
            .available_blocks = it.available_blocks,
            .files = it.files,
            .free_files = it.free_files};
}
[[nodiscard]] constexpr auto status_of(file_system_message const& it) -> file_system_status {
    return {.type = it.type,
            .longest_name = it.longest_name,
            .block_size = it.block_size,
            .blocks = it.blocks,
            .free_blocks = it.free_blocks,
            .available_blocks = it.available_blocks,
            .files = it.files,
            .free_files = it.free_files};
}

} // namespace wire
} // namespace rpmsg
