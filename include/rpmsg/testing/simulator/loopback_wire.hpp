#pragma once

#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/simulator/kernel.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace rpmsg::testing::simulator {

/// The loopback of the tests as a wire, for worlds in which the transport does not matter: each poll that changes it interrupts
/// the other end.
template <bool Acknowledged = true, std::uint32_t Buffers = 4, std::uint32_t Payload = 48>
class loopback_wire final : public wire {
    using memory = loopback_memory<Buffers, Payload>;

    /// What changes with each call that concerns the other end.
    struct mark {
        std::array<std::uint32_t, 2> sent{};
        std::array<std::uint32_t, 2> taken{};
        std::array<std::uint32_t, 2> lives{};
        std::array<std::uint32_t, 2> joined{};
        auto operator==(mark const&) const -> bool = default;
    };
    memory memory_{};
    memory before_{};
    mark seen_{};

    [[nodiscard]] auto look() const -> mark {
        auto now = mark{.lives = memory_.lives, .joined = memory_.joined};
        for (std::size_t i = 0; i < 2; ++i) {
            now.sent[i] = memory_.directions[i].sent;
            for (auto const& each : memory_.directions[i].slots) {
                now.taken[i] += each.whose != memory::owner::nobody ? 1u : 0u;
            }
        }
        return now;
    }

  public:
    loopback_wire(kernel& in, std::uint32_t number, std::string name) : wire{in, number, std::move(name)} {}

    /// The transports of the ends.
    [[nodiscard]] auto first() { return tapped{loopback<Acknowledged, Buffers, Payload>{memory_, 0}, taps_[0]}; }
    [[nodiscard]] auto second() { return tapped{loopback<Acknowledged, Buffers, Payload>{memory_, 1}, taps_[1]}; }

    [[nodiscard]] auto suits(fault) const -> bool override { return false; }
    /// A core that starts has no loan of its earlier life, also where that closed the link before it ended.
    auto enter(std::uint32_t end) -> void override {
        for (auto& each : memory_.directions[end].slots) {
            each.whose = each.whose == memory::owner::sender ? memory::owner::nobody : each.whose;
        }
    }
    /// What a program that dies does to the memory is undone when it is destroyed.
    auto leave(std::uint32_t) -> void override { before_ = memory_; }
    auto left(std::uint32_t) -> void override { memory_ = before_; }
    auto polled(std::uint32_t end) -> void override {
        if (auto const now = look(); at(end).is_alive() and not(now == seen_)) {
            seen_ = now;
            interrupt(1 - end, 0);
        }
    }
};

} // namespace rpmsg::testing::simulator
