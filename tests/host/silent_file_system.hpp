#pragma once

#include "host/vhost/front_end.hpp"
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <linux/fuse.h>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

/// A file system of this process with one file, /f, of a front end's size, that stops answering when it is told to.
class silent_file_system {
    std::string folder_ = "/tmp/rpmsg-test-XXXXXX";
    rpmsg::host::descriptor asked_{};
    std::atomic<bool> is_silent_{};
    bool is_mounted_{};
    std::thread answers_{};
    int file_ = -1;

    auto reply(std::uint64_t to, int error, auto const&... value) const -> void {
        constexpr auto size = (sizeof(value) + ... + 0) + sizeof(fuse_out_header);
        auto raw = std::array<std::byte, size>{};
        rpmsg::store(raw, fuse_out_header{.len = size, .error = -error, .unique = to});
        (rpmsg::store(rpmsg::bytes{raw}.subspan(sizeof(fuse_out_header)), value), ...);
        (void)!write(asked_.number(), raw.data(), raw.size());
    }
    static auto about(std::uint64_t node) -> fuse_attr {
        auto attributes = fuse_attr{};
        attributes.ino = node;
        attributes.mode = node == 1 ? S_IFDIR | 0755u : S_IFREG | 0666u;
        attributes.nlink = 1;
        attributes.size = front_end::size;
        return attributes;
    }
    auto answer(fuse_in_header const& asked) const -> void {
        if (asked.opcode == FUSE_INIT) {
            auto value = fuse_init_out{};
            value.major = FUSE_KERNEL_VERSION;
            value.minor = 31;
            value.max_write = 4096;
            reply(asked.unique, 0, value);
        } else if (asked.opcode == FUSE_LOOKUP) {
            auto value = fuse_entry_out{};
            value.nodeid = 2;
            value.attr = about(2);
            reply(asked.unique, 0, value);
        } else if (asked.opcode == FUSE_GETATTR) {
            auto value = fuse_attr_out{};
            value.attr = about(asked.nodeid);
            reply(asked.unique, 0, value);
        } else if (asked.opcode == FUSE_OPEN) {
            reply(asked.unique, 0, fuse_open_out{});
        } else {
            reply(asked.unique, ENOSYS);
        }
    }
    auto serve() const -> void {
        static auto request = std::array<std::byte, 1 << 18>{};
        while (read(asked_.number(), request.data(), request.size()) > 0) {
            if (not is_silent_) {
                answer(rpmsg::load<fuse_in_header>(rpmsg::const_bytes{request}.first(sizeof(fuse_in_header))));
            }
        }
    }

  public:
    silent_file_system() : asked_{open("/dev/fuse", O_RDWR | O_CLOEXEC)} {
        auto const options = "fd=" + std::to_string(asked_.number()) + ",rootmode=40000,user_id=0,group_id=0";
        is_mounted_ = asked_ and mkdtemp(folder_.data()) != nullptr and
                      mount("rpmsg-test", folder_.c_str(), "fuse", MS_NOSUID | MS_NODEV, options.c_str()) == 0;
        if (is_mounted_) {
            answers_ = std::thread{[this] { serve(); }};
            file_ = open((folder_ + "/f").c_str(), O_RDWR | O_CLOEXEC);
        }
    }
    silent_file_system(silent_file_system const&) = delete;
    auto operator=(silent_file_system const&) -> silent_file_system& = delete;
    ~silent_file_system() {
        if (is_mounted_) {
            umount2(folder_.c_str(), MNT_FORCE | MNT_DETACH);
            close(file_);
            answers_.join();
        }
        rmdir(folder_.c_str());
    }
    explicit operator bool() const { return is_mounted_ and file_ >= 0; }
    [[nodiscard]] auto file() const -> int { return file_; }
    auto be_silent() -> void { is_silent_ = true; }
};
