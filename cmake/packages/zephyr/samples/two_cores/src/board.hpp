#pragma once

#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/layout.hpp>

#include <cstdint>
#include <zephyr/device.h>
#include <zephyr/drivers/ipm.h>
#include <zephyr/kernel.h>

/// What both cores know of the board, from the device tree.
namespace board {

inline constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 128};
inline constexpr std::uint32_t core_0 = 0;
inline constexpr std::uint32_t core_1 = 1;

using shared_memory = rpmsg::mapped_region<
    rpmsg::fixed_memory<DT_REG_ADDR(DT_CHOSEN(zephyr_ipc_shm)), std::uint32_t{DT_REG_SIZE(DT_CHOSEN(zephyr_ipc_shm))}>>;

inline auto interrupts() -> device const* { return DEVICE_DT_GET(DT_CHOSEN(zephyr_ipc)); }

/// Interrupts a core.
template <std::uint32_t Core> struct doorbell {
    static auto ring(std::uint32_t) -> bool { return ipm_send(interrupts(), 0, Core, nullptr, 0) == 0; }
};

inline k_sem rung{};

/// From here on an interrupt of the other core ends `sleep`.
inline auto start() -> bool {
    k_sem_init(&rung, 0, 1);
    ipm_register_callback(
        interrupts(), [](device const*, void*, std::uint32_t, void volatile*) { k_sem_give(&rung); }, nullptr);
    return device_is_ready(interrupts()) and ipm_set_enabled(interrupts(), 1) == 0;
}

/// Sleeps until the other core rings, at most 100 ms.
inline auto sleep() -> void { (void)k_sem_take(&rung, K_MSEC(100)); }

} // namespace board
