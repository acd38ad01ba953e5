#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/service/files/file_store.hpp>
#include <rpmsg/wire/service/files/file_status.hpp>
#include <rpmsg/wire/service/files/messages.hpp>
#include <rpmsg/wire/service/files/open_flags.hpp>

#include <cstdint>
#include <string_view>

namespace rpmsg {

/// A file or directory that a client has open at the server; it ends with the session.
struct file_handle {
    std::int32_t number = -1;
    std::uint32_t session{};

    auto operator==(file_handle const&) const -> bool = default;
};

/// From where a position is counted.
enum class seek_from : std::uint8_t { start, position, end };

/// One call of a `file_client`. What it refers to, paths included, stays the caller's and has to live until the call is over.
struct file_request {
    wire::file_command command{};
    file_handle handle{};
    std::string_view path{};
    std::string_view second{}; ///< RENAME
    open_mode mode{};
    std::int32_t number{}; ///< permissions, an offset, a size, or the bits of a change
    seek_from from{};
    const_bytes data{};           ///< WRITE
    bool is_whole{};              ///< WRITE: in one message, or `too_large`
    bytes into{};                 ///< READ; READDIR: the name, without a NUL
    file_status const* change{};  ///< CHSTAT, FCHSTAT
    file_status* found{};         ///< STAT, FSTAT
    file_system_status* system{}; ///< STATFS
};

/// The calls. Paths are those of the server, and begin with a slash. The result of a call is told where it is not 0.
namespace file_calls {
using wire::file_command;

/// The result becomes a handle by `file_answer::handle`.
[[nodiscard]] constexpr auto open(std::string_view path, open_mode mode, std::int32_t permissions = 0666) -> file_request {
    return {.command = file_command::open, .path = path, .mode = mode, .number = permissions};
}
[[nodiscard]] constexpr auto close(file_handle it) -> file_request { return {.command = file_command::close, .handle = it}; }
/// The result is how many bytes were read: fewer than fit only at the end of the file, or before an error.
[[nodiscard]] constexpr auto read(file_handle it, bytes into) -> file_request {
    return {.command = file_command::read, .handle = it, .into = into};
}
/// The result is how many bytes were written: fewer than all only before an error.
[[nodiscard]] constexpr auto write(file_handle it, const_bytes data) -> file_request {
    return {.command = file_command::write, .handle = it, .data = data};
}
/// The result is the position.
[[nodiscard]] constexpr auto seek(file_handle it, std::int32_t offset, seek_from from = seek_from::start) -> file_request {
    return {.command = file_command::seek, .handle = it, .number = offset, .from = from};
}
/// The result becomes a handle of the same file, at the same position, which then is its own. Servers may refuse it.
[[nodiscard]] constexpr auto dup(file_handle it) -> file_request { return {.command = file_command::dup, .handle = it}; }
[[nodiscard]] constexpr auto sync(file_handle it) -> file_request { return {.command = file_command::sync, .handle = it}; }
[[nodiscard]] constexpr auto truncate(file_handle it, std::int32_t size) -> file_request {
    return {.command = file_command::truncate, .handle = it, .number = size};
}
[[nodiscard]] constexpr auto status_of(file_handle it, file_status& found) -> file_request {
    return {.command = file_command::status_of_handle, .handle = it, .found = &found};
}
[[nodiscard]] constexpr auto status_of(std::string_view path, file_status& found) -> file_request {
    return {.command = file_command::status, .path = path, .found = &found};
}
/// The fields of a status that the bits of `wire::file_change` name. A server of NuttX ignores a size.
[[nodiscard]] constexpr auto change(file_handle it, std::int32_t what, file_status const& to) -> file_request {
    return {.command = file_command::change_handle, .handle = it, .number = what, .change = &to};
}
[[nodiscard]] constexpr auto change(std::string_view path, std::int32_t what, file_status const& to) -> file_request {
    return {.command = file_command::change, .path = path, .number = what, .change = &to};
}
[[nodiscard]] constexpr auto open_directory(std::string_view path) -> file_request {
    return {.command = file_command::open_directory, .path = path};
}
/// The result is the size of the name; error `no_entry` at the end.
[[nodiscard]] constexpr auto next(file_handle it, bytes name) -> file_request {
    return {.command = file_command::read_directory, .handle = it, .into = name};
}
[[nodiscard]] constexpr auto rewind(file_handle it) -> file_request {
    return {.command = file_command::rewind_directory, .handle = it};
}
[[nodiscard]] constexpr auto close_directory(file_handle it) -> file_request {
    return {.command = file_command::close_directory, .handle = it};
}
[[nodiscard]] constexpr auto system(std::string_view path, file_system_status& found) -> file_request {
    return {.command = file_command::status_of_file_system, .path = path, .system = &found};
}
[[nodiscard]] constexpr auto remove(std::string_view path) -> file_request {
    return {.command = file_command::unlink, .path = path};
}
[[nodiscard]] constexpr auto make_directory(std::string_view path, std::int32_t permissions = 0777) -> file_request {
    return {.command = file_command::make_directory, .path = path, .number = permissions};
}
[[nodiscard]] constexpr auto remove_directory(std::string_view path) -> file_request {
    return {.command = file_command::remove_directory, .path = path};
}
[[nodiscard]] constexpr auto rename(std::string_view from, std::string_view to) -> file_request {
    return {.command = file_command::rename, .path = from, .second = to};
}
} // namespace file_calls

/// What the server answered.
struct file_answer {
    std::int32_t result{};
    std::uint32_t session{};
    std::uint32_t inode{}; ///< READDIR, where the layout has it
    file_type type{};      ///< READDIR

    /// The handle that OPEN, OPENDIR or DUP made.
    [[nodiscard]] constexpr auto handle() const -> file_handle { return {.number = result, .session = session}; }
};

} // namespace rpmsg
