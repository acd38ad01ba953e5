#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/expects.hpp>
#include <rpmsg/platform/region.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rpmsg::testing {

template <std::uint32_t Size, std::uint32_t Line> class noncoherent_cache;

/// Shared memory, and the first misuse of the caches in front of it.
template <std::uint32_t Size, std::uint32_t Line> struct noncoherent_memory {
    static_assert(Size % Line == 0, "the memory ends in the middle of a cache line");
    std::array<std::byte, Size> content{};
    std::string_view complaint{};  ///< the first misuse by either side
    std::uint32_t complained_at{}; ///< the offset of its cache line
    std::uint32_t cleans{};        ///< maintenance calls of both sides
    std::uint32_t invalidates{};
    std::uint32_t lines{}; ///< cache lines that these calls covered
    std::array<noncoherent_cache<Size, Line>*, 2> sides{};
    std::array<void const*, Size / Line> writers{}; ///< the last writer of each line

    constexpr auto complain(std::string_view what, std::uint32_t line) -> void {
        if (complaint.empty()) {
            complaint = what;
            complained_at = line * Line;
        }
    }
};

/// The cache of one core in front of non-coherent memory. The core sees its own cache lines until it cleans or invalidates
/// them, and a line is written back as a whole. The memory records each misuse: stale data read, own writes discarded, data of
/// the peer overwritten, or a line maintained by the wrong side. For one thread; one object for each side, at most two, shared
/// by reference.
template <std::uint32_t Size, std::uint32_t Line> class noncoherent_cache {
    /// A lent span may have been written without a change, so a clean writes it back.
    enum class use : std::uint8_t { read, lent, stored };

    noncoherent_memory<Size, Line>* memory_;
    std::array<std::byte, Size> cached_{};
    std::array<std::byte, Size> fetched_{}; ///< the memory when the line was fetched or written back
    std::array<use, Size> uses_{};
    std::array<bool, Size / Line> holds_{};

    [[nodiscard]] constexpr auto holds_use(std::uint32_t line, use what) const -> bool {
        auto const first = uses_.begin() + line * Line;
        return std::find(first, first + Line, what) != first + Line;
    }
    [[nodiscard]] constexpr auto is_stale(std::uint32_t i) const -> bool {
        return uses_[i] == use::read and cached_[i] == fetched_[i] and memory_->content[i] != fetched_[i];
    }
    constexpr auto fetch(std::uint32_t line) -> void {
        for (auto i = line * Line; i < (line + 1) * Line and not holds_[line]; ++i) {
            cached_[i] = fetched_[i] = memory_->content[i];
            uses_[i] = use::read;
        }
        holds_[line] = true;
    }
    constexpr auto write_back(std::uint32_t line) -> void {
        for (auto i = line * Line; i < (line + 1) * Line; ++i) {
            if (is_stale(i)) {
                memory_->complain("a line was written back over newer data of the peer", line);
            }
            memory_->content[i] = fetched_[i] = cached_[i];
            uses_[i] = use::read;
        }
        memory_->writers[line] = this;
    }
    constexpr auto use_range(std::uint32_t offset, std::uint32_t size, use what) -> bytes {
        for (auto i = offset; i < offset + size; ++i) {
            fetch(i / Line);
            uses_[i] = std::max(uses_[i], what);
        }
        return bytes{cached_}.subspan(offset, size);
    }
    /// Performs one maintenance call, line by line.
    constexpr auto maintain(std::uint32_t offset, std::uint32_t size, auto action) -> void {
        expects(lies_inside(offset, size, Size));
        for (auto line = offset / Line; line * Line < offset + size; ++line) {
            ++memory_->lines;
            for (auto const* side : memory_->sides) {
                if (side != nullptr and side != this and side->is_dirty(line)) {
                    memory_->complain("a range reached into a line that the peer is writing", line);
                }
            }
            action(line);
        }
    }

  public:
    constexpr explicit noncoherent_cache(noncoherent_memory<Size, Line>& memory) : memory_{&memory} {
        auto const free = std::find(memory.sides.begin(), memory.sides.end(), nullptr);
        expects(free != memory.sides.end());
        *free = this;
    }
    noncoherent_cache(noncoherent_cache const&) = delete;
    auto operator=(noncoherent_cache const&) -> noncoherent_cache& = delete;

    constexpr auto memory() -> noncoherent_memory<Size, Line>& { return *memory_; }
    [[nodiscard]] constexpr auto is_dirty(std::uint32_t line) const -> bool {
        auto const first = cached_.begin() + line * Line;
        auto const is_changed = [&] { return not std::equal(first, first + Line, fetched_.begin() + line * Line); };
        return holds_[line] and (holds_use(line, use::stored) or is_changed());
    }

    /// Returns a range as this core sees it, to read and to write.
    constexpr auto view(std::uint32_t offset, std::uint32_t size) -> bytes { return use_range(offset, size, use::lent); }
    constexpr auto read(std::uint32_t offset, std::uint32_t size) -> const_bytes {
        auto const seen = use_range(offset, size, use::read);
        for (auto i = offset; i < offset + size; ++i) {
            if (is_stale(i)) {
                memory_->complain("stale data was read", i / Line);
            }
        }
        return seen;
    }
    constexpr auto write(std::uint32_t offset, const_bytes content) -> void {
        copy(content, use_range(offset, static_cast<std::uint32_t>(content.size()), use::stored));
    }

    constexpr auto clean(std::uint32_t offset, std::uint32_t size) -> void {
        ++memory_->cleans;
        maintain(offset, size, [&](std::uint32_t line) {
            auto const writer = memory_->writers[line];
            if (is_dirty(line) or (holds_[line] and holds_use(line, use::lent))) {
                write_back(line);
            } else if (writer != nullptr and writer != this) {
                memory_->complain("a line that only the peer writes was cleaned: the wrong side", line);
            }
        });
    }
    constexpr auto invalidate(std::uint32_t offset, std::uint32_t size) -> void {
        ++memory_->invalidates;
        maintain(offset, size, [&](std::uint32_t line) {
            if (is_dirty(line)) {
                memory_->complain("a line with unsaved writes was invalidated", line);
            }
            holds_[line] = false;
        });
    }

    /// Writes every dirty line back and drops all lines, as a cache may do at any time.
    constexpr auto evict_all() -> void {
        for (std::uint32_t line = 0; line < Size / Line; ++line) {
            if (is_dirty(line)) {
                write_back(line);
            }
            holds_[line] = false;
        }
    }
    /// Restarts the core with the worst outcome of a reset: uncleaned writes are lost, fetched lines remain.
    constexpr auto restart() -> void {
        cached_ = fetched_;
        uses_ = {};
    }
};

} // namespace rpmsg::testing
