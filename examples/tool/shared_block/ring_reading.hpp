#pragma once

#include <rpmsg/wire/virtio/vring.hpp>

#include "memory.hpp"
#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace doctor {

/// A copy of the whole content of one ring.
struct ring_reading {
    std::uint16_t available_flags{};
    std::uint16_t available_index{};
    std::uint16_t used_flags{};
    std::uint16_t used_index{};
    std::uint16_t used_event{};      ///< behind the available ring, written by the driver
    std::uint16_t available_event{}; ///< behind the used ring, written by the device
    std::vector<rpmsg::wire::descriptor> descriptors{};
    std::vector<std::uint16_t> available{};
    std::vector<rpmsg::wire::used_entry> used{};

    [[nodiscard]] auto count() const -> std::uint32_t { return static_cast<std::uint32_t>(descriptors.size()); }
};

inline auto read_ring(memory const& block, rpmsg::wire::vring_parts const& at, std::uint32_t count, bool used_event_word)
    -> ring_reading {
    auto const word = [&](std::uint64_t offset) { return block.read<std::uint16_t>(offset); };
    auto ring = ring_reading{.available_flags = word(at.available),
                             .available_index = word(at.available + 2ull),
                             .used_flags = word(at.used),
                             .used_index = word(at.used + 2ull),
                             .used_event = used_event_word ? word(at.available + 4ull + 2ull * count) : std::uint16_t{},
                             .available_event = word(at.used + 4ull + 8ull * count)};
    for (std::uint64_t i = 0; i < count; ++i) {
        ring.descriptors.push_back(block.read<rpmsg::wire::descriptor>(at.descriptors + 16 * i));
        ring.available.push_back(word(at.available + 4 + 2 * i));
        ring.used.push_back(block.read<rpmsg::wire::used_entry>(at.used + 4 + 8 * i));
    }
    return ring;
}

/// The readable positions of both rings, and the history of each buffer that follows from them. Positions never wrap;
/// `published` is that of the next entry to be published. The return of the buffer that was published first has number 0, so
/// the returns that a driver writes itself at the start (rpmsg-lite) have negative numbers.
class ring_history {
    ring_reading const& ring_;
    std::int32_t count_;

    /// Rings start zeroed: an entry behind an index below the count was written in an earlier round.
    [[nodiscard]] auto is_written_behind_index() const -> bool {
        for (auto i = std::size_t{ring_.available_index}; i < ring_.available.size(); ++i) {
            if (ring_.available[i] != 0) {
                return true;
            }
        }
        for (auto i = std::size_t{ring_.used_index}; i < ring_.used.size(); ++i) {
            if (ring_.used[i].id != 0 or ring_.used[i].length != 0) {
                return true;
            }
        }
        return false;
    }

  public:
    std::int32_t published{};
    std::int32_t returned{};
    std::int32_t first_published{}; ///< the oldest that can be read
    std::int32_t first_returned{};
    bool is_whole{}; ///< no entry is older than the oldest

    /// The device holds `with_device` buffers, 0 to all; the driver returned `given_first` itself.
    ring_history(ring_reading const& ring, std::int32_t with_device, std::int32_t given_first)
        : ring_{ring}, count_{static_cast<std::int32_t>(ring.count())}, published{ring.available_index},
          returned{ring.available_index - with_device} {
        auto const has_wrapped = ring.used_index > ring.available_index + given_first or is_written_behind_index();
        first_published = has_wrapped ? published - count_ : std::max(published - count_, 0);
        first_returned = returned - (has_wrapped ? count_ : std::min<std::int32_t>(ring.used_index, count_));
        is_whole = not has_wrapped and given_first == 0 and published <= count_ and ring.used_index < count_;
    }

    [[nodiscard]] auto published_id(std::int32_t position) const -> std::uint32_t {
        return ring_.available[static_cast<std::uint16_t>(position) % ring_.count()];
    }
    [[nodiscard]] auto returned_entry(std::int32_t position) const -> rpmsg::wire::used_entry {
        auto const back = static_cast<std::uint32_t>(returned - position);
        return ring_.used[static_cast<std::uint16_t>(ring_.used_index - back) % ring_.count()];
    }
};

/// A buffer that the device holds.
struct lent_buffer {
    std::uint32_t id{};
    std::int32_t overtaken{}; ///< how many that were published later were returned
    bool is_sure{};           ///< follows from the specification of the ring, not from the usual order
};

/// The buffers that the device holds, as far as the rings show.
struct lent_buffers {
    std::int32_t count{};
    std::vector<lent_buffer> likely{};
    std::vector<std::uint32_t> possible{}; ///< if fewer are likely, the rest is among these
};

/// The device holds a buffer that was published after its last return, but the rings have no common clock. It is sure that
/// publication p is returned at p + 1 - count at the earliest, because the device never holds more than all buffers. It is
/// likely that it is returned at p - lent at the earliest, because the device probably never held more than now.
inline auto find_lent(ring_reading const& ring, ring_history const& history) -> lent_buffers {
    constexpr auto never = -0x10'0000;
    auto const count = ring.count();
    auto last_published = std::vector<std::int32_t>(count, never);
    auto last_returned = std::vector<std::int32_t>(count, never);
    auto balance = std::vector<std::int32_t>(count);
    for (auto i = history.first_published; i < history.published; ++i) {
        if (auto const id = history.published_id(i); id < count) {
            last_published[id] = i;
            ++balance[id];
        }
    }
    for (auto i = history.first_returned; i < history.returned; ++i) {
        if (auto const id = history.returned_entry(i).id; id < count) {
            last_returned[id] = i;
            --balance[id];
        }
    }
    auto const overtaken = [&](std::uint32_t id) {
        return std::max(0, history.returned - std::max(last_published[id], history.first_published));
    };
    auto const is_sure = [&](std::uint32_t id) {
        auto const earliest = last_published[id] + 1 - static_cast<std::int32_t>(count);
        return history.is_whole or (last_published[id] >= history.returned - 1 and last_returned[id] < earliest);
    };
    auto lent = lent_buffers{.count = history.published - history.returned};
    for (std::uint32_t id = 0; id < count; ++id) {
        auto const latest = std::max(last_published[id], history.first_published - 1); // one that cannot be read is older
        if (history.is_whole ? balance[id] > 0 : last_published[id] - last_returned[id] > lent.count) {
            lent.likely.push_back({id, overtaken(id), is_sure(id)});
        } else if (not history.is_whole and latest > last_returned[id]) {
            lent.possible.push_back(id);
        }
    }
    auto const missing = lent.count - static_cast<std::int32_t>(lent.likely.size());
    if (missing < 0) { // they were returned in another order than published
        for (auto const& buffer : std::exchange(lent.likely, {})) {
            lent.possible.push_back(buffer.id);
        }
    }
    if (missing == 0 or lent.count == 0) {
        lent.possible.clear();
    } else if (missing == static_cast<std::int32_t>(lent.possible.size())) {
        for (auto const id : lent.possible) {
            lent.likely.push_back({id, overtaken(id), is_sure(id)});
        }
        lent.possible.clear();
    }
    return lent;
}

} // namespace doctor
