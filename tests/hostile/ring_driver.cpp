#include <catch2/catch_test_macros.hpp>

#include "rig.hpp"
#include <functional>
#include <map>

using namespace hostile;
namespace wire = rpmsg::wire;
using rpmsg::testing::access_kind;
using rpmsg::testing::memory_access;

namespace {

auto breaks_driver(counter reason, std::function<void(rig&)> const& tamper) -> void {
    for (auto const& r : driver_rigs()) {
        expect_break(*r, reason, tamper);
    }
}
auto forges_used_id(std::uint32_t id) -> void {
    breaks_driver(counter::bad_id, [&](rig& r) { r.write_peer_entry(0, r.raw.get<std::uint16_t>(r.peer_index(0)) - 1u, id); });
}

/// The peer completes the transmit buffer `id` with a used length of `length`.
auto forge_completion(rig& r, std::uint32_t id, std::uint32_t length = 64) -> void {
    auto const index = r.raw.get<std::uint16_t>(r.peer_index(1));
    r.write_peer_entry(1, index, id);
    r.raw.set(r.peer_entry(1, index) + 4, length);
    r.move_peer_index(1, 1);
}

} // namespace

TEST_CASE("case 31: a used id of N breaks the link") { forges_used_id(4); }

TEST_CASE("case 32: a used id of 0xFFFF breaks the link") { forges_used_id(0xffff); }

TEST_CASE("case 33: a used id that is valid only when cut to 16 bits breaks the link") {
    forges_used_id(0x1'0000);
    forges_used_id(0xffff'0000);
    forges_used_id(0x8000'0001);
}

TEST_CASE("case 34: a used id that was never offered breaks the link") {
    // The peer does not have the buffer of a message that the victim holds.
    for (auto const& r : driver_rigs()) {
        INFO(r->name);
        REQUIRE(r->carries(1));
        r->victim_box.keeps = true;
        REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)));
        r->poll_victim();
        r->victim_box.keeps = false;
        auto const held = r->last_id(0);
        REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)));
        r->write_peer_entry(0, r->raw.get<std::uint16_t>(r->peer_index(0)) - 1u, held);
        auto const before = r->counted(counter::bad_id);
        r->poll_victim();
        CHECK(r->victim_box.letters.size() == 1);
        CHECK(r->counted(counter::bad_id) == before + 1u);
        r->poll_victim();
        CHECK(r->victim_box.last_down().reason == rpmsg::down_reason::broken);
        r->recover();
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 35: every buffer is a head of its own: the id of one that is not with the peer breaks the link") {
    for (auto const& r : driver_rigs()) {
        INFO(r->name);
        REQUIRE(r->carries(1));
        // The peer chains descriptor 0 to the others and completes one in the middle, which it has returned already.
        while (r->send_from_victim(some_bytes(1, 4))) {}
        auto d = r->raw.read_descriptor(1, 0);
        d.flags = wire::descriptor_flag::next;
        d.next = 1;
        r->raw.write_descriptor(1, 0, d);
        forge_completion(*r, 1);
        CHECK(r->send_from_victim(some_bytes(1, 4)));
        // The peer has buffer 1 again. Now it completes 2 twice before the victim polls.
        auto const room = r->reserve();
        CHECK_FALSE(room);
        forge_completion(*r, 2);
        auto const taken = r->reserve();
        CHECK(taken);
        forge_completion(*r, 2);
        auto const before = r->counted(counter::bad_id);
        CHECK_FALSE(r->send_from_victim(some_bytes(1, 4)));
        CHECK(r->counted(counter::bad_id) == before + 1u);
        r->recover();
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 36: an id that is completed twice breaks the link after one delivery") {
    for (auto const& r : driver_rigs()) {
        INFO(r->name);
        REQUIRE(r->carries(1));
        REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)));
        auto const index = r->raw.get<std::uint16_t>(r->peer_index(0));
        r->write_peer_entry(0, index, r->last_id(0));
        r->move_peer_index(0, 1);
        // The victim still has the buffer when it reads the second completion.
        r->victim_box.keeps = true;
        auto const before = r->counted(counter::bad_id);
        r->poll_victim();
        r->victim_box.keeps = false;
        CHECK(r->victim_box.letters.size() == 1);
        CHECK(r->counted(counter::bad_id) == before + 1u);
        r->poll_victim();
        CHECK_FALSE(r->victim_is_up());
        r->recover();
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 37: used.idx that jumps beyond what is outstanding breaks the link before the first delivery") {
    for (auto const by : {4u, 5u, 0x7fffu, 0x8000u, 0xfff0u}) {
        breaks_driver(counter::bad_index, [&](rig& r) { r.move_peer_index(0, by); });
    }
}

