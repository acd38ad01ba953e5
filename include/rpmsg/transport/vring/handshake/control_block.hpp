#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/config_mismatch.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/handshake/handshake.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/wire/virtio/control_block.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::detail {

/// The words of the control block (wire/virtio/control_block.hpp), by their offset in it. The writer cleans its half last.
struct control_words {
    template <region Region>
    static constexpr auto read(Region& shared, link_layout auto const& layout, std::uint32_t offset) -> std::uint32_t {
        return shared.template load<site::control_load, std::uint32_t>(layout.control() + offset);
    }
    template <region Region>
    static constexpr auto write(Region& shared, link_layout auto const& layout, std::uint32_t offset, std::uint32_t value)
        -> void {
        shared.template store<site::control_store>(layout.control() + offset, value);
    }
};

/// Constants and functions of both roles.
struct control_block_facts : handshake_facts {
    using words = control_words;
    using block = wire::control_block;
    static constexpr auto driver = static_cast<std::uint32_t>(offsetof(block, driver));
    static constexpr auto device = static_cast<std::uint32_t>(offsetof(block, device));

    static constexpr bool agrees_on_rings = true;
    static constexpr bool drains_after_restart = true;
    static constexpr bool tells_of_close = true;
    static constexpr int most_steps = 3;

    /// Whether the words of both sides are still those with which the link came up.
    template <region Region>
    static constexpr auto is_unchanged(Region& shared, link_layout auto const& layout, std::uint32_t epoch, std::uint32_t boot)
        -> bool {
        shared.invalidate(layout.control(), sizeof(block));
        return words::read(shared, layout, driver + offsetof(block::driver_half, epoch)) == epoch and
               words::read(shared, layout, device + offsetof(block::device_half, boot)) == boot;
    }
    /// Whether all words lie inside a region of `size` bytes.
    [[nodiscard]] static constexpr auto fits(link_layout auto const& layout, std::uint32_t size) -> bool {
        return lies_aligned(layout.control(), sizeof(wire::control_block), size);
    }
};

/// The device's half of the handshake in wire/virtio/control_block.hpp.
template <vring_config Config> class control_block_device : public control_block_facts {
    std::uint32_t boot_{};
    std::uint32_t epoch_seen_{}; ///< the epoch that this side attached to, or wrote to `quiet`
    bool is_awaited_{};          ///< the epoch was written to `quiet`, and this side has not attached yet

  public:
    /// Increments `boot`, so that a driver with an older epoch opens a new one.
    template <region Region> constexpr auto start(Region& shared, link_layout auto const& layout) -> void {
        shared.invalidate(layout.control() + device, sizeof(block::device_half));
        auto const before = boot_ != 0 ? boot_ : words::read(shared, layout, device + offsetof(block::device_half, boot));
        boot_ = before + 1 == 0 ? 1 : before + 1;
        epoch_seen_ = 0;
        is_awaited_ = false;
        words::write(shared, layout, device + offsetof(block::device_half, quiet), 0);
        words::write(shared, layout, device + offsetof(block::device_half, fingerprint), Config.fingerprint());
        words::write(shared, layout, device + offsetof(block::device_half, boot), boot_);
        words::write(shared, layout, device + offsetof(block::device_half, magic), wire::control_magic);
        shared.clean(layout.control() + device, sizeof(block::device_half));
    }

    template <region Region> constexpr auto is_established(Region& shared, link_layout auto const& layout) -> bool {
        return is_unchanged(shared, layout, epoch_seen_, boot_);
    }

    template <region Region>
    constexpr auto advance(Region& shared, link_layout auto const& layout, bool, bool) -> handshake_step {
        shared.invalidate(layout.control(), sizeof(block));
        auto const epoch = words::read(shared, layout, driver + offsetof(block::driver_half, epoch));
        auto const is_wiped = words::read(shared, layout, device + offsetof(block::device_half, boot)) != boot_;
        if (is_wiped or words::read(shared, layout, device + offsetof(block::device_half, magic)) != wire::control_magic or
            words::read(shared, layout, device + offsetof(block::device_half, fingerprint)) != Config.fingerprint()) {
            // the peer or a loader cleared the block after the start
            start(shared, layout);
            return handshake_step::answered;
        }
        if (words::read(shared, layout, driver + offsetof(block::driver_half, magic)) != wire::control_magic) {
            return handshake_step::none;
        }
        if (words::read(shared, layout, driver + offsetof(block::driver_half, fingerprint)) != Config.fingerprint()) {
            return handshake_step::refuse;
        }
        // Rings that are ready stay valid until the device releases them, even after a restart of their driver: messages that
        // it published there are still delivered.
        if (is_awaited_ and words::read(shared, layout, driver + offsetof(block::driver_half, ready)) == epoch_seen_ and
            words::read(shared, layout, driver + offsetof(block::driver_half, boot_seen)) == boot_) {
            is_awaited_ = false;
            return handshake_step::attach;
        }
        if (epoch == epoch_seen_) {
            return handshake_step::none;
        }
        epoch_seen_ = epoch;
        is_awaited_ = true;
        words::write(shared, layout, device + offsetof(block::device_half, quiet), epoch);
        shared.clean(layout.control() + device, sizeof(block::device_half));
        return handshake_step::answered;
    }

    template <region Region> constexpr auto restart(Region& shared, link_layout auto const& layout) -> void {
        start(shared, layout);
    }

    template <region Region> constexpr auto mismatch(Region& shared, link_layout auto const& layout) -> config_mismatch {
        shared.invalidate(layout.control(), sizeof(block));
        auto const theirs = words::read(shared, layout, driver + offsetof(block::driver_half, fingerprint));
        return theirs != Config.fingerprint() ? config_mismatch::fingerprint : config_mismatch::none;
    }
};

