#pragma once

#include <rpmsg/transport/vring/shared_block_plan.hpp>
#include <rpmsg/wire/virtio/boot_block.hpp>
#include <rpmsg/wire/virtio/config_space.hpp>

#include <catch2/catch_test_macros.hpp>

#include "../../examples/tool/shared_block/doctor.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Shared blocks for the tests of the doctor, and checks of its findings.
namespace ward {
namespace wire = rpmsg::wire;
namespace dialects = rpmsg::wire::dialects;

constexpr auto block_for(wire::dialect dialect) -> rpmsg::shared_block {
    auto const is_linux = dialect == dialects::linux_virtio or dialect == dialects::linux_bufsz;
    auto const is_ours = dialect == dialects::rpmsg;
    return {.rings = {.buffers = 8,
                      .host_to_remote = dialect.sizes == wire::config_space::none ? 0u : 256u,
                      .alignment = is_linux ? 4096u : 64u,
                      .device_base = is_ours ? 0u : 0x1000'0000u,
                      .dialect = dialect},
            .host_base = 0x3000'0000,
            .remote_base = 0x1000'0000,
            .size = 0x8000};
}
inline constexpr auto ours = block_for(dialects::rpmsg);
inline constexpr auto for_openamp = block_for(dialects::openamp);
inline constexpr auto for_lite = block_for(dialects::rpmsg_lite);
inline constexpr auto for_linux = block_for(dialects::linux_virtio);
inline constexpr auto for_bufsz = block_for(dialects::linux_bufsz);
inline constexpr auto for_nuttx = block_for(dialects::nuttx);
inline constexpr auto for_openvela = block_for(dialects::openvela);
inline constexpr auto for_zephyr = block_for(dialects::zephyr);
inline constexpr auto for_nuttx_lite = block_for(dialects::nuttx_lite);
inline constexpr auto for_openamp_bufsz = block_for(dialects::openamp_bufsz);
inline constexpr auto every_link = std::array{ours,      for_openamp, for_lite,     for_linux,      for_bufsz,
                                              for_nuttx, for_zephyr,  for_openvela, for_nuttx_lite, for_openamp_bufsz};

/// A shared block; the test writes the words of both sides in a dialect.
class patient {
    rpmsg::shared_block link_;
    rpmsg::block_places at_;
    std::vector<std::byte> memory_;

  public:
    explicit patient(rpmsg::shared_block const& link) : link_{link}, at_{rpmsg::place_block(link.rings)}, memory_(link.size) {}
    /// Another side of the same memory, which has a configuration of its own.
    patient(rpmsg::shared_block const& link, std::vector<std::byte> memory)
        : link_{link}, at_{rpmsg::place_block(link.rings)}, memory_{std::move(memory)} {}

    [[nodiscard]] auto memory() const -> std::vector<std::byte> const& { return memory_; }
    [[nodiscard]] auto at() const -> rpmsg::block_places const& { return at_; }
    [[nodiscard]] auto count(std::uint32_t ring) const -> std::uint16_t {
        return static_cast<std::uint16_t>(link_.rings.count_of(ring));
    }
    template <typename T> auto get(std::size_t offset) const -> T {
        return rpmsg::load<T>(rpmsg::const_bytes{memory_}.subspan(offset));
    }
    template <typename T> auto put(std::size_t offset, T value) -> void {
        rpmsg::store(rpmsg::bytes{memory_}.subspan(offset), value);
    }

    [[nodiscard]] auto descriptor(std::uint32_t ring, std::uint32_t id) const -> std::size_t {
        return at_.rings[ring].descriptors + 16 * id;
    }
    [[nodiscard]] auto available(std::uint32_t ring) const -> std::size_t { return at_.rings[ring].available; }
    [[nodiscard]] auto used(std::uint32_t ring) const -> std::size_t { return at_.rings[ring].used; }
    [[nodiscard]] auto buffer(std::uint32_t ring, std::uint32_t id) const -> std::uint32_t {
        return at_.ring_buffers[ring] + id * link_.rings.size_of(ring);
    }

