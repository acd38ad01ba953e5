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
    constexpr std::uint64_t factor[] = {0x9e37'79b9'7f4a'7c15, 0xc2b2'ae3d'27d4'eb4f, 0x1656'67b1'9e37'79f9,
                                        0xff51'afd7'ed55'8ccd};
    std::uint64_t lanes[] = {seed ^ data.size(), seed + factor[1], ~seed, seed * factor[3] + 1};
    auto const mix = [&](std::size_t lane, std::uint64_t word) {
        lanes[lane] = std::rotl((lanes[lane] ^ word) * factor[lane], 29);
    };
    auto const word_at = [&](std::size_t at) {
        auto word = std::uint64_t{};
        std::memcpy(&word, data.data() + at, 8);
        return word;
    };
    auto at = std::size_t{};
    for (; at + 32 <= data.size(); at += 32) {
        for (std::size_t lane = 0; lane < 4; ++lane) {
            mix(lane, word_at(at + 8 * lane));
        }
    }
    for (; at + 8 <= data.size(); at += 8) {
        mix(0, word_at(at));
    }
    for (; at < data.size(); ++at) {
        mix(1, static_cast<std::uint64_t>(data[at]));
    }
    auto result = lanes[0];
    for (auto const lane : {lanes[1], lanes[2], lanes[3]}) {
        result = (result ^ lane) * factor[3];
        result ^= result >> 32;
    }
    return result;
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
