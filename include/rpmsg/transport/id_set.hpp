#pragma once

#include <rpmsg/core/expects.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>

namespace rpmsg::detail {

/// A set of the numbers 0 to Size - 1, one byte each.
template <std::uint32_t Size> class id_flags {
    std::array<bool, Size> flags_{};

  public:
    [[nodiscard]] constexpr auto contains(std::uint32_t id) const -> bool { return flags_[id]; }
    constexpr auto insert(std::uint32_t id) -> void { flags_[id] = true; }
    constexpr auto erase(std::uint32_t id) -> void { flags_[id] = false; }
    constexpr auto clear() -> void { flags_.fill(false); }
    constexpr auto fill() -> void { flags_.fill(true); }
};

/// A set of the numbers 0 to Size - 1, one bit each.
template <std::uint32_t Size> class id_set {
    using word = std::conditional_t<(Size <= 8), std::uint8_t, std::conditional_t<(Size <= 16), std::uint16_t, std::uint32_t>>;
    static constexpr std::uint32_t bits = sizeof(word) * 8;
    static constexpr std::uint32_t words = (Size + bits - 1) / bits;

    std::array<word, words> words_{};

    static constexpr auto index(std::uint32_t id) -> std::uint32_t { return words == 1 ? 0 : id / bits; }
    static constexpr auto bit(std::uint32_t id) -> word {
        return static_cast<word>(std::uint32_t{1} << (words == 1 ? id : id % bits));
    }

  public:
    [[nodiscard]] constexpr auto contains(std::uint32_t id) const -> bool { return (words_[index(id)] & bit(id)) != 0; }
    constexpr auto insert(std::uint32_t id) -> void { words_[index(id)] = static_cast<word>(words_[index(id)] | bit(id)); }
    constexpr auto erase(std::uint32_t id) -> void { words_[index(id)] = static_cast<word>(words_[index(id)] & ~bit(id)); }
    constexpr auto clear() -> void { words_ = {}; }
    constexpr auto fill() -> void {
        for (std::uint32_t id = 0; id < Size; ++id) {
            insert(id);
        }
    }
    constexpr auto insert_all(id_set const& others) -> void {
        for (std::uint32_t i = 0; i < words; ++i) {
            words_[i] = static_cast<word>(words_[i] | others.words_[i]);
        }
    }
    [[gnu::always_inline]] [[nodiscard]] constexpr auto is_empty() const -> bool {
        auto any = word{};
        for (auto const each : words_) {
            any = static_cast<word>(any | each);
        }
        return any == 0;
    }
    /// The smallest member, or Size when the set is empty.
    [[nodiscard]] constexpr auto first() const -> std::uint32_t {
        std::uint32_t id = 0;
        while (id < Size and not contains(id)) {
            id += words > 1 and words_[index(id)] == 0 ? bits : 1;
        }
        return id < Size ? id : Size;
    }
    /// Takes the smallest member out of a set that is not empty; shorter code than `first`, which asks for the end.
    constexpr auto take_first() -> std::uint32_t {
        std::uint32_t id = 0;
        while (not contains(id)) {
            ++id;
        }
        erase(id);
        return id;
    }
    [[nodiscard]] constexpr auto count() const -> std::uint32_t {
        std::uint32_t total = 0;
        for (auto const each : words_) {
            total += static_cast<std::uint32_t>(std::popcount(each));
        }
        return total;
    }
};

} // namespace rpmsg::detail
