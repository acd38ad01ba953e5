#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/config_mismatch.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/handshake/boot_block.hpp>
#include <rpmsg/transport/vring/handshake/handshake.hpp>
#include <rpmsg/transport/vring/handshake/table_check.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/wire/virtio/boot_block.hpp>
#include <rpmsg/wire/virtio/config_space.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg::detail {

/// The commands of both sides, in the reserved words of the table behind the boot block.
template <vring_config Config> struct boot_commands {
    template <region Region>
    static constexpr auto given(Region& shared, link_layout auto const& layout, bool by_driver) -> std::uint32_t {
        shared.invalidate(layout.boot() + word_of(by_driver), sizeof(std::uint32_t));
        return boot_words::read(shared, layout, word_of(by_driver));
    }
    /// Clears both commands.
    template <region Region> static constexpr auto clear(Region& shared, link_layout auto const& layout) -> void {
        boot_words::write(shared, layout, word_of(true), 0);
        boot_words::write(shared, layout, word_of(false), 0);
    }
    /// The reason with which a command ends the link, or `none`.
    static constexpr auto reason_of(std::uint32_t word) -> down_reason {
        namespace command = wire::boot_command;
        constexpr auto openvela = Config.dialect.counts_as_openvela;
        switch (word >> 16) {
        case openvela ? command::openvela_panic: command::panic : return down_reason::peer_panicked;
        case openvela                          ? command::openvela_restart: command::reset : return down_reason::reset_asked;
        case openvela                          ? command::openvela_stop: command::stop : return down_reason::peer_stopped;
        default: return down_reason::none;
        }
    }
    /// Clears a command of the other side and acknowledges it, except with openvela.
    template <region Region>
    static constexpr auto take(Region& shared, link_layout auto const& layout, bool by_driver) -> void {
        boot_words::write(shared, layout, word_of(by_driver), 0);
        if constexpr (not Config.dialect.counts_as_openvela) {
            boot_words::write(shared, layout, word_of(not by_driver), wire::boot_command::acknowledge);
        }
    }

  private:
    static constexpr auto word_of(bool driver) -> std::uint32_t {
        return static_cast<std::uint32_t>(sizeof(wire::boot_block) + offsetof(wire::resource_table, reserved)) +
               (driver ? 0 : 4);
    }
};

/// Constants and functions of both roles.
template <vring_config Config, bool IsDevice> struct boot_words_facts : handshake_facts {
    static constexpr bool agrees_on_rings = true;
    static constexpr bool changes_without_doorbell = true;
    static constexpr bool restarts_without_doorbell = true;
    static constexpr bool tells_of_close = true;
    static constexpr int most_steps = 3;

    /// The reason with which a command of the peer ends the link, or `none`. Other commands are left to the application.
    template <region Region> static constexpr auto commanded(Region& shared, link_layout auto const& layout) -> down_reason {
        return boot_commands<Config>::reason_of(boot_commands<Config>::given(shared, layout, IsDevice));
    }
    /// Whether all words lie inside a region of `size` bytes.
    [[nodiscard]] static constexpr auto fits(link_layout auto const& layout, std::uint32_t size) -> bool {
        return boot_block_fits<Config>(layout, size);
    }
    template <region Region> static constexpr auto take_command(Region& shared, link_layout auto const& layout) -> void {
        boot_commands<Config>::take(shared, layout, IsDevice);
    }
};

