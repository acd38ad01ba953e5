#pragma once

#include <rpmsg/testing/regions/array_region.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include "sides.hpp"
#include <cstring>

namespace rpmsg::searched {

/// A region that reports its accesses to a guard.
template <rpmsg::region Region> class guarded_region {
    Region region_;
    guard* guard_;

  public:
    static constexpr std::uint32_t line = 1;
    guarded_region(Region region, guard& watch) : region_{region}, guard_{&watch} {}

    [[nodiscard]] auto size() const -> std::uint32_t { return region_.size(); }
    template <rpmsg::site Site, typename T> [[nodiscard]] auto load(std::uint32_t offset) -> T {
        ++guard_->accesses;
        auto const value = region_.template load<Site, T>(offset);
        if (Site == rpmsg::site::adopted_index) {
            guard_->owns = true;
            guard_->has_just_lost = false;
        }
        if (Site == rpmsg::site::status_load and sizeof(T) == 1 and guard_->end == remote and (value & 4) == 0) {
            guard_->has_just_lost = std::exchange(guard_->owns, false);
        }
        return value;
    }
    template <rpmsg::site Site, typename T> auto store(std::uint32_t offset, T value) -> void {
        ++guard_->accesses;
        guard_->wrote(Site);
        region_.template store<Site>(offset, value);
    }
    template <rpmsg::site Site> auto fence() -> void { region_.template fence<Site>(); }
    [[nodiscard]] auto view(std::uint32_t offset, std::uint32_t size) -> rpmsg::bytes { return region_.view(offset, size); }
    auto clean(std::uint32_t offset, std::uint32_t size) -> void { region_.clean(offset, size); }
    auto invalidate(std::uint32_t offset, std::uint32_t size) -> void { region_.invalidate(offset, size); }
};

/// Shared memory and two doorbells each way; the search decides when a doorbell arrives.
template <rpmsg::vring_config Config> class rings {
  public:
    struct bell {
        rings* it;
        std::uint32_t to;
        auto ring(std::uint32_t queue) -> void {
            it->rung_[to] |= 1u << queue;
            ++it->guards[1 - to].rings;
        }
    };

  private:
    static constexpr auto size = vring_layout<Config>::size();
    using memory = rpmsg::testing::array_memory<size>;
    using region = guarded_region<rpmsg::testing::array_region<size>>;

    memory memory_{};
    std::array<std::uint32_t, 2> rung_{};

    /// Writes the resource table, as the loader of the remote's firmware does.
    auto put_table() -> void {
        using layout = rpmsg::vring_layout<Config>;
        auto table = rpmsg::wire::resource_table{};
        table.offset = layout::vdev;
        auto& vdev = table.vdev;
        constexpr auto features = Config.dialect.features;
        vdev.device_features = features | (Config.event_index ? rpmsg::wire::feature_event_index : 0u);
        for (std::uint32_t i = 0; i < 2; ++i) {
            table.vrings[i] = {.device_address = static_cast<std::uint32_t>(layout::address_of(layout::parts(i).descriptors)),
                               .alignment = Config.alignment,
                               .count = Config.count_of(i),
                               .notify_id = i};
        }
        auto const content = rpmsg::bytes{memory_.content};
        auto const put = [&](std::size_t offset, auto const& value) {
            std::memcpy(content.subspan(offset).data(), &value, sizeof(value));
        };
        put(0, table);
        if constexpr (Config.dialect.has_versioned_sizes()) {
            constexpr auto is_linux = Config.dialect.sizes == rpmsg::wire::config_space::versioned;
            vdev.config_length = sizeof(rpmsg::wire::versioned_config);
            put(layout::vdev + sizeof(vdev) + sizeof(table.vrings),
                (is_linux ? rpmsg::wire::offer_sizes : rpmsg::wire::offer_sizes_to_openamp)(Config.size_of(0),
                                                                                            Config.size_of(1)));
        }
        put(layout::vdev, vdev);
        put(layout::vdev + sizeof(vdev), table.vrings);
    }

  public:
    std::array<guard, 2> guards;

    explicit rings(listener& whom) : guards{guard{&whom, host}, guard{&whom, remote}} {
        if constexpr (Config.dialect.status_in_table and Config.dialect.attach == rpmsg::wire::attach_rule::status_byte) {
            put_table();
        }
    }
    rings(rings const&) = delete;
    static auto about() -> traits {
        constexpr auto dialect = Config.dialect;
        return {.capacity = {Config.count_of(1), Config.count_of(0)},
                .most_held = {Config.count_of(0) - 1, Config.count_of(1) - 1},
                .is_acknowledged = dialect.acknowledged,
                .tells_restarts = dialect.attach == rpmsg::wire::attach_rule::epochs or
                                  dialect.attach == rpmsg::wire::attach_rule::boot_words,
                .returns_late = dialect.prefilled};
    }
    template <std::uint32_t End> auto transport() {
        if constexpr (End == host) {
            return rpmsg::vring_driver<Config, region, bell>{region{memory_, guards[host]}, bell{this, remote}};
        } else {
            return rpmsg::vring_device<Config, region, bell>{region{memory_, guards[remote]}, bell{this, host}};
        }
    }
    template <std::uint32_t> auto begin_life() -> void {}
    [[nodiscard]] auto is_dismissed(std::uint32_t end) const -> bool {
        if constexpr (vring_layout<Config>::status() != nowhere) {
            return end == remote and (memory_.content[vring_layout<Config>::status()] & std::byte{4}) == std::byte{};
        } else {
            return false;
        }
    }
    auto under_way(std::uint32_t end) const -> std::uint32_t { return rung_[end]; }
    auto ring(std::uint32_t end, std::uint32_t which, auto& to) -> void {
        for (std::uint32_t queue = 0; queue < 2; ++queue) {
            if ((rung_[end] & which & 1u << queue) != 0) {
                rung_[end] &= ~(1u << queue);
                to.notify(queue);
            }
        }
    }
    static auto lost(auto&) -> std::uint32_t { return 0; }
};

} // namespace rpmsg::searched
