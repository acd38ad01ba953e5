#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/handshake/step.hpp>
#include <rpmsg/transport/vring/handshake/table_check.hpp>
#include <rpmsg/transport/vring/handshake/word_access.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/wire/virtio/boot_block.hpp>
#include <rpmsg/wire/virtio/config_space.hpp>
#include <rpmsg/wire/virtio/control_block.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg::detail {

/// How the driver tells that its rings are ready, for dialects without an epoch: the device answers with no word, so
/// the driver is ready when it has laid the rings out. Where the device has a table nothing is written before the table was
/// found where the layout has it, and agrees; a table that is not there yet is waited for.
template <vring_config Config> class driver_handshake {
    static constexpr bool has_status = Config.dialect.status_in_table;
    static constexpr auto status_in_vdev = static_cast<std::uint32_t>(offsetof(wire::vdev_entry, status));

  public:
    /// Takes back the readiness that an earlier life may have left.
    template <region Region> static constexpr auto start(Region& shared, link_layout auto const& layout) -> void {
        if constexpr (has_status) {
            if (config_mismatch(shared, layout) == rpmsg::config_mismatch::none) {
                shared.template store<site::status_store>(layout.status(), std::uint8_t{0});
                shared.clean(layout.status(), 1);
            }
        }
    }
    template <region Region> static constexpr auto stands(Region&, link_layout auto const&) -> bool { return true; }
    template <region Region>
    static constexpr auto look(Region& shared, link_layout auto const& layout, bool, bool) -> handshake_step {
        if constexpr (has_status) {
            if (not table_check<Config>::is_there(shared, layout)) {
                return handshake_step::none;
            }
            if (config_mismatch(shared, layout) != rpmsg::config_mismatch::none) {
                return handshake_step::refuse;
            }
            start(shared, layout); // the table may have come since
        }
        return handshake_step::attach;
    }
    /// The rings are laid out: keep the name service of the features that the device offers, then say so.
    template <region Region> constexpr auto attached(Region& shared, link_layout auto const& layout) -> void {
        if constexpr (has_status) {
            auto const vdev = layout.status() - status_in_vdev;
            auto const offered = shared.template load<site::status_load, std::uint32_t>(
                vdev + static_cast<std::uint32_t>(offsetof(wire::vdev_entry, device_features)));
            constexpr auto agreed = static_cast<std::uint32_t>(offsetof(wire::vdev_entry, driver_features));
            shared.template store<site::status_store>(vdev + agreed, offered & table_check<Config>::known_features);
            shared.template store<site::status_store>(layout.status(), wire::device_status::driver_ok);
            shared.clean(vdev + agreed, status_in_vdev + 1 - agreed);
        }
    }
    template <region Region> constexpr auto restart(Region& shared, link_layout auto const& layout) -> void {
        start(shared, layout);
    }

    /// In what the device's table differs from the configuration, where the dialect has one.
    template <region Region>
    static constexpr auto config_mismatch(Region& shared, link_layout auto const& layout) -> rpmsg::config_mismatch {
        if constexpr (has_status) {
            return table_check<Config>::compare(shared, layout, false);
        } else {
            return rpmsg::config_mismatch::none;
        }
    }
};

