#pragma once

#include <rpmsg/wire/service/files/messages.hpp>

#include <array>
#include <cstdint>

namespace rpmsg {

/// What a file is: the numbers of NuttX and Linux.
enum class file_type : std::uint8_t {
    unknown = 0,
    pipe = 1,
    character_device = 2,
    directory = 4,
    block_device = 6,
    regular = 8,
    symbolic_link = 10,
    socket = 12,
};

struct file_time {
    std::int64_t seconds{}; ///< since 1970
    std::uint32_t nanoseconds{};

    auto operator==(file_time const&) const -> bool = default;
};

/// The status of a file in either layout. What a layout has no room for is cut.
struct file_status {
    file_type type{};
    std::uint16_t permissions{}; ///< the lower 12 bits of a mode
    std::uint16_t links = 1;
    std::uint16_t user{};
    std::uint16_t group{};
    std::uint16_t block_size = 512;
    std::uint32_t device{};
    std::uint32_t special{}; ///< the device that a device file stands for
    std::uint32_t inode{};
    std::uint64_t size{};
    std::uint64_t blocks{}; ///< of 512 bytes
    file_time accessed{};
    file_time modified{};
    file_time changed{};

    auto operator==(file_status const&) const -> bool = default;
};

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

/// A status as it is in a message of a layout.
template <files_layout Layout> [[nodiscard]] constexpr auto record_of(file_status const& it) -> status_record {
    constexpr auto words = [](file_time const& time) {
        return std::array{packed_64{static_cast<std::uint64_t>(time.seconds)}, packed_64{time.nanoseconds}};
    };
    constexpr auto is_legacy = Layout == files_layout::legacy;
    return {.device = it.device,
            .mode = static_cast<std::uint32_t>(it.type) << 12 | (it.permissions & 0xfffu),
            .special = it.special,
            .inode = is_legacy ? (it.inode & 0xffffu) | std::uint32_t{it.links} << 16 : it.inode,
            .size = it.size,
            .accessed = words(it.accessed),
            .modified = words(it.modified),
            .changed = words(it.changed),
            .blocks = it.blocks,
            .user = it.user,
            .group = it.group,
            .block_size = it.block_size,
            .links = is_legacy ? std::uint16_t{0} : it.links};
}
/// A status from a message of a layout.
template <files_layout Layout> [[nodiscard]] constexpr auto status_of(status_record const& it) -> file_status {
    constexpr auto time = [](std::array<packed_64, 2> const& words) {
        return file_time{.seconds = static_cast<std::int64_t>(std::uint64_t{words[0]}), .nanoseconds = words[1].low};
    };
    constexpr auto is_legacy = Layout == files_layout::legacy;
    return {.type = static_cast<file_type>(it.mode >> 12 & 0xf),
            .permissions = static_cast<std::uint16_t>(it.mode & 0xfff),
            .links = is_legacy ? static_cast<std::uint16_t>(it.inode >> 16) : it.links,
            .user = it.user,
            .group = it.group,
            .block_size = it.block_size,
            .device = it.device,
            .special = it.special,
            .inode = is_legacy ? it.inode & 0xffff : it.inode,
            .size = it.size,
            .blocks = it.blocks,
            .accessed = time(it.accessed),
            .modified = time(it.modified),
            .changed = time(it.changed)};
}

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
