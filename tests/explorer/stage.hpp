#pragma once

#include <rpmsg/testing/explorer/explored_region.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include "transport/device_table.hpp"
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace stage {

using rpmsg::testing::exploration;
using rpmsg::testing::exploration_options;
using rpmsg::testing::explored_memory;
using rpmsg::testing::explored_region;
using rpmsg::testing::explorer;
using rpmsg::testing::ordering;

inline constexpr std::uint32_t driver_core = 0;
inline constexpr std::uint32_t device_core = 1;
inline constexpr std::uint32_t batch = 1;

/// Small rings: the sizes only cost time here.
template <std::uint16_t Buffers, bool EventIndex, rpmsg::wire::dialect Dialect = rpmsg::wire::dialects::rpmsg>
inline constexpr auto config = rpmsg::vring_config{
    .buffers = Buffers, .buffer_size = 20, .alignment = 4, .batch = batch, .event_index = EventIndex, .dialect = Dialect};

/// Where a scenario begins.
enum class beginning {
    attached,   ///< both ends are up
    new_memory, ///< both ends start in memory that is all zero
    old_memory, ///< both ends start in memory as an earlier life of both left it
};

/// How a scenario runs.
struct settings {
    exploration_options search{};
    std::vector<std::pair<rpmsg::site, ordering>> reordered{};
    beginning from = beginning::attached;
    std::uint32_t exchanged_before{}; ///< messages each way before it begins
};

/// Whether the cores start their ends by themselves.
[[nodiscard]] inline auto starts(settings const& how) -> bool { return how.from != beginning::attached; }

/// A doorbell that ends the other core's sleep.
class bell {
    explorer* engine_;
    std::uint32_t whom_;

  public:
    bell(explorer& engine, std::uint32_t whom) : engine_{&engine}, whom_{whom} {}
    auto ring(std::uint32_t) -> bool {
        if (engine_->core() != exploration_options::nobody) {
            engine_->ring(whom_);
        }
        return true;
    }
};

/// Two cores, the shipped rings between them.
template <rpmsg::vring_config Config, typename Region = explored_region> class two_cores {
    using layout = rpmsg::vring_layout<Config>;
    using driver_end = rpmsg::vring_driver<Config, Region, bell>;
    using device_end = rpmsg::vring_device<Config, Region, bell>;

    struct ends {
        driver_end driver;
        device_end device;
    };
    static_assert(std::is_trivially_copyable_v<ends>);

    explorer engine_;
    explored_memory memory_{engine_, layout::size()};
    ends ends_{driver_end{Region{memory_}, bell{engine_, device_core}},
               device_end{Region{memory_}, bell{engine_, driver_core}}};

    auto guard_rings() -> void {
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            auto const at = layout::parts(ring);
            for (std::uint32_t id = 0; id < Config.buffers; ++id) {
                auto const name = " " + std::to_string(id) + " of ring " + std::to_string(ring);
                memory_.guard(at.descriptors + 16 * id, 16, "descriptor" + name);
                memory_.guard(at.available + 4 + 2 * id, 2, "available entry" + name);
                memory_.guard(at.used + 4 + 8 * id, 8, "used entry" + name);
                memory_.guard(layout::buffer(ring, id), Config.size_of(ring), "buffer" + name);
            }
        }
    }
    auto attach() -> void {
        rpmsg::expects(ends_.driver.start().has_value() and ends_.device.start().has_value());
        for (auto i = 0; i < 8; ++i) {
            (void)ends_.driver.poll(0);
            (void)ends_.device.poll(0);
        }
        rpmsg::expects(ends_.driver.is_up() and ends_.device.is_up());
    }
    static auto exchange(auto& from, auto& to) -> void {
        rpmsg::expects(send(from, 0));
        auto const message = to.receive();
        rpmsg::expects(message.outcome == rpmsg::rx_outcome::message);
        to.release(message.token);
    }

  public:
    explicit two_cores(settings const& how) : engine_{how.search} {
        for (auto const& [where, order] : how.reordered) {
            memory_.reorder(where, order);
        }
        guard_rings();
        put_device_table<Config>(
            [this](std::uint32_t offset, std::uint32_t word) { memory_.store(rpmsg::site::status_store, offset, word, 4); });
        engine_.keep(std::as_writable_bytes(std::span{&ends_, 1}));
        if (how.from == beginning::new_memory) {
            return;
        }
        attach();
        for (std::uint32_t i = 0; i < how.exchanged_before; ++i) {
            exchange(ends_.driver, ends_.device);
            exchange(ends_.device, ends_.driver);
        }
        if (how.from == beginning::old_memory) {
            reset<driver_core>();
            reset<device_core>();
            if (layout::status() != rpmsg::nowhere) {
                memory_.store(rpmsg::site::status_store, layout::status(), 0, 1);
            }
        }
    }

    [[nodiscard]] auto engine() -> explorer& { return engine_; }
    [[nodiscard]] auto memory() -> explored_memory& { return memory_; }
    template <std::uint32_t Core> [[nodiscard]] auto end() -> auto& {
        if constexpr (Core == driver_core) {
            return ends_.driver;
        } else {
            return ends_.device;
        }
    }
    /// What a core has after its reset. Padding is cleared too: the explorer compares all bytes.
    template <std::uint32_t Core> auto reset() -> void {
        auto& old = end<Core>();
        std::memset(static_cast<void*>(&old), 0, sizeof(old));
        new (&old) std::remove_reference_t<decltype(old)>{Region{memory_},
                                                          bell{engine_, Core == driver_core ? device_core : driver_core}};
    }

    /// Sends one byte if there is room; if not, a doorbell is asked for.
    static auto send(auto& end, std::uint32_t value) -> bool {
        auto room = end.reserve();
        if (not room and end.writable()) {
            room = end.reserve();
        }
        if (not room) {
            return false;
        }
        room.space[0] = static_cast<std::byte>(value);
        end.commit(room, {.source = rpmsg::address{1}, .destination = rpmsg::address{2}, .length = 1});
        return true;
    }
    /// Receives one byte if there is one, checks all that came with it, and gives the buffer back; when late, wrongly,
    /// it is used only then.
    template <bool Late = false> auto receive(auto& end, auto&& deliver) -> bool {
        auto const message = end.receive();
        engine_.check(message.outcome != rpmsg::rx_outcome::dropped, "a good message was dropped");
        if (message.outcome == rpmsg::rx_outcome::none) {
            return false;
        }
        engine_.check(message.payload.size() == 1 and message.source == rpmsg::address{1} and
                          message.destination == rpmsg::address{2},
                      "the header is not the one that was sent");
        if constexpr (Late) {
            auto const value = static_cast<std::uint32_t>(message.payload[0]);
            end.release(message.token);
            deliver(value);
        } else {
            deliver(static_cast<std::uint32_t>(message.payload[0]));
            memory_.touch(message.payload);
            end.release(message.token);
        }
        return true;
    }
};

} // namespace stage
