#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/handshake/step.hpp>
#include <rpmsg/transport/vring/handshake/table_check.hpp>
#include <rpmsg/transport/vring/handshake/word_access.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/transport/vring/virtqueue.hpp>
#include <rpmsg/wire/virtio/boot_block.hpp>
#include <rpmsg/wire/virtio/control_block.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::detail {

/// How the device learns that the driver's rings are ready and, where the dialect has a word for it, that they are gone, for
/// dialects without an epoch. That they were laid out anew shows in the mark of ring_attach.hpp.
template <vring_config Config> class device_handshake {
    static constexpr auto rule = Config.dialect.attach;

    template <region Region> static constexpr auto index(Region& shared, std::uint32_t ring) -> std::uint16_t {
        shared.invalidate(ring, 4);
        return shared.template load<site::peer_index, std::uint16_t>(ring + 2);
    }

    /// What the driver has done with ring 0. While it is blank the rings are not laid out, or the driver is at it.
    enum class posted : std::uint8_t { blank, none, some };
    template <region Region> static constexpr auto look_at(Region& shared, wire::vring_parts const& to_driver) -> posted {
        auto const available = index(shared, to_driver.available);
        auto const used = index(shared, to_driver.used);
        auto const left = static_cast<std::uint16_t>(available - used);
        return (available | used) == 0 ? posted::blank : left > 0 and left <= Config.buffers ? posted::some : posted::none;
    }

    /// The memory that rpmsg-lite's master leaves after its start (rpmsg_lite.c): the used ring of ring 1 is at most one
    /// round ahead, and doorbells of ring 0 are "suppressed" for ever. It fills that used ring last, one by one: fewer
    /// entries than buffers before it has sent anything mean that it is still at it.
    template <region Region> static constexpr auto is_prefilled(Region& shared, link_layout auto const& layout) -> bool {
        auto const to_device = layout.parts(1);
        auto const given = index(shared, to_device.used);
        auto const sent = index(shared, to_device.available);
        auto const is_being_filled = sent == 0 and given < Config.buffers;
        auto const unused = static_cast<std::uint16_t>(given - sent);
        auto const flags = shared.template load<site::peer_flags, std::uint16_t>(layout.parts(0).available);
        return not is_being_filled and unused <= Config.buffers and (flags & wire::suppress_doorbell) != 0;
    }

    template <region Region> static constexpr auto is_ready(Region& shared, link_layout auto const& layout) -> bool {
        shared.invalidate(layout.status(), 1);
        auto const status = shared.template load<site::status_load, std::uint8_t>(layout.status());
        return (status & ~wire::device_status::on_the_way) == wire::device_status::driver_ok;
    }

  public:
    template <region Region> constexpr auto start(Region&, link_layout auto const&) -> void {}

    /// Whether a link that is up still is; with a status byte, whether the driver's rings are there.
    template <region Region> static constexpr auto stands(Region& shared, link_layout auto const& layout) -> bool {
        return rule != wire::attach_rule::status_byte or is_ready(shared, layout);
    }

    /// Looks once, while the link is not up. `stands` is what `stands()` said, `rang` tells whether a doorbell of ring 0 came
    /// since these rings are there.
    template <region Region>
    constexpr auto look(Region& shared, link_layout auto const& layout, bool stands, bool rang) -> handshake_step {
        if constexpr (rule == wire::attach_rule::status_byte) {
            if (not stands) {
                return handshake_step::over;
            }
            if (Config.dialect.compares_table and config_mismatch(shared, layout) != rpmsg::config_mismatch::none) {
                return handshake_step::refuse;
            }
            return look_at(shared, layout.parts(0)) == posted::blank ? handshake_step::none : handshake_step::attach;
        } else {
            auto const found = rang ? look_at(shared, layout.parts(0)) : posted::none;
            if (found != posted::some) {
                return found == posted::blank ? handshake_step::early : handshake_step::none;
            }
            return rule == wire::attach_rule::first_doorbell or is_prefilled(shared, layout) ? handshake_step::attach
                                                                                             : handshake_step::none;
        }
    }

    /// This side went down by itself and wants to begin again.
    template <region Region> constexpr auto restart(Region&, link_layout auto const&) -> void {}

    /// In what the driver's words differ from the configuration, as far as the dialect has any.
    template <region Region>
    static constexpr auto config_mismatch(Region& shared, link_layout auto const& layout) -> rpmsg::config_mismatch {
        if constexpr (Config.dialect.compares_table) {
            return table_check<Config>::compare(shared, layout, true);
        } else {
            return rpmsg::config_mismatch::none;
        }
    }
};