    [[nodiscard]] auto vdev() const -> std::size_t { return at_.table + at_.vdev; }
    /// The table entry of a ring; for 2 the config space.
    [[nodiscard]] auto vring(std::uint32_t ring) const -> std::size_t {
        return vdev() + sizeof(wire::vdev_entry) + ring * sizeof(wire::vring_entry);
    }

    auto describe(std::uint32_t ring, std::uint32_t id, std::uint32_t length, std::uint16_t flags) -> void {
        put(descriptor(ring, id), wire::descriptor{link_.rings.device_base + buffer(ring, id), length, flags, 0});
    }
    auto offer(std::uint32_t ring, std::uint16_t id) -> void {
        auto const index = get<std::uint16_t>(available(ring) + 2);
        put(available(ring) + 4 + 2u * (index % count(ring)), id);
        put(available(ring) + 2, static_cast<std::uint16_t>(index + 1));
    }
    auto give(std::uint32_t ring, std::uint32_t id) -> void {
        auto const is_message = ring == 1 and rpmsg::faces_linux(link_.rings.dialect);
        give(ring, id, is_message ? 36 : link_.rings.size_of(ring));
    }
    auto give(std::uint32_t ring, std::uint32_t id, std::uint32_t length) -> void {
        auto const index = get<std::uint16_t>(used(ring) + 2);
        put(used(ring) + 4 + 8u * (index % count(ring)), wire::used_entry{id, length});
        put(used(ring) + 2, static_cast<std::uint16_t>(index + 1));
    }
    auto write_message(std::uint32_t ring, std::uint32_t id, std::uint16_t length = 20) -> void {
        put(buffer(ring, id), wire::header{.length = length});
    }

