#pragma once

#include <rpmsg/host/bells/bell_file.hpp>
#include <rpmsg/host/vhost/memory.hpp>
#include <rpmsg/platform/doorbell.hpp>
#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/runtime_layout.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace rpmsg::host {

/// The driver's memory, rings and interrupts as a vhost-user back end has them, for the transport of a link:
///
///   vring<config, vhost_rings::region, vhost_rings::doorbell, vhost_rings::layout>{rings.shared(), rings.bell(), rings.placed()}
///
/// Empty until a front end has told where they are. Owned by the user; it must outlive the back end and the link.
class vhost_rings {
    std::byte* start_{};
    std::uint32_t size_{};
    runtime_layout layout_{};
    std::array<int, 2> calls_{-1, -1};
    bool in_band_{};
    bool takes_names_ = true;
    std::vector<vhost_memory> kept_{};
    std::size_t blank_{}; ///< of those that are kept, the first so many

    /// As a message; one that does not fit must be sent again, as it may be of the other ring.
    static auto call_in_band(int file, std::uint32_t ring) -> bool {
        auto const message = std::array<std::uint32_t, 5>{4, 1, 8, ring, 0};
        return send(file, message.data(), sizeof(message), MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof(message);
    }

  public:
    static constexpr std::size_t most_kept = 16384; ///< of 4 GiB each half of what a process can address

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
        static constexpr bool is_checked = true; ///< by the back end, before it places them

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
        /// Whether the driver listens to the name service, as its feature bit 0 says.
        [[nodiscard]] constexpr auto takes_names() const -> bool { return rings_->takes_names_; }
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
            auto const file = __atomic_load_n(&rings_->calls_[which], __ATOMIC_RELAXED);
            return file < 0 or (rings_->in_band_ ? call_in_band(file, which) : ring_bell(file));
        }
    };
    static_assert(rpmsg::doorbell<doorbell>);

    [[nodiscard]] constexpr auto shared() const -> region { return region{memory{*this}}; }
    [[nodiscard]] constexpr auto placed() const -> layout { return layout{*this}; }
    [[nodiscard]] constexpr auto bell() const -> doorbell { return doorbell{*this}; }

    /// For the back end: the mapping, the rings in it, and for each ring the file that calls the driver; `in_band`: both
    /// are the channel to the front end.
    auto place(bytes mapping, runtime_layout const& rings, std::array<int, 2> calls, bool in_band, bool takes_names = true)
        -> void {
        start_ = mapping.data();
        size_ = static_cast<std::uint32_t>(mapping.size());
        layout_ = rings;
        in_band_ = in_band;
        takes_names_ = takes_names;
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            call_through(ring, calls[ring]);
        }
    }
    /// Another file calls the driver from now on; -1: none does.
    auto call_through(std::uint32_t ring, int file) -> void { __atomic_store_n(&calls_[ring], file, __ATOMIC_RELAXED); }

    /// The driver takes its rings away: nothing rings any more, and the memory is one that was parted from the driver's. It
    /// stays as long as this object: nobody knows for how long a message of it is held, or a loan.
    auto keep(vhost_memory parted) -> void {
        call_through(0, -1);
        call_through(1, -1);
        kept_.push_back(std::move(parted));
    }
    /// Whether the memory of one more life of the driver can be kept; where it cannot, no more rings are to be placed.
    [[nodiscard]] auto can_keep() const -> bool { return kept_.size() < most_kept; }
    /// Of the memory that is kept only the addresses stay.
    auto blank() -> void {
        for (; blank_ < kept_.size(); ++blank_) {
            kept_[blank_].blank();
        }
    }
    auto clear() -> void { place({}, {}, {-1, -1}, false); }
};
static_assert(region<vhost_rings::region>);

} // namespace rpmsg::host
