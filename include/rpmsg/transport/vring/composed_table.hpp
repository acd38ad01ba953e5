#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/transport/vring/rules.hpp>
#include <rpmsg/transport/vring/shared_block.hpp>
#include <rpmsg/transport/vring/shared_block_plan.hpp>
#include <rpmsg/wire/virtio/carveout.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>
#include <rpmsg/wire/virtio/trace_entry.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace rpmsg {

/// A resource table of several entries: the carveouts, the traces, then the RPMsg devices in the order of their links.
template <std::uint32_t Entries, std::uint32_t Devices, std::uint32_t Bytes> struct composed_table {
    std::uint32_t version = 1;
    std::uint32_t count = Entries;
    std::array<std::uint32_t, 2> reserved{};
    std::array<std::uint32_t, Entries> offsets{};
    std::array<std::byte, Bytes> content{}; ///< the entries

    /// Bytes from the start of the table to the vdev entry of a link, and to the status byte in it.
    [[nodiscard]] constexpr auto device(std::uint32_t which) const -> std::uint32_t {
        return offsets[Entries - Devices + which];
    }
    [[nodiscard]] constexpr auto status(std::uint32_t which) const -> std::uint32_t {
        return device(which) + std::uint32_t{offsetof(wire::vdev_entry, status)};
    }
};

/// The first rule that links and traces in one table break, or `none`. Each link for itself breaks none.
[[nodiscard]] constexpr auto broken_rule(std::span<shared_block const> links, std::span<wire::trace_entry const> traces)
    -> link_rule {
    auto const meets = [](shared_block const& link, std::uint64_t start, std::uint64_t size) {
        return link.remote_base < start + size and start < link.remote_base + link.size;
    };
    for (auto const& one : links) {
        for (auto const& other : links.subspan(static_cast<std::size_t>(&one - links.data()) + 1)) {
            if (meets(one, other.remote_base, other.size)) {
                return link_rule::blocks_overlap;
            }
            auto const are_numbered_by_host =
                one.ring_notify_ids[0] == one.ring_notify_ids[1] or other.ring_notify_ids[0] == other.ring_notify_ids[1];
            for (auto const id : one.ring_notify_ids) {
                if (not are_numbered_by_host and (id == other.ring_notify_ids[0] or id == other.ring_notify_ids[1])) {
                    return link_rule::ids_of_another;
                }
            }
            for (auto const& name : one.carveouts) {
                if (faces_linux(one.rings.dialect) and faces_linux(other.rings.dialect) and
                    (name == other.carveouts[0] or name == other.carveouts[1] or name == other.carveouts[2])) {
                    return link_rule::names_of_another;
                }
            }
        }
        for (auto const& trace : traces) {
            if (meets(one, trace.device_address, trace.length)) {
                return link_rule::trace_outside;
            }
        }
    }
    for (auto const& trace : traces) {
        if (trace.length == 0 or trace.device_address + std::uint64_t{trace.length} > std::uint64_t{1} << 32) {
            return link_rule::trace_outside;
        }
    }
    return link_rule::none;
}

namespace detail {
template <typename T> constexpr bool is_link = std::same_as<std::remove_cvref_t<T>, shared_block>;
template <typename T> constexpr bool is_trace = std::same_as<std::remove_cvref_t<T>, wire::trace_entry>;

/// The RPMsg device of a table and its rings.
struct device_entry {
    wire::vdev_entry vdev{};
    std::array<wire::vring_entry, 2> vrings{};
};

enum class table_group : std::uint8_t { carveouts, traces, devices };

/// Calls f(entry) for each entry that a link or a trace has in a group.
template <auto Part> constexpr auto for_entries(table_group group, auto&& f) -> void {
    if constexpr (is_trace<decltype(Part)>) {
        if (group == table_group::traces) {
            f(Part);
        }
    } else {
        constexpr auto made = shared_block_plan<Part>::make_resource_table();
        constexpr auto has_sizes = requires { made.config; };
        constexpr auto plain = [](auto const& table) {
            if constexpr (requires { table.config; }) {
                return table.table;
            } else {
                return table;
            }
        }(made);
        if constexpr (requires { plain.carveouts; }) {
            for (auto const& each : plain.carveouts) {
                if (group == table_group::carveouts) {
                    f(each);
                }
            }
        }
        auto const device = device_entry{plain.vdev, plain.vrings};
        if (group == table_group::devices) {
            if constexpr (has_sizes) {
                f(wire::sized_table<device_entry>{device, made.config});
            } else {
                f(device);
            }
        }
    }
}
/// Calls f(entry, group) for all entries of a table in their order.
template <auto... Parts> constexpr auto for_table(auto&& f) -> void {
    for (auto const group : {table_group::carveouts, table_group::traces, table_group::devices}) {
        (for_entries<Parts>(group, [&](auto const& entry) { f(entry, group); }), ...);
    }
}
template <auto... Parts> constexpr auto broken_rule_of() -> link_rule {
    auto links = std::array<shared_block, sizeof...(Parts)>{};
    auto traces = std::array<wire::trace_entry, sizeof...(Parts)>{};
    auto counts = std::array<std::size_t, 2>{};
    auto const sort = [&](auto const& part) {
        if constexpr (is_trace<decltype(part)>) {
            traces[counts[1]++] = part;
        } else {
            links[counts[0]++] = part;
        }
    };
    (sort(Parts), ...);
    return broken_rule(std::span{links}.first(counts[0]), std::span{traces}.first(counts[1]));
}
} // namespace detail

/// One table of several links and traces; each part is a `shared_block` or a `wire::trace_entry`. It must be writable, as that
/// of one link. Ids, names and memory that two parts share do not compile. A link whose dialect has its status byte in the table
/// needs a layout that knows the place: `vendor_places` with `status` and `table`.
template <auto First, auto Second, auto... More> [[nodiscard]] consteval auto resource_table_of() {
    constexpr bool are_parts = []<typename... Each>(Each const&...) {
        return ((detail::is_link<Each> or detail::is_trace<Each>)and...);
    }(First, Second, More...);
    static_assert(are_parts, "the parts of a resource table are shared_block and wire::trace_entry");
    if constexpr (are_parts) {
        constexpr auto broken = detail::broken_rule_of<First, Second, More...>();
        static_assert(broken != link_rule::blocks_overlap, "two links of one table share memory");
        static_assert(broken != link_rule::ids_of_another, "two rings of one table have the same notify id");
        static_assert(broken != link_rule::names_of_another,
                      "two carveouts of one table have the same name: Linux finds them by it");
        static_assert(broken != link_rule::trace_outside, "a trace needs memory below 4 GiB that no link uses");
        constexpr auto numbers = [] {
            auto made = std::array<std::uint32_t, 3>{}; // entries, devices, bytes
            detail::for_table<First, Second, More...>([&](auto const& entry, detail::table_group group) {
                ++made[0];
                made[1] += group == detail::table_group::devices ? 1 : 0;
                made[2] += static_cast<std::uint32_t>(sizeof(entry));
            });
            return made;
        }();
        auto table = composed_table<numbers[0], numbers[1], numbers[2]>{};
        constexpr auto start = static_cast<std::uint32_t>(sizeof(table) - numbers[2]);
        auto entries = std::uint32_t{};
        auto at = std::uint32_t{};
        detail::for_table<First, Second, More...>([&](auto const& entry, detail::table_group) {
            table.offsets[entries++] = start + at;
            store(bytes{table.content}.subspan(at), entry);
            at += static_cast<std::uint32_t>(sizeof(entry));
        });
        return table;
    }
}

} // namespace rpmsg
