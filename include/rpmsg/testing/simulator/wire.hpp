#pragma once

#include <rpmsg/testing/simulator/core.hpp>
#include <rpmsg/testing/simulator/fault.hpp>
#include <rpmsg/transport/tapped.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace rpmsg::testing::simulator {

class wire;

/// The sink of `tapped` at one end of a wire: all messages and changes of the link become steps of the trace.
class wire_tap {
    wire* line_;
    std::uint32_t end_;
    rpmsg::wire::header sending_{};

  public:
    wire_tap(wire& line, std::uint32_t end) : line_{&line}, end_{end} {}
    auto received(rpmsg::wire::header const& header, const_bytes payload) -> void;
    auto sending(rpmsg::wire::header const& header, const_bytes payload) -> void;
    auto sent(bool accepted) -> void;
    auto changed(link_change const& change) -> void;
    auto dropped(counter reason) -> void;
    auto counted(counter reason, std::uint32_t amount) -> void;
};

/// What lies between two cores: shared memory with doorbells, a serial line, an SPI bus. Its models make the transports of the
/// ends 0 and 1, which the programs of the cores construct at each start.
class wire {
    friend class kernel;
    friend class world;
    friend class wire_tap;

    kernel* world_;
    std::uint32_t number_;
    std::string name_;
    struct plug {
        core* who{};
        std::uint32_t link{};
    };
    std::array<plug, 2> plugs_{};
    std::uint32_t lose_{};
    std::uint32_t late_{};
    std::uint32_t refuse_{};
    nanoseconds delay_{};
    std::array<std::uint32_t, 2> owed_{}; ///< signals that were lost, one bit each
    bool is_cut_{};
    bool is_slow_{};
    bool is_tainted_{};
    std::uint32_t renewed_{};   ///< the ends that have started since, one bit each
    bool is_doubtful_{};        ///< an end has restarted, and its peer may still use what was before
    std::uint32_t awaits_up_{}; ///< the ends that have to come up until that is over, one bit each

    /// The program at an end was told of a restart: what comes now may still be of the old rings until the driver and then
    /// the device are up again.
    auto told(std::uint32_t end) -> void { awaits_up_ = end == 0 ? 3 : 2; }
    auto came_up(std::uint32_t end) -> void {
        if (awaits_up_ == 3 ? end == 0 : awaits_up_ == 2 and end == 1) {
            awaits_up_ &= ~(1u << end);
            is_doubtful_ = awaits_up_ != 0;
        }
    }

  protected:
    std::array<wire_tap, 2> taps_;

    /// The core at an end; there is one once the simulation runs.
    [[nodiscard]] auto at(std::uint32_t end) -> core& { return *plugs_[end].who; }
    [[nodiscard]] auto in() -> kernel& { return *world_; }
    [[nodiscard]] auto is_cut() const -> bool { return is_cut_; }
    [[nodiscard]] auto is_slow() const -> bool { return is_slow_; }
    /// Whether a doorbell is refused now.
    [[nodiscard]] auto refuses() -> bool;
    /// An interrupt at an end; what the faults of this wire do to it is done here.
    auto interrupt(std::uint32_t end, std::uint32_t signal) -> void;
    /// `due(detail)` is called after this time.
    auto call_after(nanoseconds duration, std::uint32_t detail) -> void;
    /// Its content was destroyed: until both cores have restarted nothing is promised but that no core is harmed.
    auto taint() -> void {
        is_tainted_ = true;
        renewed_ = 0;
    }

  public:
    wire(kernel& in, std::uint32_t number, std::string name)
        : world_{&in}, number_{number}, name_{std::move(name)}, taps_{wire_tap{*this, 0}, wire_tap{*this, 1}} {}
    virtual ~wire() = default;
    wire(wire const&) = delete;
    auto operator=(wire const&) -> wire& = delete;

    [[nodiscard]] auto name() const -> std::string const& { return name_; }
    [[nodiscard]] auto number() const -> std::uint32_t { return number_; }
    [[nodiscard]] auto core_at(std::uint32_t end) const -> core* { return plugs_[end].who; }
    [[nodiscard]] auto is_tainted() const -> bool { return is_tainted_; }
    /// Whether what arrives now is what was sent: not after a hostile core wrote into it, nor while an end has not been told of a
    /// restart that it cannot detect.
    [[nodiscard]] auto is_sound() const -> bool { return not is_tainted_ and not is_doubtful_; }
    /// Connects the ends: end 0 is the link number `first_link` of core `first`, as counted in its `links()`.
    auto connect(core& first, std::uint32_t first_link, core& second, std::uint32_t second_link) -> void {
        plugs_ = {plug{&first, first_link}, plug{&second, second_link}};
        first.plugs_.push_back({this, 0, first_link});
        second.plugs_.push_back({this, 1, second_link});
    }

    /// Whether an end detects a restart of the other one by itself; if not, its program is told, and resets the link.
    [[nodiscard]] virtual auto tells_restarts() const -> bool { return true; }
    /// Whether the profile allows that a message is lost while the link is up.
    [[nodiscard]] virtual auto may_lose() const -> bool { return false; }
    /// Whether a fault of the wire itself can strike here.
    [[nodiscard]] virtual auto suits(fault which) const -> bool = 0;
    /// A fault strikes; `mend` ends it.
    virtual auto strike(fault, seeded_random&) -> void {}
    virtual auto mend(fault) -> void {}
    /// The core at an end begins a life.
    virtual auto enter(std::uint32_t) -> void {}
    /// The core at an end dies: what its program does from now on has no effect.
    virtual auto leave(std::uint32_t) -> void {}
    /// Its program was destroyed.
    virtual auto left(std::uint32_t) -> void {}
    /// The core at an end has polled.
    virtual auto polled(std::uint32_t) -> void {}
    virtual auto due(std::uint32_t) -> void {}
};

} // namespace rpmsg::testing::simulator
