#include "rig.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

namespace hostile {

auto inbox::count(rpmsg::event_kind kind) const -> std::size_t {
    return static_cast<std::size_t>(
        std::count_if(events.begin(), events.end(), [&](auto const& each) { return each.kind == kind; }));
}
auto inbox::last_down() const -> rpmsg::event {
    for (auto it = events.rbegin(); it != events.rend(); ++it) {
        if (it->kind == rpmsg::event_kind::link_down) {
            return *it;
        }
    }
    return {};
}

auto rig::write_peer_entry(std::uint32_t ring, std::uint32_t position, std::uint32_t id) const -> void {
    if (is_device) {
        raw.set(peer_entry(ring, position), static_cast<std::uint16_t>(id));
    } else {
        raw.set(peer_entry(ring, position), id);
    }
}
auto rig::read_peer_entry(std::uint32_t ring, std::uint32_t position) const -> std::uint32_t {
    return is_device ? raw.get<std::uint16_t>(peer_entry(ring, position)) : raw.get<std::uint32_t>(peer_entry(ring, position));
}
auto rig::move_peer_index(std::uint32_t ring, std::uint32_t by) const -> void {
    auto const before = raw.get<std::uint16_t>(peer_index(ring));
    raw.set(peer_index(ring), static_cast<std::uint16_t>(before + by));
}
auto rig::last_id(std::uint32_t ring) const -> std::uint32_t {
    return read_peer_entry(ring, raw.get<std::uint16_t>(peer_index(ring)) - 1u);
}

auto rig::poll_victim(std::uint32_t budget) -> std::uint32_t {
    counts.clear();
    auto const handled = poll_victim_unchecked({.messages = budget});
    auto const bound = 64 + 32 * (std::min<std::uint32_t>(budget, 2 * config.most_buffers()) + config.most_buffers());
    CHECK(handled <= budget);
    CHECK(counts.loads() <= bound);
    {
        // One poll decides twice: whether the broken rings are invalid, and whether new ones are ready.
        auto const where = counts.double_fetched();
        auto const looked_anew = not has_epochs() and counts.double_fetches() != 0 and
                                 (where == rpmsg::site::status_load or where == rpmsg::site::adopted_index or
                                  (where == rpmsg::site::peer_index and counts.loads(rpmsg::site::adopted_index) > 0));
        auto const repeated = looked_anew ? 0 : counts.double_fetches();
        INFO("second fetch at " << (repeated != 0 ? rpmsg::testing::describe(counts.double_fetched()) : "nowhere"));
        CHECK(repeated == 0);
    }
    CHECK(memory_is_intact());
    return handled;
}

auto rig::run(std::uint32_t rounds) -> void {
    for (std::uint32_t i = 0; i < rounds; ++i) {
        now += 50;
        poll_peer();
        poll_victim();
    }
}

auto rig::recover() -> void {
    script = {};
    victim_box.kept.clear();
    if (not has_epochs()) {
        close_peer();
        close_victim();
        load_table();
        auto const start_both = [&](auto const& device, auto const& driver) {
            REQUIRE(device());
            REQUIRE(driver());
        };
        if (is_device) {
            start_both([&] { return start_victim(); }, [&] { return start_peer(); });
        } else {
            start_both([&] { return start_peer(); }, [&] { return start_victim(); });
            poll_victim();
        }
    }
    run();
    REQUIRE(victim_is_up());
    REQUIRE(peer_is_up());
    clear_boxes();
}

auto rig::clear_boxes() -> void {
    for (auto* const box : {&victim_box, &peer_box, &named_box, &learning_box}) {
        box->letters.clear();
        box->events.clear();
    }
}

auto rig::carries(std::uint32_t messages) -> bool {
    run(2);
    clear_boxes();
    for (std::uint32_t i = 0; i < messages; ++i) {
        auto const there = some_bytes(i, 1 + i % 40);
        auto const back = some_bytes(i + 1000, 1 + i % 37);
        auto const sent = send_to_victim(rpmsg::address{0x100}, there).has_value() and send_from_victim(back).has_value();
        poll_victim();
        poll_peer();
        poll_victim();
        auto const arrived = sent and victim_box.letters.size() == i + 1 and peer_box.letters.size() == i + 1 and
                             victim_box.letters.back().payload == there and peer_box.letters.back().payload == back;
        if (not arrived) {
            return false;
        }
    }
    clear_boxes();
    return true;
}

auto all_rigs() -> std::vector<std::unique_ptr<rig>> {
    auto all = device_rigs();
    for (auto& each : driver_rigs()) {
        all.push_back(std::move(each));
    }
    return all;
}

auto dies_at(std::uint32_t at) -> rig::script_type {
    return [at](rpmsg::testing::memory_access const&) mutable {
        if (at-- == 0) {
            throw death{};
        }
    };
}
auto survives(std::function<void()> const& f) -> bool {
    try {
        f();
    } catch (death const&) {
        return false;
    }
    return true;
}

auto some_bytes(std::uint32_t seed, std::size_t size) -> std::vector<std::byte> {
    auto made = std::vector<std::byte>(size);
    for (auto& each : made) {
        seed = seed * 1'664'525u + 1'013'904'223u;
        each = static_cast<std::byte>(seed >> 24);
    }
    return made;
}

auto expect_drop(rig& r, counter reason, std::function<void(rig&)> const& tamper) -> void {
    INFO(r.name);
    REQUIRE(r.carries(1));
    auto const before = r.counted(reason);
    REQUIRE(r.send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)));
    auto const descriptor = r.raw.read_descriptor(r.rx_ring(), r.last_id(r.rx_ring()));
    auto const id = r.last_id(r.rx_ring());
    tamper(r);
    r.poll_victim();
    CHECK(r.victim_box.letters.empty());
    CHECK(r.counted(reason) == before + 1u);
    CHECK(r.victim_is_up());
    CHECK(r.victim_box.count(rpmsg::event_kind::link_down) == 0);
    r.script = {};
    r.raw.write_descriptor(r.rx_ring(), id, descriptor);
    CHECK(r.carries(2 * r.config.most_buffers() + 1));
    CHECK(r.counted(reason) == before + 1u);
}