TEST_CASE("case 37: with buffers held the window is as much smaller") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        REQUIRE(r->carries(1));
        r->victim_box.keeps = true;
        REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)));
        REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)));
        r->poll_victim();
        r->victim_box.keeps = false;
        REQUIRE(r->victim_box.kept.size() == 2);
        auto const before = r->counted(counter::bad_index);
        r->move_peer_index(r->rx_ring(), 3); // two are held, two are with the peer
        r->poll_victim();
        CHECK(r->victim_box.letters.size() == 2);
        CHECK(r->counted(counter::bad_index) == before + 1u);
        r->poll_victim();
        CHECK(r->victim_box.last_down().reason == rpmsg::down_reason::broken);
        r->recover();
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 38: used.idx moved backwards breaks the link") {
    for (auto const by : {2u, 3u, 4u, 5u}) {
        breaks_driver(counter::bad_index, [&](rig& r) { r.move_peer_index(0, 0x10000u - by); });
    }
}

TEST_CASE("case 39: a header length of 0xFFFF from a device is dropped") {
    for (auto const length : {std::uint16_t{0xffff}, std::uint16_t{0xfff0}, std::uint16_t{49}}) {
        for (auto const& r : driver_rigs()) {
            expect_drop(*r, counter::bad_length, [&](rig& it) { it.raw.set(it.last_frame(0) + 12, length); });
        }
    }
}

TEST_CASE("case 40: a used length above the capacity is counted and the recorded capacity used") {
    for (auto const length : {65u, 0x1'0000u, 0xffff'ffffu}) {
        for (auto const& r : driver_rigs()) {
            INFO(r->name);
            REQUIRE(r->carries(1));
            REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)));
            r->raw.set(r->peer_entry(0, r->raw.get<std::uint16_t>(r->peer_index(0)) - 1u) + 4, length);
            r->poll_victim();
            CHECK(r->victim_box.letters.size() == 1);
            CHECK(r->counted(counter::bad_used_length) == 1);
            CHECK(r->carries(9));
        }
    }
}

TEST_CASE("case 40: a used length may lower what is believed of a message, down to nothing") {
    for (auto const length : {0u, 15u, 16u, 23u}) {
        for (auto const& r : driver_rigs()) {
            expect_drop(*r, counter::bad_length, [&](rig& it) {
                it.raw.set(it.peer_entry(0, it.raw.get<std::uint16_t>(it.peer_index(0)) - 1u) + 4, length);
            });
        }
    }
}

TEST_CASE("case 41: garbage in the used length of transmit completions is ignored") {
    for (auto const& r : driver_rigs()) {
        INFO(r->name);
        for (auto round = 0u; round < 9; ++round) {
            REQUIRE(r->send_from_victim(some_bytes(round, 48)));
            r->poll_peer();
            for (std::uint32_t i = 0; i < r->raw.counts[1]; ++i) {
                r->raw.set(r->peer_entry(1, i) + 4, round % 2 == 0 ? 0u : 0xffff'ffffu);
            }
            CHECK(r->peer_box.letters.back().payload == some_bytes(round, 48));
        }
        CHECK(r->counted(counter::bad_used_length) == 0);
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 42: the driver never reads its descriptors back") {
    for (auto const& r : driver_rigs()) {
        INFO(r->name);
        REQUIRE(r->carries(1));
        // The peer has a message in flight; then every descriptor of ring 0 is overwritten, which only the victim could read.
        REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)));
        auto kept = std::vector<wire::descriptor>{};
        for (std::uint32_t id = 0; id < r->raw.counts[0]; ++id) {
            kept.push_back(r->raw.read_descriptor(0, id));
            r->raw.write_descriptor(0, id, {~std::uint64_t{}, 0xffff'ffff, 0xffff, static_cast<std::uint16_t>(id)});
            kept.push_back(r->raw.read_descriptor(1, id));
            r->raw.write_descriptor(1, id, {~std::uint64_t{}, 0xffff'ffff, 0xffff, static_cast<std::uint16_t>(id)});
        }
        r->poll_victim();
        CHECK(r->counts.loads(rpmsg::site::descriptor_load) == 0);
        CHECK(r->victim_box.letters.size() == 1);
        CHECK(r->send_from_victim(some_bytes(2, 8)));
        for (std::uint32_t id = 0; id < r->raw.counts[0]; ++id) {
            r->raw.write_descriptor(0, id, kept[2 * id]);
            r->raw.write_descriptor(1, id, kept[2 * id + 1]);
        }
        r->poll_peer();
        CHECK(r->peer_box.letters.back().payload == some_bytes(2, 8));
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 43: a forged transmit completion breaks the link") {
    for (auto const id : {4u, 0x1'0000u, 0xffffu, 0xffff'ffffu}) {
        for (auto const& r : driver_rigs()) {
            INFO(r->name);
            REQUIRE(r->carries(1));
            while (r->send_from_victim(some_bytes(1, 4))) {}
            auto const before = r->counted(counter::bad_id);
            forge_completion(*r, id);
            CHECK_FALSE(r->send_from_victim(some_bytes(1, 4)));
            CHECK(r->counted(counter::bad_id) == before + 1u);
            r->poll_victim();
            CHECK_FALSE(r->victim_is_up());
            r->recover();
            CHECK(r->carries(9));
        }
    }
}

TEST_CASE("case 44: completions out of order are fine") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        for (auto const& order : {std::vector<std::size_t>{2, 0, 1}, {1, 2, 0}, {2, 1, 0}}) {
            r->victim_box.keeps = true;
            r->victim_box.kept.clear();
            for (std::uint32_t i = 0; i < 3; ++i) {
                REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(i, 8)));
            }
            r->poll_victim();
            r->victim_box.keeps = false;
            REQUIRE(r->victim_box.kept.size() == 3);
            for (auto const which : order) {
                r->victim_box.kept[which].release();
            }
            CHECK(r->carries(9));
        }
        // The same for the peer: it keeps three messages and returns the last one first.
        r->peer_box.keeps = true;
        for (std::uint32_t i = 0; i < 3; ++i) {
            REQUIRE(r->send_from_victim(some_bytes(i, 8)));
        }
        r->poll_peer();
        r->peer_box.keeps = false;
        r->peer_box.kept[2].release();
        r->peer_box.kept[0].release();
        r->peer_box.kept[1].release();
        r->peer_box.kept.clear();
        CHECK(r->carries(9));
        CHECK(r->counted(counter::bad_id) == 0);
    }
}

