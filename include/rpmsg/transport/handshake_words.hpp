#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring_layout.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// The words of the control block (wire/control_block.hpp), by their offset in it. Who writes cleans its half at the end.
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

/// The words of the boot block (wire/boot_block.hpp), by their offset in it. Each that is written is shown at once.
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

} // namespace rpmsg::detail
