#include "print.hpp"

#include <rpmsg/wire/virtio/config_space.hpp>
#include <rpmsg/wire/virtio/dialect.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>
#include <rpmsg/wire/virtio/vring.hpp>

#include <fmt/format.h>

#include "guesses.hpp"
#include "placement.hpp"
#include <array>
#include <cstdint>
#include <string_view>

namespace tool {
namespace {
auto name_of(rpmsg::wire::dialect const& dialect) -> std::string_view {
    for (auto const& known : doctor::known_dialects) {
        if (known.value == dialect) {
            return known.name;
        }
    }
    return "of your own";
}

/// Returns the name of the link as a linker identifier.
auto identifier_of(rpmsg::shared_block const& link) -> std::string {
    auto name = std::string{link.name.view()};
    for (auto& c : name) {
        auto const is_letter = (c >= 'a' and c <= 'z') or (c >= 'A' and c <= 'Z');
        c = is_letter or (c >= '0' and c <= '9') ? c : '_';
    }
    return "rpmsg_" + name;
}

struct part {
    std::string name;
    std::uint32_t offset;
    std::uint32_t size;
};

/// Returns the three parts that remoteproc finds by name, each up to the start of the next.
auto carveouts_of(rpmsg::shared_block const& link) -> std::array<part, 3> {
    auto const starts = rpmsg::carveout_bounds(rpmsg::place_block(link.rings), link.rings.alignment);
    auto all = std::array<part, 3>{};
    for (std::size_t i = 0; i < 3; ++i) {
        all[i] = {std::string{link.carveouts[i].view()}, starts[i], starts[i + 1] - starts[i]};
    }
    return all;
}
} // namespace

auto layout_text(rpmsg::shared_block const& link) -> std::string {
    auto const& rings = link.rings;
    auto const at = rpmsg::place_block(rings);
    auto text = fmt::format("link \"{}\", dialect {}, fingerprint {:#010x} (rings {:#010x})\n"
                            "buffers: {} of {} bytes to the driver, {} of {} to the device; {} of {} bytes used\n\n",
                            link.name.view(), name_of(rings.dialect), link.fingerprint(), rings.fingerprint(),
                            rings.count_of(0), rings.size_of(0), rings.count_of(1), rings.size_of(1), at.size, link.size);
    text += fmt::format("{:<28}{:>10}{:>10}{:>14}{:>14}{:>14}\n", "", "offset", "bytes", "host", "remote", "descriptors");
    auto const row = [&](std::string_view name, std::uint32_t offset, std::uint32_t size) {
        text += fmt::format("{:<28}{:>#10x}{:>10}{:>#14x}{:>#14x}{:>#14x}\n", name, offset, size, link.host_base + offset,
                            link.remote_base + offset, rings.device_base + offset);
    };
    if (at.has_control) {
        row("control block", 0, 128);
    }
    if (at.has_boot) {
        row("boot block", 0, at.table);
    }
    if (at.has_table()) {
        row("resource table", at.table, at.table_size);
        constexpr auto entry = std::uint32_t{sizeof(rpmsg::wire::vdev_entry) + 2 * sizeof(rpmsg::wire::vring_entry)};
        auto const device = at.table + at.vdev;
        row("        device", device, entry);
        if (auto const sizes = rings.dialect.sizes; sizes != rpmsg::wire::config_space::none) {
            auto const is_versioned = rings.dialect.has_versioned_sizes();
            row("        config space", device + entry,
                is_versioned ? sizeof(rpmsg::wire::versioned_config) : sizeof(rpmsg::wire::rptun_config));
        }
    }
    auto const tail = rings.dialect.used_event_word ? 6u : 4u;
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        auto const& parts = at.rings[ring];
        row(fmt::format("ring {}  descriptors", ring), parts.descriptors, 16u * rings.count_of(ring));
        row("        available", parts.available, 2u * rings.count_of(ring) + tail);
        row("        used", parts.used, 8u * rings.count_of(ring) + 6);
    }
    row("buffers device to driver", at.ring_buffers[0], rings.count_of(0) * rings.size_of(0));
    row("buffers driver to device", at.ring_buffers[1], rings.count_of(1) * rings.size_of(1));
    text += at.has_boot ? std::string{"\nnotify ids: as the driver gives them; "}
                        : fmt::format("\nnotify ids: device {}, ring 0 {}, ring 1 {}; ", link.vdev_notify_id,
                                      link.ring_notify_ids[0], link.ring_notify_ids[1]);
    text += fmt::format("features {:#x}\n", link.features());
    for (auto const& window : link.windows) {
        if (window.size != 0) {
            text += fmt::format("buffers may lie in {:#x} to {:#x}\n", window.start, window.start + window.size - 1);
        }
    }
    return text;
}

