#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace rpmsg::testing::simulator {

/// What goes wrong in a simulation. Faults act on cores or on wires; those of a kind of wire need one.
enum class fault : std::uint8_t {
    doorbell_lost,     ///< some interrupts of a wire do not arrive; after the phase one arrives
    doorbell_spurious, ///< an interrupt arrives that nobody sent
    doorbell_late,     ///< some interrupts of a wire arrive late
    doorbell_refused,  ///< shared memory: some doorbells answer that they did not ring
    clock_drift,       ///< a clock is up to 20 % too fast or too slow
    clock_jump,        ///< a clock is set to another time
    clock_stop,        ///< a clock stands still
    clock_wrap,        ///< a clock passes 2^32
    crash,             ///< a core stops between two polls and restarts later
    crash_inside,      ///< shared memory: a core stops between two accesses to it, and restarts later
    restart,           ///< a core closes its links and starts again
    pause,             ///< a core does not run for some time
    partition,         ///< a wire carries nothing for some time; of shared memory only the doorbells
    slow,              ///< all that a wire carries arrives late
    blocked,           ///< a core that finds no transmit buffer waits for up to 15 s and does nothing else
    line_noise,        ///< a serial line flips, loses, adds and repeats bytes
    line_cut,          ///< a serial line loses whole pieces
    bus_noise,         ///< SPI: frames are damaged
    bus_abort,         ///< SPI: transfers end early
    edge_lost,         ///< SPI: an edge of a request line is not detected
    scribble,          ///< shared memory: a hostile core writes to any place of it
    count_
};
inline constexpr auto fault_count = static_cast<std::size_t>(fault::count_);

[[nodiscard]] constexpr auto describe(fault which) -> std::string_view {
    constexpr auto names = std::array<std::string_view, fault_count>{"doorbell_lost", "doorbell_spurious",
                                                                     "doorbell_late", "doorbell_refused",
                                                                     "clock_drift",   "clock_jump",
                                                                     "clock_stop",    "clock_wrap",
                                                                     "crash",         "crash_inside",
                                                                     "restart",       "pause",
                                                                     "partition",     "slow",
                                                                     "blocked",       "line_noise",
                                                                     "line_cut",      "bus_noise",
                                                                     "bus_abort",     "edge_lost",
                                                                     "scribble"};
    return names[static_cast<std::size_t>(which)];
}

/// A set of faults.
class fault_set {
    std::uint64_t bits_{};

  public:
    constexpr fault_set() = default;
    constexpr fault_set(std::initializer_list<fault> all) {
        for (auto const each : all) {
            insert(each);
        }
    }
    /// The set whose bit i stands for the fault with the number i; other bits are ignored.
    [[nodiscard]] static constexpr auto of_bits(std::uint64_t bits) -> fault_set {
        auto made = fault_set{};
        made.bits_ = bits & ((std::uint64_t{1} << fault_count) - 1);
        return made;
    }
    [[nodiscard]] static constexpr auto all() -> fault_set { return of_bits(~std::uint64_t{}); }

    constexpr auto insert(fault which) -> void { bits_ |= std::uint64_t{1} << static_cast<unsigned>(which); }
    constexpr auto erase(fault which) -> void { bits_ &= ~(std::uint64_t{1} << static_cast<unsigned>(which)); }
    [[nodiscard]] constexpr auto has(fault which) const -> bool { return (bits_ >> static_cast<unsigned>(which) & 1) != 0; }
    [[nodiscard]] constexpr auto is_empty() const -> bool { return bits_ == 0; }
    [[nodiscard]] constexpr auto bits() const -> std::uint64_t { return bits_; }
    /// The faults that are in both sets.
    [[nodiscard]] constexpr auto both(fault_set other) const -> fault_set { return of_bits(bits_ & other.bits_); }
    [[nodiscard]] constexpr auto without(fault_set other) const -> fault_set { return of_bits(bits_ & ~other.bits_); }
    auto operator==(fault_set const&) const -> bool = default;

    /// The names of all members, with blanks between.
    [[nodiscard]] auto text() const -> std::string {
        auto words = std::string{};
        for (std::size_t i = 0; i < fault_count; ++i) {
            if (has(static_cast<fault>(i))) {
                words += (words.empty() ? "" : " ") + std::string{describe(static_cast<fault>(i))};
            }
        }
        return words.empty() ? "none" : words;
    }
};

} // namespace rpmsg::testing::simulator