/// The driver's half of the handshake in wire/virtio/control_block.hpp.
template <vring_config Config> class control_block_driver : public control_block_facts {
    std::uint32_t epoch_{};
    std::uint32_t boot_{}; ///< `boot` of the device for which the rings were initialised

  public:
    /// Opens the next epoch.
    template <region Region> constexpr auto start(Region& shared, link_layout auto const& layout) -> void {
        shared.invalidate(layout.control(), sizeof(block));
        auto const before = epoch_ != 0 ? epoch_ : words::read(shared, layout, driver + offsetof(block::driver_half, epoch));
        auto const quiet = words::read(shared, layout, device + offsetof(block::device_half, quiet));
        epoch_ = before + 1;
        while (epoch_ == 0 or epoch_ == quiet) { // an epoch that the device has not released yet
            ++epoch_;
        }
        words::write(shared, layout, driver + offsetof(block::driver_half, fingerprint), Config.fingerprint());
        words::write(shared, layout, driver + offsetof(block::driver_half, epoch), epoch_);
        words::write(shared, layout, driver + offsetof(block::driver_half, magic), wire::control_magic);
        shared.clean(layout.control() + driver, sizeof(block::driver_half));
    }

    template <region Region> constexpr auto is_established(Region& shared, link_layout auto const& layout) -> bool {
        return is_unchanged(shared, layout, epoch_, boot_);
    }

    template <region Region>
    constexpr auto advance(Region& shared, link_layout auto const& layout, bool, bool) -> handshake_step {
        shared.invalidate(layout.control(), sizeof(block));
        auto const is_wiped = words::read(shared, layout, driver + offsetof(block::driver_half, epoch)) != epoch_;
        if (is_wiped or words::read(shared, layout, driver + offsetof(block::driver_half, magic)) != wire::control_magic or
            words::read(shared, layout, driver + offsetof(block::driver_half, fingerprint)) != Config.fingerprint()) {
            // the peer or a loader cleared the block after the start
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

    template <region Region> constexpr auto mismatch(Region& shared, link_layout auto const& layout) -> config_mismatch {
        shared.invalidate(layout.control(), sizeof(block));
        auto const theirs = words::read(shared, layout, device + offsetof(block::device_half, fingerprint));
        return theirs != Config.fingerprint() ? config_mismatch::fingerprint : config_mismatch::none;
    }
};

} // namespace rpmsg::detail
