#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace rpmsg::testing {

/// A 64-bit digest of bytes; `seed` chains digests.
[[nodiscard]] inline auto digest(std::span<std::byte const> data, std::uint64_t seed) -> std::uint64_t {
    constexpr auto p = std::uint64_t{0x9e37'79b9'7f4a'7c15};
    constexpr auto q = std::uint64_t{0xc2b2'ae3d'27d4'eb4f};
    auto const word_at = [&](std::size_t at) {
        auto word = std::uint64_t{};
        std::memcpy(&word, data.data() + at, 8);
        return word;
    };
    // Each changed bit of a word changes about half of the lane, so that no likely change of the next one undoes it.
    auto const mix = [](std::uint64_t lane, std::uint64_t word) { return std::rotl((lane ^ word) * p, 32) * q; };
    auto a = seed ^ data.size();
    auto b = seed + p;
    auto c = ~seed;
    auto d = seed * q + 1;
    auto at = std::size_t{};
    for (; at + 32 <= data.size(); at += 32) {
        a = mix(a, word_at(at));
        b = mix(b, word_at(at + 8));
        c = mix(c, word_at(at + 16));
        d = mix(d, word_at(at + 24));
    }
    for (; at + 8 <= data.size(); at += 8) {
        a = mix(a, word_at(at));
    }
    for (; at < data.size(); ++at) {
        b = mix(b, static_cast<std::uint64_t>(data[at]));
    }
    for (auto const lane : {b, c, d, q}) {
        a = mix(a ^ a >> 32, lane);
    }
    return a ^ a >> 31;
}

/// The digests of the states that were visited.
class state_set {
    std::vector<std::uint64_t> slots_ = std::vector<std::uint64_t>(std::size_t{1} << 14);
    std::size_t count_{};

    static auto place(std::vector<std::uint64_t>& slots, std::uint64_t value) -> bool {
        auto const mask = slots.size() - 1;
        auto at = static_cast<std::size_t>(value) & mask;
        while (slots[at] != 0) {
            if (slots[at] == value) {
                return false;
            }
            at = (at + 1) & mask;
        }
        slots[at] = value;
        return true;
    }

  public:
    /// Whether the value is new.
    auto insert(std::uint64_t value) -> bool {
        if (4 * count_ >= 3 * slots_.size()) {
            auto larger = std::vector<std::uint64_t>(2 * slots_.size());
            for (auto const each : slots_) {
                if (each != 0) {
                    place(larger, each);
                }
            }
            slots_.swap(larger);
        }
        auto const is_new = place(slots_, value != 0 ? value : 1);
        count_ += is_new ? 1 : 0;
        return is_new;
    }
    [[nodiscard]] auto size() const -> std::size_t { return count_; }
};

} // namespace rpmsg::testing
