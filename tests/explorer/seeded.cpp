#include <catch2/catch_test_macros.hpp>

#include "scenarios.hpp"
#include <cstddef>
#include <cstdint>

// Wrong rings, each made of the shipped ones by a region that does one thing wrong. A harness that does not find them
// would find nothing.
namespace {

using namespace stage;
using rpmsg::site;

/// Publishes a driver's index before the entry.
class early_index : public explored_region {
    std::uint32_t entry_{};
    std::uint32_t id_{};
    bool is_held_{};

  public:
    using explored_region::explored_region;
    template <site Site, typename T> auto store(std::uint32_t offset, T value) -> void {
        if constexpr (Site == site::own_entry) {
            entry_ = offset;
            id_ = value;
            is_held_ = true;
        } else {
            explored_region::store<Site>(offset, value);
            if constexpr (Site == site::own_index) {
                if (is_held_) {
                    explored_region::store<site::own_entry>(entry_, static_cast<std::uint16_t>(id_));
                    is_held_ = false;
                }
            }
        }
    }
};

/// Arms the doorbell and goes to sleep without the second look.
class no_second_look : public explored_region {
    std::uint16_t last_{};
    bool is_armed_{};

  public:
    using explored_region::explored_region;
    template <site Site> auto fence() -> void {
        explored_region::fence<Site>();
        is_armed_ = Site == site::arm_fence;
    }
    template <site Site, typename T> [[nodiscard]] auto load(std::uint32_t offset) -> T {
        if constexpr (Site == site::peer_index) {
            if (is_armed_) {
                is_armed_ = false;
                return static_cast<T>(last_);
            }
            last_ = explored_region::load<Site, T>(offset);
            return static_cast<T>(last_);
        } else {
            return explored_region::load<Site, T>(offset);
        }
    }
};

/// Sees the peer's wish for a doorbell one entry late.
class late_event : public explored_region {
  public:
    using explored_region::explored_region;
    template <site Site, typename T> [[nodiscard]] auto load(std::uint32_t offset) -> T {
        auto const value = explored_region::load<Site, T>(offset);
        return Site == site::peer_event ? static_cast<T>(value + 1) : value;
    }
};

/// Starts without a sign of it: the device's boot keeps its first value.
template <rpmsg::vring_config Config> class silent_restart : public explored_region {
    static constexpr auto boot = rpmsg::vring_layout<Config>::control() +
                                 static_cast<std::uint32_t>(offsetof(rpmsg::wire::control_block, device) +
                                                            offsetof(rpmsg::wire::control_block::device_half, boot));

  public:
    using explored_region::explored_region;
    template <site Site, typename T> auto store(std::uint32_t offset, T value) -> void {
        explored_region::store<Site>(offset, offset == boot ? T{1} : value);
    }
    template <site Site, typename T> [[nodiscard]] auto load(std::uint32_t offset) -> T {
        auto const value = explored_region::load<Site, T>(offset);
        return offset == boot and Site == site::control_load and value != 0 ? T{1} : value;
    }
};

/// Never sees that the device let go of the rings before a new session.
template <rpmsg::vring_config Config> class impatient_driver : public explored_region {
    static constexpr auto quiet = rpmsg::vring_layout<Config>::control() +
                                  static_cast<std::uint32_t>(offsetof(rpmsg::wire::control_block, device) +
                                                             offsetof(rpmsg::wire::control_block::device_half, quiet));
    static constexpr auto epoch = rpmsg::vring_layout<Config>::control() +
                                  static_cast<std::uint32_t>(offsetof(rpmsg::wire::control_block::driver_half, epoch));
    std::uint32_t opened_{};

  public:
    using explored_region::explored_region;
    template <site Site, typename T> auto store(std::uint32_t offset, T value) -> void {
        opened_ = offset == epoch ? std::uint32_t{value} : opened_;
        explored_region::store<Site>(offset, value);
    }
    template <site Site, typename T> [[nodiscard]] auto load(std::uint32_t offset) -> T {
        auto const value = explored_region::load<Site, T>(offset);
        return offset == quiet and value != 0 and opened_ != 0 ? static_cast<T>(opened_) : value;
    }
};

constexpr auto flags_1 = config<1, false>;
constexpr auto event_1 = config<1, true>;
constexpr auto flags_2 = config<2, false>;

} // namespace

TEST_CASE("seeded bug: an index that is published before its entry is found") {
    CHECK_FALSE(conversation<flags_1, early_index>({}, 2, 0).is_clean());
    CHECK_FALSE(conversation<flags_2, early_index>({}, 2, 0).is_clean());
    CHECK_FALSE(conversation<flags_1, early_index>({.search = {.sequential = true}}, 2, 0).is_clean());
}

TEST_CASE("seeded bug: sleep without a second look is found") {
    CHECK(conversation<event_1, no_second_look>({}, 2, 0).failure.starts_with("lost wakeup"));
    CHECK(conversation<event_1, no_second_look>({}, 0, 2).failure.starts_with("lost wakeup"));
    CHECK(conversation<flags_1, no_second_look>({}, 2, 0).failure.starts_with("lost wakeup"));
    CHECK(conversation<flags_1, no_second_look>({.search = {.sequential = true}}, 2, 0).failure.starts_with("lost wakeup"));
}

TEST_CASE("seeded bug: a doorbell that comes one entry late is found") {
    CHECK(conversation<event_1, late_event>({}, 2, 0).failure.starts_with("lost wakeup"));
    CHECK(conversation<event_1, late_event>({}, 0, 2).failure.starts_with("lost wakeup"));
}

TEST_CASE("seeded bug: a restart that does not show is found") {
    CHECK_FALSE(receiver_crashes<flags_1, device_core, silent_restart<flags_1>>({}, 2).is_clean());
    CHECK_FALSE(sender_crashes<flags_1, device_core, silent_restart<flags_1>>({}, 2).is_clean());
}

TEST_CASE("seeded bug: rings that are laid out while the device still uses them are found") {
    CHECK_FALSE(sender_crashes<flags_1, driver_core, impatient_driver<flags_1>>({}, 1).is_clean());
    CHECK_FALSE(receiver_crashes<flags_1, driver_core, impatient_driver<flags_1>>({}, 2).is_clean());
}

TEST_CASE("seeded bug: a receiver that gives the buffer back before it uses the message is found") {
    auto const found = receiver_crashes<flags_1, device_core, explored_region, true>({}, 2);
    CHECK_FALSE(found.is_clean());
    auto const lost = receiver_crashes<flags_1, driver_core, explored_region, true>({}, 2);
    CHECK_FALSE(lost.is_clean());
}
