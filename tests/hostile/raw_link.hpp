#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/wire/virtio/vring.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace hostile {

inline auto is_all(rpmsg::const_bytes part, std::byte wanted) -> bool {
    for (auto const each : part) {
        if (each != wanted) {
            return false;
        }
    }
    return true;
}

/// The memory of a link between two rows of guard bytes; the allocation ends where the guards end.
class guarded_memory {
    static constexpr std::size_t guard = 256;
    static constexpr auto pattern = std::byte{0xA5};
    struct release {
        auto operator()(std::byte* memory) const -> void { ::operator delete (memory, std::align_val_t{64}); }
    };
    std::size_t size_;
    std::unique_ptr<std::byte, release> memory_;

  public:
    explicit guarded_memory(std::size_t size)
        : size_{size}, memory_{static_cast<std::byte*>(::operator new (size + 2 * guard, std::align_val_t{64}))} {
        auto const all = rpmsg::bytes{memory_.get(), size + 2 * guard};
        for (auto& each : all) {
            each = pattern;
        }
        for (auto& each : content()) {
            each = std::byte{};
        }
    }
    [[nodiscard]] auto content() const -> rpmsg::bytes { return {memory_.get() + guard, size_}; }
    [[nodiscard]] auto size() const -> std::uint32_t { return static_cast<std::uint32_t>(size_); }
    [[nodiscard]] auto is_intact() const -> bool {
        return is_all({memory_.get(), guard}, pattern) and is_all({memory_.get() + guard + size_, guard}, pattern);
    }
};

/// The shared block without any checks, for a peer that violates the protocol.
struct raw_link {
    rpmsg::bytes memory{};
    std::array<rpmsg::wire::vring_parts, 2> parts{};
    std::array<std::uint32_t, 2> sizes{};
    std::array<std::uint32_t, 2> first_buffer{};
    rpmsg::ring_counts counts{};
    std::uint64_t base{};
    std::uint32_t status = rpmsg::nowhere;
    std::uint32_t control = rpmsg::nowhere;

    template <typename T> auto get(std::uint32_t offset) const -> T { return rpmsg::load<T>(memory.subspan(offset)); }
    template <typename T> auto set(std::uint32_t offset, T value) const -> void { rpmsg::store(memory.subspan(offset), value); }

    auto descriptor(std::uint32_t ring, std::uint32_t id) const -> std::uint32_t { return parts[ring].descriptors + 16 * id; }
    auto read_descriptor(std::uint32_t ring, std::uint32_t id) const -> rpmsg::wire::descriptor {
        return get<rpmsg::wire::descriptor>(descriptor(ring, id));
    }
    auto write_descriptor(std::uint32_t ring, std::uint32_t id, rpmsg::wire::descriptor const& value) const -> void {
        set(descriptor(ring, id), value);
    }
    auto frame(std::uint32_t ring, std::uint32_t id) const -> std::uint32_t { return first_buffer[ring] + id * sizes[ring]; }

    auto available_index(std::uint32_t ring) const -> std::uint32_t { return parts[ring].available + 2; }
    auto used_index(std::uint32_t ring) const -> std::uint32_t { return parts[ring].used + 2; }
    auto available_entry(std::uint32_t ring, std::uint32_t position) const -> std::uint32_t {
        return parts[ring].available + 4 + 2 * (position & (counts[ring] - 1));
    }
    auto used_entry(std::uint32_t ring, std::uint32_t position) const -> std::uint32_t {
        return parts[ring].used + 4 + 8 * (position & (counts[ring] - 1));
    }
    auto used_event(std::uint32_t ring) const -> std::uint32_t { return parts[ring].available + 4 + 2 * counts[ring]; }
    auto available_event(std::uint32_t ring) const -> std::uint32_t { return parts[ring].used + 4 + 8 * counts[ring]; }
};

/// The raw view of a layout that is known at compile time.
template <typename Layout> auto raw_view(rpmsg::bytes memory, rpmsg::vring_config const& config) -> raw_link {
    return {.memory = memory,
            .parts = {Layout::parts(0), Layout::parts(1)},
            .sizes = {config.size_of(0), config.size_of(1)},
            .first_buffer = {Layout::buffer(0, 0), Layout::buffer(1, 0)},
            .counts = config.counts(),
            .base = config.device_base,
            .status = Layout::status(),
            .control = Layout::control()};
}

} // namespace hostile
