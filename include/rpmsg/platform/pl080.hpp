#pragma once

#include <rpmsg/platform/dma.hpp>

#include <cstdint>

namespace rpmsg {

/// For controllers that reach all memory.
constexpr auto reaches_everywhere(std::uintptr_t, std::uint32_t) -> bool { return true; }

/// A channel of Arm's PrimeCell PL080 or PL081 (Arm DDI 0196 and DDI 0218), memory to memory, flow control by the controller.
/// It copies words where both addresses and the size are multiples of 4, else bytes; at most 4095 of them in a transfer. `Base`
/// is the address of the controller, `Channel` counts from 0. `Reach(start, size)` returns whether the controller reaches this
/// memory. The interrupt handler calls `acknowledge`, then completes the copy.
template <std::uintptr_t Base, std::uint32_t Channel, auto Reach = reaches_everywhere> class pl080 {
    static constexpr std::uint32_t bit = 1u << Channel;
    static constexpr std::uint32_t longest = 0xfff;
    static constexpr std::uintptr_t own = Base + 0x100 + std::uintptr_t{0x20} * Channel;

    [[nodiscard]] static auto at(std::uintptr_t address) -> std::uint32_t volatile& {
        return *reinterpret_cast<std::uint32_t volatile*>(address);
    }
    static auto error_status() -> std::uint32_t { return at(Base + 0x018); }

  public:
    auto start(const_bytes source, bytes target) -> dma_start {
        auto const from = reinterpret_cast<std::uintptr_t>(source.data());
        auto const to = reinterpret_cast<std::uintptr_t>(target.data());
        auto const size = static_cast<std::uint32_t>(source.size());
        auto const shift = ((from | to | size) & 3) == 0 ? 2u : 0u;
        auto const count = size >> shift;
        if (count == 0 or count > longest or not Reach(from, size) or not Reach(to, size)) {
            return dma_start::refused;
        }
        if ((at(Base + 0x01c) & bit) != 0) { // EnbldChns
            return dma_start::busy;
        }
        acknowledge();
        at(Base + 0x010) = bit; // IntErrClr
        at(own) = static_cast<std::uint32_t>(from);
        at(own + 0x4) = static_cast<std::uint32_t>(to);
        at(own + 0x8) = 0; // no linked list
        // Interrupt at the end, privileged, both addresses incremented, bursts of 4, both widths.
        at(own + 0xc) = 1u << 31 | 1u << 28 | 1u << 27 | 1u << 26 | shift << 21 | shift << 18 | 1u << 15 | 1u << 12 | count;
        __atomic_thread_fence(__ATOMIC_SEQ_CST);   // the source is complete
        at(own + 0x10) = 1u << 15 | 1u << 14 | 1u; // both interrupts, memory to memory, enabled
        at(Base + 0x030) = 1;                      // the controller, too
        return dma_start::started;
    }
    auto progress() -> dma_progress {
        if ((at(Base + 0x01c) & bit) != 0) {
            return dma_progress::running;
        }
        __atomic_thread_fence(__ATOMIC_SEQ_CST); // the target was written meanwhile
        return (error_status() & bit) != 0 ? dma_progress::failed : dma_progress::done;
    }
    /// Stops the channel at once; what it has fetched and not written yet is lost.
    auto abort() -> bool {
        at(own + 0x10) = 0;
        return (at(Base + 0x01c) & bit) == 0;
    }
    /// Ends the interrupt of a completed transfer. An error stays visible for `progress` until the next start; its interrupt is
    /// masked until then.
    static auto acknowledge() -> void {
        at(Base + 0x008) = bit; // IntTCClear
        if ((error_status() & bit) != 0) {
            at(own + 0x10) = 0;
        }
    }
};
static_assert(dma_channel<pl080<0, 0>>);

} // namespace rpmsg
