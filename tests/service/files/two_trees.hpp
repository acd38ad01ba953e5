#pragma once

#include <rpmsg/host/directory_store.hpp>

#include "raw_files.hpp"
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

/// A new directory, which ends with the object.
class temporary_directory {
    std::string path_ = (std::filesystem::temp_directory_path() / "rpmsg-files-XXXXXX").string();

  public:
    temporary_directory() { check(mkdtemp(path_.data()) != nullptr); }
    temporary_directory(temporary_directory const&) = delete;
    auto operator=(temporary_directory const&) -> temporary_directory& = delete;
    ~temporary_directory() {
        auto ignored = std::error_code{};
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] auto path() const -> std::string const& { return path_; }
};

/// The calls of a test on a directory of this computer. Each returns a negated errno number, or 0 and more. Open files have the
/// numbers 0 to 3.
class plain_tree {
    std::string root_;
    std::vector<int> open_ = std::vector<int>(4, -1);

    [[nodiscard]] auto at(std::string_view path) const -> std::string { return root_ + std::string{path}; }
    [[nodiscard]] static auto outcome(int result) -> int { return result >= 0 ? result : -errno; }

  public:
    explicit plain_tree(std::string root) : root_{std::move(root)} {}

    auto open(int which, std::string_view path, rpmsg::open_mode mode) -> int {
        close(which);
        struct stat found {};
        if (::stat(at(path).c_str(), &found) == 0 and S_ISDIR(found.st_mode)) { // remote files are opened, not directories
            return mode.create and mode.exclusive ? -EEXIST : -EISDIR;
        }
        auto const flags = (mode.read and mode.write ? O_RDWR
                            : mode.write             ? O_WRONLY
                                                     : O_RDONLY) |
                           (mode.create ? O_CREAT : 0) | (mode.exclusive ? O_EXCL : 0) | (mode.truncate ? O_TRUNC : 0) |
                           (mode.append ? O_APPEND : 0);
        open_[static_cast<unsigned>(which)] = ::open(at(path).c_str(), flags | O_CLOEXEC, 0644);
        return std::min(outcome(open_[static_cast<unsigned>(which)]), 0);
    }
    auto close(int which) -> int { return outcome(::close(std::exchange(open_[static_cast<unsigned>(which)], -1))); }
    auto read(int which, std::string& into) -> int {
        return outcome(static_cast<int>(::read(open_[static_cast<unsigned>(which)], into.data(), into.size())));
    }
    auto write(int which, std::string_view data) -> int {
        return outcome(static_cast<int>(::write(open_[static_cast<unsigned>(which)], data.data(), data.size())));
    }
    auto seek(int which, int offset, rpmsg::seek_from from) -> int {
        auto const to = lseek(open_[static_cast<unsigned>(which)], offset, static_cast<int>(from));
        return to >= 0 ? static_cast<int>(std::min<off_t>(to, 0x7fff'ffff)) : -errno;
    }
    auto truncate(int which, int size) -> int { return outcome(ftruncate(open_[static_cast<unsigned>(which)], size)); }
    auto sync(int which) -> int { return outcome(fsync(open_[static_cast<unsigned>(which)])); }
    auto size(int which) -> int {
        struct stat found {};
        return fstat(open_[static_cast<unsigned>(which)], &found) == 0 ? static_cast<int>(found.st_size) : -errno;
    }
    auto mode(std::string_view path) -> int {
        struct stat found {};
        return lstat(at(path).c_str(), &found) == 0 ? static_cast<int>(found.st_mode) : -errno;
    }
    auto change_mode(std::string_view path, int mode) -> int {
        return outcome(chmod(at(path).c_str(), static_cast<mode_t>(mode)));
    }
    auto remove(std::string_view path) -> int { return outcome(unlink(at(path).c_str())); }
    auto make_directory(std::string_view path) -> int { return outcome(mkdir(at(path).c_str(), 0755)); }
    auto remove_directory(std::string_view path) -> int { return outcome(rmdir(at(path).c_str())); }
    auto rename(std::string_view from, std::string_view to) -> int {
        return outcome(std::rename(at(from).c_str(), at(to).c_str()));
    }
    auto list(std::string_view path, std::vector<std::string>& names) -> int {
        auto* const stream = opendir(at(path).c_str());
        if (stream == nullptr) {
            return -errno;
        }
        while (auto const* const each = readdir(stream)) {
            names.emplace_back(each->d_name);
        }
        closedir(stream);
        std::erase_if(names, [](auto const& name) { return name == "." or name == ".."; });
        std::sort(names.begin(), names.end());
        return 0;
    }
};

/// The same calls on another directory, by a client of a server of it.
class remote_tree {
    file_ends<rpmsg::host::directory_store, rpmsg::file_server_config{.longest_path = 4096}, rpmsg::file_client_config{}> ends_;
    std::vector<rpmsg::file_handle> open_ = std::vector<rpmsg::file_handle>(4);

    [[nodiscard]] auto outcome(rpmsg::file_request const& what) -> int {
        auto const got = ends_.call(what);
        return got ? got->result : -static_cast<int>(got.error());
    }
    [[nodiscard]] auto handle(int which) const -> rpmsg::file_handle { return open_[static_cast<unsigned>(which)]; }

  public:
    explicit remote_tree(rpmsg::host::directory_store store) : ends_{std::move(store)} {
        for (auto& each : open_) {
            each = {.number = 0, .session = 1};
        }
    }

    auto open(int which, std::string_view path, rpmsg::open_mode mode) -> int {
        close(which);
        auto const got = ends_.call(rpmsg::file_calls::open(path, mode, 0644));
        open_[static_cast<unsigned>(which)] = got ? got->handle() : rpmsg::file_handle{.number = 0, .session = 1};
        return got ? 0 : -static_cast<int>(got.error());
    }
    auto close(int which) -> int {
        auto const done = outcome(rpmsg::file_calls::close(handle(which)));
        open_[static_cast<unsigned>(which)].number = 0;
        return done;
    }
    auto read(int which, std::string& into) -> int {
        return outcome(rpmsg::file_calls::read(handle(which), std::as_writable_bytes(std::span{into})));
    }
    auto write(int which, std::string_view data) -> int {
        return outcome(rpmsg::file_calls::write(handle(which), std::as_bytes(std::span{data})));
    }
    auto seek(int which, int offset, rpmsg::seek_from from) -> int {
        return outcome(rpmsg::file_calls::seek(handle(which), offset, from));
    }
    auto truncate(int which, int size) -> int { return outcome(rpmsg::file_calls::truncate(handle(which), size)); }
    auto sync(int which) -> int { return outcome(rpmsg::file_calls::sync(handle(which))); }
    auto size(int which) -> int {
        auto found = rpmsg::file_status{};
        auto const done = outcome(rpmsg::file_calls::status_of(handle(which), found));
        return done == 0 ? static_cast<int>(found.size) : done;
    }
    auto mode(std::string_view path) -> int {
        auto found = rpmsg::file_status{};
        auto const done = outcome(rpmsg::file_calls::status_of(path, found));
        return done == 0 ? static_cast<int>(found.type) << 12 | found.permissions : done;
    }
    auto change_mode(std::string_view path, int mode) -> int {
        auto const to = rpmsg::file_status{.permissions = static_cast<std::uint16_t>(mode)};
        return outcome(rpmsg::file_calls::change(path, rpmsg::wire::file_change::permissions, to));
    }
    auto remove(std::string_view path) -> int { return outcome(rpmsg::file_calls::remove(path)); }
    auto make_directory(std::string_view path) -> int { return outcome(rpmsg::file_calls::make_directory(path, 0755)); }
    auto remove_directory(std::string_view path) -> int { return outcome(rpmsg::file_calls::remove_directory(path)); }
    auto rename(std::string_view from, std::string_view to) -> int { return outcome(rpmsg::file_calls::rename(from, to)); }
    auto list(std::string_view path, std::vector<std::string>& names) -> int {
        auto const opened = ends_.call(rpmsg::file_calls::open_directory(path));
        if (not opened) {
            return -static_cast<int>(opened.error());
        }
        auto name = std::string(256, ' ');
        auto size = 0;
        while ((size = outcome(rpmsg::file_calls::next(opened->handle(), std::as_writable_bytes(std::span{name})))) >= 0) {
            names.push_back(name.substr(0, static_cast<std::size_t>(size)));
        }
        std::sort(names.begin(), names.end());
        check(outcome(rpmsg::file_calls::close_directory(opened->handle())) == 0);
        return size == -ENOENT ? 0 : size;
    }
    [[nodiscard]] auto server() const -> auto const& { return ends_.server; }
};

/// Some entries of each kind.
inline auto fill(std::string const& root) -> void {
    check(mkdir((root + "/d").c_str(), 0755) == 0 and mkdir((root + "/e").c_str(), 0755) == 0);
    std::ofstream{root + "/f"} << "content";
    std::ofstream{root + "/d/g"} << "more";
    check(symlink("/etc", (root + "/out").c_str()) == 0 and symlink("f", (root + "/link").c_str()) == 0);
    check(mkfifo((root + "/pipe").c_str(), 0644) == 0);
}

/// Two directories with the same content, the second one served by the library.
struct two_trees {
    static constexpr bool is_mounted = false;

    temporary_directory one{};
    temporary_directory other{};
    plain_tree plain{one.path()};
    remote_tree remote;

    explicit two_trees(bool is_read_only = false) : remote{make(is_read_only)} {}
    auto make(bool is_read_only) -> rpmsg::host::directory_store {
        fill(one.path());
        fill(other.path());
        auto made = rpmsg::host::directory_store::open_root(other.path(), is_read_only);
        check(made.has_value());
        return std::move(*made);
    }
};
