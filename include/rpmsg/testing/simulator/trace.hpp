#pragma once

#include <rpmsg/testing/simulator/event_queue.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rpmsg::testing::simulator {

enum class step_kind : std::uint8_t {
    started,   ///< a life of a core began; `a` is its number
    ran,       ///< the core polled; `a` is the time of its clock
    interrupt, ///< wire `a`, signal `b`
    sent,      ///< wire `a`, `b` bytes; `with` is the destination address
    received,  ///< wire `a`, `b` bytes; `with` is the source address
    link_up,   ///< wire `a`
    link_down, ///< wire `a`, for the reason `b`
    fault,     ///< the fault `a`, at the wire `b` where it acts on wires
    mended,    ///< all faults ended
    note,      ///< what a program noted: `a` and `b`
    failed,    ///< an invariant does not hold
};

struct step {
    static constexpr std::uint32_t no_core = 0xffff'ffff;

    nanoseconds at{};
    step_kind kind{};
    std::uint32_t core = no_core;
    std::uint32_t a{};
    std::uint32_t b{};
    std::uint32_t with{};
};

/// What happened, in order: a hash of all steps, and the last steps themselves.
class trace {
    static constexpr std::size_t kept = 256;

    std::array<step, kept> last_{};
    std::uint64_t count_{};
    std::uint64_t hash_ = 0xcbf2'9ce4'8422'2325;

    auto mix(std::uint64_t value) -> void {
        hash_ = (hash_ ^ value) * 0x9e37'79b9'7f4a'7c15;
        hash_ ^= hash_ >> 29;
    }

  public:
    auto add(step const& what) -> void {
        last_[count_++ % kept] = what;
        mix(static_cast<std::uint64_t>(what.at.count()));
        mix(static_cast<std::uint64_t>(what.kind) << 32 | what.core);
        mix(static_cast<std::uint64_t>(what.a) << 32 | what.b);
        mix(what.with);
    }
    [[nodiscard]] auto hash() const -> std::uint64_t { return hash_; }
    [[nodiscard]] auto count() const -> std::uint64_t { return count_; }
    /// The last steps, at most `most` and at most 256, the oldest first.
    [[nodiscard]] auto last(std::size_t most) const -> std::vector<step> {
        auto const size = std::min({most, kept, static_cast<std::size_t>(count_)});
        auto steps = std::vector<step>{};
        for (auto i = count_ - size; i < count_; ++i) {
            steps.push_back(last_[i % kept]);
        }
        return steps;
    }
};

} // namespace rpmsg::testing::simulator
