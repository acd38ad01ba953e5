#pragma once

#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/vhost/message.hpp>
#include <rpmsg/platform/region.hpp>

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <utility>

namespace rpmsg::host {

/// One region of the memory of a front end, mapped from the file that came with it. A file that supports seals is sealed
/// against shrinking. Another one that shrinks during use ends this process with SIGBUS: the back end checks `is_whole` first,
/// which leaves only a short window.
class vhost_memory {
    vhost_message::region about_{};
    descriptor file_{};
    std::byte* start_{};

    static auto share(descriptor const& file, vhost_message::region const& about) -> std::byte* {
        auto* const at = mmap(nullptr, about.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file.number(),
                              static_cast<off_t>(about.offset));
        return at == MAP_FAILED ? nullptr : static_cast<std::byte*>(at);
    }
    /// Replaces the mapped pages, atomically for all threads. It moves the new pages there, because the thread sanitizer treats
    /// a new mapping as a write.
    [[nodiscard]] auto exchange_pages(int flags, int file, std::uint64_t offset) const -> bool {
        auto* const pages = mmap(nullptr, about_.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE | flags, file,
                                 static_cast<off_t>(offset));
        if (pages == MAP_FAILED) {
            return false;
        }
        if (mremap(pages, about_.size, about_.size, MREMAP_MAYMOVE | MREMAP_FIXED, start_) == MAP_FAILED) {
            munmap(pages, about_.size);
            return false;
        }
        return true;
    }

  public:
    vhost_memory() = default;
    vhost_memory(vhost_memory&& other) noexcept
        : about_{other.about_}, file_{std::move(other.file_)}, start_{std::exchange(other.start_, nullptr)} {}
    auto operator=(vhost_memory&& other) noexcept -> vhost_memory& {
        std::swap(about_, other.about_);
        std::swap(file_, other.file_);
        std::swap(start_, other.start_);
        return *this;
    }
    ~vhost_memory() {
        if (start_ != nullptr) {
            munmap(start_, about_.size);
        }
    }

    static auto kind_of(mode_t mode) -> char const* {
        return S_ISDIR(mode) ? "directory" : S_ISSOCK(mode) ? "socket" : S_ISFIFO(mode) ? "pipe" : "device, or no file at all";
    }

    /// Maps a region. It refuses one beyond the end of the file, and one of 4 GiB or more, which a link cannot address.
    static auto map(vhost_message::region const& about, descriptor const& file) -> outcome<vhost_memory> {
        auto const refuse = [&](std::string const& what) {
            return failure{"gives a memory region of " + std::to_string(about.size) + " bytes " + what};
        };
        constexpr auto page = 4096u;
        if (about.size == 0 or about.size > 0xffff'f000u) {
            return refuse("to map: 1 to 4294963200 are possible");
        }
        if (about.offset % page != 0 or about.guest_address % page != 0 or about.user_address % page != 0) {
            return refuse("that does not begin at a page");
        }
        if (about.guest_address + about.size < about.size or about.user_address + about.size < about.size) {
            return refuse("that goes beyond the last address");
        }
        (void)fcntl(file.number(), F_ADD_SEALS, F_SEAL_SHRINK);
        struct stat found {};
        auto const is_there = fstat(file.number(), &found) == 0;
        if (is_there and not S_ISREG(found.st_mode)) {
            return refuse("of what is no memory: a " + std::string{kind_of(found.st_mode)});
        }
        if (not is_there or found.st_size < 0 or
            not lies_inside(about.offset, about.size, static_cast<std::uint64_t>(found.st_size))) {
            return refuse("at " + std::to_string(about.offset) + " of a file of " + std::to_string(found.st_size));
        }
        auto mapped = vhost_memory{};
        mapped.about_ = about;
        mapped.file_ = descriptor{fcntl(file.number(), F_DUPFD_CLOEXEC, 0)};
        mapped.start_ = share(file, about);
        if (mapped.start_ == nullptr or not mapped.file_) {
            return refuse("that cannot be mapped: " + words_of(errno));
        }
        return mapped;
    }

    /// Returns whether the file still holds the whole region.
    [[nodiscard]] auto is_whole() const -> bool {
        struct stat found {};
        return fstat(file_.number(), &found) == 0 and found.st_size >= 0 and
               lies_inside(about_.offset, about_.size, static_cast<std::uint64_t>(found.st_size));
    }

    /// Separates the mapping from the front end: the same addresses now hold a private copy-on-write copy. Writes no longer
    /// reach the front end.
    auto part() -> void {
        if (not is_whole() or not exchange_pages(0, file_.number(), about_.offset)) {
            blank();
        }
        file_.close();
    }
    /// Replaces the content with zeroes and frees its memory.
    auto blank() -> void {
        if (start_ != nullptr and not exchange_pages(MAP_ANONYMOUS, -1, 0)) {
            start_ = nullptr; // pages that cannot be separated are not unmapped either
        }
    }
    /// Maps the same memory again at another address, and returns the previous mapping, separated.
    auto renew() -> vhost_memory {
        auto before = vhost_memory{};
        before.about_ = about_;
        before.file_ = descriptor{fcntl(file_.number(), F_DUPFD_CLOEXEC, 0)};
        before.start_ = std::exchange(start_, share(file_, about_));
        before.part();
        return before;
    }

    explicit operator bool() const { return start_ != nullptr; }
    [[nodiscard]] auto mapping() const -> bytes { return {start_, static_cast<std::size_t>(about_.size)}; }
    [[nodiscard]] auto guest_address() const -> std::uint64_t { return about_.guest_address; }
    /// Returns the offset of an address of the front end, or `nowhere`.
    [[nodiscard]] auto offset_of(std::uint64_t address) const -> std::uint32_t {
        auto const offset = address - about_.user_address;
        return start_ != nullptr and offset < about_.size ? static_cast<std::uint32_t>(offset) : nowhere;
    }
};

} // namespace rpmsg::host