/// The driver's half of the handshake in wire/virtio/control_block.hpp.
template <vring_config Config>
requires(Config.dialect.attach == wire::attach_rule::epochs) class driver_handshake<Config> {
    using words = control_words;
    using block = wire::control_block;
    static constexpr auto driver = static_cast<std::uint32_t>(offsetof(block, driver));
    static constexpr auto device = static_cast<std::uint32_t>(offsetof(block, device));

    std::uint32_t epoch_{};
    std::uint32_t boot_{}; ///< of the device for which the rings are laid out

  public:
    /// Opens the next session.
    template <region Region> constexpr auto start(Region& shared, link_layout auto const& layout) -> void {
        shared.invalidate(layout.control(), sizeof(block));
        auto const before = epoch_ != 0 ? epoch_ : words::read(shared, layout, driver + offsetof(block::driver_half, epoch));
        auto const quiet = words::read(shared, layout, device + offsetof(block::device_half, quiet));
        epoch_ = before + 1;
        while (epoch_ == 0 or epoch_ == quiet) { // a session that the device has not let go of yet
            ++epoch_;
        }
        words::write(shared, layout, driver + offsetof(block::driver_half, fingerprint), Config.fingerprint());
        words::write(shared, layout, driver + offsetof(block::driver_half, epoch), epoch_);
        words::write(shared, layout, driver + offsetof(block::driver_half, magic), wire::control_magic);
        shared.clean(layout.control() + driver, sizeof(block::driver_half));
    }

    template <region Region> constexpr auto stands(Region& shared, link_layout auto const& layout) -> bool {
        shared.invalidate(layout.control(), sizeof(block));
        auto const epoch = epoch_;
        auto const boot = boot_;
        return words::read(shared, layout, driver + offsetof(block::driver_half, epoch)) == epoch and
               words::read(shared, layout, device + offsetof(block::device_half, boot)) == boot;
    }

    template <region Region> constexpr auto look(Region& shared, link_layout auto const& layout, bool, bool) -> handshake_step {
        shared.invalidate(layout.control(), sizeof(block));
        auto const is_wiped = words::read(shared, layout, driver + offsetof(block::driver_half, epoch)) != epoch_;
        if (is_wiped or words::read(shared, layout, driver + offsetof(block::driver_half, magic)) != wire::control_magic or
            words::read(shared, layout, driver + offsetof(block::driver_half, fingerprint)) != Config.fingerprint()) {
            // the peer, or what loaded it, cleared the block after our start
            start(shared, layout);
            return handshake_step::answered;
        }
        if (words::read(shared, layout, device + offsetof(block::device_half, magic)) != wire::control_magic) {
            return handshake_step::none;
        }
        if (words::read(shared, layout, device + offsetof(block::device_half, fingerprint)) != Config.fingerprint()) {
            return handshake_step::refuse;
        }
        if (words::read(shared, layout, device + offsetof(block::device_half, quiet)) != epoch_) {
            return handshake_step::none;
        }
        boot_ = words::read(shared, layout, device + offsetof(block::device_half, boot));
        return handshake_step::attach;
    }

    template <region Region> constexpr auto attached(Region& shared, link_layout auto const& layout) -> void {
        words::write(shared, layout, driver + offsetof(block::driver_half, boot_seen), boot_);
        words::write(shared, layout, driver + offsetof(block::driver_half, ready), epoch_);
        shared.clean(layout.control() + driver, sizeof(block::driver_half));
    }
    template <region Region> constexpr auto restart(Region& shared, link_layout auto const& layout) -> void {
        start(shared, layout);
    }

    template <region Region>
    constexpr auto config_mismatch(Region& shared, link_layout auto const& layout) -> rpmsg::config_mismatch {
        shared.invalidate(layout.control(), sizeof(block));
        auto const theirs = words::read(shared, layout, device + offsetof(block::device_half, fingerprint));
        return theirs != Config.fingerprint() ? rpmsg::config_mismatch::fingerprint : rpmsg::config_mismatch::none;
    }
};

