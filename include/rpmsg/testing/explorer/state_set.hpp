#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace rpmsg::testing {

/// A 64-bit digest of bytes by folded products, as in wyhash. `seed` chains digests.
[[nodiscard]] inline auto digest(std::span<std::byte const> data, std::uint64_t seed) -> std::uint64_t {
    constexpr std::uint64_t salt[] = {0xa076'1d64'78bd'642f, 0xe703'7ed1'a0b4'28db, 0x8ebc'6af0'9c88'c6e3,
                                      0x5899'65cc'7537'4cc3};
    __extension__ using product = unsigned __int128;
    auto const fold = [](std::uint64_t left, std::uint64_t right) {
        auto const wide = product{left} * right;
        return static_cast<std::uint64_t>(wide) ^ static_cast<std::uint64_t>(wide >> 64);
    };
    auto const word_at = [&](std::size_t at, std::size_t size = 8) {
        auto word = std::uint64_t{};
        std::memcpy(&word, data.data() + at, size);
        return word;
    };
    auto a = seed ^ salt[1];
    auto b = seed ^ salt[2];
    auto c = seed ^ salt[3];
    auto d = seed ^ salt[0];
    auto at = std::size_t{};
    for (; at + 64 <= data.size(); at += 64) {
        a = fold(word_at(at) ^ salt[0], word_at(at + 8) ^ a);
        b = fold(word_at(at + 16) ^ salt[1], word_at(at + 24) ^ b);
        c = fold(word_at(at + 32) ^ salt[2], word_at(at + 40) ^ c);
        d = fold(word_at(at + 48) ^ salt[3], word_at(at + 56) ^ d);
    }
    for (; at + 16 <= data.size(); at += 16) {
        a = fold(word_at(at) ^ salt[0], word_at(at + 8) ^ a);
    }
    for (; at < data.size(); at += 8) {
        b = fold(word_at(at, data.size() - at < 8 ? data.size() - at : 8) ^ salt[2], b ^ salt[1]);
    }
    return fold(fold(a ^ c, b ^ salt[3]) ^ fold(b ^ d, a ^ salt[2]), data.size() ^ salt[1]);
}

/// The digests of the visited states.
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
    /// Inserts a value and returns whether it is new.
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
