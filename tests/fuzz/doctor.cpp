#include "../../examples/contract/doctor.hpp"

#include <rpmsg/framework/contract.hpp>
#include <rpmsg/wire/control_block.hpp>
#include <rpmsg/wire/resource_table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace wire = rpmsg::wire;

namespace {
constexpr auto contract_for(wire::dialect dialect, std::uint16_t buffers) -> rpmsg::contract {
    return {.rings = {.buffers = buffers, .buffer_size = 64, .alignment = 64, .device_base = 0x1000, .dialect = dialect},
            .host_base = 0x1000,
            .size = 0x1000};
}
constexpr auto contracts =
    std::array{contract_for(wire::dialects::rpmsg, 4), contract_for(wire::dialects::openamp, 4),
               contract_for(wire::dialects::rpmsg_lite, 4), contract_for(wire::dialects::linux_virtio, 8)};

/// A block that is nearly right: else the search ends where noise is refused.
auto sound_block(rpmsg::contract const& link) -> std::vector<std::byte> {
    auto const at = doctor::place(link.rings);
    auto block = std::vector<std::byte>(at.size);
    auto const put = [&](std::size_t offset, auto value) { rpmsg::store(rpmsg::bytes{block}.subspan(offset), value); };
    auto half = wire::control_block::driver_half{};
    half.magic = wire::control_magic;
    if (at.has_control) {
        put(0, half);
    }
    if (at.has_table) {
        put(0, wire::resource_table{});
    }
    for (std::uint16_t id = 0; id < link.rings.buffers; ++id) {
        put(at.rings[0].descriptors + 16u * id,
            wire::descriptor{link.rings.device_base + at.ring_buffers[0] + 64u * id, 64, wire::descriptor_flag::write, 0});
        put(at.rings[0].available + 4 + 2u * id, id);
    }
    put(at.rings[0].available + 2, link.rings.buffers);
    return block;
}
} // namespace

/// Any bytes as a block, or a sound block with the input on top, and as one of two looks at a link in use. The doctor
/// says something in any case and the words of a finding are never empty.
extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    if (size == 0) {
        return 0;
    }
    auto const& link = contracts[data[0] % contracts.size()];
    auto block = sound_block(link);
    auto const sound = block;
    if (data[0] < 0x40) {
        auto const* const first = reinterpret_cast<std::byte const*>(data + 1);
        block.assign(first, first + size - 1);
        block.shrink_to_fit(); // the sanitizer sees the byte after it
    } else {
        for (std::size_t i = 1; i + 4 < size; i += 5) {
            auto const at = (data[i] + 256u * (data[i + 1] % 4)) % (block.size() - 2);
            block[at] = static_cast<std::byte>(data[i + 2]);
            block[at + 1] = static_cast<std::byte>(data[i + 3]);
        }
    }
    auto const found = doctor::locate_block(block);
    auto const result = doctor::diagnose(link, found.block);
    for (auto const& one : result.found) {
        rpmsg::expects(not one.field.empty() and not one.text.empty());
    }
    rpmsg::expects(result.refusal.empty() or result.found.empty());
    (void)doctor::diagnose_table(link, block);
    (void)doctor::diagnose(link, std::vector{sound, block});
    return 0;
}
