#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/config_mismatch.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/handshake/handshake.hpp>
#include <rpmsg/transport/vring/handshake/posted_ring.hpp>
#include <rpmsg/transport/vring/handshake/table_check.hpp>
#include <rpmsg/transport/vring/handshake/wordless.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::detail {

/// The device for a driver that sets driver_ok in the status byte of the resource table (virtio 1.2, section 3.1; OpenAMP,
/// Linux remoteproc).
template <vring_config Config> struct status_byte_device : handshake_facts {
    template <region Region> static constexpr auto start(Region&, link_layout auto const&) -> void {}
    /// Whether the driver reports that its rings are ready.
    template <region Region> static constexpr auto is_established(Region& shared, link_layout auto const& layout) -> bool {
        shared.invalidate(layout.status(), 1);
        auto const status = shared.template load<site::status_load, std::uint8_t>(layout.status());
        return (status & ~wire::device_status::on_the_way) == wire::device_status::driver_ok;
    }
    template <region Region>
    static constexpr auto advance(Region& shared, link_layout auto const& layout, bool established, bool) -> handshake_step {
        if (not established) {
            return handshake_step::over;
        }
        if (Config.dialect.compares_table and mismatch(shared, layout) != config_mismatch::none) {
            return handshake_step::refuse;
        }
        auto const found = posted_buffers<Config>(shared, layout.parts(0));
        return found == posted::blank ? handshake_step::none : handshake_step::attach;
    }
    [[nodiscard]] static constexpr auto fits(link_layout auto const& layout, std::uint32_t size) -> bool {
        if constexpr (not Config.dialect.status_in_table) {
            return lies_inside(layout.status(), 1, size);
        } else {
            constexpr auto entry =
                Config.dialect.compares_table ? table_check<Config>::size : std::uint32_t{sizeof(wire::vdev_entry)};
            return table_check<Config>::fits(layout, size, entry);
        }
    }
    template <region Region> static constexpr auto restart(Region&, link_layout auto const&) -> void {}
    template <region Region> static constexpr auto mismatch(Region& shared, link_layout auto const& layout) -> config_mismatch {
        if constexpr (Config.dialect.compares_table) {
            return table_check<Config>::compare(shared, layout, true);
        } else {
            return config_mismatch::none;
        }
    }
};

/// The driver's half. It writes nothing until the device's table is found at its offset and matches the configuration; it waits
/// for a table that is not there yet.
template <vring_config Config> class status_byte_driver : public handshake_facts {
    static constexpr auto status_in_vdev = static_cast<std::uint32_t>(offsetof(wire::vdev_entry, status));

  public:
    static constexpr bool changes_without_doorbell = true;
    static constexpr bool tells_of_close = true;

    /// Clears the status that an earlier start may have set.
    template <region Region> static constexpr auto start(Region& shared, link_layout auto const& layout) -> void {
        if (mismatch(shared, layout) == config_mismatch::none) {
            shared.template store<site::status_store>(layout.status(), std::uint8_t{0});
            shared.clean(layout.status(), 1);
        }
    }
    template <region Region> static constexpr auto is_established(Region&, link_layout auto const&) -> bool { return true; }
    template <region Region>
    static constexpr auto advance(Region& shared, link_layout auto const& layout, bool, bool) -> handshake_step {
        if (not table_check<Config>::is_there(shared, layout)) {
            return handshake_step::none;
        }
        if (mismatch(shared, layout) != config_mismatch::none) {
            return handshake_step::refuse;
        }
        start(shared, layout); // the table may have been written since
        return handshake_step::attach;
    }
    /// After the rings are initialised: accepts the known features that the device offers, then sets driver_ok.
    template <region Region> static constexpr auto attached(Region& shared, link_layout auto const& layout) -> void {
        auto const vdev = layout.status() - status_in_vdev;
        auto const offered = shared.template load<site::status_load, std::uint32_t>(
            vdev + static_cast<std::uint32_t>(offsetof(wire::vdev_entry, device_features)));
        constexpr auto agreed = static_cast<std::uint32_t>(offsetof(wire::vdev_entry, driver_features));
        shared.template store<site::status_store>(vdev + agreed, offered & table_check<Config>::known_features);
        shared.template store<site::status_store>(layout.status(), wire::device_status::driver_ok);
        shared.clean(vdev + agreed, status_in_vdev + 1 - agreed);
    }
    [[nodiscard]] static constexpr auto fits(link_layout auto const& layout, std::uint32_t size) -> bool {
        return table_check<Config>::fits(layout, size, table_check<Config>::size);
    }
    template <region Region> static constexpr auto restart(Region& shared, link_layout auto const& layout) -> void {
        start(shared, layout);
    }
    template <region Region> static constexpr auto mismatch(Region& shared, link_layout auto const& layout) -> config_mismatch {
        return table_check<Config>::compare(shared, layout, false);
    }
};

/// The driver's half for a status byte without a resource table (Zephyr, ipc_static_vrings.c).
template <vring_config Config> struct lone_status_driver : wordless_driver {
    static constexpr bool tells_of_close = true;

    template <region Region> static constexpr auto start(Region& shared, link_layout auto const& layout) -> void {
        write(shared, layout, 0);
    }
    template <region Region> static constexpr auto attached(Region& shared, link_layout auto const& layout) -> void {
        write(shared, layout, wire::device_status::driver_ok);
    }
    template <region Region> static constexpr auto restart(Region& shared, link_layout auto const& layout) -> void {
        start(shared, layout);
    }
    [[nodiscard]] static constexpr auto fits(link_layout auto const& layout, std::uint32_t size) -> bool {
        return lies_inside(layout.status(), 1, size);
    }

  private:
    template <region Region>
    static constexpr auto write(Region& shared, link_layout auto const& layout, std::uint8_t status) -> void {
        shared.template store<site::status_store>(layout.status(), status);
        shared.clean(layout.status(), 1);
    }
};

} // namespace rpmsg::detail
