#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/virtqueue.hpp>

#include <catch2/catch_test_macros.hpp>

#include "raw_link.hpp"
#include <array>
#include <cstdint>

namespace wire = rpmsg::wire;
using rpmsg::detail::pop_outcome;
using rpmsg::detail::ring_role;
using rpmsg::detail::virtqueue;

namespace {

constexpr auto config = rpmsg::vring_config{.buffers = 4, .buffer_size = 64};
constexpr auto at = wire::place_vring(0, 4, 64);

/// One ring in memory, and the virtqueue of one side that has `ours` of the four buffers, those with the lowest ids.
template <ring_role Role> struct single_ring {
    static constexpr bool device = Role == ring_role::device;
    hostile::guarded_memory memory{wire::end_of_vring(at, 4)};
    rpmsg::mapped_region<> shared{memory.content().data(), memory.size()};

    /// Both indices at `start`; then `ours` buffers taken from the peer.
    auto queue_at(std::uint16_t start, std::uint32_t ours) -> virtqueue<config, Role> {
        auto queue = virtqueue<config, Role>{};
        queue.reset(0, start, static_cast<std::uint16_t>(device ? start : start + 4), false);
        for (std::uint32_t i = 0; i < 4; ++i) {
            write_entry(start + i, i);
        }
        write_index(static_cast<std::uint16_t>(start + ours));
        for (std::uint32_t i = 0; i < ours; ++i) {
            REQUIRE(queue.pop(shared, at).outcome == pop_outcome::taken);
        }
        return queue;
    }
    auto write_index(std::uint16_t value) -> void {
        rpmsg::store(memory.content().subspan((device ? at.available : at.used) + 2), value);
    }
    auto write_entry(std::uint32_t position, std::uint32_t id) -> void {
        if constexpr (device) {
            rpmsg::store(memory.content().subspan(at.available + 4 + 2 * (position & 3)), static_cast<std::uint16_t>(id));
        } else {
            rpmsg::store(memory.content().subspan(at.used + 4 + 8 * (position & 3)), wire::used_entry{id, 64});
        }
    }
};

/// Every index that the peer may write, with every number of buffers that it may have: the ring is empty, has that many
/// buffers, or is broken. Returns the number of cases, 0 when one was wrong.
template <ring_role Role> auto all_index_windows(std::uint16_t start) -> std::uint32_t {
    auto ring = single_ring<Role>{};
    std::uint32_t cases = 0;
    for (std::uint32_t ours = 0; ours <= 4; ++ours) {
        auto const fresh = ring.queue_at(start, ours);
        auto const position = static_cast<std::uint16_t>(start + ours);
        for (std::uint32_t i = ours; i < 4; ++i) {
            ring.write_entry(start + i, i);
        }
        for (std::uint32_t index = 0; index < 0x1'0000; ++index, ++cases) {
            ring.write_index(static_cast<std::uint16_t>(index));
            auto queue = fresh;
            auto const offered = static_cast<std::uint16_t>(index - position);
            auto const expected = offered == 0           ? pop_outcome::none
                                  : offered <= 4u - ours ? pop_outcome::taken
                                                         : pop_outcome::bad_index;
            auto looked = fresh;
            auto const is_empty = looked.empty(ring.shared, at);
            auto const with_peer = looked.with_peer(ring.shared, at);
            auto const after_looking = looked.pop(ring.shared, at).outcome;
            auto const waiting = expected == pop_outcome::taken ? offered : 0u;
            if (queue.pop(ring.shared, at).outcome != expected or after_looking != expected or
                is_empty != (expected == pop_outcome::none) or with_peer != 4u - ours - waiting) {
                UNSCOPED_INFO("index " << index << " with " << ours << " of ours");
                return 0;
            }
        }
    }
    return cases;
}

/// Ids from 0 in steps: an id is accepted only if the peer has that buffer.
template <ring_role Role> auto ids(std::uint64_t limit, std::uint64_t step) -> std::uint64_t {
    auto ring = single_ring<Role>{};
    std::uint64_t cases = 0;
    for (std::uint32_t ours = 0; ours < 4; ++ours) {
        auto const fresh = ring.queue_at(0xfffe, ours);
        ring.write_index(static_cast<std::uint16_t>(0xfffe + ours + 1));
        for (std::uint64_t id = 0; id < limit; id += id < 8 ? 1 : step, ++cases) {
            ring.write_entry(0xfffe + ours, static_cast<std::uint32_t>(id));
            auto queue = fresh;
            auto const got = queue.pop(ring.shared, at);
            auto const is_theirs = id >= ours and id < 4;
            if (got.outcome != (is_theirs ? pop_outcome::taken : pop_outcome::bad_id) or (is_theirs and got.id != id)) {
                UNSCOPED_INFO("id " << id << " with " << ours << " of ours");
                return 0;
            }
        }
    }
    return cases;
}

} // namespace

TEST_CASE("Every index that a peer can write is judged right, in both roles and at the wrap") {
    for (auto const start : {0u, 1u, 0x7ffeu, 0xfffcu, 0xfffeu, 0xffffu}) {
        CHECK(all_index_windows<ring_role::device>(static_cast<std::uint16_t>(start)) == 5 * 0x1'0000);
        CHECK(all_index_windows<ring_role::driver>(static_cast<std::uint16_t>(start)) == 5 * 0x1'0000);
    }
}

TEST_CASE("Every id that a driver can write is judged right, and a stride through those of a device") {
    CHECK(ids<ring_role::device>(0x1'0000, 1) == 4 * 0x1'0000);
    CHECK(ids<ring_role::driver>(0x1'0000'0000, 4093) > 4'000'000);
    CHECK(ids<ring_role::driver>(0x4'0000, 1) == 4 * 0x4'0000);
}

TEST_CASE("Every id that a device can write is judged right", "[.nightly]") {
    CHECK(ids<ring_role::driver>(0x1'0000'0000, 1) == 4 * 0x1'0000'0000);
}

TEST_CASE("Every event index asks for a doorbell exactly when it was passed") {
    auto wrong = 0u;
    for (auto const before : {0u, 1u, 0x7fffu, 0x8000u, 0xfffcu, 0xffffu}) {
        for (auto moved = 1u; moved <= 4; ++moved) {
            for (auto event = 0u; event < 0x1'0000; ++event) {
                auto passed = false;
                for (auto i = 0u; i < moved; ++i) {
                    passed = passed or static_cast<std::uint16_t>(before + i) == event;
                }
                wrong += wire::needs_doorbell(static_cast<std::uint16_t>(event), static_cast<std::uint16_t>(before + moved),
                                              static_cast<std::uint16_t>(before)) != passed
                             ? 1u
                             : 0u;
            }
        }
    }
    CHECK(wrong == 0);
}
