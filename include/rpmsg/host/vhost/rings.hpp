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

/// The driver's memory, rings and interrupts of a vhost-user back end, for the transport of a link:
///
///   vring_device<config, vhost_rings::region, vhost_rings::doorbell, vhost_rings::layout>{
///       rings.shared(), rings.bell(), rings.placed()}
///
/// It is empty until a front end has sent their addresses. The user owns it; it must outlive the back end and the link.
class vhost_rings {
    std::byte* start_{};
    std::uint32_t size_{};
    runtime_layout layout_{};
    std::array<int, 2> calls_{-1, -1};
    bool in_band_{};
    bool takes_names_ = true;
    std::vector<vhost_memory> kept_{};
    std::size_t blank_{}; ///< the number of kept mappings, from the first, that are blank

    /// Calls the driver with a message. One that does not fit must be sent again, because the earlier ones may be for the other
    /// ring.
    static auto call_in_band(int file, std::uint32_t ring) -> bool {
        auto const message = std::array<std::uint32_t, 5>{4, 1, 8, ring, 0};
        return send(file, message.data(), sizeof(message), MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof(message);
    }

  public:
    static constexpr std::size_t most_kept = 16384; ///< at 4 GiB each half of the address space of a process

    /// The mapping of the driver's memory.
    class memory {
        vhost_rings const* rings_;

      public:
        constexpr explicit memory(vhost_rings const& rings) : rings_{&rings} {}
        [[nodiscard]] auto start() const -> std::uintptr_t { return reinterpret_cast<std::uintptr_t>(rings_->start_); }
        [[nodiscard]] constexpr auto size() const -> std::uint32_t { return rings_->size_; }
        static constexpr auto formed(std::uintptr_t address) -> std::uintptr_t { return address; }
    };
    using region = mapped_region<memory>;

    /// The places of the rings in that memory, and the range for buffers.
    class layout {
        vhost_rings const* rings_;

      public:
        static constexpr bool is_checked = true; ///< by the back end, before it places the rings

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
        /// Returns whether the driver supports the name service, as its feature bit 0 states.
        [[nodiscard]] constexpr auto takes_names() const -> bool { return rings_->takes_names_; }
        /// A link may start before there is a driver: it reads no ring before the first doorbell.
        [[nodiscard]] constexpr auto fits(std::uint32_t size, ring_counts const& counts) const -> bool {
            return size == 0 or rings_->layout_.fits(size, counts);
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

    /// For the back end: sets the mapping, the rings in it, and for each ring the file that calls the driver. With `in_band`
    /// both files are the channel to the front end.
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
    /// Sets the file that calls the driver; -1 for none.
    auto call_through(std::uint32_t ring, int file) -> void { __atomic_store_n(&calls_[ring], file, __ATOMIC_RELAXED); }

    /// Removes the driver's rings: doorbells have no effect any more, and the memory was separated from the driver's. It is
    /// kept for the lifetime of this object, because a message or a loan of it may be held for any time.
    auto keep(vhost_memory parted) -> void {
        call_through(0, -1);
        call_through(1, -1);
        kept_.push_back(std::move(parted));
    }
    /// Returns whether the memory of one more restart of the driver can be kept; if not, no more rings may be placed.
    [[nodiscard]] auto can_keep() const -> bool { return kept_.size() < most_kept; }
    /// Keeps only the addresses of the kept memory.
    auto blank() -> void {
        for (; blank_ < kept_.size(); ++blank_) {
            kept_[blank_].blank();
        }
    }
    auto clear() -> void { place({}, {}, {-1, -1}, false); }
};
static_assert(region<vhost_rings::region>);

} // namespace rpmsg::host
