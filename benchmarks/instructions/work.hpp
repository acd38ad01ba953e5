#pragma once

#include <rpmsg/rpmsg.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#ifndef BATCH
#define BATCH 16
#endif
#ifndef DIALECT
#define DIALECT rpmsg
#endif

/// What the counted programs share: both ends of a link in one process, over one static block. Setting it up cancels,
/// because only the difference of two counts is used.
namespace work {

constexpr auto dialect = rpmsg::wire::dialects::DIALECT;
constexpr std::uint32_t page = 4096;
constexpr auto base = dialect.attach == rpmsg::wire::attach_rule::base_word ? page : 0; // a device waits for one
constexpr auto rings = rpmsg::vring_config{.buffers = 16,
                                           .buffer_size = 512,
                                           .alignment = dialect == rpmsg::wire::dialects::linux_bufsz ? page : 64,
                                           .batch = BATCH,
                                           .device_base = base,
                                           .dialect = dialect};
constexpr auto block_size = rpmsg::align_up(rpmsg::vring_layout<rings>::size(), page);
alignas(page) inline constinit std::array<std::byte, block_size> block{};

/// A doorbell that the compiler cannot see through: whether to ring must be found out.
struct opaque_bell {
    auto ring(std::uint32_t queue) -> void { asm volatile("" ::"r"(queue) : "memory"); }
};

using region = rpmsg::mapped_region<>;
using host_end = rpmsg::vring_driver<rings, region, opaque_bell>;
using remote_end = rpmsg::vring_device<rings, region, opaque_bell>;
constexpr auto whole_block() -> region { return {block.data(), block_size}; }

/// What a handler does with a payload: it looks at the first byte.
inline std::uint32_t seen{};
inline auto touch(rpmsg::const_bytes payload) -> void {
    seen += static_cast<std::uint32_t>(payload.front());
    asm volatile("" ::"r"(payload.data()) : "memory");
}

inline auto must(bool condition, char const* what) -> void {
    if (not condition) {
        std::fprintf(stderr, "%s\n", what);
        std::exit(3);
    }
}

/// The block as the loader of the remote leaves it: with the table of its image, where the dialect wants one.
template <rpmsg::vring_config Rings = rings> auto load_remote() -> void {
    if constexpr (Rings.dialect.status_in_table and Rings.dialect.attach == rpmsg::wire::attach_rule::status_byte) {
        static constexpr auto link = rpmsg::shared_block{.rings = Rings, .size = block_size};
        static constexpr auto table = rpmsg::resource_table_of<link>();
        std::memcpy(block.data(), &table, sizeof(table));
    }
}

/// Starts both ends and lets them find each other.
auto connect(auto& host, auto& remote) -> void {
    load_remote();
    must(host.start().has_value() and remote.start().has_value(), "a side does not start");
    for (auto turn = 0; turn < 8; ++turn) {
        host.notify();
        host.poll();
        remote.notify();
        remote.poll();
    }
    must(host.is_up() and remote.is_up(), "the link does not come up");
}

/// The command line: COUNT messages of SIZE bytes, sent BURST at a time.
struct job {
    rpmsg::const_bytes payload;
    std::uint32_t count;
    std::uint32_t burst;
};
inline auto read_job(int count, char** arguments) -> job {
    static std::array<std::byte, 496> bytes{};
    must(count == 4, "arguments: COUNT SIZE BURST");
    auto const number = [&](int i) { return static_cast<std::uint32_t>(std::atoi(arguments[i])); };
    must(number(2) >= 1 and number(2) <= bytes.size(), "a message has 1 to 496 bytes");
    return {.payload = rpmsg::const_bytes{bytes}.first(number(2)), .count = number(1), .burst = number(3)};
}

/// A name of its own for each number.
inline auto name_of(std::uint32_t number) -> std::array<char, 12> {
    auto name = std::array<char, 12>{'s', 'e', 'r', 'v', 'i', 'c', 'e', '-'};
    for (auto* digit = name.data() + 8; digit != name.data() + name.size(); ++digit) {
        *digit = static_cast<char>('a' + number % 16);
        number /= 16;
    }
    return name;
}

} // namespace work
