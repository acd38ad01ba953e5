#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/wire/virtio/boot_block.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::detail {

/// The words of the control block (wire/virtio/control_block.hpp), by their offset in it. Who writes cleans its half at the end.
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

/// The words of the boot block (wire/virtio/boot_block.hpp), by their offset in it. Each that is written is shown at once.
struct boot_words {
    template <region Region>
    static constexpr auto read(Region& shared, link_layout auto const& layout, std::uint32_t offset) -> std::uint32_t {
        return shared.template load<site::control_load, std::uint32_t>(layout.boot() + offset);
    }
    template <region Region>
    static constexpr auto write(Region& shared, link_layout auto const& layout, std::uint32_t offset, std::uint32_t value)
        -> void {
        shared.template store<site::control_store>(layout.boot() + offset, value);
        shared.clean(layout.boot() + offset, sizeof(value));
    }
};

/// The commands beside the boot words, from the words of the table behind the boot block.
template <vring_config Config> struct boot_commands {
    template <region Region>
    static constexpr auto given(Region& shared, link_layout auto const& layout, bool by_driver) -> std::uint32_t {
        shared.invalidate(layout.boot() + word_of(by_driver), sizeof(std::uint32_t));
        return boot_words::read(shared, layout, word_of(by_driver));
    }
    /// Neither stands any more.
    template <region Region> static constexpr auto clear(Region& shared, link_layout auto const& layout) -> void {
        boot_words::write(shared, layout, word_of(true), 0);
        boot_words::write(shared, layout, word_of(false), 0);
    }
    /// Why a command ends the link, or `none`.
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
    /// Takes a command of the other side, and says so where it waits for that.
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

} // namespace rpmsg::detail