/// The device's half of the handshake in wire/virtio/boot_block.hpp (NuttX, drivers/rptun/rptun.c). The device writes `boots`,
/// waits until the driver runs, writes `runs`, and attaches when the status byte is driver_ok. When its own word has another
/// value than it wrote, it starts again.
template <vring_config Config> class boot_words_device : public boot_words_facts<Config, true> {
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
    /// A driver that still runs with the device's previous start is requested to start again.
    template <region Region> constexpr auto start(Region& shared, link_layout auto const& layout) -> void {
        leave(shared, layout, wire::boot_state::boots);
    }

    /// Whether neither side has restarted since the link came up.
    template <region Region> static constexpr auto is_running(Region& shared, link_layout auto const& layout) -> bool {
        shared.invalidate(layout.boot(), sizeof(block));
        return words::read(shared, layout, ours) == wire::boot_state::runs and
               words::read(shared, layout, theirs) == wire::boot_state::runs;
    }
    template <region Region> static constexpr auto is_established(Region& shared, link_layout auto const& layout) -> bool {
        shared.invalidate(layout.status(), 1);
        auto const status = shared.template load<site::status_load, std::uint8_t>(layout.status());
        return is_running(shared, layout) and (status & ~wire::device_status::on_the_way) == wire::device_status::driver_ok;
    }

    template <region Region>
    constexpr auto advance(Region& shared, link_layout auto& layout, bool established, bool) -> handshake_step {
        shared.invalidate(layout.boot(), sizeof(block));
        if (words::read(shared, layout, ours) != (runs_ ? wire::boot_state::runs : wire::boot_state::boots)) {
            start(shared, layout); // the driver requests it, or the block was cleared
            return handshake_step::answered;
        }
        auto const driver = words::read(shared, layout, theirs);
        // A driver in `boots` waits for the device's `boots`: its previous `runs` was taken for the current one.
        auto const next = runs_ ? driver != wire::boot_state::boots : (driver & wire::boot_state::runs) != 0;
        if (next != runs_) {
            runs_ = next;
            words::write(shared, layout, ours, next ? wire::boot_state::runs : wire::boot_state::boots);
            return handshake_step::answered;
        }
        if (not runs_) {
            return handshake_step::none;
        }
        if (not established and not is_established(shared, layout)) {
            return handshake_step::over;
        }
        return mismatch(shared, layout) == config_mismatch::none ? handshake_step::attach : handshake_step::refuse;
    }

    /// This side closes: a running driver has to wait for the next start.
    template <region Region> constexpr auto restart(Region& shared, link_layout auto const& layout) -> void {
        leave(shared, layout, wire::boot_state::none);
    }

    /// The field of the driver's words that does not match the configuration. Sets the driver's base address in the layout.
    template <region Region> static constexpr auto mismatch(Region& shared, link_layout auto& layout) -> config_mismatch {
        shared.invalidate(layout.boot(), sizeof(block));
        auto const base = words::read(shared, layout, 0) | std::uint64_t{words::read(shared, layout, 4)} << 32;
        return layout.rebase(base) ? table_check<Config>::compare(shared, layout, true) : config_mismatch::base_address;
    }
};

/// The driver's half of the handshake in wire/virtio/boot_block.hpp (NuttX, drivers/rptun/rptun.c). The driver fills the table,
/// writes `boots`, waits until the device boots, initialises the rings and writes `runs`. When its own word has another value
/// than it wrote, it starts again.
template <vring_config Config> class boot_words_driver : public boot_words_facts<Config, false> {
    using words = boot_words;
    using table = driver_table<Config>;
    using block = wire::boot_block;
    static constexpr auto theirs = static_cast<std::uint32_t>(offsetof(block, device_state));
    static constexpr auto ours = static_cast<std::uint32_t>(offsetof(block, driver_state));
    template <region Region>
    static constexpr auto leave(Region& shared, link_layout auto const& layout, std::uint32_t state) -> void {
        shared.invalidate(layout.boot(), sizeof(block));
        table::fill(shared, layout);
        table::put_base(shared, layout, table::base_of(layout));
        if ((words::read(shared, layout, theirs) & wire::boot_state::runs) != 0) {
            words::write(shared, layout, theirs, wire::boot_state::needs_reset);
        }
        words::write(shared, layout, ours, state);
    }

  public:
    /// A device that still runs is requested to start again.
    template <region Region> static constexpr auto start(Region& shared, link_layout auto const& layout) -> void {
        leave(shared, layout, wire::boot_state::boots);
    }
    template <region Region> static constexpr auto is_running(Region& shared, link_layout auto const& layout) -> bool {
        shared.invalidate(layout.boot(), sizeof(block));
        return words::read(shared, layout, ours) == wire::boot_state::runs;
    }
    template <region Region> static constexpr auto is_established(Region& shared, link_layout auto const& layout) -> bool {
        return is_running(shared, layout);
    }
    template <region Region>
    static constexpr auto advance(Region& shared, link_layout auto const& layout, bool, bool) -> handshake_step {
        shared.invalidate(layout.boot(), sizeof(block));
        if (words::read(shared, layout, ours) != wire::boot_state::boots) {
            start(shared, layout); // the device requests it, or the block was cleared
            return handshake_step::answered;
        }
        return (words::read(shared, layout, theirs) & wire::boot_state::boots) != 0 ? handshake_step::attach
                                                                                    : handshake_step::none;
    }
    /// The status is written before the word: a device that finds no status checks it again only after a second.
    template <region Region> static constexpr auto attached(Region& shared, link_layout auto const& layout) -> void {
        table::put_status(shared, layout, table::offered);
        boot_commands<Config>::clear(shared, layout); // also those of a crashed device: the next one would accept no table
        words::write(shared, layout, ours, wire::boot_state::runs);
    }
    /// This side closes: a running device has to wait for the next start.
    template <region Region> static constexpr auto restart(Region& shared, link_layout auto const& layout) -> void {
        leave(shared, layout, wire::boot_state::none);
    }
    /// The driver writes the table; a device whose configuration does not match does not attach.
    template <region Region> static constexpr auto mismatch(Region&, link_layout auto const&) -> config_mismatch {
        return config_mismatch::none;
    }
};

} // namespace rpmsg::detail
