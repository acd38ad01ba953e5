#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace rpmsg::testing {

/// The orders of the memory model: those of C++ without consume.
enum class ordering : std::uint8_t { relaxed, acquire, release, acquire_release, full };

/// What each core may see of memory that they share: the release/acquire fragment of C++20 with relaxed accesses and
/// full fences, in its operational form. A word keeps the stores that somebody may still read; a load picks one of
/// them. A cell is memory without order of its own: two accesses of it, one of them a write, must be ordered by others.
///
/// Less than C++ allows, never more: the stores to one word follow each other as they were executed, which is exact for
/// words with one writer; loads are not delayed past later stores. A doorbell carries what its ringer fenced before.
class weak_memory {
  public:
    static constexpr std::uint32_t max_cores = 4;
    static constexpr std::uint32_t max_words = 48;
    static constexpr std::uint32_t max_cells = 64;
    static constexpr std::uint32_t max_stores = 192;

  private:
    struct view {
        std::array<std::uint8_t, max_words> oldest{};         ///< first store that may be read
        std::array<std::uint64_t, 1 + max_cores> seen{};      ///< per cell: the last write, each core's last read

        auto join(view const& other) -> void {
            for (std::uint32_t i = 0; i < max_words; ++i) {
                oldest[i] = std::max(oldest[i], other.oldest[i]);
            }
            for (std::uint32_t i = 0; i < seen.size(); ++i) {
                seen[i] |= other.seen[i];
            }
        }
    };
    struct core_views {
        view now;
        view acquired; ///< comes with the next acquire fence
        view released; ///< goes with relaxed stores since the last release fence
    };
    struct bell {
        view carried;
        std::uint64_t is_rung;
    };
    struct past_store {
        view carried;
        std::uint64_t value;
    };

