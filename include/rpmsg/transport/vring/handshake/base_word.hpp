#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/config_mismatch.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/handshake/boot_block.hpp>
#include <rpmsg/transport/vring/handshake/handshake.hpp>
#include <rpmsg/transport/vring/handshake/posted_ring.hpp>
#include <rpmsg/transport/vring/handshake/table_check.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// The device beside NuttX's lite driver (NuttX, drivers/rpmsg/rpmsg_virtio_lite.c): the driver fills a table, writes its base
/// address, and sets driver_ok in the status byte when the rings are initialised. A driver that restarts clears all of it.
template <vring_config Config> class base_word_device : public handshake_facts {
    template <region Region> static constexpr auto base(Region& shared, link_layout auto const& layout) -> std::uint64_t {
        shared.invalidate(layout.boot(), 8);
        return boot_words::read(shared, layout, 0) | std::uint64_t{boot_words::read(shared, layout, 4)} << 32;
    }

  public:
    static constexpr bool changes_without_doorbell = true;
    static constexpr bool restarts_without_doorbell = true;

    template <region Region> static constexpr auto start(Region&, link_layout auto const&) -> void {}
    template <region Region> static constexpr auto is_established(Region& shared, link_layout auto const& layout) -> bool {
        shared.invalidate(layout.status(), 1);
        auto const status = shared.template load<site::status_load, std::uint8_t>(layout.status());
        return (status & ~wire::device_status::on_the_way) == wire::device_status::driver_ok and base(shared, layout) != 0;
    }
    template <region Region>
    static constexpr auto advance(Region& shared, link_layout auto& layout, bool established, bool) -> handshake_step {
        if (not established) {
            return handshake_step::over;
        }
        if (mismatch(shared, layout) != config_mismatch::none) {
            return handshake_step::refuse;
        }
        auto const found = posted_buffers<Config>(shared, layout.parts(0));
        return found == posted::blank ? handshake_step::none : handshake_step::attach;
    }
    template <region Region> static constexpr auto restart(Region&, link_layout auto const&) -> void {}
    /// The layout takes the base of the driver.
    template <region Region> static constexpr auto mismatch(Region& shared, link_layout auto& layout) -> config_mismatch {
        return layout.rebase(base(shared, layout)) ? table_check<Config>::compare(shared, layout, true)
                                                   : config_mismatch::base_address;
    }
    [[nodiscard]] static constexpr auto fits(link_layout auto const& layout, std::uint32_t size) -> bool {
        return boot_block_fits<Config>(layout, size);
    }
};

/// The driver's half. The base is two words, so that the status, which is written last, tells that both are there. A device
/// that restarts is not detected: call `reset()` after one.
template <vring_config Config> class base_word_driver : public handshake_facts {
    using table = driver_table<Config>;

  public:
    static constexpr bool tells_of_close = true;

    /// Clears what an earlier start left: a device would attach to it.
    template <region Region> static constexpr auto start(Region& shared, link_layout auto const& layout) -> void {
        table::fill(shared, layout); // the status goes first
        table::put_base(shared, layout, 0);
    }
    template <region Region> static constexpr auto is_established(Region&, link_layout auto const&) -> bool { return true; }
    template <region Region> static constexpr auto advance(Region&, link_layout auto const&, bool, bool) -> handshake_step {
        return handshake_step::attach;
    }
    template <region Region> static constexpr auto attached(Region& shared, link_layout auto const& layout) -> void {
        table::put_base(shared, layout, table::base_of(layout));
        table::put_status(shared, layout, 0); // no feature is kept: all that are offered are in effect
    }
    template <region Region> static constexpr auto restart(Region& shared, link_layout auto const& layout) -> void {
        start(shared, layout);
    }
    /// The table is the driver's own.
    template <region Region> static constexpr auto mismatch(Region&, link_layout auto const&) -> config_mismatch {
        return config_mismatch::none;
    }
    [[nodiscard]] static constexpr auto fits(link_layout auto const& layout, std::uint32_t size) -> bool {
        return boot_block_fits<Config>(layout, size);
    }
};

} // namespace rpmsg::detail
