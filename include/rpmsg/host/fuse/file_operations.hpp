#pragma once

// The calls of libfuse 3.5 and later.
#ifndef FUSE_USE_VERSION
#define FUSE_USE_VERSION 35
#endif

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/host/fuse/mount_options.hpp>
#include <rpmsg/service/files/file_request.hpp>
#include <rpmsg/service/files/remote_file.hpp>
#include <rpmsg/wire/service/files/file_error.hpp>
#include <rpmsg/wire/service/files/file_status.hpp>
#include <rpmsg/wire/service/files/messages.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <limits>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <utility>

namespace rpmsg::host {

/// What the kernel asks of a mount, as calls on `remote_files`. Each function returns a negated errno number, as libfuse wants;
/// a session that ended answers ENOTCONN, a handle of an earlier one EIO. Any number of threads may call.
template <typename Files> class file_operations {
    struct open_file {
        std::string path;
        std::mutex mutex{}; ///< the position belongs to one call at a time
        remote_file<Files> content;

        open_file(Files files, std::string of, bool reopens) : path{std::move(of)}, content{files, path, reopens} {}
    };

    [[nodiscard]] static auto handle_of(std::uint64_t kept) -> file_handle {
        return {.number = static_cast<std::int32_t>(kept & 0xffff'ffffu), .session = static_cast<std::uint32_t>(kept >> 32)};
    }

  public:
    /// What is mounted, and what is open of it: when the mount ends before its users do, the kernel closes nothing.
    class mounted {
        std::mutex mutex_{};
        std::set<std::unique_ptr<open_file>> open_{};
        std::set<std::uint64_t> directories_{};

      public:
        Files files;
        mount_options options;

        mounted(Files of, mount_options chosen) : files{of}, options{std::move(chosen)} {}
        mounted(mounted const&) = delete;
        auto operator=(mounted const&) -> mounted& = delete;
        ~mounted() {
            auto is_answered = true;
            for (auto const& each : open_) {
                is_answered = is_answered and each->content.close() != file_error::timed_out;
            }
            for (auto const each : directories_) {
                is_answered =
                    is_answered and files.call(file_calls::close_directory(handle_of(each))).error() != file_error::timed_out;
            }
        }
        auto keep(std::unique_ptr<open_file> it) -> std::uint64_t {
            auto const guard = std::lock_guard{mutex_};
            return reinterpret_cast<std::uintptr_t>(open_.insert(std::move(it)).first->get());
        }
        auto keep(file_handle it) -> std::uint64_t {
            auto const guard = std::lock_guard{mutex_};
            return *directories_.insert(std::uint64_t{it.session} << 32 | static_cast<std::uint32_t>(it.number)).first;
        }
        auto take(open_file& it) -> std::unique_ptr<open_file> {
            auto const guard = std::lock_guard{mutex_};
            auto const found = std::find_if(open_.begin(), open_.end(), [&](auto const& each) { return each.get() == &it; });
            return std::move(open_.extract(found).value());
        }
        auto forget(std::uint64_t directory) -> void {
            auto const guard = std::lock_guard{mutex_};
            directories_.erase(directory);
        }
    };

  private:
    [[nodiscard]] static auto here() -> mounted& { return *static_cast<mounted*>(fuse_get_context()->private_data); }
    [[nodiscard]] static auto remote(char const* path) -> std::string {
        auto const& root = here().options.root;
        auto const front = root.ends_with('/') ? root.substr(0, root.size() - 1) : root;
        auto const rest = std::string_view{path};
        return rest == "/" and not front.empty() ? front : front + std::string{rest};
    }
    [[nodiscard]] static auto file_of(fuse_file_info const* info) -> open_file& {
        return *reinterpret_cast<open_file*>(info->fh);
    }
    [[nodiscard]] static auto outcome_of(file_error why) -> int {
        switch (why) {
        case file_error::connection_reset: return -ENOTCONN;
        case file_error::stale:
        case file_error::protocol:
        case file_error::would_deadlock: return -EIO;
        default: break;
        }
        constexpr auto last = 133; // EHWPOISON, the largest that Linux has
        auto const number = static_cast<std::int32_t>(why);
        return number >= 0 and number <= last ? -number : -EIO;
    }
    [[nodiscard]] static auto outcome_of(file_result<std::uint32_t> const& moved) -> int {
        return moved ? static_cast<int>(*moved) : outcome_of(moved.error());
    }
    static auto call(file_request const& what) -> int { return outcome_of(here().files.call(what).error()); }

    static auto set_status(file_status const& from, struct stat& into) -> void {
        auto const time = [](file_time const& it) {
            return timespec{.tv_sec = it.seconds, .tv_nsec = static_cast<long>(std::min(it.nanoseconds, 999'999'999u))};
        };
        into.st_mode = static_cast<mode_t>(from.type) << 12 | from.permissions;
        into.st_nlink = std::max<std::uint16_t>(from.links, 1);
        into.st_uid = from.user;
        into.st_gid = from.group;
        into.st_size = static_cast<off_t>(std::min<std::uint64_t>(from.size, std::numeric_limits<off_t>::max()));
        into.st_blocks = static_cast<blkcnt_t>(std::min<std::uint64_t>(from.blocks, std::numeric_limits<blkcnt_t>::max()));
        into.st_blksize = from.block_size;
        into.st_atim = time(from.accessed);
        into.st_mtim = time(from.modified);
        into.st_ctim = time(from.changed);
    }
    /// Changes a status by its file where that is open, or else by its path.
    static auto change(char const* path, fuse_file_info* info, std::int32_t what, file_status const& to) -> int {
        if (info == nullptr) {
            auto const at = remote(path);
            return call(file_calls::change(at, what, to));
        }
        auto& it = file_of(info);
        auto const guard = std::lock_guard{it.mutex};
        return outcome_of(it.content.change(what, to));
    }
    static auto open_as(char const* path, fuse_file_info* info, std::int32_t permissions, bool creates) -> int {
        auto const access = info->flags & O_ACCMODE;
        auto const mode = open_mode{.read = access != O_WRONLY,
                                    .write = access != O_RDONLY,
                                    .create = creates,
                                    .exclusive = creates and (info->flags & O_EXCL) != 0,
                                    .truncate = (info->flags & O_TRUNC) != 0 and access != O_RDONLY,
                                    .append = (info->flags & O_APPEND) != 0 and access != O_RDONLY};
        auto made = std::make_unique<open_file>(here().files, remote(path), here().options.reopens);
        auto const why = made->content.open(mode, permissions);
        if (why != file_error::none) {
            return outcome_of(why);
        }
        info->direct_io = 1; // what others write at the server is seen at once
        info->fh = here().keep(std::move(made));
        return 0;
    }

    static auto init(fuse_conn_info* connection, fuse_config* config) -> void* {
        connection->want &= ~static_cast<unsigned>(FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE);
        config->nullpath_ok = 1;
        config->entry_timeout = config->attr_timeout = config->negative_timeout = here().options.cache_seconds;
        return &here();
    }
    static auto get_status(char const* path, struct stat* into, fuse_file_info* info) -> int {
        auto found = file_status{};
        auto outcome = 0;
        if (info != nullptr) {
            auto& it = file_of(info);
            auto const guard = std::lock_guard{it.mutex};
            outcome = outcome_of(it.content.status(found));
        } else {
            auto const at = remote(path);
            outcome = call(file_calls::status_of(at, found));
        }
        if (outcome == 0) {
            set_status(found, *into);
        }
        return outcome;
    }
    static auto open(char const* path, fuse_file_info* info) -> int { return open_as(path, info, 0, false); }
    static auto create(char const* path, mode_t permissions, fuse_file_info* info) -> int {
        return open_as(path, info, static_cast<std::int32_t>(permissions & 0777), true);
    }
    static auto release(char const*, fuse_file_info* info) -> int {
        auto const it = here().take(file_of(info));
        (void)it->content.close(); // the kernel tells nobody what comes of it
        return 0;
    }
    static auto read(char const*, char* into, std::size_t size, off_t offset, fuse_file_info* info) -> int {
        auto& it = file_of(info);
        auto const guard = std::lock_guard{it.mutex};
        auto const room = std::as_writable_bytes(std::span{into, size});
        return outcome_of(it.content.read_at(static_cast<std::uint64_t>(offset), room));
    }
    static auto write(char const*, char const* data, std::size_t size, off_t offset, fuse_file_info* info) -> int {
        auto& it = file_of(info);
        auto const guard = std::lock_guard{it.mutex};
        return outcome_of(it.content.write_at(static_cast<std::uint64_t>(offset), std::as_bytes(std::span{data, size})));
    }
    static auto sync(char const*, int, fuse_file_info* info) -> int {
        auto& it = file_of(info);
        auto const guard = std::lock_guard{it.mutex};
        return outcome_of(it.content.sync());
    }
    static auto truncate(char const* path, off_t size, fuse_file_info* info) -> int {
        if (info != nullptr) {
            auto& it = file_of(info);
            auto const guard = std::lock_guard{it.mutex};
            return outcome_of(it.content.truncate(static_cast<std::uint64_t>(size)));
        }
        auto const at = remote(path); // the protocol truncates open files only
        auto it = remote_file{here().files, at};
        auto why = it.open({.write = true});
        if (why == file_error::none) {
            why = it.truncate(static_cast<std::uint64_t>(size));
            (void)it.close();
        }
        return outcome_of(why);
    }
    static auto open_directory(char const* path, fuse_file_info* info) -> int {
        auto const at = remote(path);
        auto const got = here().files.call(file_calls::open_directory(at));
        if (got) {
            info->fh = here().keep(got->handle());
        }
        return outcome_of(got.error());
    }
    static auto close_directory(char const*, fuse_file_info* info) -> int {
        here().forget(info->fh);
        (void)call(file_calls::close_directory(handle_of(info->fh)));
        return 0;
    }
    /// All names at once: libfuse keeps them for a reader that wants some of them.
    static auto read_directory(char const*, void* into, fuse_fill_dir_t fill, off_t, fuse_file_info* info, fuse_readdir_flags)
        -> int {
        constexpr auto none = static_cast<fuse_fill_dir_flags>(0);
        fill(into, ".", nullptr, 0, none);
        fill(into, "..", nullptr, 0, none);
        auto& files = here().files;
        auto const handle = handle_of(info->fh);
        auto const rewound = files.call(file_calls::rewind(handle)).error();
        if (rewound != file_error::none) {
            return outcome_of(rewound);
        }
        auto name = std::array<char, 256>{};
        while (true) {
            auto const room = std::as_writable_bytes(std::span{name}.first(name.size() - 1));
            auto const got = files.call(file_calls::next(handle, room));
            if (got.error() == file_error::no_entry) {
                return 0;
            }
            if (not got and got.error() != file_error::name_too_long) { // which is passed over
                return outcome_of(got.error());
            }
            if (got) {
                name[static_cast<std::size_t>(got->result)] = '\0';
                struct stat entry {};
                entry.st_mode = static_cast<mode_t>(got->type) << 12;
                fill(into, name.data(), &entry, 0, none);
            }
        }
    }
    static auto system(char const* path, struct statvfs* into) -> int {
        auto const at = remote(path);
        auto found = file_system_status{};
        auto const outcome = call(file_calls::system(at, found));
        if (outcome == 0) {
            *into = {};
            into->f_bsize = into->f_frsize = std::max<std::uint64_t>(found.block_size, 1);
            into->f_blocks = found.blocks;
            into->f_bfree = found.free_blocks;
            into->f_bavail = found.available_blocks;
            into->f_files = found.files;
            into->f_ffree = into->f_favail = found.free_files;
            into->f_namemax = found.longest_name;
        }
        return outcome;
    }
    static auto remove(char const* path) -> int {
        auto const at = remote(path);
        return call(file_calls::remove(at));
    }
    static auto make_directory(char const* path, mode_t permissions) -> int {
        auto const at = remote(path);
        return call(file_calls::make_directory(at, static_cast<std::int32_t>(permissions & 0777)));
    }
    static auto remove_directory(char const* path) -> int {
        auto const at = remote(path);
        return call(file_calls::remove_directory(at));
    }
    static auto rename(char const* from, char const* to, unsigned flags) -> int {
        if (flags != 0) { // neither exchange nor refusal to replace is in the protocol
            return -EINVAL;
        }
        auto const source = remote(from);
        auto const target = remote(to);
        return call(file_calls::rename(source, target));
    }
    static auto change_permissions(char const* path, mode_t permissions, fuse_file_info* info) -> int {
        return change(path, info, wire::file_change::permissions,
                      {.permissions = static_cast<std::uint16_t>(permissions & 0xfff)});
    }
    static auto change_owner(char const* path, uid_t user, gid_t group, fuse_file_info* info) -> int {
        constexpr auto as_it_is = 0xffff'ffffu;
        auto const is_told = [](unsigned id) { return id != as_it_is and id > 0xffff; };
        if (is_told(user) or is_told(group)) {
            return -EINVAL;
        }
        auto const what = (user != as_it_is ? wire::file_change::user : 0) | (group != as_it_is ? wire::file_change::group : 0);
        return change(path, info, what, {.user = static_cast<std::uint16_t>(user), .group = static_cast<std::uint16_t>(group)});
    }
    static auto change_times(char const* path, timespec const* times, fuse_file_info* info) -> int {
        auto to = file_status{};
        auto what = std::int32_t{};
        auto const take = [&](timespec it, std::int32_t bit, file_time& into) {
            if (it.tv_nsec == UTIME_OMIT) {
                return;
            }
            if (it.tv_nsec == UTIME_NOW) {
                clock_gettime(CLOCK_REALTIME, &it);
            }
            into = {.seconds = it.tv_sec, .nanoseconds = static_cast<std::uint32_t>(it.tv_nsec)};
            what |= bit;
        };
        take(times[0], wire::file_change::accessed, to.accessed);
        take(times[1], wire::file_change::modified, to.modified);
        return change(path, info, what, to);
    }

  public:
    [[nodiscard]] static auto table() -> fuse_operations {
        auto made = fuse_operations{};
        made.init = init;
        made.getattr = get_status;
        made.open = open;
        made.create = create;
        made.release = release;
        made.read = read;
        made.write = write;
        made.fsync = sync;
        made.truncate = truncate;
        made.opendir = open_directory;
        made.releasedir = close_directory;
        made.readdir = read_directory;
        made.statfs = system;
        made.unlink = remove;
        made.mkdir = make_directory;
        made.rmdir = remove_directory;
        made.rename = rename;
        made.chmod = change_permissions;
        made.chown = change_owner;
        made.utimens = change_times;
        made.readlink = [](char const*, char*, std::size_t) { return -EACCES; }; // the server follows none
        made.mknod = [](char const*, mode_t, dev_t) { return -EPERM; };
        made.symlink = [](char const*, char const*) { return -EPERM; };
        made.link = [](char const*, char const*) { return -EPERM; };
        return made;
    }
};

} // namespace rpmsg::host
