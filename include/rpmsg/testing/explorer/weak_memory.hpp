#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace rpmsg::testing {

/// The orders of the memory model: those of C++ without consume.
enum class ordering : std::uint8_t { relaxed, acquire, release, acquire_release, full };

/// Models which stores of shared memory each core may observe: the release/acquire fragment of C++20 with relaxed accesses and
/// full fences, in its operational form. A word keeps the stores that some core may still load; a load returns one of them. A
/// cell is memory without an order of its own: two accesses of it, at least one of them a write, must be ordered by others.
///
/// The model permits less than C++, never more. The stores to one word are ordered as they were executed, which is exact for
/// words with one writer, and loads are not delayed past later stores. A doorbell passes on what the ringing core fenced
/// before.
/// words with one writer; loads are not delayed past later stores. A doorbell carries what its ringer fenced before.
class weak_memory {
  public:
    static constexpr std::uint32_t max_cores = 4;
    static constexpr std::uint32_t max_words = 48;
    static constexpr std::uint32_t max_cells = 64;
    static constexpr std::uint32_t max_stores = 192;

  private:
    /// A small number for each word. Operations work on all of them at once.
    struct words {
        using lanes [[gnu::vector_size(16)]] = std::uint8_t;
        static constexpr std::uint32_t width = sizeof(lanes);
        std::array<lanes, max_words / width> parts{};

        [[nodiscard]] auto operator[](std::uint32_t i) const -> std::uint32_t { return parts[i / width][i % width]; }
        auto set(std::uint32_t i, std::uint32_t value) -> void {
            parts[i / width][i % width] = static_cast<std::uint8_t>(value);
        }
        auto raise(words const& to) -> void {
            for (std::size_t i = 0; i < parts.size(); ++i) {
                parts[i] = parts[i] > to.parts[i] ? parts[i] : to.parts[i];
            }
        }
        auto lower(words const& to) -> void {
            for (std::size_t i = 0; i < parts.size(); ++i) {
                parts[i] = parts[i] < to.parts[i] ? parts[i] : to.parts[i];
            }
        }
        auto subtract(words const& amount) -> void {
            for (std::size_t i = 0; i < parts.size(); ++i) {
                parts[i] = parts[i] > amount.parts[i] ? parts[i] - amount.parts[i] : lanes{};
            }
        }
    };
    using cells = std::array<std::uint64_t, 2 + max_cores>; // without padding, because digests read all bytes

    struct view {
        words oldest{}; ///< for each word, the first store that may be read
        cells seen{};   ///< for each cell, whether the last write and the last read of each core came before

        auto join(view const& other) -> void {
            oldest.raise(other.oldest);
            for (std::size_t i = 0; i < seen.size(); ++i) {
                seen[i] |= other.seen[i];
            }
        }
    };
    struct core_views {
        view now{};
        view acquired{}; ///< joined at the next acquire fence
        view released{}; ///< passed on by relaxed stores after the last release fence
        view rung{};     ///< joined at the next doorbell
    };
    struct past_store {
        view carried{};
        std::array<std::uint64_t, 2> value{};
    };
    static_assert(sizeof(view) == sizeof(words) + sizeof(cells) and sizeof(past_store) == sizeof(view) + 16);

    std::uint64_t total_{};
    std::uint64_t bells_{}; ///< one bit for each core
    std::array<std::uint8_t, max_words> counts_{};
    view fence_{};
    std::array<core_views, max_cores> cores_{};
    std::array<past_store, max_stores> stores_; ///< grouped by word; the first `total_` are valid
    std::uint32_t used_cores_;

    static auto acquires(ordering o) -> bool { return o != ordering::relaxed and o != ordering::release; }
    static auto releases(ordering o) -> bool { return o != ordering::relaxed and o != ordering::acquire; }

    [[nodiscard]] auto first_of(std::uint32_t word) const -> std::uint32_t {
        auto at = std::uint32_t{};
        for (std::uint32_t i = 0; i < word; ++i) {
            at += counts_[i];
        }
        return at;
    }
    auto append(std::uint32_t word, past_store const& entry) -> void {
        auto const at = first_of(word) + counts_[word];
        std::memmove(static_cast<void*>(&stores_[at + 1]), &stores_[at], (total_ - at) * sizeof(past_store));
        stores_[at] = entry;
        ++counts_[word];
        ++total_;
    }
    auto touch(std::uint32_t word, std::uint32_t initial) -> void {
        if (counts_[word] == 0) {
            append(word, {.value = {initial}});
        }
    }
    auto each_view(auto&& f) -> void {
        f(fence_);
        for (std::uint32_t i = 0; i < used_cores_; ++i) {
            f(cores_[i].now);
            f(cores_[i].acquired);
            f(cores_[i].released);
            f(cores_[i].rung);
        }
        for (std::uint32_t i = 0; i < total_; ++i) {
            f(stores_[i].carried);
        }
    }
    /// Records that only this core has seen the latest access of a kind.
    auto only(std::uint32_t core, std::uint32_t kind, std::uint64_t bit) -> void {
        each_view([&](view& each) { each.seen[kind] &= ~bit; });
        cores_[core].now.seen[kind] |= bit;
    }
    /// Removes the stores that no core can read any more.
    auto drop(words const& least) -> void {
        auto from = std::uint32_t{};
        auto to = std::uint32_t{};
        for (std::uint32_t word = 0; word < max_words; ++word) {
            auto const count = std::uint32_t{counts_[word]};
            auto const gone = std::min(least[word], count);
            if (from + gone != to) {
                std::memmove(static_cast<void*>(&stores_[to]), &stores_[from + gone], (count - gone) * sizeof(past_store));
            }
            from += count;
            to += count - gone;
            counts_[word] = static_cast<std::uint8_t>(count - gone);
        }
        total_ = to;
    }

