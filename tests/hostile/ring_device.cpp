#include <rpmsg/platform/region.hpp>

#include <catch2/catch_test_macros.hpp>

#include "rig.hpp"
#include <algorithm>
#include <functional>

using namespace hostile;
namespace wire = rpmsg::wire;
namespace flag = rpmsg::wire::descriptor_flag;
using rpmsg::testing::access_kind;
using rpmsg::testing::memory_access;

namespace {

auto breaks_device(counter reason, std::function<void(rig&)> const& tamper) -> void {
    for (auto const& r : device_rigs()) {
        expect_break(*r, reason, tamper);
    }
}

/// Changes the descriptor of the message that waits for the victim.
auto drops_descriptor(counter reason, std::function<void(wire::descriptor&, rig&)> const& change) -> void {
    for (auto const& r : device_rigs()) {
        expect_descriptor_drop(*r, reason, [&](rig& it) {
            auto const id = it.last_id(1);
            auto descriptor = it.raw.read_descriptor(1, id);
            change(descriptor, it);
            it.raw.write_descriptor(1, id, descriptor);
        });
    }
}

auto drops_length(std::function<std::uint16_t(rig&)> const& length) -> void {
    for (auto const& r : all_rigs()) {
        expect_drop(*r, counter::bad_length, [&](rig& it) { it.raw.set(it.last_frame(it.rx_ring()) + 12, length(it)); });
    }
}

/// Changes the descriptors of the device's transmit buffers: the device may write only to valid buffers, and uses all of them
/// again after a correction. A victim that does not read descriptors is not affected.
auto refuses_transmit(std::function<void(wire::descriptor&, rig&)> const& change) -> void {
    for (auto const& r : device_rigs()) {
        INFO(r->name);
        REQUIRE(r->carries(5));
        auto kept = std::vector<wire::descriptor>{};
        for (std::uint32_t id = 0; id < r->raw.counts[0]; ++id) {
            kept.push_back(r->raw.read_descriptor(0, id));
            auto bad = kept.back();
            change(bad, *r);
            r->raw.write_descriptor(0, id, bad);
        }
        auto const before = r->counted(counter::bad_descriptor);
        if (not r->reads_descriptors()) {
            CHECK(r->carries(9));
            CHECK(r->counted(counter::bad_descriptor) == before);
            continue;
        }
        auto const memory = std::vector<std::byte>(r->raw.memory.begin() + r->raw.frame(0, 0), r->raw.memory.end());
        CHECK_FALSE(r->send_from_victim(some_bytes(1, 40)));
        CHECK(std::equal(memory.begin(), memory.end(), r->raw.memory.begin() + r->raw.frame(0, 0)));
        CHECK(r->counted(counter::bad_descriptor) == before + r->raw.counts[0]);
        CHECK(r->victim_is_up());
        for (std::uint32_t id = 0; id < r->raw.counts[0]; ++id) {
            r->raw.write_descriptor(0, id, kept[id]);
        }
        // They were skipped, and are used again now.
        r->run();
        CHECK(r->carries(9));
    }
}

} // namespace

TEST_CASE("case 1: an available id of N breaks the link") {
    breaks_device(counter::bad_id,
                  [](rig& r) { r.write_peer_entry(1, r.raw.get<std::uint16_t>(r.peer_index(1)) - 1u, r.raw.counts[1]); });
}

TEST_CASE("case 2: an available id of 0xFFFF breaks the link") {
    breaks_device(counter::bad_id,
                  [](rig& r) { r.write_peer_entry(1, r.raw.get<std::uint16_t>(r.peer_index(1)) - 1u, 0xffff); });
}

TEST_CASE("case 3: avail.idx advanced by more than N breaks the link before the first delivery") {
    for (auto const by : {4u, 5u, 0x7fffu, 0x8000u, 0xfff0u}) {
        breaks_device(counter::bad_index, [&](rig& r) { r.move_peer_index(1, by); });
    }
}

TEST_CASE("case 4: avail.idx moved backwards breaks the link") {
    for (auto const by : {2u, 3u, 4u}) { // one waits: by 1 it is as if nothing had been sent
        breaks_device(counter::bad_index, [&](rig& r) { r.move_peer_index(1, 0x10000u - by); });
    }
}