    std::array<core_views, max_cores> cores_{};
    std::array<bell, max_cores> bells_{};
    view fence_{};
    std::array<std::uint8_t, max_words> counts_{};
    std::uint64_t total_{};
    std::array<past_store, max_stores> stores_; ///< grouped by word; the first `total_` of them

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
            append(word, {.carried = {}, .value = initial});
        }
    }
    auto each_view(auto&& f) -> void {
        for (auto& core : cores_) {
            f(core.now);
            f(core.acquired);
            f(core.released);
        }
        for (auto& each : bells_) {
            f(each.carried);
        }
        f(fence_);
        for (std::uint32_t i = 0; i < total_; ++i) {
            f(stores_[i].carried);
        }
    }
    /// Nobody but this core has seen the latest access of a kind.
    auto only(std::uint32_t core, std::uint32_t kind, std::uint64_t bit) -> void {
        each_view([&](view& each) { each.seen[kind] &= ~bit; });
        cores_[core].now.seen[kind] |= bit;
    }
    /// Removes the stores that are too old for every core.
    auto drop(view const& least) -> void {
        auto from = std::uint32_t{};
        auto to = std::uint32_t{};
        for (std::uint32_t word = 0; word < max_words; ++word) {
            auto const gone = std::min(least.oldest[word], counts_[word]);
            auto const kept = std::uint32_t{counts_[word]} - gone;
            if (from + gone != to) {
                std::memmove(static_cast<void*>(&stores_[to]), &stores_[from + gone], kept * sizeof(past_store));
            }
            from += counts_[word];
            to += kept;
            counts_[word] = static_cast<std::uint8_t>(kept);
        }
        total_ = to;
    }

  public:
    weak_memory() {
        for (auto& core : cores_) {
            core.now.seen.fill(~std::uint64_t{});
        }
    }

    /// Whether one more store fits.
    [[nodiscard]] auto has_room(std::uint32_t word) const -> bool {
        return total_ + 2 <= max_stores and counts_[word] < 254;
    }
    /// How many stores a core's load may pick from.
    [[nodiscard]] auto readable(std::uint32_t core, std::uint32_t word) const -> std::uint32_t {
        return counts_[word] == 0 ? 1u : counts_[word] - std::uint32_t{cores_[core].now.oldest[word]};
    }
    /// Loads the store that is `age` older than the newest.
    auto load(std::uint32_t core, std::uint32_t word, ordering how, std::uint32_t age, std::uint32_t initial)
        -> std::uint32_t {
        touch(word, initial);
        auto const index = counts_[word] - 1u - age;
        auto const& entry = stores_[first_of(word) + index];
        auto& own = cores_[core];
        own.now.oldest[word] = static_cast<std::uint8_t>(index);
        (acquires(how) ? own.now : own.acquired).join(entry.carried);
        return static_cast<std::uint32_t>(entry.value);
    }
    auto store(std::uint32_t core, std::uint32_t word, ordering how, std::uint32_t value, std::uint32_t initial) -> void {
        touch(word, initial);
        auto& own = cores_[core];
        own.now.oldest[word] = counts_[word];
        auto entry = past_store{.carried = releases(how) ? own.now : own.released, .value = value};
        entry.carried.oldest[word] = counts_[word];
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

    /// Reads or writes a cell; false when that races with an earlier access.
    [[nodiscard]] auto read(std::uint32_t core, std::uint32_t cell) -> bool {
        auto const bit = std::uint64_t{1} << cell;
        auto const is_ordered = (cores_[core].now.seen[0] & bit) != 0;
        only(core, 1 + core, bit);
        return is_ordered;
    }
    [[nodiscard]] auto write(std::uint32_t core, std::uint32_t cell) -> bool {
        auto const bit = std::uint64_t{1} << cell;
        auto is_ordered = true;
        for (auto const each : cores_[core].now.seen) {
            is_ordered = is_ordered and (each & bit) != 0;
        }
        only(core, 0, bit);
        return is_ordered;
    }

    /// Rings the doorbell of a core, and takes a doorbell of one's own.
    auto ring(std::uint32_t core, std::uint32_t whom) -> void {
        bells_[whom].is_rung = 1;
        bells_[whom].carried.join(cores_[core].released);
    }
    auto answer(std::uint32_t core) -> void {
        cores_[core].now.join(bells_[core].carried);
        silence(core);
    }
    auto silence(std::uint32_t core) -> void { bells_[core] = {}; }
    [[nodiscard]] auto is_rung(std::uint32_t core) const -> bool { return bells_[core].is_rung != 0; }

    /// A core that ended sees nothing any more.
    auto retire(std::uint32_t core) -> void {
        cores_[core] = {};
        bells_[core] = {};
    }

    /// Forgets what no core can distinguish any more, so that equal situations have equal bytes. Bit i of `active` tells
    /// whether core i still runs.
    auto forget(std::uint32_t active) -> void {
        auto least = view{};
        least.oldest.fill(0xff);
        least.seen.fill(~std::uint64_t{});
        for (std::uint32_t core = 0; core < max_cores; ++core) {
            if ((active >> core & 1) == 0) {
                continue;
            }
            for (std::uint32_t i = 0; i < max_words; ++i) {
                least.oldest[i] = std::min(least.oldest[i], cores_[core].now.oldest[i]);
            }
            for (std::uint32_t i = 0; i < least.seen.size(); ++i) {
                least.seen[i] &= cores_[core].now.seen[i];
            }
            cores_[core].acquired.join(cores_[core].now);
        }
        if (active == 0) {
            return;
        }
        drop(least);
        each_view([&](view& each) {
            for (std::uint32_t i = 0; i < max_words; ++i) {
                each.oldest[i] = static_cast<std::uint8_t>(each.oldest[i] - std::min(each.oldest[i], least.oldest[i]));
            }
            for (std::uint32_t i = 0; i < least.seen.size(); ++i) {
                each.seen[i] |= least.seen[i];
            }
        });
    }

    /// All of the state.
    [[nodiscard]] auto state() -> std::span<std::byte> {
        return {reinterpret_cast<std::byte*>(this), offsetof(weak_memory, stores_) + total_ * sizeof(past_store)};
    }
};

} // namespace rpmsg::testing