  public:
    explicit weak_memory(std::uint32_t cores = max_cores) : used_cores_{cores} {
        for (auto& core : cores_) {
            core.now.seen.fill(~std::uint64_t{});
        }
    }

    /// Returns whether one more store fits.
    [[nodiscard]] auto has_room(std::uint32_t word) const -> bool { return total_ + 2 <= max_stores and counts_[word] < 254; }
    /// Returns from how many stores a load of the core may choose.
    [[nodiscard]] auto readable(std::uint32_t core, std::uint32_t word) const -> std::uint32_t {
        return counts_[word] == 0 ? 1u : counts_[word] - cores_[core].now.oldest[word];
    }
    /// Loads the store that is `age` stores older than the newest.
    auto load(std::uint32_t core, std::uint32_t word, ordering how, std::uint32_t age, std::uint32_t initial) -> std::uint32_t {
        touch(word, initial);
        auto const index = counts_[word] - 1u - age;
        auto const& entry = stores_[first_of(word) + index];
        auto& own = cores_[core];
        own.now.oldest.set(word, index);
        (acquires(how) ? own.now : own.acquired).join(entry.carried);
        return static_cast<std::uint32_t>(entry.value[0]);
    }
    auto store(std::uint32_t core, std::uint32_t word, ordering how, std::uint32_t value, std::uint32_t initial) -> void {
        touch(word, initial);
        auto& own = cores_[core];
        own.now.oldest.set(word, counts_[word]);
        auto entry = past_store{.carried = releases(how) ? own.now : own.released, .value = {value}};
        entry.carried.oldest.set(word, counts_[word]);
        append(word, entry);
    }
    auto fence(std::uint32_t core, ordering how) -> void {
        auto& own = cores_[core];
        if (acquires(how)) {
            own.now.join(own.acquired);
        }
        if (how == ordering::full) {
            own.now.join(fence_);
            fence_ = own.now;
        }
        if (releases(how)) {
            own.released = own.now;
        }
    }

    /// Reads or writes a cell; false when the access races with an earlier one.
    [[nodiscard]] auto read(std::uint32_t core, std::uint32_t cell) -> bool {
        auto const bit = std::uint64_t{1} << cell;
        auto const is_ordered = (cores_[core].now.seen[0] & bit) != 0;
        only(core, 1 + core, bit);
        return is_ordered;
    }
    [[nodiscard]] auto write(std::uint32_t core, std::uint32_t cell) -> bool {
        auto const bit = std::uint64_t{1} << cell;
        auto common = ~std::uint64_t{};
        for (auto const each : cores_[core].now.seen) {
            common &= each;
        }
        only(core, 0, bit);
        return (common & bit) != 0;
    }

    /// Rings the doorbell of a core, which takes the ring with `answer`.
    auto ring(std::uint32_t core, std::uint32_t whom) -> void {
        bells_ |= std::uint64_t{1} << whom;
        cores_[whom].rung.join(cores_[core].released);
    }
    auto answer(std::uint32_t core) -> void {
        cores_[core].now.join(cores_[core].rung);
        silence(core);
    }
    auto silence(std::uint32_t core) -> void {
        bells_ &= ~(std::uint64_t{1} << core);
        cores_[core].rung = {};
    }
    [[nodiscard]] auto is_rung(std::uint32_t core) const -> bool { return (bells_ >> core & 1) != 0; }

    /// Removes a core that has ended from the model.
    auto retire(std::uint32_t core) -> void {
        silence(core);
        cores_[core] = {};
    }

    /// Removes what no core can distinguish any more, so that equal situations have equal bytes. Bit i of `active` means that
    /// core i has not ended.
    auto forget(std::uint32_t active) -> void {
        auto least = cores_[static_cast<std::uint32_t>(std::min(std::countr_zero(active), int{max_cores - 1}))].now;
        for (std::uint32_t core = 0; core < used_cores_; ++core) {
            if ((active >> core & 1) != 0) {
                least.oldest.lower(cores_[core].now.oldest);
                for (std::size_t i = 0; i < least.seen.size(); ++i) {
                    least.seen[i] &= cores_[core].now.seen[i];
                }
                cores_[core].acquired.join(cores_[core].now);
            }
        }
        drop(least.oldest);
        each_view([&](view& each) {
            each.oldest.subtract(least.oldest);
            for (std::size_t i = 0; i < least.seen.size(); ++i) {
                each.seen[i] |= least.seen[i];
            }
        });
    }

    /// Returns the bytes that define the state. The size of the second part depends on the first.
    [[nodiscard]] auto head() -> std::span<std::byte> {
        return {reinterpret_cast<std::byte*>(this), offsetof(weak_memory, cores_) + used_cores_ * sizeof(core_views)};
    }
    [[nodiscard]] auto tail() -> std::span<std::byte> {
        return {reinterpret_cast<std::byte*>(stores_.data()), total_ * sizeof(past_store)};
    }
};

} // namespace rpmsg::testing
