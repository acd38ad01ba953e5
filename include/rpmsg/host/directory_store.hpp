#pragma once

#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/service/files/file_store.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <span>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

namespace rpmsg::host {

/// A directory of this computer as a `file_store`. Each part of a path is opened in the directory before it and no symbolic
/// link is followed, so that nothing outside of the root is reached, whatever others do to the tree meanwhile: a link answers
/// `no_access`. Only regular files are opened. What a peer makes has the owner and the umask of this process, and no set-id
/// bits. A store outlives what was opened in it.
class directory_store {
    descriptor root_;
    bool is_read_only_;

    directory_store(descriptor root, bool is_read_only) : root_{std::move(root)}, is_read_only_{is_read_only} {}

    /// Where a path leads: an open directory, and a name in it.
    struct place {
        descriptor owned{};
        int directory{};
        std::string name{};
        file_error why{};
    };

    [[nodiscard]] static auto last_error() -> file_error { return static_cast<file_error>(errno); }
    /// The error of a call that does not follow links, of which Linux says in several ways that it met one.
    [[nodiscard]] static auto error_at(int directory, char const* name) -> file_error {
        auto const why = errno;
        struct stat found {};
        auto const may_be_link = why == ENOTDIR or why == ELOOP;
        if (may_be_link and fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) == 0 and S_ISLNK(found.st_mode)) {
            return file_error::no_access;
        }
        return static_cast<file_error>(why);
    }
    [[nodiscard]] auto find(std::string_view path) const -> place {
        auto at = place{.directory = root_.number()};
        for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/')) {
            auto const part = std::string{path.substr(0, slash)};
            auto next = descriptor{openat(at.directory, part.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
            if (not next) {
                at.why = error_at(at.directory, part.c_str());
                return at;
            }
            at.owned = std::move(next);
            at.directory = at.owned.number();
            path.remove_prefix(slash + 1);
        }
        at.name = path.empty() ? "." : std::string{path};
        return at;
    }
    /// The same for a call that changes what the path names, which is not the root.
    [[nodiscard]] auto find_to_change(std::string_view path, file_error of_root = file_error::busy) const -> place {
        if (is_read_only_ or path.empty()) {
            return {.why = is_read_only_ ? file_error::read_only : of_root};
        }
        return find(path);
    }
    [[nodiscard]] static auto outcome_of(int result) -> file_error { return result == 0 ? file_error::none : last_error(); }

    [[nodiscard]] static auto to_status(struct stat const& it) -> file_status {
        constexpr auto limit = [](auto value) {
            return static_cast<std::uint16_t>(std::min<std::uint64_t>(static_cast<std::uint64_t>(value), 0xffff));
        };
        constexpr auto time = [](timespec const& from) {
            return file_time{.seconds = from.tv_sec, .nanoseconds = static_cast<std::uint32_t>(from.tv_nsec)};
        };
        return {.type = static_cast<file_type>(it.st_mode >> 12 & 0xf),
                .permissions = static_cast<std::uint16_t>(it.st_mode & 0xfff),
                .links = limit(it.st_nlink),
                .user = static_cast<std::uint16_t>(it.st_uid),
                .group = static_cast<std::uint16_t>(it.st_gid),
                .block_size = limit(it.st_blksize),
                .device = static_cast<std::uint32_t>(it.st_dev),
                .special = static_cast<std::uint32_t>(it.st_rdev),
                .inode = static_cast<std::uint32_t>(it.st_ino),
                .size = static_cast<std::uint64_t>(it.st_size),
                .blocks = static_cast<std::uint64_t>(it.st_blocks),
                .accessed = time(it.st_atim),
                .modified = time(it.st_mtim),
                .changed = time(it.st_ctim)};
    }
    /// The two times for a call that sets them.
    [[nodiscard]] static auto times_of(std::int32_t what, file_status const& to) -> std::array<timespec, 2> {
        auto const one = [&](std::int32_t bit, file_time const& time) {
            return (what & bit) != 0 ? timespec{.tv_sec = time.seconds, .tv_nsec = time.nanoseconds}
                                     : timespec{.tv_sec = 0, .tv_nsec = UTIME_OMIT};
        };
        return {one(wire::file_change::accessed, to.accessed), one(wire::file_change::modified, to.modified)};
    }
    [[nodiscard]] auto change_of(int number, std::int32_t what, file_status const& to) const -> file_error {
        auto const has = [&](std::int32_t bits) { return (what & bits) != 0; };
        using namespace wire::file_change;
        if (is_read_only_) {
            return file_error::read_only;
        }
        if (has(size) and ftruncate(number, static_cast<off_t>(to.size)) != 0) {
            return last_error();
        }
        // The number may stand for a path only: then these calls take it by its name.
        auto const name = "/proc/self/fd/" + std::to_string(number);
        if (has(wire::file_change::permissions) and chmod(name.c_str(), to.permissions & 0777) != 0) {
            return last_error();
        }
        auto const owner = has(user) ? uid_t{to.user} : static_cast<uid_t>(-1);
        auto const owners = has(group) ? gid_t{to.group} : static_cast<gid_t>(-1);
        if (has(user | group) and chown(name.c_str(), owner, owners) != 0) {
            return last_error();
        }
        auto const times = times_of(what, to);
        if (has(accessed | modified) and utimensat(AT_FDCWD, name.c_str(), times.data(), 0) != 0) {
            return last_error();
        }
        return file_error::none;
    }

  public:
    struct file {
        int number = -1;
    };
    struct directory {
        DIR* stream{};
    };

    /// Opens the root. A failure names it and says why.
    [[nodiscard]] static auto open_root(std::string const& path, bool is_read_only = false) -> outcome<directory_store> {
        auto root = descriptor{::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
        if (not root) {
            return failure{"'" + path + "' cannot be served: " + words_of(errno)};
        }
        return directory_store{std::move(root), is_read_only};
    }

    auto open(std::string_view path, open_mode mode, std::uint32_t permissions, file& into) -> file_error {
        auto const at = find(path);
        if (at.why != file_error::none) {
            return at.why;
        }
        struct stat found {};
        auto const is_there = fstatat(at.directory, at.name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0;
        if (is_there and mode.create and mode.exclusive) {
            return file_error::exists;
        }
        if (is_there and not S_ISREG(found.st_mode)) {
            return S_ISDIR(found.st_mode) ? file_error::is_a_directory : file_error::no_access;
        }
        if (is_read_only_ and (mode.write or (mode.create and not is_there))) {
            return file_error::read_only;
        }
        auto const flags = (mode.read and mode.write ? O_RDWR
                            : mode.write             ? O_WRONLY
                                                     : O_RDONLY) |
                           (mode.create and not is_read_only_ ? O_CREAT : 0) | (mode.create and mode.exclusive ? O_EXCL : 0) |
                           (mode.truncate and mode.write ? O_TRUNC : 0) | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
        auto const number = openat(at.directory, at.name.c_str(), flags, permissions & 0777);
        if (number < 0) {
            return error_at(at.directory, at.name.c_str());
        }
        if (fstat(number, &found) != 0 or not S_ISREG(found.st_mode)) { // it was another file before
            ::close(number);
            return file_error::no_access;
        }
        into.number = number;
        return file_error::none;
    }
    auto duplicate(file& it, file& into) -> file_error {
        into.number = fcntl(it.number, F_DUPFD_CLOEXEC, 0);
        return into.number >= 0 ? file_error::none : last_error();
    }
    auto close(file& it) -> void { ::close(std::exchange(it.number, -1)); }
    auto close(directory& it) -> void { closedir(std::exchange(it.stream, nullptr)); }
    auto read(file& it, std::uint64_t offset, bytes into) -> file_result<std::uint32_t> {
        auto const got = pread(it.number, into.data(), into.size(), static_cast<off_t>(offset));
        return got >= 0 ? file_result<std::uint32_t>{static_cast<std::uint32_t>(got)} : last_error();
    }
    auto write(file& it, std::uint64_t offset, const_bytes data) -> file_result<std::uint32_t> {
        auto const done = pwrite(it.number, data.data(), data.size(), static_cast<off_t>(offset));
        return done >= 0 ? file_result<std::uint32_t>{static_cast<std::uint32_t>(done)} : last_error();
    }
    auto resize(file& it, std::uint64_t size) -> file_error {
        return outcome_of(ftruncate(it.number, static_cast<off_t>(size)));
    }
    auto sync(file& it) -> file_error { return outcome_of(fsync(it.number)); }
    auto status_of(file& it) -> file_result<file_status> {
        struct stat found {};
        return fstat(it.number, &found) == 0 ? file_result<file_status>{to_status(found)} : last_error();
    }
    auto status_of(std::string_view path) -> file_result<file_status> {
        auto const at = find(path);
        struct stat found {};
        if (at.why != file_error::none) {
            return at.why;
        }
        return fstatat(at.directory, at.name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0
                   ? file_result<file_status>{to_status(found)}
                   : last_error();
    }
    auto open_directory(std::string_view path, directory& into) -> file_error {
        auto const at = find(path);
        if (at.why != file_error::none) {
            return at.why;
        }
        auto const number = openat(at.directory, at.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (number < 0) {
            return error_at(at.directory, at.name.c_str());
        }
        into.stream = fdopendir(number);
        if (into.stream == nullptr) {
            auto const why = last_error();
            ::close(number);
            return why;
        }
        return file_error::none;
    }
    auto next(directory& it, std::span<char> name) -> file_result<directory_entry> {
        while (true) {
            errno = 0;
            auto const* const found = readdir(it.stream); // NOLINT(concurrency-mt-unsafe): each stream has one user
            if (found == nullptr) {
                return errno != 0 ? last_error() : file_error::no_entry;
            }
            auto const text = std::string_view{found->d_name};
            if (text == "." or text == "..") {
                continue;
            }
            if (text.size() > name.size()) {
                return file_error::name_too_long;
            }
            std::copy(text.begin(), text.end(), name.begin());
            return directory_entry{.name_size = static_cast<std::uint32_t>(text.size()),
                                   .inode = static_cast<std::uint32_t>(found->d_ino),
                                   .type = static_cast<file_type>(found->d_type)};
        }
    }
    auto rewind(directory& it) -> void { rewinddir(it.stream); }
    auto system() -> file_system_status {
        struct statvfs found {};
        if (fstatvfs(root_.number(), &found) != 0) {
            return {};
        }
        return {.longest_name = found.f_namemax,
                .block_size = found.f_frsize,
                .blocks = found.f_blocks,
                .free_blocks = found.f_bfree,
                .available_blocks = found.f_bavail,
                .files = found.f_files,
                .free_files = found.f_ffree};
    }

    auto remove(std::string_view path) -> file_error {
        auto const at = find_to_change(path, file_error::is_a_directory);
        return at.why != file_error::none ? at.why : outcome_of(unlinkat(at.directory, at.name.c_str(), 0));
    }
    auto make_directory(std::string_view path, std::uint32_t permissions) -> file_error {
        auto const at = find_to_change(path, file_error::exists);
        return at.why != file_error::none ? at.why : outcome_of(mkdirat(at.directory, at.name.c_str(), permissions & 0777));
    }
    auto remove_directory(std::string_view path) -> file_error {
        auto const at = find_to_change(path);
        return at.why != file_error::none ? at.why : outcome_of(unlinkat(at.directory, at.name.c_str(), AT_REMOVEDIR));
    }
    auto rename(std::string_view from, std::string_view to) -> file_error {
        auto const source = find_to_change(from);
        auto const target = find_to_change(to);
        if (source.why != file_error::none or target.why != file_error::none) {
            return source.why != file_error::none ? source.why : target.why;
        }
        return outcome_of(renameat(source.directory, source.name.c_str(), target.directory, target.name.c_str()));
    }
    auto change(file& it, std::int32_t what, file_status const& to) -> file_error { return change_of(it.number, what, to); }
    auto change(std::string_view path, std::int32_t what, file_status const& to) -> file_error {
        auto const at = is_read_only_ ? place{.why = file_error::read_only} : find(path);
        if (at.why != file_error::none) {
            return at.why;
        }
        struct stat found {};
        if (fstatat(at.directory, at.name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) {
            return last_error();
        }
        if (not S_ISREG(found.st_mode) and not S_ISDIR(found.st_mode)) {
            return file_error::no_access;
        }
        auto const must_write = (what & wire::file_change::size) != 0;
        auto const flags = (must_write ? O_WRONLY | O_NONBLOCK : O_PATH) | O_NOFOLLOW | O_CLOEXEC;
        auto const number = descriptor{openat(at.directory, at.name.c_str(), flags)};
        return number ? change_of(number.number(), what, to) : error_at(at.directory, at.name.c_str());
    }
};
static_assert(changeable_file_store<directory_store> and duplicating_file_store<directory_store>);

} // namespace rpmsg::host