TEST_CASE("case 4: a backward index is found by the first call that reads it") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        auto const ring = r->tx_ring();
        // The sender has used all transmit buffers, so that `writable` is the next call that reads the index.
        while (r->send_from_victim(some_bytes(1, 4))) {}
        auto const before = r->counted(counter::bad_index);
        r->move_peer_index(ring, 0x9000);
        r->poll_victim();
        (void)r->in_flight();
        CHECK_FALSE(r->send_from_victim(some_bytes(1, 4)));
        CHECK(r->counted(counter::bad_index) == before + 1u);
        r->poll_victim();
        CHECK_FALSE(r->victim_is_up());
        r->recover();
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 5: an id that is offered twice breaks the link") {
    for (auto const& r : device_rigs()) {
        INFO(r->name);
        REQUIRE(r->carries(1));
        r->victim_box.keeps = true;
        REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)));
        r->poll_victim();
        REQUIRE(r->victim_box.kept.size() == 1);
        auto const index = r->raw.get<std::uint16_t>(r->peer_index(1));
        r->write_peer_entry(1, index, r->last_id(1));
        r->move_peer_index(1, 1);
        auto const before = r->counted(counter::bad_id);
        r->poll_victim();
        CHECK(r->victim_box.letters.size() == 1);
        CHECK(r->counted(counter::bad_id) == before + 1u);
        r->victim_box.keeps = false;
        r->poll_victim();
        CHECK(r->victim_box.last_down().reason == rpmsg::down_reason::broken);
        r->recover();
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 6: a descriptor outside of the region drops its message") {
    for (auto const address : {std::uint64_t{0}, std::uint64_t{0x1'0000'0000'0000}, ~std::uint64_t{63}}) {
        drops_descriptor(counter::bad_descriptor, [&](wire::descriptor& d, rig&) { d.address = address; });
    }
    drops_descriptor(counter::bad_descriptor,
                     [](wire::descriptor& d, rig& r) { d.address = r.raw.base + r.raw.memory.size(); });
}

TEST_CASE("case 7: a descriptor inside of the rings, the status or the control block drops its message") {
    drops_descriptor(counter::bad_descriptor, [](wire::descriptor& d, rig& r) { d.address = r.raw.base; });
    for (auto const ring : {0u, 1u}) {
        drops_descriptor(counter::bad_descriptor,
                         [&](wire::descriptor& d, rig& r) { d.address = r.raw.base + r.raw.parts[ring].descriptors; });
        drops_descriptor(counter::bad_descriptor,
                         [&](wire::descriptor& d, rig& r) { d.address = r.raw.base + r.raw.parts[ring].used - 4; });
    }
    drops_descriptor(counter::bad_descriptor,
                     [](wire::descriptor& d, rig& r) { d.address = r.raw.base + r.raw.frame(0, 0) - 4; });
}

TEST_CASE("case 8: a descriptor that straddles the end drops its message") {
    drops_descriptor(counter::bad_descriptor,
                     [](wire::descriptor& d, rig& r) { d.address = r.raw.base + r.raw.memory.size() - d.length + 4; });
    drops_descriptor(counter::bad_descriptor,
                     [](wire::descriptor& d, rig& r) { d.address = r.raw.base + r.raw.memory.size() - 12; });
}

TEST_CASE("case 9: an address whose end wraps drops its message") {
    drops_descriptor(counter::bad_descriptor, [](wire::descriptor& d, rig& r) {
        d.address = r.raw.base + r.raw.frame(1, 0);
        d.length = 0xffff'fffc;
    });
    drops_descriptor(counter::bad_descriptor, [](wire::descriptor& d, rig&) {
        d.address = ~std::uint64_t{} - 15;
        d.length = 64;
    });
    drops_descriptor(counter::bad_descriptor, [](wire::descriptor& d, rig& r) {
        d.address = (r.raw.base + r.raw.frame(1, 0)) & 0xffff'ffff; // the base lies below 4 GiB, the buffers above
        d.length = 0x40;
        d.address += r.raw.base + r.raw.frame(1, 0) > 0xffff'ffff ? std::uint64_t{0} : 0x1'0000'0000u;
    });
}

TEST_CASE("case 10: a misaligned descriptor drops its message") {
    for (auto const by : {1u, 2u, 3u}) {
        drops_descriptor(counter::bad_descriptor, [&](wire::descriptor& d, rig&) {
            d.address += by;
            d.length -= 4;
        });
    }
}

TEST_CASE("case 11: an empty descriptor drops its message") {
    drops_descriptor(counter::bad_descriptor, [](wire::descriptor& d, rig&) { d.length = 0; });
}

TEST_CASE("case 12: a descriptor shorter than a header drops its message") {
    for (std::uint32_t length = 1; length < 16; ++length) {
        drops_descriptor(counter::bad_descriptor, [&](wire::descriptor& d, rig&) { d.length = length; });
    }
}

TEST_CASE("case 13: a descriptor of 4 GiB drops its message") {
    drops_descriptor(counter::bad_descriptor, [](wire::descriptor& d, rig&) { d.length = 0xffff'ffff; });
}

TEST_CASE("case 14: a payload one byte longer than the buffer is dropped") {
    drops_length([](rig& r) { return static_cast<std::uint16_t>(r.config.buffer_size - 16 + 1); });
}

TEST_CASE("case 14: a payload that fills the buffer exactly arrives") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 48)));
        r->poll_victim();
        REQUIRE(r->victim_box.letters.size() == 1);
        CHECK(r->victim_box.letters[0].payload == some_bytes(1, 48));
    }
}