/// The driver's half of the handshake in wire/virtio/boot_block.hpp (NuttX, drivers/rptun/rptun.c): it fills the table, boots, waits
/// until the device boots, lays out the rings and runs. Whoever finds another word of its own than it wrote begins again.
template <vring_config Config>
requires(Config.dialect.attach == wire::attach_rule::boot_words) class driver_handshake<Config> {
    using words = boot_words;
    using block = wire::boot_block;
    static constexpr auto theirs = static_cast<std::uint32_t>(offsetof(block, device_state));
    static constexpr auto ours = static_cast<std::uint32_t>(offsetof(block, driver_state));
    static constexpr auto vdev_size = static_cast<std::uint32_t>(sizeof(wire::vdev_entry));
    static constexpr auto ring_size = static_cast<std::uint32_t>(sizeof(wire::vring_entry));
    /// Name service, acknowledgement and sizes: of the bits that these dialects know the ones that need nothing else.
    static constexpr std::uint32_t offered = Config.dialect.features & 0b111;

    static constexpr auto vdev_of(link_layout auto const& layout) -> std::uint32_t {
        return layout.status() - static_cast<std::uint32_t>(offsetof(wire::vdev_entry, status));
    }
    template <region Region, std::size_t Count>
    static constexpr auto put(Region& shared, std::uint32_t offset, std::array<std::uint32_t, Count> const& words)
        -> std::uint32_t {
        for (auto const word : words) {
            shared.template store<site::ring_clear>(offset, word);
            offset += 4;
        }
        return offset;
    }
    /// The head of a table with one entry, the entry with a status of 0, and its config space.
    template <region Region> static constexpr auto fill_table(Region& shared, link_layout auto const& layout) -> void {
        auto const vdev = vdev_of(layout);
        auto const table = layout.boot() + static_cast<std::uint32_t>(sizeof(block));
        constexpr auto config_size = static_cast<std::uint32_t>(sizeof(wire::rptun_config));
        constexpr auto entry = wire::vdev_entry{};
        shared.template store<site::status_store>(layout.status(), std::uint8_t{0});
        (void)put(shared, table, std::array<std::uint32_t, 5>{1, 1, 0, 0, vdev - table});
        auto at = put(shared, vdev,
                      std::array<std::uint32_t, 7>{entry.type, entry.id, 0, offered, 0, config_size, entry.vring_count << 8});
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            at = put(
                shared, at,
                std::array<std::uint32_t, 5>{layout.parts(ring).descriptors, Config.alignment, Config.buffers, 1 + ring, 0});
        }
        auto config = std::array<std::uint32_t, config_size / 4>{Config.size_of(1), Config.size_of(0)};
        (void)put(shared, at, config);
        shared.clean(table, static_cast<std::uint32_t>(offsetof(wire::resource_table, vdev)));
        shared.clean(vdev, vdev_size + 2 * ring_size + config_size);
    }
    template <region Region>
    static constexpr auto leave(Region& shared, link_layout auto const& layout, std::uint32_t state) -> void {
        shared.invalidate(layout.boot(), sizeof(block));
        fill_table(shared, layout);
        auto const base = layout.address_of(layout.buffer(0, 0)) - layout.buffer(0, 0);
        words::write(shared, layout, 0, static_cast<std::uint32_t>(base));
        words::write(shared, layout, 4, static_cast<std::uint32_t>(base >> 32));
        if ((words::read(shared, layout, theirs) & wire::boot_state::runs) != 0) {
            words::write(shared, layout, theirs, wire::boot_state::needs_reset);
        }
        words::write(shared, layout, ours, state);
    }

  public:
    /// A device that still runs is asked to begin again.
    template <region Region> static constexpr auto start(Region& shared, link_layout auto const& layout) -> void {
        leave(shared, layout, wire::boot_state::boots);
    }
    template <region Region> static constexpr auto runs(Region& shared, link_layout auto const& layout) -> bool {
        shared.invalidate(layout.boot(), sizeof(block));
        return words::read(shared, layout, ours) == wire::boot_state::runs;
    }
    template <region Region> static constexpr auto stands(Region& shared, link_layout auto const& layout) -> bool {
        return runs(shared, layout);
    }
    template <region Region>
    static constexpr auto look(Region& shared, link_layout auto const& layout, bool, bool) -> handshake_step {
        shared.invalidate(layout.boot(), sizeof(block));
        if (words::read(shared, layout, ours) != wire::boot_state::boots) {
            start(shared, layout); // the device asks for it, or somebody cleared the block
            return handshake_step::answered;
        }
        return (words::read(shared, layout, theirs) & wire::boot_state::boots) != 0 ? handshake_step::attach
                                                                                    : handshake_step::none;
    }
    /// The status comes before the word: a device that finds no status looks again only after a second.
    template <region Region> static constexpr auto attached(Region& shared, link_layout auto const& layout) -> void {
        auto const vdev = vdev_of(layout);
        shared.template store<site::status_store>(
            vdev + static_cast<std::uint32_t>(offsetof(wire::vdev_entry, driver_features)), offered);
        shared.template store<site::status_store>(layout.status(), wire::device_status::driver_ok);
        shared.clean(vdev, vdev_size);
        boot_commands<Config>::clear(shared, layout); // a dead device's too: the next would take no table
        words::write(shared, layout, ours, wire::boot_state::runs);
    }
    /// This side closes: a device that runs is to wait for the next start.
    template <region Region> static constexpr auto restart(Region& shared, link_layout auto const& layout) -> void {
        leave(shared, layout, wire::boot_state::none);
    }
    /// The table is the driver's own: a device that disagrees stays away.
    template <region Region> static constexpr auto config_mismatch(Region&, link_layout auto const&) -> rpmsg::config_mismatch {
        return rpmsg::config_mismatch::none;
    }
};

} // namespace rpmsg::detail