TEST_CASE("case 45: a peer that never completes makes sends fail, and leaks nothing") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        REQUIRE(r->carries(1));
        auto sent = 0u;
        for (auto tries = 0; tries < 20; ++tries) {
            r->counts.clear();
            auto const outcome = r->send_from_victim(some_bytes(1, 4));
            sent += outcome ? 1u : 0u;
            CHECK((outcome or outcome.error() == rpmsg::error::no_buffer));
            CHECK(r->counts.loads() < 32);
        }
        CHECK(sent <= r->raw.counts[r->tx_ring()]);
        CHECK(r->in_flight() == sent);
        r->poll_peer();
        r->poll_victim();
        CHECK(r->in_flight() == 0);
        CHECK(r->victim_box.count(rpmsg::event_kind::writable) == 1);
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 46: an index that is published before its entry is caught by the ownership of the stale id") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        REQUIRE(r->carries(1));
        // The slot of the next entry still has an old id; the owner of that buffer decides.
        auto const ring = r->rx_ring();
        r->victim_box.keeps = true;
        for (std::uint32_t i = 0; i < r->raw.counts[ring] - 1; ++i) {
            REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(i, 8)));
        }
        r->poll_victim();
        r->victim_box.keeps = false;
        auto const stale = r->last_id(ring);
        r->write_peer_entry(ring, r->raw.get<std::uint16_t>(r->peer_index(ring)), stale);
        auto const before = r->counted(counter::bad_id);
        r->move_peer_index(ring, 1);
        r->poll_victim();
        CHECK(r->victim_box.letters.size() == r->raw.counts[ring] - 1);
        CHECK(r->counted(counter::bad_id) == before + 1u);
        r->recover();
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 46: an index that goes bad between the look and the look after arming breaks the link") {
    for (auto const& r : all_rigs()) {
        for (auto const ring : {0u, 1u}) {
            for (auto const jump : {5u, 0x8000u, 0xffffu}) {
                INFO(r->name << ", ring " << ring << ", jump " << jump);
                REQUIRE(r->carries(1));
                while (r->send_from_victim(some_bytes(1, 4))) {}
                auto const index = r->raw.get<std::uint16_t>(r->peer_index(ring));
                auto loads = 0;
                r->script = [&](memory_access const& a) {
                    if (a.where == rpmsg::site::peer_index and a.offset == r->peer_index(ring) and ++loads >= 2) {
                        r->raw.set(a.offset, static_cast<std::uint16_t>(index + jump));
                    }
                };
                r->poll_victim();
                (void)r->send_from_victim(some_bytes(1, 4));
                CHECK(r->victim_box.letters.empty());
                r->poll_victim();
                r->poll_victim();
                CHECK(r->counted(counter::bad_id) == 0);
                CHECK(r->victim_box.letters.empty());
                r->recover();
                CHECK(r->carries(9));
            }
        }
    }
}