TEST_CASE("case 15: a payload length of 0xFFFF is dropped") {
    drops_length([](rig&) { return std::uint16_t{0xffff}; });
}

TEST_CASE("case 16: a descriptor that chains to itself drops its message") {
    drops_descriptor(counter::chained_descriptor, [](wire::descriptor& d, rig& r) {
        d.flags = flag::next;
        d.next = static_cast<std::uint16_t>(r.last_id(1));
    });
}

TEST_CASE("case 17: a chain through all descriptors drops its message") {
    for (auto const& r : device_rigs()) {
        expect_descriptor_drop(*r, counter::chained_descriptor, [](rig& it) {
            for (std::uint32_t id = 0; id < it.raw.counts[1]; ++id) {
                auto d = it.raw.read_descriptor(1, id);
                d.flags = flag::next;
                d.next = static_cast<std::uint16_t>((id + 1) % it.raw.counts[1]);
                d.length = 0xffff'ffff;
                it.raw.write_descriptor(1, id, d);
            }
            auto seen = std::make_shared<bool>(false);
            it.script = [&it, seen](memory_access const& a) {
                // After the message is refused the descriptors of the driver are restored.
                if (a.where == rpmsg::site::own_entry and not std::exchange(*seen, true)) {
                    for (std::uint32_t id = 0; id < it.raw.counts[1]; ++id) {
                        it.raw.write_descriptor(1, id, {it.raw.base + it.raw.frame(1, id), it.raw.sizes[1], 0, 0});
                    }
                }
            };
        });
    }
}

TEST_CASE("case 18: a chain to an id out of range is refused without following it") {
    for (auto const next : {4u, 0x7fffu, 0xffffu}) {
        drops_descriptor(counter::chained_descriptor, [&](wire::descriptor& d, rig&) {
            d.flags = flag::next;
            d.next = static_cast<std::uint16_t>(next);
        });
    }
}

TEST_CASE("case 18: a next field without its flag means nothing") {
    for (auto const& r : device_rigs()) {
        INFO(r->name);
        for (std::uint32_t id = 0; id < r->raw.counts[0]; ++id) {
            for (auto const ring : {0u, 1u}) {
                auto d = r->raw.read_descriptor(ring, id);
                d.next = 0xffff;
                r->raw.write_descriptor(ring, id, d);
            }
        }
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 19: an indirect descriptor drops its message") {
    drops_descriptor(counter::chained_descriptor, [](wire::descriptor& d, rig&) { d.flags |= flag::indirect; });
}

TEST_CASE("case 20: a transmit buffer that the device may not write is not written") {
    refuses_transmit([](wire::descriptor& d, rig&) { d.flags = 0; });
}

TEST_CASE("case 20: a receive buffer marked as writable is delivered, and counted unless the dialect does that") {
    for (auto const& r : device_rigs()) {
        INFO(r->name);
        REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)));
        auto const id = r->last_id(1);
        auto d = r->raw.read_descriptor(1, id);
        d.flags |= flag::write;
        r->raw.write_descriptor(1, id, d);
        r->poll_victim();
        CHECK(r->victim_box.letters.size() == 1);
        CHECK(r->counted(counter::odd_flags) == (r->config.dialect.prefilled or not r->reads_descriptors() ? 0 : 1));
    }
}

