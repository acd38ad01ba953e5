#pragma once

#include <rpmsg/core/bytes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

// The messages of a remote file system (NuttX, fs/rpmsgfs/rpmsgfs.h). A client has an endpoint with a name of its own behind
// `files_prefix`, which is a session of the server: handles belong to it. Paths end with a NUL. An answer has the command and
// the cookie of its request, and exactly the size that is told here: clients of NuttX copy all of it over their request.
namespace rpmsg::wire {

inline constexpr auto files_prefix = std::string_view{"rpmsgfs-"};

/// The two layouts of the field, which no message tells apart. They differ in the flags of OPEN, in READDIR and in the places
/// of two fields of a status.
enum class files_layout : std::uint8_t {
    legacy,     ///< NuttX up to 12, openvela, NXP's server for Linux, Zephyr's client
    nuttx_2026, ///< NuttX since June 2026
};

enum class file_command : std::uint32_t {
    init, ///< only a server of NuttX sends it, and without an answer: a server that receives one calls a null pointer
    open,
    close,
    read,
    write,
    seek,
    ioctl,
    sync,
    dup,
    status_of_handle,
    truncate,
    open_directory,
    read_directory,
    rewind_directory,
    close_directory,
    status_of_file_system,
    unlink,
    make_directory,
    remove_directory,
    rename,
    status,
    change_handle,
    change,
};
inline constexpr std::uint32_t file_commands = 23;

/// A number of 64 bits at any multiple of four bytes.
struct packed_64 {
    std::uint32_t low{};
    std::uint32_t high{};

