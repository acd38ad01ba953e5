#pragma once

#include <rpmsg/core/expects.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace rpmsg {

/// Why a call on a file failed: the errno numbers that NuttX and Linux share. In a message they are negated.
enum class file_error : std::int32_t {
    none = 0,
    not_permitted = 1,      ///< EPERM
    no_entry = 2,           ///< ENOENT
    input_output = 5,       ///< EIO
    bad_handle = 9,         ///< EBADF: no open file, or not open for this
    try_again = 11,         ///< EAGAIN: of a client, no answer yet
    no_access = 13,         ///< EACCES: also a path that leaves the root
    busy = 16,              ///< EBUSY
    exists = 17,            ///< EEXIST
    not_a_directory = 20,   ///< ENOTDIR
    is_a_directory = 21,    ///< EISDIR
    invalid = 22,           ///< EINVAL: a malformed request
    too_many_open = 24,     ///< EMFILE: all handles of a session are taken
    not_a_terminal = 25,    ///< ENOTTY: an ioctl that is not served
    too_large = 27,         ///< EFBIG
    no_space = 28,          ///< ENOSPC
    read_only = 30,         ///< EROFS
    would_deadlock = 35,    ///< EDEADLK: of a client, the context that polls the link tried to wait
    name_too_long = 36,     ///< ENAMETOOLONG
    not_implemented = 38,   ///< ENOSYS
    not_empty = 39,         ///< ENOTEMPTY
    loop = 40,              ///< ELOOP: a symbolic link
    protocol = 71,          ///< EPROTO: of a client, an answer that no correct server sends
    overflow = 75,          ///< EOVERFLOW: a number that its field cannot hold
    connection_reset = 104, ///< ECONNRESET: of a client, the server left before it answered
    no_buffers = 105,       ///< ENOBUFS: of a client, all its calls are under way
    timed_out = 110,        ///< ETIMEDOUT: of a client, no answer before the deadline
    stale = 116,            ///< ESTALE: of a client, a handle of an earlier session
};

/// Returns one readable line for an error.
[[nodiscard]] constexpr auto describe(file_error e) -> std::string_view {
    switch (e) {
    case file_error::none: return "no error";
    case file_error::not_permitted: return "not permitted";
    case file_error::no_entry: return "no such file or directory";
    case file_error::input_output: return "input or output failed";
    case file_error::bad_handle: return "bad handle: the file is not open, or not open for this";
    case file_error::try_again: return "try again: no answer yet";
    case file_error::no_access: return "no access: refused, or the path leaves the root";
    case file_error::busy: return "busy";
    case file_error::exists: return "exists already";
    case file_error::not_a_directory: return "not a directory";
    case file_error::is_a_directory: return "is a directory";
    case file_error::invalid: return "invalid: the request is malformed";
    case file_error::too_many_open: return "too many open files of this session";
    case file_error::not_a_terminal: return "not a terminal: this ioctl is not served";
    case file_error::too_large: return "too large: the file cannot grow so far";
    case file_error::no_space: return "no space";
    case file_error::read_only: return "read-only file system";
    case file_error::would_deadlock: return "would deadlock: a wait from the context that polls the link";
    case file_error::name_too_long: return "name too long";
    case file_error::not_implemented: return "not implemented";
    case file_error::not_empty: return "directory not empty";
    case file_error::loop: return "a symbolic link, which is not followed";
    case file_error::protocol: return "protocol: the answer is malformed";
    case file_error::overflow: return "overflow: the number does not fit its field";
    case file_error::connection_reset: return "connection reset: the server left before it answered";
    case file_error::no_buffers: return "no buffers: all calls of the client are under way";
    case file_error::timed_out: return "timed out: no answer before the deadline";
    case file_error::stale: return "stale: the handle belongs to an earlier session";
    }
    return "another errno number";
}

/// A value or a `file_error`, with the member names of std::expected. It never throws and is trivially copyable.
template <typename T> class [[nodiscard]] file_result {
    static_assert(std::is_trivially_copyable_v<T>);

    T value_{};
    file_error error_{};

  public:
    constexpr file_result(T value) : value_{value} {}
    constexpr file_result(file_error e) : error_{e} {}

    [[nodiscard]] constexpr auto has_value() const -> bool { return error_ == file_error::none; }
    constexpr explicit operator bool() const { return has_value(); }
    [[nodiscard]] constexpr auto error() const -> file_error { return error_; }
    [[nodiscard]] constexpr auto operator*() const -> T const& {
        expects(has_value());
        return value_;
    }
    [[nodiscard]] constexpr auto operator->() const -> T const* { return &**this; }
};

} // namespace rpmsg
