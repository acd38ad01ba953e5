#pragma once

#include <rpmsg/rpmsg.hpp>

#include <array>
#include <board.hpp>
#include <semihosting.hpp>

#ifndef DIALECT
#define DIALECT openamp
#endif

/// The peer of what is measured: the host's end on the same core and memory. It is not measured.
namespace host {

inline constexpr auto dialect = rpmsg::wire::dialects::DIALECT;
inline constexpr auto rings = rpmsg::vring_config{
    .buffers = 8,
    .buffer_size = 512,
    .device_base = dialect == rpmsg::wire::dialects::rpmsg_lite ? board::shared_start : 0, // it takes addresses
    .dialect = dialect};

inline std::uint32_t answers{}; ///< messages that came back

inline constinit auto link = rpmsg::channel{
    rpmsg::vring_driver<rings, rpmsg::mapped_region<rpmsg::fixed_memory<board::shared_start, board::shared_size>>>{},
    rpmsg::endpoints{rpmsg::endpoint<"rpmsg-echo">([](auto&, auto const&) { ++answers; }),
                     rpmsg::endpoint<"sink">([](auto&, auto const&) { ++answers; })},
};

[[noreturn]] inline auto fail(char const* what) -> void {
    semihosting::print_line("cannot be measured: ", what);
    semihosting::end(1);
}

/// The table that the remote's image would bring: its host writes nothing without.
inline auto load_table() -> void {
    using layout = rpmsg::vring_layout<rings>;
    auto table = rpmsg::wire::resource_table{};
    table.vdev.device_features = rpmsg::wire::feature_name_service;
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        table.vrings[ring] = {
            .device_address = layout::parts(ring).descriptors, .alignment = rings.alignment, .count = rings.buffers};
    }
    rpmsg::store({reinterpret_cast<std::byte*>(board::shared_start), sizeof(table)}, table);
}

/// Has both ends come up and find each other.
inline auto meet(auto&& endpoint, auto&& poll_other) -> void {
    if constexpr (rings.dialect.status_in_table) {
        load_table();
    }
    if (not link.start()) {
        fail("the host's link does not fit its memory");
    }
    for (auto turn = 0; turn < 8; ++turn) {
        link.poll();
        poll_other();
    }
    if (not endpoint.is_bound()) {
        fail("the two ends do not find each other");
    }
}

} // namespace host
