#pragma once

#include <rpmsg/platform/doorbell.hpp>
#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/placed_layout.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <sys/socket.h>
#include <unistd.h>

namespace rpmsg::host {

/// The driver's memory, rings and interrupts as a vhost-user back end has them, for the transport of a link:
///
///   vring<config, vhost_rings::region, vhost_rings::doorbell, vhost_rings::layout>{rings.shared(), rings.bell(), rings.placed()}
///
/// Empty until a front end has told where they are. Owned by the user; it must outlive the back end and the link.
class vhost_rings {
    std::byte* start_{};
    std::uint32_t size_{};
    placed_layout layout_{};
    std::array<int, 2> calls_{-1, -1};
    bool in_band_{};

    /// Eight bytes to an eventfd or, from virtio_uml, to a stream socket: one that is full has rung already.
    static auto call(int file) -> bool {
        auto const one = std::uint64_t{1};
        auto sent = send(file, &one, sizeof(one), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 and errno == ENOTSOCK) {
            sent = write(file, &one, sizeof(one));
        }
        return sent == sizeof(one) or errno == EAGAIN;
    }
    /// The same as a message; one that does not fit must be sent again, as it may be of the other ring.
    static auto call_in_band(int file, std::uint32_t ring) -> bool {
        auto const message = std::array<std::uint32_t, 5>{4, 1, 8, ring, 0};
        return send(file, message.data(), sizeof(message), MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof(message);
    }

  public:
    /// Where the driver's memory is mapped.
    class memory {
        vhost_rings const* rings_;

      public:
        constexpr explicit memory(vhost_rings const& rings) : rings_{&rings} {}
        [[nodiscard]] auto start() const -> std::uintptr_t { return reinterpret_cast<std::uintptr_t>(rings_->start_); }
        [[nodiscard]] constexpr auto size() const -> std::uint32_t { return rings_->size_; }
        static constexpr auto formed(std::uintptr_t address) -> std::uintptr_t { return address; }
    };
    using region = mapped_region<memory>;

    /// Where the rings lie in it, and where buffers may.
    class layout {
        vhost_rings const* rings_;

      public:
        constexpr explicit layout(vhost_rings const& rings) : rings_{&rings} {}
        [[nodiscard]] constexpr auto parts(std::uint32_t ring) const -> wire::vring_parts {
            return rings_->layout_.parts(ring);
        }
        [[nodiscard]] constexpr auto offset_of(std::uint64_t address, std::uint32_t length) const -> std::uint32_t {
            return rings_->layout_.offset_of(address, length);
        }
        [[nodiscard]] constexpr auto address_of(std::uint32_t offset) const -> std::uint64_t {
            return rings_->layout_.address_of(offset);
        }
        [[nodiscard]] constexpr auto buffer(std::uint32_t, std::uint32_t) const -> std::uint32_t { return nowhere; }
        [[nodiscard]] constexpr auto status() const -> std::uint32_t { return nowhere; }
        [[nodiscard]] constexpr auto control() const -> std::uint32_t { return nowhere; }
        /// A link may start before there is a driver: it looks at no ring before the first doorbell.
        [[nodiscard]] constexpr auto fits(std::uint32_t size, std::uint32_t count) const -> bool {
            return size == 0 or rings_->layout_.fits(size, count);
        }
    };
    static_assert(link_layout<layout>);

    /// Interrupts the driver.
    class doorbell {
        vhost_rings const* rings_;

      public:
        constexpr explicit doorbell(vhost_rings const& rings) : rings_{&rings} {}
        auto ring(std::uint32_t which) -> bool {
            auto const file = rings_->calls_[which];
            return file < 0 or (rings_->in_band_ ? call_in_band(file, which) : call(file));
        }
    };
    static_assert(rpmsg::doorbell<doorbell>);

    [[nodiscard]] constexpr auto shared() const -> region { return region{memory{*this}}; }
    [[nodiscard]] constexpr auto placed() const -> layout { return layout{*this}; }
    [[nodiscard]] constexpr auto bell() const -> doorbell { return doorbell{*this}; }

    /// For the back end: the mapping, the rings in it, and for each ring the file that calls the driver; `in_band`: both
    /// are the channel to the front end.
    auto place(bytes mapping, placed_layout const& rings, std::array<int, 2> calls, bool in_band) -> void {
        start_ = mapping.data();
        size_ = static_cast<std::uint32_t>(mapping.size());
        layout_ = rings;
        calls_ = calls;
        in_band_ = in_band;
    }
    auto clear() -> void { *this = {}; }
};
static_assert(region<vhost_rings::region>);

} // namespace rpmsg::host
