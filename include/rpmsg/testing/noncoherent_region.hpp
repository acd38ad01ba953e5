#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/region.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace rpmsg::testing {

/// Shared memory and what went wrong with its caches.
template <std::uint32_t Size, std::uint32_t Line> struct noncoherent_memory {
    static_assert(Size % Line == 0, "the memory ends in the middle of a cache line");
    std::array<std::byte, Size> content{};
    std::string_view complaint{}; ///< the first misuse that a side was caught at
    std::uint32_t cleans{};       ///< maintenance calls of both sides
    std::uint32_t invalidates{};
    std::uint32_t lines{};        ///< lines that they touched
};

/// One core's side of a memory without coherence: it sees its own cache lines until it cleans or invalidates them, and a
/// line is written back as a whole. A missing call shows as stale data; a dirty line that is invalidated, or written
/// back over what the peer has written since, is a complaint. For one thread; one object per side, shared by reference.
template <std::uint32_t Size, std::uint32_t Line> class noncoherent_cache {
  public:
    enum class state : std::uint8_t {
        absent,
        valid,
        viewed, ///< lent as a span: dirty if something was written through it
        dirty,
    };

  private:

    noncoherent_memory<Size, Line>* memory_;
    std::array<std::byte, Size> cached_{};
    std::array<std::byte, Size> fetched_{}; ///< the memory when the line was fetched
    std::array<state, Size / Line> states_{};

    [[nodiscard]] auto is_dirty(std::uint32_t line) const -> bool {
        auto const changed = not std::equal(cached_.begin() + line * Line, cached_.begin() + (line + 1) * Line,
                                            fetched_.begin() + line * Line);
        return states_[line] == state::dirty or (states_[line] == state::viewed and changed);
    }
    auto write_back(std::uint32_t line) -> void {
        for (auto i = line * Line; i < (line + 1) * Line; ++i) {
            if (memory_->content[i] != fetched_[i] and cached_[i] == fetched_[i]) {
                complain("a line was written back over newer data of the peer");
            }
            memory_->content[i] = fetched_[i] = cached_[i];
        }
    }
    auto complain(std::string_view what) -> void {
        memory_->complaint = memory_->complaint.empty() ? what : memory_->complaint;
    }

  public:
    explicit noncoherent_cache(noncoherent_memory<Size, Line>& memory) : memory_{&memory} {}

    auto memory() -> noncoherent_memory<Size, Line>& { return *memory_; }

    /// Fetches the lines of a range that are absent and answers where they are; `use` is what they are touched for.
    auto touch(std::uint32_t offset, std::uint32_t size, state use) -> bytes {
        for (auto line = offset / Line; line * Line < offset + size; ++line) {
            if (states_[line] == state::absent) {
                for (auto i = line * Line; i < (line + 1) * Line; ++i) {
                    cached_[i] = fetched_[i] = memory_->content[i];
                }
                states_[line] = state::valid;
            }
            states_[line] = std::max(states_[line], use);
        }
        return bytes{cached_}.subspan(offset, size);
    }

    auto clean(std::uint32_t offset, std::uint32_t size) -> void {
        ++memory_->cleans;
        for (auto line = offset / Line; line * Line < offset + size; ++line) {
            ++memory_->lines;
            if (is_dirty(line)) {
                write_back(line);
            }
            states_[line] = std::min(states_[line], state::valid);
        }
    }

    auto invalidate(std::uint32_t offset, std::uint32_t size) -> void {
        ++memory_->invalidates;
        for (auto line = offset / Line; line * Line < offset + size; ++line) {
            ++memory_->lines;
            if (is_dirty(line)) {
                complain("a line with unsaved writes was invalidated");
            }
            states_[line] = state::absent;
        }
    }

    /// Writes every dirty line back, as a cache may do at any time.
    auto evict_all() -> void {
        for (std::uint32_t line = 0; line < Size / Line; ++line) {
            if (is_dirty(line)) {
                write_back(line);
            }
            states_[line] = state::absent;
        }
    }
};

/// The region over one side's cache.
template <std::uint32_t Size, std::uint32_t Line> class noncoherent_region {
    using state = typename noncoherent_cache<Size, Line>::state;
    noncoherent_cache<Size, Line>* cache_;

  public:
    static constexpr std::uint32_t line = Line;

    noncoherent_region(noncoherent_cache<Size, Line>& cache) : cache_{&cache} {}

    [[nodiscard]] auto size() const -> std::uint32_t { return Size; }

    template <site, typename T> [[nodiscard]] auto load(std::uint32_t offset) -> T {
        expects(offset % sizeof(T) == 0 and lies_inside(offset, sizeof(T), Size));
        return rpmsg::load<T>(cache_->touch(offset, sizeof(T), state::valid));
    }
    template <site, typename T> auto store(std::uint32_t offset, T value) -> void {
        expects(offset % sizeof(T) == 0 and lies_inside(offset, sizeof(T), Size));
        rpmsg::store(cache_->touch(offset, sizeof(T), state::dirty), value);
    }
    template <site> auto fence() -> void {}

    [[nodiscard]] auto view(std::uint32_t offset, std::uint32_t size) -> bytes {
        return lies_inside(offset, size, Size) ? cache_->touch(offset, size, state::viewed) : bytes{};
    }
    auto clean(std::uint32_t offset, std::uint32_t size) -> void { cache_->clean(offset, size); }
    auto invalidate(std::uint32_t offset, std::uint32_t size) -> void { cache_->invalidate(offset, size); }
};
static_assert(region<noncoherent_region<128, 32>>);

} // namespace rpmsg::testing