    constexpr packed_64() = default;
    constexpr packed_64(std::uint64_t value)
        : low{static_cast<std::uint32_t>(value)}, high{static_cast<std::uint32_t>(value >> 32)} {}
    constexpr operator std::uint64_t() const { return low | std::uint64_t{high} << 32; }
};

/// The result of a request, which means nothing.
inline constexpr std::int32_t file_no_result = -6;

/// The front of all messages. An answer has the cookie of its request.
struct file_head {
    std::uint32_t command{};
    std::int32_t result = file_no_result; ///< of an answer: 0 or more, or a negated errno number
    packed_64 cookie{};
};
static_assert(sizeof(file_head) == 16 and wire_format<file_head>);
static_assert(offsetof(file_head, result) == 4 and offsetof(file_head, cookie) == 8);

/// CLOSE, SYNC, DUP, REWINDDIR, CLOSEDIR and their answers.
struct file_handle_request {
    file_head head{};
    std::int32_t handle{};
};
static_assert(sizeof(file_handle_request) == 20 and wire_format<file_handle_request>);

/// OPEN, in front of the path; its answer has this size, too. The result is the handle.
struct file_open_request {
    file_head head{};
    std::int32_t flags{}; ///< see `open_flags`
    std::int32_t permissions{};
};
static_assert(sizeof(file_open_request) == 24 and wire_format<file_open_request>);

/// READ, and WRITE in front of its data. A READ has one or more answers, each with `result` bytes behind it: the last one
/// completes the count, or has a result of 0 or less. A WRITE with cookie 0 has no answer.
struct file_transfer {
    file_head head{};
    std::int32_t handle{};
    std::uint32_t count{};
};
static_assert(sizeof(file_transfer) == 24 and wire_format<file_transfer>);

/// LSEEK and its answer; the result is the position. `whence` is 0 for the start, 1 for the position, 2 for the end.
struct file_seek {
    file_head head{};
    std::int32_t handle{};
    std::int32_t whence{};
    std::int32_t offset{};
};
static_assert(sizeof(file_seek) == 28 and wire_format<file_seek>);

/// IOCTL and its answer, in front of `length` bytes.
struct file_ioctl {
    file_head head{};
    std::int32_t handle{};
    std::int32_t request{};
    packed_64 argument{};
    std::uint32_t length{};
};
static_assert(sizeof(file_ioctl) == 36 and wire_format<file_ioctl>);

/// FTRUNCATE and its answer.
struct file_truncate {
    file_head head{};
    std::int32_t handle{};
    std::int32_t length{};
};
static_assert(sizeof(file_truncate) == 24 and wire_format<file_truncate>);

/// What a status is in a message: see `file_status`.
struct status_record {
    std::uint32_t device{};
    std::uint32_t mode{}; ///< permissions, and the `file_type` times 4096
    std::uint32_t special{};
    std::uint32_t inode{}; ///< legacy: the lower half, and the links in the upper half
    packed_64 size{};
    std::array<packed_64, 2> accessed{}; ///< seconds, nanoseconds
    std::array<packed_64, 2> modified{};
    std::array<packed_64, 2> changed{};
    packed_64 blocks{}; ///< of 512 bytes
    std::uint16_t user{};
    std::uint16_t group{};
    std::uint16_t block_size{};
    std::uint16_t links{}; ///< legacy: 0
};
static_assert(sizeof(status_record) == 88 and wire_format<status_record>);
static_assert(offsetof(status_record, size) == 16 and offsetof(status_record, accessed) == 24);
static_assert(offsetof(status_record, blocks) == 72 and offsetof(status_record, user) == 80);

/// FSTAT and its answer; the answer to STAT. In the request STAT the path stands in place of the handle.
struct file_status_message {
    file_head head{};
    status_record record{};
    std::int32_t handle{};
};
static_assert(sizeof(file_status_message) == 108 and wire_format<file_status_message>);
inline constexpr std::uint32_t status_path = offsetof(file_status_message, handle);

/// The bits of `file_change_message::what`.
namespace file_change {
inline constexpr std::int32_t permissions = 1;
inline constexpr std::int32_t user = 2;
inline constexpr std::int32_t group = 4;
inline constexpr std::int32_t accessed = 8;
inline constexpr std::int32_t modified = 16;
inline constexpr std::int32_t size = 128; ///< a server of NuttX ignores it in CHSTAT
} // namespace file_change

/// FCHSTAT and its answer; the answer to CHSTAT. In the request CHSTAT the path stands in place of the handle.
struct file_change_message {
    file_head head{};
    status_record record{};
    std::int32_t what{};
    std::int32_t handle{};
};
static_assert(sizeof(file_change_message) == 112 and wire_format<file_change_message>);
inline constexpr std::uint32_t change_path = offsetof(file_change_message, handle);

/// READDIR, and its answer in front of a name with its NUL; at the end of the directory the result is -2 and there is no name.
template <files_layout> struct file_directory_entry;
template <> struct file_directory_entry<files_layout::legacy> {
    file_head head{};
    std::int32_t handle{};
    std::uint32_t type{}; ///< a `file_type`
};
template <> struct file_directory_entry<files_layout::nuttx_2026> {
    file_head head{};
    std::int32_t handle{};
    std::uint32_t inode{};
    std::uint32_t type{};
};
static_assert(sizeof(file_directory_entry<files_layout::legacy>) == 24);
static_assert(sizeof(file_directory_entry<files_layout::nuttx_2026>) == 28);
static_assert(wire_format<file_directory_entry<files_layout::legacy>>);
static_assert(wire_format<file_directory_entry<files_layout::nuttx_2026>>);

/// STATFS, in front of the path, and its answer.
struct file_system_message {
    file_head head{};
    std::uint32_t type{};
    std::uint32_t reserved{};
    packed_64 longest_name{};
    packed_64 block_size{};
    packed_64 blocks{};
    packed_64 free_blocks{};
    packed_64 available_blocks{}; ///< of the free ones, to others than root
    packed_64 files{};
    packed_64 free_files{};
};
static_assert(sizeof(file_system_message) == 80 and wire_format<file_system_message>);

/// MKDIR, in front of the path; its answer has this size, too. The other commands with paths only, OPENDIR, UNLINK, RMDIR and
/// RENAME, have a path behind the `file_head`, and their answer is only that.
struct file_make_directory {
    file_head head{};
    std::int32_t permissions{};
    std::uint32_t reserved{};
};
static_assert(sizeof(file_make_directory) == 24 and wire_format<file_make_directory>);

/// Where the second path of a RENAME begins, behind a first path of `size` characters.
[[nodiscard]] constexpr auto second_path(std::size_t size) -> std::size_t { return (size + 8) & ~std::size_t{7}; }

} // namespace rpmsg::wire