auto linker_script(rpmsg::shared_block const& link) -> std::string {
    auto const at = rpmsg::place_block(link.rings);
    auto const name = identifier_of(link);
    auto const rings = at.rings[0].descriptors;
    // The driver fills a table behind a boot block, so the image contains none.
    auto const is_in_block = at.has_table() and not at.has_boot;
    auto const has_table = is_in_block or rpmsg::faces_linux(link.rings.dialect);
    auto text = fmt::format("/* The link \"{}\", made by: shared block linker-script */\n"
                            "MEMORY\n{{\n  {}_shared (rw) : ORIGIN = {:#x}, LENGTH = {:#x}\n}}\n",
                            link.name.view(), name, link.remote_base, link.size);
    if (has_table and not is_in_block) {
        text +=
            "REGION_ALIAS(\"rpmsg_table\", RAM); /* memory that the loader fills: Linux reads the table from the image */\n";
    }
    text += "SECTIONS\n{\n";
    if (has_table) {
        text += fmt::format(
            "  .resource_table{} :\n  {{\n    . = ALIGN(8);\n    KEEP(*(.resource_table .resource_table.*))\n  }} > {}\n",
            is_in_block ? fmt::format(" {:#x}", link.remote_base) : "", is_in_block ? name + "_shared" : "rpmsg_table");
    }
    if (is_in_block) {
        text += fmt::format("  ASSERT(SIZEOF(.resource_table) <= {:#x}, \"the resource table runs into ring 0\")\n", rings);
    }
    // Linux rejects an image with a segment in more than one of its carveouts (rproc_da_to_va of remoteproc), and the linker
    // creates one even for sections that are not loaded. There the symbols must be enough.
    if (not rpmsg::faces_linux(link.rings.dialect)) {
        auto const start = is_in_block ? rings : 0;
        text += fmt::format("  .{0}_shared {1:#x} (NOLOAD) :\n  {{\n    . = . + {2:#x};\n  }} > {0}_shared\n", name,
                            link.remote_base + start, at.size - start);
    }
    auto const symbol = [&](std::string_view what, std::uint32_t offset) {
        text += fmt::format("  {}_{} = {:#x};\n", name, what, link.remote_base + offset);
    };
    symbol("shared_start", 0);
    symbol("ring_0", rings);
    symbol("ring_1", at.rings[1].descriptors);
    symbol("buffers", at.ring_buffers[0]);
    symbol("shared_end", link.size);
    return text + "}\n";
}

auto device_tree(rpmsg::shared_block const& link, unsigned cells) -> std::string {
    auto const is_wide = cells == 2 or (cells == 0 and link.host_base + link.size > 0x1'0000'0000);
    auto const cell = [&](std::uint64_t value) {
        return is_wide ? fmt::format("{:#x} {:#x}", value >> 32, value & 0xffff'ffff) : fmt::format("{:#x}", value);
    };
    auto text = fmt::format(
        "/* The link \"{0}\", made by: shared block device-tree. The cells must be those of the root node: --cells. */\n"
        "/ {{\n\treserved-memory {{\n\t\t#address-cells = <{1}>;\n\t\t#size-cells = <{1}>;\n\t\tranges;\n",
        link.name.view(), is_wide ? 2 : 1);
    auto const region = [&](part const& it, bool is_pool) {
        auto const address = link.host_base + it.offset;
        text += fmt::format("\n\t\t{0}: {0}@{1:x} {{\n{2}\t\t\treg = <{3} {4}>;\n\t\t\tno-map;\n\t\t}};\n", it.name, address,
                            is_pool ? "\t\t\tcompatible = \"shared-dma-pool\";\n" : "", cell(address), cell(it.size));
    };
    if (not rpmsg::faces_linux(link.rings.dialect)) {
        region({identifier_of(link), 0, link.size}, false);
        return text + "\t};\n};\n";
    }
    auto names = std::string{};
    auto const name = [&](part const& it) { names += fmt::format("{}<&{}>", names.empty() ? "" : ", ", it.name); };
    if (auto const first = rpmsg::place_block(link.rings).rings[0].descriptors; first != 0) {
        auto const table =
            part{identifier_of(link) + "_table", 0, first}; // otherwise Linux does not find it and stores no status there
        region(table, false);
        name(table);
    }
    auto const parts = carveouts_of(link);
    for (auto const& it : parts) {
        region(it, &it == &parts[2]);
        name(it);
    }
    return text + fmt::format("\t}};\n}};\n\n&remoteproc {{ /* the label of your remote processor */\n"
                              "\tmemory-region = {};\n}};\n",
                              names);
}

} // namespace tool