TEST_CASE("case 21: a descriptor that changes between any two loads does no harm") {
    // The first value read is used: each field changes right after, and right before, its load.
    for (auto const& r : device_rigs()) {
        for (auto const field : {0u, 4u, 8u, 12u}) {
            for (auto const value : {0u, 4u, 0xffff'ffffu, 0x8000'0000u}) {
                INFO(r->name << ", field " << field << " becomes " << value);
                REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)));
                auto const id = r->last_id(1);
                auto const good = r->raw.read_descriptor(1, id);
                auto const at = r->raw.descriptor(1, id) + field;
                auto was_loaded = false;
                r->script = [&](memory_access const& a) {
                    if (was_loaded) {
                        r->raw.set(at, value);
                    }
                    was_loaded = was_loaded or (a.kind == access_kind::load and a.offset == at);
                };
                r->poll_victim();
                CHECK(r->victim_box.letters.size() == 1);
                CHECK(r->victim_box.letters.back().payload == some_bytes(1, 8));
                r->script = {};
                r->raw.write_descriptor(1, id, good);
                r->poll_peer();
                r->clear_boxes();
            }
        }
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 22: a header that changes after it was read does no harm") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        for (auto const field : {0u, 4u, 12u}) {
            REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)));
            auto const at = r->last_frame(r->rx_ring()) + field;
            auto was_loaded = false;
            r->script = [&](memory_access const& a) {
                if (was_loaded) {
                    r->raw.set(at, 0xffff'ffffu);
                }
                was_loaded = was_loaded or (a.kind == access_kind::load and a.offset == at);
            };
            r->victim_box.on_letter = [&](rpmsg::message const&) { r->raw.set(at, 0xffff'ffffu); };
            r->poll_victim();
            r->script = {};
            r->victim_box.on_letter = {};
            REQUIRE(r->victim_box.letters.size() == 1);
            CHECK(r->victim_box.letters[0].source == rpmsg::address{0x200});
            CHECK(r->victim_box.letters[0].payload == some_bytes(1, 8));
            r->clear_boxes();
            r->poll_peer();
        }
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 23: a payload that changes during the handler changes no decision") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)));
        auto const at = r->last_frame(r->rx_ring()) + 16;
        r->victim_box.on_letter = [&](rpmsg::message const& m) {
            auto copied = std::array<std::byte, 8>{};
            rpmsg::snapshot(m.payload, copied);
            r->raw.set(at, ~std::uint32_t{});
            r->raw.set(at + 4, ~std::uint32_t{});
            CHECK(std::equal(copied.begin(), copied.end(), some_bytes(1, 8).begin()));
        };
        r->poll_victim();
        r->victim_box.on_letter = {};
        CHECK(r->victim_box.letters.size() == 1);
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 23: an announcement that changes while it is read stays what was read") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        auto payload = std::array<std::byte, 40>{};
        rpmsg::store(payload, wire::announce("echo", rpmsg::address{0x321}, wire::announcement_kind::create));
        REQUIRE(r->send_to_victim(rpmsg::name_service_address, payload));
        auto const at = r->last_frame(r->rx_ring()) + 16;
        auto seen_view = false;
        r->script = [&](memory_access const& a) {
            if (std::exchange(seen_view, seen_view or a.kind == access_kind::view)) {
                r->raw.set(at + 32, ~std::uint32_t{});
            }
        };
        r->poll_victim();
        r->script = {};
        CHECK(r->victim_echo_peer() == rpmsg::address{0x321});
    }
}

TEST_CASE("case 24: a transmit descriptor of 4 bytes is refused and nothing is written") {
    refuses_transmit([](wire::descriptor& d, rig&) { d.length = 4; });
}

TEST_CASE("case 24: a transmit descriptor that is too small for the message refuses it") {
    for (auto const& r : device_rigs()) {
        INFO(r->name);
        REQUIRE(r->carries(5));
        for (std::uint32_t id = 0; id < r->raw.counts[0]; ++id) {
            auto d = r->raw.read_descriptor(0, id);
            d.length = 20;
            r->raw.write_descriptor(0, id, d);
        }
        if (not r->reads_descriptors()) {
            CHECK(r->carries(9));
            continue;
        }
        auto const memory = std::vector<std::byte>(r->raw.memory.begin(), r->raw.memory.end());
        CHECK(r->send_from_victim(some_bytes(1, 40)).error() == rpmsg::error::too_large);
        for (std::uint32_t id = 0; id < r->raw.counts[0]; ++id) {
            auto const tail = r->raw.frame(0, id) + 20;
            CHECK(std::equal(memory.begin() + tail, memory.begin() + tail + 44, r->raw.memory.begin() + tail));
        }
        CHECK(r->send_from_victim(some_bytes(1, 4)));
        CHECK(r->victim_is_up());
    }
}

