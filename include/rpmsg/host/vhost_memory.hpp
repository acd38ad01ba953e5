#pragma once

#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/vhost_message.hpp>
#include <rpmsg/platform/region.hpp>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <utility>

namespace rpmsg::host {

/// One region of a front end's memory, mapped from the file that came with it. A front end that makes its file smaller
/// afterwards ends this process with SIGBUS: nothing but a seal, which none sets, could keep it from that.
class vhost_memory {
    vhost_message::region about_{};
    std::byte* start_{};

  public:
    vhost_memory() = default;
    vhost_memory(vhost_memory&& other) noexcept : about_{other.about_}, start_{std::exchange(other.start_, nullptr)} {}
    auto operator=(vhost_memory&& other) noexcept -> vhost_memory& {
        std::swap(about_, other.about_);
        std::swap(start_, other.start_);
        return *this;
    }
    ~vhost_memory() {
        if (start_ != nullptr) {
            munmap(start_, about_.size);
        }
    }

    /// Refuses what the file does not hold, and what a link cannot address: regions of 4 GiB and more.
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
        struct stat found {};
        if (fstat(file.number(), &found) != 0 or found.st_size < 0 or
            not lies_inside(about.offset, about.size, static_cast<std::uint64_t>(found.st_size))) {
            return refuse("at " + std::to_string(about.offset) + " of a file of " + std::to_string(found.st_size));
        }
        auto* const at = mmap(nullptr, about.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file.number(),
                              static_cast<off_t>(about.offset));
        if (at == MAP_FAILED) {
            return refuse(std::string{"that cannot be mapped: "} + std::strerror(errno));
        }
        auto mapped = vhost_memory{};
        mapped.about_ = about;
        mapped.start_ = static_cast<std::byte*>(at);
        return mapped;
    }

    explicit operator bool() const { return start_ != nullptr; }
    [[nodiscard]] auto mapping() const -> bytes { return {start_, static_cast<std::size_t>(about_.size)}; }
    [[nodiscard]] auto guest_address() const -> std::uint64_t { return about_.guest_address; }
    /// Where the front end's own `address` lies, or `nowhere`.
    [[nodiscard]] auto offset_of(std::uint64_t address) const -> std::uint32_t {
        auto const offset = address - about_.user_address;
        return start_ != nullptr and offset < about_.size ? static_cast<std::uint32_t>(offset) : nowhere;
    }
};

} // namespace rpmsg::host
