#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/region.hpp>
#include <rpmsg/testing/simulator/kernel.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace rpmsg::testing::simulator {

/// Shared memory with two rings and doorbells between a driver at end 0 and a device at end 1, in any dialect. Each access is
/// checked against the bounds. A core that crashes in the middle of a poll goes on with a copy of the memory, so that its peer
/// sees what it had stored until then. Where the dialect has a resource table the start of the device puts it in place, as
/// the loader of its image does.
template <vring_config Config> class ring_wire final : public wire {
    using layout = vring_layout<Config>;
    static constexpr std::uint32_t block_size = layout::size();

    struct mapping {
        std::byte* memory{};
        core* who{};
    };
    class region {
        mapping* view_;

      public:
        static constexpr std::uint32_t line = 1;
        explicit region(mapping& of) : view_{&of} {}
        [[nodiscard]] auto size() const -> std::uint32_t { return block_size; }
        template <site, typename T> [[nodiscard]] auto load(std::uint32_t offset) -> T {
            expects(offset % sizeof(T) == 0 and lies_inside(offset, sizeof(T), block_size));
            view_->who->access();
            return rpmsg::load<T>(const_bytes{view_->memory + offset, sizeof(T)});
        }
        template <site, typename T> auto store(std::uint32_t offset, T value) -> void {
            expects(offset % sizeof(T) == 0 and lies_inside(offset, sizeof(T), block_size));
            view_->who->access();
            rpmsg::store(bytes{view_->memory + offset, sizeof(T)}, value);
        }
        template <site> auto fence() -> void {}
        [[nodiscard]] auto view(std::uint32_t offset, std::uint32_t length) -> bytes {
            view_->who->access();
            return lies_inside(offset, length, block_size) ? bytes{view_->memory + offset, length} : bytes{};
        }
        auto clean(std::uint32_t offset, std::uint32_t length) -> void { expects(lies_inside(offset, length, block_size)); }
        auto invalidate(std::uint32_t offset, std::uint32_t length) -> void {
            expects(lies_inside(offset, length, block_size));
        }
    };
    class bell {
        ring_wire* line_;
        std::uint32_t to_;

      public:
        bell(ring_wire& line, std::uint32_t to) : line_{&line}, to_{to} {}
        auto ring(std::uint32_t queue) -> bool { return line_->ring(to_, queue); }
    };

    std::vector<std::uint64_t> memory_ = std::vector<std::uint64_t>((block_size + 7) / 8);
    std::array<std::vector<std::uint64_t>, 2> copies_{};
    std::array<mapping, 2> views_{};

    auto content() -> std::byte* { return reinterpret_cast<std::byte*>(memory_.data()); }
    auto ring(std::uint32_t to, std::uint32_t queue) -> bool {
        if (not at(1 - to).is_alive()) {
            return true;
        }
        if (refuses()) {
            return false;
        }
        interrupt(to, queue);
        return true;
    }
    /// Writes the resource table of the device.
    auto load_image() -> void {
        constexpr auto dialect = Config.dialect;
        if constexpr (dialect.status_in_table and dialect.attach == rpmsg::wire::attach_rule::status_byte) {
            auto const put = [&](std::uint32_t offset, auto const& value) {
                std::memcpy(content() + offset, &value, sizeof(value));
            };
            auto table = rpmsg::wire::resource_table{};
            table.offset = layout::vdev;
            auto& vdev = table.vdev;
            vdev.device_features = dialect.features | (Config.event_index ? rpmsg::wire::feature_event_index : 0u);
            for (std::uint32_t i = 0; i < 2; ++i) {
                auto const place = static_cast<std::uint32_t>(layout::address_of(layout::parts(i).descriptors));
                table.vrings[i] = {
                    .device_address = place, .alignment = Config.alignment, .count = Config.buffers, .notify_id = i};
            }
            put(0, table);
            if constexpr (dialect.has_versioned_sizes()) {
                constexpr auto is_linux = dialect.sizes == rpmsg::wire::config_space::versioned;
                vdev.config_length = sizeof(rpmsg::wire::versioned_config);
                put(layout::vdev + sizeof(vdev) + sizeof(table.vrings),
                    (is_linux ? rpmsg::wire::offer_sizes : rpmsg::wire::offer_sizes_to_openamp)(Config.size_of(0),
                                                                                                Config.size_of(1)));
            }
            put(layout::vdev, vdev);
            put(layout::vdev + sizeof(vdev), table.vrings);
        }
    }

  public:
    ring_wire(kernel& in, std::uint32_t number, std::string name) : wire{in, number, std::move(name)} {
        views_[0].memory = views_[1].memory = content();
    }

    /// The transports of the ends: `channel{rings.driver(), endpoints{...}}`.
    [[nodiscard]] auto driver() {
        return tapped{vring_driver<Config, region, bell>{region{views_[0]}, bell{*this, 1}}, taps_[0]};
    }
    [[nodiscard]] auto device() {
        return tapped{vring_device<Config, region, bell>{region{views_[1]}, bell{*this, 0}}, taps_[1]};
    }
    /// The shared memory, for tests that look at it or change it.
    [[nodiscard]] auto memory() -> bytes { return {content(), block_size}; }

    [[nodiscard]] auto tells_restarts() const -> bool override {
        return Config.dialect.attach == rpmsg::wire::attach_rule::epochs or
               Config.dialect.attach == rpmsg::wire::attach_rule::boot_words;
    }
    [[nodiscard]] auto suits(fault which) const -> bool override {
        return which == fault::doorbell_refused or which == fault::crash_inside or which == fault::scribble;
    }
    auto strike(fault which, seeded_random& random) -> void override {
        if (which == fault::scribble) {
            taint();
            for (auto count = random.between(1, 40); count > 0; --count) {
                auto const offset = random.below(block_size);
                content()[offset] = random.happens(2) ? static_cast<std::byte>(random.next()) : std::byte{0xff};
            }
        }
    }
    auto enter(std::uint32_t end) -> void override {
        views_[end] = {content(), &at(end)};
        if (end == 1) {
            load_image();
        }
    }
    auto leave(std::uint32_t end) -> void override {
        copies_[end] = memory_;
        views_[end].memory = reinterpret_cast<std::byte*>(copies_[end].data());
    }
    auto left(std::uint32_t end) -> void override { copies_[end] = {}; }
};

} // namespace rpmsg::testing::simulator