/// The device's half of the handshake in wire/virtio/control_block.hpp.
template <vring_config Config>
requires(Config.dialect.attach == wire::attach_rule::epochs) class device_handshake<Config> {
    using words = control_words;
    using block = wire::control_block;
    static constexpr auto driver = static_cast<std::uint32_t>(offsetof(block, driver));
    static constexpr auto device = static_cast<std::uint32_t>(offsetof(block, device));

    std::uint32_t boot_{};
    std::uint32_t session_{}; ///< the epoch that we attached to or let go for
    bool is_awaited_{};       ///< we let go for it and did not attach yet

  public:
    /// Counts the boot up, so that a driver with an older session opens a new one.
    template <region Region> constexpr auto start(Region& shared, link_layout auto const& layout) -> void {
        shared.invalidate(layout.control() + device, sizeof(block::device_half));
        auto const before = boot_ != 0 ? boot_ : words::read(shared, layout, device + offsetof(block::device_half, boot));
        boot_ = before + 1 == 0 ? 1 : before + 1;
        session_ = 0;
        is_awaited_ = false;
        words::write(shared, layout, device + offsetof(block::device_half, quiet), 0);
        words::write(shared, layout, device + offsetof(block::device_half, fingerprint), Config.fingerprint());
        words::write(shared, layout, device + offsetof(block::device_half, boot), boot_);
        words::write(shared, layout, device + offsetof(block::device_half, magic), wire::control_magic);
        shared.clean(layout.control() + device, sizeof(block::device_half));
    }

    template <region Region> constexpr auto stands(Region& shared, link_layout auto const& layout) -> bool {
        shared.invalidate(layout.control(), sizeof(block));
        auto const session = session_;
        auto const boot = boot_;
        return words::read(shared, layout, driver + offsetof(block::driver_half, epoch)) == session and
               words::read(shared, layout, device + offsetof(block::device_half, boot)) == boot;
    }

    template <region Region> constexpr auto look(Region& shared, link_layout auto const& layout, bool, bool) -> handshake_step {
        shared.invalidate(layout.control(), sizeof(block));
        auto const epoch = words::read(shared, layout, driver + offsetof(block::driver_half, epoch));
        auto const is_wiped = words::read(shared, layout, device + offsetof(block::device_half, boot)) != boot_;
        if (is_wiped or words::read(shared, layout, device + offsetof(block::device_half, magic)) != wire::control_magic or
            words::read(shared, layout, device + offsetof(block::device_half, fingerprint)) != Config.fingerprint()) {
            // the peer, or what loaded it, cleared the block after our start
            start(shared, layout);
            return handshake_step::answered;
        }
        if (words::read(shared, layout, driver + offsetof(block::driver_half, magic)) != wire::control_magic) {
            return handshake_step::none;
        }
        if (words::read(shared, layout, driver + offsetof(block::driver_half, fingerprint)) != Config.fingerprint()) {
            return handshake_step::refuse;
        }
        // Rings that are ready stand until we let go of them, even when their driver has started anew: what it published
        // there is still delivered.
        if (is_awaited_ and words::read(shared, layout, driver + offsetof(block::driver_half, ready)) == session_ and
            words::read(shared, layout, driver + offsetof(block::driver_half, boot_seen)) == boot_) {
            is_awaited_ = false;
            return handshake_step::attach;
        }
        if (epoch == session_) {
            return handshake_step::none;
        }
        session_ = epoch;
        is_awaited_ = true;
        words::write(shared, layout, device + offsetof(block::device_half, quiet), epoch);
        shared.clean(layout.control() + device, sizeof(block::device_half));
        return handshake_step::answered;
    }

    template <region Region> constexpr auto restart(Region& shared, link_layout auto const& layout) -> void {
        start(shared, layout);
    }

    template <region Region>
    constexpr auto config_mismatch(Region& shared, link_layout auto const& layout) -> rpmsg::config_mismatch {
        shared.invalidate(layout.control(), sizeof(block));
        auto const theirs = words::read(shared, layout, driver + offsetof(block::driver_half, fingerprint));
        return theirs != Config.fingerprint() ? rpmsg::config_mismatch::fingerprint : rpmsg::config_mismatch::none;
    }
};

