#include <catch2/catch_test_macros.hpp>

#include "rig.hpp"

using namespace hostile;

TEST_CASE("Rings of other sizes drop what must be dropped") {
    for (auto const& r : odd_rigs()) {
        expect_drop(*r, counter::bad_length, [](rig& it) {
            auto const room = it.raw.sizes[it.rx_ring()] - 16;
            it.raw.set(it.last_frame(it.rx_ring()) + 12, static_cast<std::uint16_t>(room + 1));
        });
        expect_drop(*r, counter::no_endpoint, [](rig& it) { it.raw.set(it.last_frame(it.rx_ring()) + 4, 0x8888u); });
        if (r->is_device) {
            expect_descriptor_drop(*r, counter::bad_descriptor, [](rig& it) {
                auto d = it.raw.read_descriptor(1, it.last_id(1));
                d.address += d.length * it.raw.counts[1];
                it.raw.write_descriptor(1, it.last_id(1), d);
            });
        }
    }
}

TEST_CASE("Rings of other sizes break where they must break") {
    for (auto const& r : odd_rigs()) {
        expect_break(*r, counter::bad_id, [](rig& it) {
            auto const ring = it.rx_ring();
            it.write_peer_entry(ring, it.raw.get<std::uint16_t>(it.peer_index(ring)) - 1u, it.raw.counts[ring]);
        });
        expect_break(*r, counter::bad_index, [](rig& it) { it.move_peer_index(it.rx_ring(), it.raw.counts[it.rx_ring()]); });
        expect_break(*r, counter::bad_index, [](rig& it) { it.move_peer_index(it.rx_ring(), 0x8000); });
    }
}

TEST_CASE("Fewer buffers held than a batch come back with the poll") {
    for (auto const& r : odd_rigs()) {
        INFO(r->name);
        for (auto round = 0u; round < 40; ++round) {
            REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(round, 8)));
            r->poll_victim(1);
            REQUIRE(r->victim_box.letters.back().payload == some_bytes(round, 8));
        }
        CHECK(r->carries(20));
    }
}
