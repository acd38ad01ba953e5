#pragma once

#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/shared_block_plan.hpp>

#include <cpu.hpp>
#include <cstdint>

/// Two chips of different instruction sets that share only memory: a Cortex-M3 (mps2-an385) as the host and a RISC-V (virt) as
/// the remote, in two emulators. Each sees the memory at a different address; neither can interrupt the other.
namespace board {

inline constexpr auto name = "two-chips";

/// The parameters of the example on this board. Two emulators that poll give each other long time slices.
inline constexpr std::uint32_t messages = 20'000;
inline constexpr std::uint32_t restarts = 20;

/// The last MiB of the 16 that the chips share: the first ones hold the remote's image.
inline constexpr auto shared_block = rpmsg::shared_block{
    .rings = {.buffers = 16, .buffer_size = 512},
    .host_base = 0x21f0'0000,
    .remote_base = 0x80f0'0000,
    .size = 0x8000,
};
using plan = rpmsg::shared_block_plan<shared_block>;
using host_memory = rpmsg::mapped_region<rpmsg::fixed_memory<shared_block.host_base, shared_block.size>>;
using remote_memory = rpmsg::mapped_region<rpmsg::fixed_memory<shared_block.remote_base, shared_block.size>>;

struct mailbox {
    static auto ring(std::uint32_t) -> void {}
    static auto acknowledge() -> void {}
};
inline auto enable_interrupts() -> void {}
inline auto disable_interrupts() -> void {}

/// Does not sleep, because no interrupt would end the sleep.
auto sleep_unless(auto&& has_work) -> void { (void)has_work(); }

/// Does nothing, because the other chip starts by itself.
inline auto start_other_core() -> void {}

extern "C" void reset();

/// Restarts this image, as after a reset.
[[noreturn]] inline auto restart() -> void {
    reset();
    __builtin_unreachable();
}

} // namespace board