    /// The table as a driver fills it, with offsets in the block as addresses.
    auto fill_table() -> void {
        put(0, link_.rings.device_base);
        put(at_.table, std::array<std::uint32_t, 5>{1, 1, 0, 0, at_.vdev});
        put(vdev(), wire::vdev_entry{.notify_id = 4, .device_features = link_.features(), .config_length = 64});
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            put(vring(ring), wire::vring_entry{.device_address = at_.rings[ring].descriptors,
                                               .alignment = link_.rings.alignment,
                                               .count = count(ring),
                                               .notify_id = 5 + ring});
        }
        put(vring(2), wire::rptun_config{.to_device_size = link_.rings.size_of(1), .to_driver_size = link_.rings.size_of(0)});
    }
    /// The table as the device's image has it.
    auto write_table() -> void {
        auto const& rings = link_.rings;
        if (rings.dialect.sizes == wire::config_space::versioned) {
            auto table = wire::carveout_table{};
            auto const starts = rpmsg::carveout_bounds(at_, rings.alignment);
            for (std::size_t i = 0; i < 3; ++i) {
                table.carveouts[i] = {.device_address = static_cast<std::uint32_t>(link_.remote_base) + starts[i],
                                      .length = starts[i + 1] - starts[i],
                                      .name = link_.carveouts[i]};
            }
            put(0, table);
        } else {
            put(0, std::array<std::uint32_t, 5>{1, 1, 0, 0, at_.vdev});
        }
        auto const config_length = rings.dialect.has_versioned_sizes() ? 11u : 0u;
        put(vdev(), wire::vdev_entry{.notify_id = link_.vdev_notify_id,
                                     .device_features = link_.features(),
                                     .config_length = config_length});
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            put(vring(ring),
                wire::vring_entry{.device_address = static_cast<std::uint32_t>(link_.remote_base) + at_.rings[ring].descriptors,
                                  .alignment = rings.alignment,
                                  .count = count(ring),
                                  .notify_id = link_.ring_notify_ids[ring]});
        }
        if (config_length != 0) {
            auto const is_linux = rings.dialect.sizes == wire::config_space::versioned;
            auto const offer = is_linux ? wire::offer_sizes : wire::offer_sizes_to_openamp;
            put(vring(2), offer(rings.size_of(0), rings.size_of(1)));
        }
    }
    auto start_driver() -> void {
        auto const is_lite = link_.rings.dialect.prefilled;
        for (std::uint16_t id = 0; id < count(0); ++id) {
            describe(0, id, link_.rings.size_of(0), 2);
            offer(0, id);
        }
        for (std::uint16_t id = 0; id < count(1) and not rpmsg::faces_linux(link_.rings.dialect); ++id) {
            describe(1, id, link_.rings.size_of(1), is_lite ? 2 : 0);
            if (is_lite) {
                give(1, id);
            }
        }
        put(available(0), std::uint16_t{is_lite});
        put(available(1), std::uint16_t{not link_.rings.event_index});
        if (at_.has_control) {
            put(0, wire::control_block::driver_half{.magic = wire::control_magic,
                                                    .fingerprint = link_.rings.fingerprint(),
                                                    .epoch = 3,
                                                    .boot_seen = 2,
                                                    .ready = 3,
                                                    .reserved = {}});
        }
        if (at_.has_boot) {
            fill_table();
        }
        if (link_.rings.dialect.attach == wire::attach_rule::boot_words) {
            put(driver_state, wire::boot_state::runs);
        }
        if (at_.has_table() and link_.rings.dialect.negotiates) {
            put(vdev() + 16, link_.features());
        }
        if (at_.status != rpmsg::nowhere) {
            put(at_.status, std::uint8_t{4});
        }
    }
    auto start_device() -> void {
        if (at_.has_control) {
            put(64, wire::control_block::device_half{.magic = wire::control_magic,
                                                     .fingerprint = link_.rings.fingerprint(),
                                                     .boot = 2,
                                                     .quiet = 3,
                                                     .reserved = {}});
        }
        if (link_.rings.dialect.attach == wire::attach_rule::boot_words) {
            put(device_state, wire::boot_state::runs);
        } else if (at_.has_table() and not at_.has_boot) {
            write_table();
        }
    }
    auto to_driver(std::uint16_t id) -> void {
        write_message(0, id);
        give(0, id);
    }
    auto to_device(std::uint16_t id) -> void {
        write_message(1, id);
        if (rpmsg::faces_linux(link_.rings.dialect)) { // Linux describes the message
            describe(1, id, 36, 0);
        }
        offer(1, id);
    }
    /// `messages` messages each way, all received and returned.
    auto talk(std::uint32_t messages) -> void {
        for (std::uint32_t i = 0; i < messages; ++i) {
            auto const id = [&](std::uint32_t ring) { return static_cast<std::uint16_t>(i % count(ring)); };
            to_driver(id(0));
            offer(0, id(0));
            to_device(id(1));
            give(1, id(1));
        }
    }

    static constexpr std::size_t device_state = 16;
    static constexpr std::size_t driver_state = 20;
    // of OpenAMP's table
    static constexpr std::size_t device_features = 32;
    static constexpr std::size_t driver_features = 36;
    static constexpr std::size_t status = 44;
};

inline auto healthy(rpmsg::shared_block const& link, std::uint32_t messages = 3) -> patient {
    auto block = patient{link};
    block.start_device();
    block.start_driver();
    block.talk(messages);
    return block;
}

inline auto text_of(doctor::diagnosis const& result) -> std::string {
    auto text = result.refusal;
    for (auto const& f : result.found) {
        text += doctor::words("\n", static_cast<int>(f.how), " ", name_of(f.whose), " ", f.field, ": ", f.text);
    }
    return text;
}

/// Whether the diagnosis contains this field of this side, with at least this severity and `part` in its text.
inline auto names(doctor::diagnosis const& result, doctor::side whose, std::string_view field, std::string_view part = {},
                  doctor::weight least = doctor::weight::wrong) -> bool {
    UNSCOPED_INFO(text_of(result));
    return std::any_of(result.found.begin(), result.found.end(), [&](auto const& f) {
        return f.how >= least and f.whose == whose and f.field == field and f.text.find(part) != std::string::npos;
    });
}
/// Whether the diagnosis has no further findings.
inline auto alone(doctor::diagnosis const& result) -> bool {
    UNSCOPED_INFO(text_of(result));
    return std::count_if(result.found.begin(), result.found.end(),
                         [](auto const& f) { return f.how != doctor::weight::note; }) == 1;
}

inline auto check_up(patient const& block, rpmsg::shared_block const& link) -> doctor::diagnosis {
    return doctor::diagnose(link, block.memory());
}

} // namespace ward
