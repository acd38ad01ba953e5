#pragma once

#include <rpmsg/core/bytes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// The words that NuttX and openvela place directly before the resource table of a shared block (NuttX,
/// arch/sim/src/sim/sim_rptun.c). Words of both sides share a cache line: the memory must not be cached.
struct boot_block {
    std::array<std::uint32_t, 2> base{}; ///< the driver's address of the block, low half first: all others are relative to it
    std::uint32_t device_doorbells{};    ///< incremented when the device rings a doorbell
    std::uint32_t driver_doorbells{};    ///< incremented when the driver rings a doorbell
    std::uint32_t device_state{};        ///< a `boot_state`
    std::uint32_t driver_state{};        ///< a `boot_state`
};
static_assert(sizeof(boot_block) == 24 and wire_format<boot_block>);
static_assert(offsetof(boot_block, device_state) == 16 and offsetof(boot_block, driver_state) == 20);

/// The states of a side (NuttX, drivers/rptun/rptun.c). The other side writes only `needs_reset`, to request a restart.
namespace boot_state {
inline constexpr std::uint32_t none = 0;
inline constexpr std::uint32_t boots = 1;
inline constexpr std::uint32_t runs = 2;
inline constexpr std::uint32_t needs_reset = 4;
} // namespace boot_state

/// A command to the other side, in the upper half of a word of the sender (NuttX, arch/sim/src/sim/sim_rptun.c): the driver
/// uses the first reserved word of the table behind the boot block, the device the second. The device accepts no table while
/// one of them is not 0.
namespace boot_command {
inline constexpr std::uint32_t panic = 2;
inline constexpr std::uint32_t reset = 3;
inline constexpr std::uint32_t stop = 4;
inline constexpr std::uint32_t acknowledge = 0xffff'0000; ///< the whole word
/// openvela has other values, and acknowledges no command.
inline constexpr std::uint32_t openvela_panic = 1;
inline constexpr std::uint32_t openvela_stop = 2;
inline constexpr std::uint32_t openvela_restart = 4;
} // namespace boot_command

} // namespace rpmsg::wire