auto expect_no_effect(rig& r, counter reason, std::function<void(rig&)> const& tamper) -> void {
    INFO(r.name);
    REQUIRE(r.carries(1));
    auto const before = r.counted(reason);
    REQUIRE(r.send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)));
    tamper(r);
    r.poll_victim();
    REQUIRE(r.victim_box.letters.size() == 1);
    CHECK(r.victim_box.letters[0].payload == some_bytes(1, 8));
    CHECK(r.victim_is_up());
    r.script = {};
    CHECK(r.carries(2 * r.config.most_buffers() + 1));
    CHECK(r.counted(reason) == before);
}
auto expect_descriptor_drop(rig& r, counter reason, std::function<void(rig&)> const& tamper) -> void {
    if (r.reads_descriptors()) {
        expect_drop(r, reason, tamper);
    } else {
        expect_no_effect(r, reason, tamper);
    }
}

auto expect_break(rig& r, counter reason, std::function<void(rig&)> const& tamper) -> void {
    INFO(r.name);
    REQUIRE(r.carries(1));
    auto const before = r.counted(reason);
    REQUIRE(r.send_to_victim(rpmsg::address{0x100}, some_bytes(2, 8)));
    tamper(r);
    r.poll_victim();
    CHECK(r.victim_box.letters.empty());
    CHECK(r.counted(reason) == before + 1u);
    // Nothing more is read from the rings.
    r.script = {};
    r.poll_victim();
    CHECK_FALSE(r.victim_is_up());
    CHECK(r.victim_box.count(rpmsg::event_kind::link_down) == 1);
    CHECK(r.victim_box.last_down().reason == rpmsg::down_reason::broken);
    CHECK(r.send_from_victim(some_bytes(3, 4)).error() == rpmsg::error::closed);
    r.poll_victim();
    CHECK(r.counts.loads(rpmsg::site::peer_entry) == 0);
    CHECK(r.victim_box.letters.empty());
    CHECK(r.counted(reason) == before + 1u);
    r.recover();
    CHECK(r.carries(2 * r.config.most_buffers() + 1));
}

} // namespace hostile
