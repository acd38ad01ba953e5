#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/split_queue.hpp>
#include <rpmsg/transport/vring_layout.hpp>
#include <rpmsg/wire/header.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// Where a frame lies in the region, or why it lies nowhere.
struct frame_place {
    std::uint32_t offset = nowhere;
    std::uint32_t size{};
    event_count refusal{};
    bool is_odd{};

    [[nodiscard]] constexpr explicit operator bool() const { return offset != nowhere; }
};

/// What both directions of a link share: its memory, its counters, and the fault that broke it, if any.
template <region Region, link_layout Layout> struct ring_context {
    Region& shared;
    Layout const& layout;
    counters& counts;
    take_outcome& fault;

    /// Takes the next buffer of a queue; remembers and counts what breaks the link.
    template <typename Queue> [[gnu::always_inline]] constexpr auto take(Queue& from, std::uint32_t which) -> taken_buffer {
        auto const got = from.take(shared, layout.parts(which));
        if (got.outcome == take_outcome::bad_index or got.outcome == take_outcome::bad_id) {
            fault = got.outcome;
            counts.add(got.outcome == take_outcome::bad_index ? event_count::bad_index : event_count::bad_id);
        }
        return got;
    }

    /// Reads a descriptor of the driver, each field once, and checks it.
    [[gnu::always_inline]] constexpr auto read_descriptor(std::uint32_t which, std::uint32_t id, bool we_write) -> frame_place {
        auto const at = layout.parts(which).descriptors + 16 * id;
        shared.invalidate(at, sizeof(wire::descriptor));
        auto const read = [&](std::uint32_t offset) {
            return shared.template load<site::descriptor_load, std::uint32_t>(at + offset);
        };
        auto const address = read(0) | std::uint64_t{read(4)} << 32;
        auto const length = read(8);
        auto const flags = read(12);
        if ((flags & (wire::descriptor_flag::next | wire::descriptor_flag::indirect)) != 0) {
            return {.size = length, .refusal = event_count::chained_descriptor};
        }
        auto const is_writable = (flags & wire::descriptor_flag::write) != 0;
        if (length < wire::header_size or (we_write and not is_writable)) {
            return {.size = length, .refusal = event_count::bad_descriptor};
        }
        return {.offset = layout.offset_of(address, length),
                .size = length,
                .refusal = event_count::bad_descriptor,
                .is_odd = is_writable and not we_write};
    }

    /// This side's copy of a frame's header; the word that peers use as scratch space is not read.
    [[gnu::always_inline]] constexpr auto read_header(std::uint32_t offset) -> wire::header {
        shared.invalidate(offset, wire::header_size);
        auto const read = [&](std::uint32_t at) {
            return shared.template load<site::header_load, std::uint32_t>(offset + at);
        };
        auto const source = read(0);
        auto const destination = read(4);
        auto const last = read(12);
        return {.source = address{source},
                .destination = address{destination},
                .length = static_cast<std::uint16_t>(last),
                .flags = static_cast<std::uint16_t>(last >> 16)};
    }

    [[gnu::always_inline]] constexpr auto write_header(std::uint32_t offset, wire::header const& header) -> void {
        auto const write = [&](std::uint32_t at, std::uint32_t value) {
            shared.template store<site::header_store>(offset + at, value);
        };
        write(0, static_cast<std::uint32_t>(header.source));
        write(4, static_cast<std::uint32_t>(header.destination));
        write(8, 0);
        write(12, header.length | std::uint32_t{header.flags} << 16);
    }
};
template <region Region, link_layout Layout>
ring_context(Region&, Layout const&, counters&, take_outcome&) -> ring_context<Region, Layout>;

} // namespace rpmsg::detail