TEST_CASE("case 25: a transmit descriptor that straddles the end is refused and nothing is written") {
    refuses_transmit([](wire::descriptor& d, rig& r) { d.address = r.raw.base + r.raw.memory.size() - 32; });
    refuses_transmit([](wire::descriptor& d, rig& r) { d.address = r.raw.base + r.raw.parts[0].available; });
    refuses_transmit([](wire::descriptor& d, rig&) { d.length = 0xffff'fff0; });
    refuses_transmit([](wire::descriptor& d, rig&) { d.address += 2; });
}

TEST_CASE("case 26: a transmit id of 0xFFFF breaks the link") {
    for (auto const id : {0xffffu, 4u}) {
        for (auto const& r : device_rigs()) {
            INFO(r->name);
            REQUIRE(r->carries(3));
            for (std::uint32_t i = 0; i < r->raw.counts[0]; ++i) {
                r->write_peer_entry(0, i, id);
            }
            auto const before = r->counted(counter::bad_id);
            CHECK_FALSE(r->send_from_victim(some_bytes(1, 4)));
            CHECK(r->counted(counter::bad_id) == before + 1u);
            r->poll_victim();
            CHECK_FALSE(r->victim_is_up());
            r->recover();
            CHECK(r->carries(9));
        }
    }
}

TEST_CASE("case 27: rewriting the reserved word of a held buffer has no effect") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        r->victim_box.keeps = true;
        REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)));
        r->poll_victim();
        r->victim_box.keeps = false;
        for (std::uint32_t id = 0; id < r->raw.counts[r->rx_ring()]; ++id) {
            r->raw.set(r->raw.frame(r->rx_ring(), id) + 8, 0xdead'beefu);
        }
        CHECK(r->carries(5));
        r->victim_box.kept.clear();
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 28: writing into returned and unsent transmit buffers has no effect") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        auto const room = r->reserve();
        REQUIRE(room);
        r->discard(room);
        for (std::uint32_t id = 0; id < r->raw.counts[r->tx_ring()]; ++id) {
            for (std::uint32_t at = 0; at < r->raw.sizes[r->tx_ring()]; at += 4) {
                r->raw.set(r->raw.frame(r->tx_ring(), id) + at, 0xffff'ffffu);
            }
        }
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 29: what the peer writes into our index and entries is overwritten, never believed") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        REQUIRE(r->carries(3));
        for (auto const ring : {0u, 1u}) {
            r->raw.set(r->own_index(ring), std::uint16_t{0x4321});
            for (std::uint32_t i = 0; i < r->raw.counts[ring]; ++i) {
                if (r->is_device) {
                    r->raw.set(r->raw.used_entry(ring, i), 0xffff'ffffu);
                } else {
                    r->raw.set(r->raw.available_entry(ring, i), std::uint16_t{0xffff});
                }
            }
        }
        // Both sides continue after the victim has published in both directions.
        auto const received = r->raw.get<std::uint16_t>(r->peer_index(r->rx_ring()));
        CHECK(r->send_from_victim(some_bytes(1, 4)));
        CHECK(r->raw.get<std::uint16_t>(r->own_index(r->tx_ring())) != 0x4321);
        CHECK(received == r->raw.get<std::uint16_t>(r->peer_index(r->rx_ring())));
        CHECK(r->victim_is_up());
    }
}

TEST_CASE("case 30: indices N apart at the wrap of 16 bits carry on") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        while (r->raw.get<std::uint16_t>(r->peer_index(r->rx_ring())) < 0xfff0) {
            REQUIRE(r->send_to_victim(rpmsg::address{0x100}, {}));
            REQUIRE(r->send_from_victim({}));
            (void)r->poll_victim_unchecked({});
            (void)r->poll_peer();
            (void)r->poll_victim_unchecked({});
            r->clear_boxes();
        }
        // Fills the rings repeatedly, past the wrap of the indices.
        for (auto round = 0u; round < 12; ++round) {
            auto sent = 0u;
            while (sent < 5 and r->send_to_victim(rpmsg::address{0x100}, some_bytes(sent, 4))) {
                ++sent;
            }
            CHECK(sent == r->raw.counts[r->rx_ring()]);
            r->poll_victim();
            CHECK(r->victim_box.letters.size() == sent);
            r->clear_boxes();
            r->poll_peer();
        }
        CHECK(r->counted(counter::bad_index) == 0);
        CHECK(r->carries(9));
    }
}
