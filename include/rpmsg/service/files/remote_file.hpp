#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/service/files/file_request.hpp>
#include <rpmsg/wire/service/files/file_error.hpp>

#include <cstdint>
#include <string_view>

namespace rpmsg {

/// One open file of `remote_files`, for a context that waits: reads and writes name their offset, and the position at the
/// server is moved only where it differs. With `reopens` a handle that ended with its session is opened anew by its path, and
/// the call is made again. The path must live as long as the object. For one context at a time.
template <typename Files> class remote_file {
    static constexpr std::int64_t unknown = -1;

    Files files_;
    std::string_view path_;
    open_mode mode_{};
    bool reopens_;
    file_handle handle_{};
    std::int64_t position_ = unknown;

    [[nodiscard]] constexpr auto open_by(open_mode mode, std::int32_t permissions) -> file_error {
        auto const got = files_.open(path_, mode, permissions);
        if (got) {
            handle_ = *got;
            position_ = mode.append ? unknown : 0;
        }
        return got.error();
    }
    /// Makes a call on the handle, and once more on a new one where that may help.
    constexpr auto again(bool is_repeatable, auto&& call) -> file_result<std::uint32_t> {
        auto got = call();
        auto const is_lost =
            got.error() == file_error::stale or (is_repeatable and got.error() == file_error::connection_reset);
        if (reopens_ and is_lost) {
            auto mode = mode_;
            mode.create = mode.exclusive = mode.truncate = false;
            auto const why = open_by(mode, 0);
            got = why == file_error::none ? call() : why;
        }
        return got;
    }
    constexpr auto once(file_request const& what) -> file_result<std::uint32_t> {
        auto const got = files_.call(what);
        return got ? file_result<std::uint32_t>{static_cast<std::uint32_t>(got->result)} : got.error();
    }
    constexpr auto seek_to(std::uint64_t offset) -> file_error {
        if (position_ == static_cast<std::int64_t>(offset)) {
            return file_error::none;
        }
        auto const why = files_.call(file_calls::seek(handle_, static_cast<std::int32_t>(offset))).error();
        position_ = why == file_error::none ? static_cast<std::int64_t>(offset) : unknown;
        return why;
    }
    constexpr auto after(file_result<std::uint32_t> const& moved) -> file_result<std::uint32_t> const& {
        position_ = moved and position_ != unknown ? position_ + *moved : unknown;
        return moved;
    }
    static constexpr std::uint64_t largest = 0x7fff'ffff; ///< the positions of the protocol end here

  public:
    constexpr remote_file(Files files, std::string_view path, bool reopens = false)
        : files_{files}, path_{path}, reopens_{reopens} {}

    [[nodiscard]] constexpr auto handle() const -> file_handle { return handle_; }

    /// Errors of this and all further calls are those of `file_client`.
    constexpr auto open(open_mode mode, std::int32_t permissions = 0666) -> file_error {
        mode_ = mode;
        return open_by(mode, permissions);
    }
    constexpr auto close() -> file_error { return files_.close(handle_); }
    /// How many bytes were read: fewer than fit only at the end of the file, or before an error. `overflow` behind 2 GiB.
    constexpr auto read_at(std::uint64_t offset, bytes into) -> file_result<std::uint32_t> {
        if (offset > largest) {
            return file_error::overflow;
        }
        return again(true, [&]() -> file_result<std::uint32_t> {
            auto const why = seek_to(offset);
            return why == file_error::none ? after(files_.read(handle_, into)) : why;
        });
    }
    /// How many bytes were written: fewer than all only before an error. A file that was opened to append has no offset.
    /// `too_large` behind 2 GiB.
    constexpr auto write_at(std::uint64_t offset, const_bytes data) -> file_result<std::uint32_t> {
        if (offset > largest) {
            return file_error::too_large;
        }
        return again(not mode_.append, [&]() -> file_result<std::uint32_t> {
            auto const why = mode_.append ? file_error::none : seek_to(offset);
            position_ = mode_.append ? unknown : position_;
            return why == file_error::none ? after(files_.write(handle_, data)) : why;
        });
    }
    constexpr auto status(file_status& found) -> file_error {
        return again(true, [&] { return once(file_calls::status_of(handle_, found)); }).error();
    }
    constexpr auto change(std::int32_t what, file_status const& to) -> file_error {
        return again(true, [&] { return once(file_calls::change(handle_, what, to)); }).error();
    }
    /// `too_large` behind 2 GiB.
    constexpr auto truncate(std::uint64_t size) -> file_error {
        if (size > largest) {
            return file_error::too_large;
        }
        return again(true, [&] { return once(file_calls::truncate(handle_, static_cast<std::int32_t>(size))); }).error();
    }
    constexpr auto sync() -> file_error {
        return again(true, [&] { return once(file_calls::sync(handle_)); }).error();
    }
};

} // namespace rpmsg
