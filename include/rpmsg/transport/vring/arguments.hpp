#pragma once

#include <rpmsg/platform/doorbell.hpp>
#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/transport/vring/rules.hpp>

#include <type_traits>

namespace rpmsg::detail {

/// Checks the template arguments of a shared-memory link before they are used; each mistake gives one readable error. It is a
/// function because a class with a failed static_assert would cause further errors.
template <vring_config Config, typename Region, typename Bell, typename Layout> constexpr auto is_vring() -> bool {
    using told [[maybe_unused]] = typename checked_config<Config>::told;
    constexpr bool are_swapped = doorbell<Region> and region<Bell>;
    constexpr bool is_bell = doorbell<Bell>;
    constexpr bool is_layout = link_layout<Layout>;
    static_assert(not are_swapped, "region and doorbell are swapped: first the config, then the region, then the doorbell");
    static_assert(region<std::conditional_t<are_swapped, Bell, Region>>,
                  "the memory of a vring is a region: mapped_region, or what platform/region.hpp lists");
    static_assert(are_swapped or is_bell,
                  "a doorbell is told which ring to ring for: auto ring(std::uint32_t queue) -> void, or -> bool");
    static_assert(is_layout, "the layout of a vring is a vring_layout, a fixed_layout or a runtime_layout");
    constexpr bool has_boot_words = Config.dialect.attach == wire::attach_rule::boot_words;
    constexpr bool has_own_lines = [] {
        if constexpr (requires { Layout::keeps_lines(line_of<Region>); }) {
            return shares_no_line<Config, Region> and Layout::keeps_lines(line_of<Region>);
        } else {
            return shares_no_line<Config, Region>;
        }
    }();
    constexpr bool may_share_lines = not has_boot_words or line_of<Region> <= 4;
    static_assert(has_own_lines, "ring alignment and buffer sizes must be multiples of the cache line of the region");
    static_assert(may_share_lines,
                  "the boot words of both sides share a cache line: this dialect needs memory that is not cached");
    if constexpr (requires { Layout::size(); }) {
        static_assert(Layout::size() > 0); // instantiates the checks of the layout
    }
    return region<Region> and is_bell and is_layout and has_own_lines and may_share_lines;
}

} // namespace rpmsg::detail
