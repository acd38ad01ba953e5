#pragma once

#include <rpmsg/core/expects.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>

namespace rpmsg::detail {

/// A set of the numbers 0 to Size - 1. Each takes one byte.
template <std::uint32_t Size> class id_flags {
    std::array<bool, Size> flags_{};

  public:
    [[nodiscard]] constexpr auto contains(std::uint32_t id) const -> bool { return flags_[id]; }
    constexpr auto insert(std::uint32_t id) -> void { flags_[id] = true; }
    constexpr auto erase(std::uint32_t id) -> void { flags_[id] = false; }
    constexpr auto clear() -> void { flags_.fill(false); }
    constexpr auto fill() -> void { flags_.fill(true); }
};

/// A set of the numbers 0 to Size - 1. Each takes one bit.
template <std::uint32_t Size> class id_set {
    using word = std::conditional_t<(Size <= 8), std::uint8_t, std::conditional_t<(Size <= 16), std::uint16_t, std::uint32_t>>;

    word members_{};

    static constexpr auto bit(std::uint32_t id) -> std::uint32_t { return std::uint32_t{1} << id; }

  public:
    [[nodiscard]] constexpr auto contains(std::uint32_t id) const -> bool { return (members_ & bit(id)) != 0; }
    constexpr auto insert(std::uint32_t id) -> void { members_ = static_cast<word>(members_ | bit(id)); }
    constexpr auto erase(std::uint32_t id) -> void { members_ = static_cast<word>(members_ & ~bit(id)); }
    constexpr auto clear() -> void { members_ = 0; }
    constexpr auto fill() -> void { members_ = static_cast<word>(~std::uint32_t{0} >> (32 - Size)); }
    constexpr auto insert_all(id_set const& others) -> void { members_ = static_cast<word>(members_ | others.members_); }
    constexpr auto erase_all(id_set const& others) -> void { members_ = static_cast<word>(members_ & ~others.members_); }
    [[nodiscard]] constexpr auto is_empty() const -> bool { return members_ == 0; }
    /// Returns the smallest member that is not less than `start`, or Size when there is none.
    [[nodiscard]] constexpr auto first(std::uint32_t start = 0) const -> std::uint32_t {
        while (start < Size and not contains(start)) {
            ++start;
        }
        return start;
    }
    /// Removes and returns the smallest member of a non-empty set. Its code is shorter than that of `first`, which checks for
    /// the end.
    constexpr auto take_first() -> std::uint32_t {
        std::uint32_t id = 0;
        while (not contains(id)) {
            ++id;
        }
        erase(id);
        return id;
    }
    [[nodiscard]] constexpr auto count() const -> std::uint32_t { return static_cast<std::uint32_t>(std::popcount(members_)); }
    auto operator==(id_set const&) const -> bool = default;
};

/// As above, for more numbers than a word has bits. A second set holds the words that have members, which avoids a search word
/// by word.
template <std::uint32_t Size>
requires(Size > 32) class id_set<Size> {
    static constexpr std::uint32_t bits = 32;
    static constexpr std::uint32_t words = (Size + bits - 1) / bits;

    std::array<std::uint32_t, words> words_{};
    id_set<words> used_{};

    static constexpr auto bit(std::uint32_t id) -> std::uint32_t { return std::uint32_t{1} << id % bits; }

  public:
    [[nodiscard]] constexpr auto contains(std::uint32_t id) const -> bool { return (words_[id / bits] & bit(id)) != 0; }
    constexpr auto insert(std::uint32_t id) -> void {
        words_[id / bits] |= bit(id);
        used_.insert(id / bits);
    }
    constexpr auto erase(std::uint32_t id) -> void {
        words_[id / bits] &= ~bit(id);
        if (words_[id / bits] == 0) {
            used_.erase(id / bits);
        }
    }
    constexpr auto clear() -> void { *this = {}; }
    constexpr auto fill() -> void {
        for (std::uint32_t id = 0; id < Size; ++id) {
            insert(id);
        }
    }
    constexpr auto insert_all(id_set const& others) -> void {
        for (std::uint32_t i = 0; i < words; ++i) {
            words_[i] |= others.words_[i];
        }
        used_.insert_all(others.used_);
    }
    constexpr auto erase_all(id_set const& others) -> void {
        for (std::uint32_t i = 0; i < words; ++i) {
            words_[i] &= ~others.words_[i];
            if (words_[i] == 0) {
                used_.erase(i);
            }
        }
    }
    [[nodiscard]] constexpr auto is_empty() const -> bool { return used_.is_empty(); }
    /// Returns the smallest member that is not less than `start`, or Size when there is none.
    [[nodiscard]] constexpr auto first(std::uint32_t start = 0) const -> std::uint32_t {
        if (start >= Size) {
            return Size;
        }
        auto i = start / bits;
        auto rest = words_[i] >> start % bits << start % bits;
        if (rest == 0) {
            i = used_.first(i + 1);
            rest = i < words ? words_[i] : 0;
        }
        return rest != 0 ? i * bits + static_cast<std::uint32_t>(std::countr_zero(rest)) : Size;
    }
    /// Removes and returns the smallest member of a non-empty set.
    constexpr auto take_first() -> std::uint32_t {
        auto const id = first();
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
    auto operator==(id_set const&) const -> bool = default;
};

/// Tracks which of the numbers 0 to Size - 1 are free. All are free while the memory is zero.
template <std::uint32_t Size> class free_ids {
    static constexpr std::uint32_t bits = 32;
    static constexpr std::uint32_t words = (Size + bits - 1) / bits;

    struct nothing {};
    std::array<std::uint32_t, words> taken_{};
    /// The words that have a free number, when there is more than one word: a full word counts as taken.
    template <std::uint32_t Words> struct above { using type = free_ids<Words>; };
    template <std::uint32_t Words>
    requires(Words <= 1) struct above<Words> {
        using type = nothing;
    };
    [[no_unique_address]] typename above<words>::type with_room_{};

  public:
    constexpr auto take(std::uint32_t id) -> void {
        auto& word = taken_[id / bits];
        word |= std::uint32_t{1} << id % bits;
        if constexpr (words > 1) {
            if (word == 0xffff'ffff) {
                with_room_.take(id / bits);
            }
        }
    }
    constexpr auto give_back(std::uint32_t id) -> void {
        taken_[id / bits] &= ~(std::uint32_t{1} << id % bits);
        if constexpr (words > 1) {
            with_room_.give_back(id / bits);
        }
    }
    /// Returns the smallest free number that is not less than `start`, or Size when there is none.
    [[nodiscard]] constexpr auto first(std::uint32_t start = 0) const -> std::uint32_t {
        if (start >= Size) {
            return Size;
        }
        auto i = start / bits;
        auto rest = ~taken_[i] >> start % bits << start % bits;
        if constexpr (words > 1) {
            if (rest == 0) {
                i = with_room_.first(i + 1);
                rest = i < words ? ~taken_[i] : 0;
            }
        }
        auto const id = i * bits + static_cast<std::uint32_t>(std::countr_zero(rest));
        return rest != 0 and id < Size ? id : Size;
    }
};

} // namespace rpmsg::detail
