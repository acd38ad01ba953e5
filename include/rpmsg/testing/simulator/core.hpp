#pragma once

#include <rpmsg/testing/simulator/core_clock.hpp>
#include <rpmsg/testing/simulator/program.hpp>
#include <rpmsg/testing/simulator/seeded_random.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rpmsg::testing::simulator {

class wire;
class kernel;
class world;

/// What a core is like.
struct core_settings {
    std::uint32_t ticks_per_second = 1'000'000; ///< of its clock, 1 to 10^9
    ticks first_tick = 0;                       ///< the time of its clock at the start
    nanoseconds poll_time{5'000};               ///< a poll takes this long; more than 0
    nanoseconds wake_time{2'000};               ///< from an interrupt, or a deadline, to the poll
};

/// A core of the simulation: a program and its clock. The program is destroyed by a crash and constructed at each start. It
/// uses the functions below for what it does with the outer world, so that nothing happens any more once the core has crashed,
/// also when that was between two accesses to shared memory in the middle of a poll.
class core {
    friend class kernel;
    friend class world;
    friend class wire;

    struct plug {
        wire* line;
        std::uint32_t end;
        std::uint32_t link;
    };

    kernel* world_;
    std::uint32_t number_;
    std::string name_;
    core_settings settings_;
    std::function<std::unique_ptr<any_program>(core&)> make_;
    std::unique_ptr<any_program> program_{};
    core_clock clock_;
    seeded_random random_;
    std::vector<plug> plugs_{};
    std::vector<std::uint64_t> latched_{}; ///< interrupts during a pause: wire * 16 + end * 8 + signal
    nanoseconds blocked_until_{};
    nanoseconds blocks_for_{};
    std::uint64_t accesses_{};
    std::uint64_t crash_at_ = ~std::uint64_t{};
    std::uint64_t stop_at_ = ~std::uint64_t{};
    std::uint32_t life_{};
    std::uint32_t request_{}; ///< the number of the last request to run
    std::uint32_t in_a_row_{};
    bool is_on_{};
    bool is_paused_{};
    bool is_dying_{};

    auto reach_limit() -> void;

  public:
    core(kernel& in, std::uint32_t number, std::string name, core_settings settings, std::uint64_t seed,
         std::function<std::unique_ptr<any_program>(core&)> make)
        : world_{&in}, number_{number}, name_{std::move(name)}, settings_{settings}, make_{std::move(make)},
          clock_{settings.ticks_per_second, settings.first_tick}, random_{seed, 0x1'0000 + number} {}
    core(core const&) = delete;
    auto operator=(core const&) -> core& = delete;

    [[nodiscard]] auto name() const -> std::string const& { return name_; }
    [[nodiscard]] auto number() const -> std::uint32_t { return number_; }
    /// The number of its starts so far.
    [[nodiscard]] auto life() const -> std::uint32_t { return life_; }
    /// The world that the core is in.
    [[nodiscard]] auto in() -> kernel& { return *world_; }
    /// Whether what the program does now takes effect: false for the rest of a poll in which the core has crashed.
    [[nodiscard]] auto is_alive() const -> bool { return is_on_ and not is_dying_; }
    [[nodiscard]] auto is_on() const -> bool { return is_on_; }
    /// The time of its clock.
    [[nodiscard]] auto now() const -> ticks;
    /// Random numbers for the program, the same for the same seed.
    [[nodiscard]] auto random() -> seeded_random& { return random_; }
    /// Adds a step to the trace.
    auto note(std::uint32_t a, std::uint32_t b = 0) -> void;
    /// Counts a situation.
    auto saw(std::string_view situation) -> void;
    /// Ends the simulation with this failure, which names the invariant.
    auto fail(std::string const& what) -> void;
    /// The program does nothing for some time, as a peer that waits for a buffer in its handler.
    auto block(nanoseconds duration) -> void;
    /// The program found no transmit buffer: where the fault `blocked` is active, it waits for one.
    auto finds_no_buffer() -> void;
    /// Whether the simulation ends, so that the program should send nothing new.
    [[nodiscard]] auto is_draining() const -> bool;
    /// One access to shared memory. Wires call it.
    auto access() -> void {
        if (++accesses_ >= stop_at_) [[unlikely]] {
            reach_limit();
        }
    }
};

} // namespace rpmsg::testing::simulator