/// The device's half of the handshake in wire/virtio/boot_block.hpp (NuttX, drivers/rptun/rptun.c): it boots, waits until the driver
/// runs, runs, and attaches when the status byte says so. Whoever finds another word of its own than it wrote begins again.
template <vring_config Config>
requires(Config.dialect.attach == wire::attach_rule::boot_words) class device_handshake<Config> {
    using words = boot_words;
    using block = wire::boot_block;
    static constexpr auto ours = static_cast<std::uint32_t>(offsetof(block, device_state));
    static constexpr auto theirs = static_cast<std::uint32_t>(offsetof(block, driver_state));

    bool runs_{};

    template <region Region> constexpr auto leave(Region& shared, link_layout auto const& layout, std::uint32_t state) -> void {
        shared.invalidate(layout.boot(), sizeof(block));
        if ((words::read(shared, layout, ours) & wire::boot_state::runs) != 0) {
            words::write(shared, layout, theirs, wire::boot_state::needs_reset);
        }
        words::write(shared, layout, ours, state);
        runs_ = false;
    }

  public:
    /// A driver that still knows an earlier life of ours is asked to begin again.
    template <region Region> constexpr auto start(Region& shared, link_layout auto const& layout) -> void {
        leave(shared, layout, wire::boot_state::boots);
    }

    /// Whether neither side booted since the link came up.
    template <region Region> static constexpr auto runs(Region& shared, link_layout auto const& layout) -> bool {
        shared.invalidate(layout.boot(), sizeof(block));
        return words::read(shared, layout, ours) == wire::boot_state::runs and
               words::read(shared, layout, theirs) == wire::boot_state::runs;
    }
    template <region Region> static constexpr auto stands(Region& shared, link_layout auto const& layout) -> bool {
        shared.invalidate(layout.status(), 1);
        auto const status = shared.template load<site::status_load, std::uint8_t>(layout.status());
        return runs(shared, layout) and (status & ~wire::device_status::on_the_way) == wire::device_status::driver_ok;
    }

    template <region Region>
    constexpr auto look(Region& shared, link_layout auto& layout, bool stands, bool) -> handshake_step {
        shared.invalidate(layout.boot(), sizeof(block));
        if (words::read(shared, layout, ours) != (runs_ ? wire::boot_state::runs : wire::boot_state::boots)) {
            start(shared, layout); // the driver asks for it, or somebody cleared the block
            return handshake_step::answered;
        }
        auto const driver = words::read(shared, layout, theirs);
        // A driver that boots waits for our `boots`: we took the word of its earlier life for this one.
        auto const next = runs_ ? driver != wire::boot_state::boots : (driver & wire::boot_state::runs) != 0;
        if (next != runs_) {
            runs_ = next;
            words::write(shared, layout, ours, next ? wire::boot_state::runs : wire::boot_state::boots);
            return handshake_step::answered;
        }
        if (not runs_) {
            return handshake_step::none;
        }
        if (not stands and not device_handshake::stands(shared, layout)) {
            return handshake_step::over;
        }
        return config_mismatch(shared, layout) == rpmsg::config_mismatch::none ? handshake_step::attach
                                                                               : handshake_step::refuse;
    }

    /// This side closes: a driver that runs is to wait for the next start.
    template <region Region> constexpr auto restart(Region& shared, link_layout auto const& layout) -> void {
        leave(shared, layout, wire::boot_state::none);
    }

    /// In what the driver's words differ from the configuration; the layout learns the driver's base.
    template <region Region>
    static constexpr auto config_mismatch(Region& shared, link_layout auto& layout) -> rpmsg::config_mismatch {
        shared.invalidate(layout.boot(), sizeof(block));
        auto const base = words::read(shared, layout, 0) | std::uint64_t{words::read(shared, layout, 4)} << 32;
        return layout.rebase(base) ? table_check<Config>::compare(shared, layout, true) : rpmsg::config_mismatch::base_address;
    }
};

} // namespace rpmsg::detail
