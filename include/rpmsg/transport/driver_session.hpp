#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/session.hpp>
#include <rpmsg/transport/vring_config.hpp>
#include <rpmsg/transport/vring_layout.hpp>
#include <rpmsg/wire/control_block.hpp>
#include <rpmsg/wire/resource_table.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::detail {

/// How the driver tells that its rings are ready, for dialects without an epoch: the device answers with no word, so
/// the driver is ready when it has laid the rings out.
template <vring_config Config> class driver_session {
    static constexpr bool has_status = Config.dialect.status_in_table;
    static constexpr auto status_in_vdev = static_cast<std::uint32_t>(offsetof(wire::vdev_entry, status));

  public:
    /// Takes back the readiness that an earlier life may have left.
    template <region Region> constexpr auto start(Region& shared, link_layout auto const& layout) -> void {
        if constexpr (has_status) {
            shared.template store<site::status_store>(layout.status(), std::uint8_t{0});
            shared.clean(layout.status(), 1);
        }
    }
    template <region Region> static constexpr auto stands(Region&, link_layout auto const&) -> bool { return true; }
    template <region Region> static constexpr auto look(Region&, link_layout auto const&, bool, bool, bool) -> session_step {
        return session_step::attach;
    }
    /// The rings are laid out: keep the name service of the features that the device offers, then say so.
    template <region Region> constexpr auto attached(Region& shared, link_layout auto const& layout) -> void {
        if constexpr (has_status) {
            auto const vdev = layout.status() - status_in_vdev;
            auto const offered = shared.template load<site::status_load, std::uint32_t>(
                vdev + static_cast<std::uint32_t>(offsetof(wire::vdev_entry, device_features)));
            shared.template store<site::status_store>(
                vdev + static_cast<std::uint32_t>(offsetof(wire::vdev_entry, driver_features)),
                offered & wire::feature_name_service);
            shared.template store<site::status_store>(layout.status(), wire::device_status::driver_ok);
            shared.clean(vdev, sizeof(wire::vdev_entry));
        }
    }
    template <region Region> constexpr auto restart(Region& shared, link_layout auto const& layout) -> void {
        start(shared, layout);
    }
};

/// The driver's half of the handshake in wire/control_block.hpp.
template <vring_config Config>
    requires(Config.dialect.attach == wire::attach_rule::epochs)
class driver_session<Config> {
    using block = wire::control_block;
    static constexpr auto driver = static_cast<std::uint32_t>(offsetof(block, driver));
    static constexpr auto device = static_cast<std::uint32_t>(offsetof(block, device));

    std::uint32_t epoch_{};
    std::uint32_t boot_{}; ///< of the device for which the rings are laid out

    template <region Region>
    static constexpr auto read(Region& shared, link_layout auto const& layout, std::uint32_t offset) -> std::uint32_t {
        return shared.template load<site::control_load, std::uint32_t>(layout.control() + offset);
    }
    template <region Region>
    static constexpr auto write(Region& shared, link_layout auto const& layout, std::uint32_t offset,
                                std::uint32_t value) -> void {
        shared.template store<site::control_store>(layout.control() + offset, value);
    }

  public:
    /// Opens the next session.
    template <region Region> constexpr auto start(Region& shared, link_layout auto const& layout) -> void {
        shared.invalidate(layout.control(), sizeof(block));
        auto const before = epoch_ != 0 ? epoch_ : read(shared, layout, driver + offsetof(block::driver_half, epoch));
        auto const quiet = read(shared, layout, device + offsetof(block::device_half, quiet));
        epoch_ = before + 1;
        while (epoch_ == 0 or epoch_ == quiet) { // a session that the device has not let go of yet
            ++epoch_;
        }
        write(shared, layout, driver + offsetof(block::driver_half, fingerprint), Config.fingerprint());
        write(shared, layout, driver + offsetof(block::driver_half, epoch), epoch_);
        write(shared, layout, driver + offsetof(block::driver_half, magic), wire::control_magic);
        shared.clean(layout.control() + driver, sizeof(block::driver_half));
    }

    template <region Region> constexpr auto stands(Region& shared, link_layout auto const& layout) -> bool {
        shared.invalidate(layout.control(), sizeof(block));
        auto const epoch = epoch_;
        auto const boot = boot_;
        return read(shared, layout, driver + offsetof(block::driver_half, epoch)) == epoch and
               read(shared, layout, device + offsetof(block::device_half, boot)) == boot;
    }

    template <region Region>
    constexpr auto look(Region& shared, link_layout auto const& layout, bool, bool, bool) -> session_step {
        shared.invalidate(layout.control(), sizeof(block));
        auto const is_wiped = read(shared, layout, driver + offsetof(block::driver_half, epoch)) != epoch_;
        if (is_wiped or read(shared, layout, driver + offsetof(block::driver_half, magic)) != wire::control_magic or
            read(shared, layout, driver + offsetof(block::driver_half, fingerprint)) != Config.fingerprint()) {
            // the peer, or what loaded it, cleared the block after our start
            start(shared, layout);
            return session_step::answered;
        }
        if (read(shared, layout, device + offsetof(block::device_half, magic)) != wire::control_magic) {
            return session_step::none;
        }
        if (read(shared, layout, device + offsetof(block::device_half, fingerprint)) != Config.fingerprint()) {
            return session_step::refuse;
        }
        if (read(shared, layout, device + offsetof(block::device_half, quiet)) != epoch_) {
            return session_step::none;
        }
        boot_ = read(shared, layout, device + offsetof(block::device_half, boot));
        return session_step::attach;
    }

    template <region Region> constexpr auto attached(Region& shared, link_layout auto const& layout) -> void {
        write(shared, layout, driver + offsetof(block::driver_half, boot_seen), boot_);
        write(shared, layout, driver + offsetof(block::driver_half, ready), epoch_);
        shared.clean(layout.control() + driver, sizeof(block::driver_half));
    }
    template <region Region> constexpr auto restart(Region& shared, link_layout auto const& layout) -> void {
        start(shared, layout);
    }
};

} // namespace rpmsg::detail
