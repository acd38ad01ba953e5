#include <catch2/catch_test_macros.hpp>

#include "rig.hpp"
#include <algorithm>
#include <functional>

using namespace hostile;
namespace wire = rpmsg::wire;
using rpmsg::testing::access_kind;
using rpmsg::testing::memory_access;

namespace {

/// Builds new rigs for each memory access at which `dies_in` crashes a side, until it returns false: no such access is left.
auto at_each_death(std::function<bool(rig&, std::uint32_t)> const& dies_in) -> void {
    for (std::size_t which = 0; which < 12; ++which) {
        for (std::uint32_t at = 0; at < 400; ++at) {
            auto rigs = which < 6 ? device_rigs() : driver_rigs();
            auto& r = *rigs[which % 6];
            INFO(r.name << ", death at access " << at);
            if (not dies_in(r, at)) {
                break;
            }
        }
    }
}

} // namespace

TEST_CASE("case 47: a peer that crashes at any access and never returns blocks no side, and no buffer is lost") {
    at_each_death([](rig& r, std::uint32_t at) {
        REQUIRE(r.send_from_victim(some_bytes(7, 8)));
        r.peer_script = dies_at(at);
        auto const lived = survives([&] {
            (void)r.send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8));
            (void)r.poll_peer();
            (void)r.send_to_victim(rpmsg::address{0x100}, some_bytes(2, 8));
        });
        for (auto i = 0; i < 3; ++i) {
            r.poll_victim();
        }
        CHECK(r.victim_box.letters.size() <= 2);
        auto sent = 0u;
        while (sent <= r.config.count_of(r.tx_ring()) and r.send_from_victim(some_bytes(3, 4))) {
            ++sent;
        }
        CHECK(sent <= r.config.count_of(r.tx_ring()));
        CHECK(r.in_flight() <= r.config.count_of(r.tx_ring()));
        CHECK(r.counted(counter::bad_id) + r.counted(counter::bad_index) == 0);
        r.revive_peer();
        r.recover();
        CHECK(r.carries(9));
        return not lived;
    });
}

TEST_CASE("case 48: buffers of a crashed peer are reported lost, and come back when the rings are initialised again") {
    for (auto k = 0u; k <= 4; ++k) {
        for (auto const& r : all_rigs()) {
            INFO(r->name << ", " << k << " buffers");
            REQUIRE(r->carries(1));
            for (auto i = 0u; i < k; ++i) {
                REQUIRE(r->send_from_victim(some_bytes(i, 4)));
            }
            CHECK(r->in_flight() == k);
            if (not r->has_epochs()) {
                continue;
            }
            auto const lost = r->counted(counter::lost_in_flight);
            r->revive_peer();
            r->run();
            CHECK(r->victim_box.count(rpmsg::event_kind::link_down) == 1);
            CHECK(r->victim_box.last_down().reason == rpmsg::down_reason::peer_restarted);
            CHECK(r->victim_box.last_down().unreturned == k);
            CHECK(r->counted(counter::lost_in_flight) == lost + k);
            CHECK(r->carries(9));
        }
    }
}

TEST_CASE("case 49: a side that crashes after delivering and before completing receives at most one batch again") {
    at_each_death([](rig& r, std::uint32_t at) {
        for (auto i = 0u; i < 3; ++i) {
            REQUIRE(r.send_to_victim(rpmsg::address{0x100}, some_bytes(i, 8)));
        }
        r.script = dies_at(at);
        auto const lived = survives([&] { (void)r.poll_victim_unchecked({}); });
        auto const before = r.victim_box.letters.size();
        r.revive_victim();
        r.run();
        auto numbers = std::vector<std::uint32_t>{};
        for (auto const& letter : r.victim_box.letters) {
            for (auto i = 0u; i < 3; ++i) {
                if (letter.payload == some_bytes(i, 8)) {
                    numbers.push_back(i);
                }
            }
        }
        CHECK(numbers.size() == r.victim_box.letters.size());
        // The messages are in order before and after the restart, with at most one batch repeated.
        CHECK(std::is_sorted(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(before)));
        CHECK(std::is_sorted(numbers.begin() + static_cast<std::ptrdiff_t>(before), numbers.end()));
        CHECK(numbers.size() <= 4);
        if (before > 0 and numbers.size() > before) {
            CHECK(numbers[before] + r.config.batch >= before);
        }
        r.recover();
        CHECK(r.carries(9));
        return not lived;
    });
}

TEST_CASE("case 50: a peer that crashed between publishing and ringing rings when it starts again") {
    for (auto const& r : all_rigs()) {
        if (not r->is_device and not r->has_epochs()) {
            continue; // in these dialects a device announces no start: a driver finds the message when it polls
        }
        INFO(r->name);
        REQUIRE(r->carries(1));
        r->peer_script = [](memory_access const& a) {
            if (a.kind == access_kind::fence and a.where == rpmsg::site::doorbell_fence) {
                throw death{};
            }
        };
        auto const rung = r->rung_by_peer;
        CHECK_FALSE(survives([&] { (void)r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)); }));
        CHECK(r->rung_by_peer == rung);
        r->revive_peer();
        (void)r->poll_peer();
        CHECK(r->rung_by_peer > rung);
    }
}

TEST_CASE("case 51: a peer that starts at index 0 while the ring is elsewhere is detected") {
    for (auto const& r : all_rigs()) {
        expect_break(*r, counter::bad_index, [](rig& it) { it.raw.set(it.peer_index(it.rx_ring()), std::uint16_t{0}); });
    }
}

TEST_CASE("case 51: a peer that restarts alone delivers nothing twice except messages in flight") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        REQUIRE(r->carries(7));
        r->revive_peer();
        r->run();
        CHECK(r->victim_box.letters.empty());
        CHECK(r->peer_box.letters.size() <= r->config.batch);
        if (r->has_epochs()) {
            CHECK(r->victim_is_up());
            CHECK(r->carries(9));
        }
        // The other dialects do not detect the restart: reset() is the documented way.
        r->recover();
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 52: a buffer that is being filled while the peer restarts stays in the region and is not sent") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        auto const room = r->take_loan();
        REQUIRE(room.size() == 48);
        r->revive_peer();
        r->recover();
        for (auto& each : room) {
            each = std::byte{0x5a};
        }
        CHECK(r->memory_is_intact());
        CHECK(r->commit_loan(room.size()).error() == rpmsg::error::closed);
        CHECK(r->counted(counter::stale_loan) == 1);
        r->poll_peer();
        CHECK(r->peer_box.letters.empty());
        CHECK(r->carries(9));
        // A loan that is dropped after the restart is not lost either.
        REQUIRE(r->take_loan().size() == 48);
        r->close_victim();
        r->drop_loan();
        CHECK(r->counted(counter::stale_loan) == 2);
        (void)r->start_victim();
        r->recover();
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 53: both sides restart at once, in any order of their steps") {
    for (auto seed = 1u; seed <= 60; ++seed) {
        for (auto const& r : all_rigs()) {
            if (not r->has_epochs()) {
                continue;
            }
            INFO(r->name << ", seed " << seed);
            auto random = seed * 2'654'435'761u;
            auto const below = [&](std::uint32_t limit) {
                random = random * 1'664'525u + 1'013'904'223u;
                return (random >> 16) % limit;
            };
            (void)r->send_from_victim(some_bytes(1, 4));
            (void)r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 4));
            for (auto step = 0; step < 12; ++step) {
                switch (below(6)) {
                case 0: r->revive_victim(); break;
                case 1: r->revive_peer(); break;
                case 2:
                    r->script = dies_at(below(24));
                    if (not survives([&] { (void)r->poll_victim_unchecked({}); })) {
                        r->revive_victim();
                    }
                    r->script = {};
                    break;
                case 3: r->poll_victim(); break;
                default: (void)r->poll_peer(); break;
                }
            }
            r->run(8);
            CHECK(r->victim_is_up());
            CHECK(r->peer_is_up());
            CHECK(r->carries(9));
        }
    }
}

TEST_CASE("case 54: only a proper status byte makes a device attach, and flips end in no loop") {
    for (auto const& r : device_rigs()) {
        if (r->raw.status == rpmsg::nowhere) {
            continue;
        }
        INFO(r->name);
        for (auto value = 0u; value < 256; ++value) {
            r->close_victim();
            REQUIRE(r->start_victim());
            r->raw.set(r->raw.status, static_cast<std::uint8_t>(value));
            r->poll_victim();
            auto const undefined_or_failed = (value & 0xf0) != 0;
            INFO("status " << value);
            CHECK(r->victim_is_up() == ((value & 4) != 0 and not undefined_or_failed));
            // Changes before each access.
            r->script = [&](memory_access const& a) {
                if (a.where == rpmsg::site::status_load) {
                    r->raw.set(a.offset, static_cast<std::uint8_t>(r->raw.get<std::uint8_t>(a.offset) ^ value));
                }
            };
            for (auto i = 0; i < 5; ++i) {
                r->poll_victim();
            }
            r->script = {};
        }
        r->recover();
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 55: a driver that never says it is ready costs no more than a look per poll") {
    for (auto const& r : device_rigs()) {
        INFO(r->name);
        r->close_victim();
        std::fill(r->raw.memory.begin(), r->raw.memory.end(), std::byte{});
        REQUIRE(r->start_victim());
        for (auto i = 0; i < 1000; ++i) {
            r->now += 1000;
            CHECK(r->poll_victim() == 0);
            CHECK(r->counts.loads() <= 16);
            CHECK(r->send_from_victim(some_bytes(1, 4)).error() == rpmsg::error::closed);
        }
        CHECK_FALSE(r->victim_is_up());
        r->revive_peer();
        r->recover();
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 56: lost doorbells are made up for by polling") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        r->loses_doorbells = true;
        CHECK(r->carries(40));
        r->loses_doorbells = false;
        r->refuses_doorbells = true;
        CHECK(r->carries(40));
        r->refuses_doorbells = false;
        CHECK(r->carries(9));
        // Both start while every doorbell is lost; then doorbells work again.
        r->loses_doorbells = true;
        r->revive_peer();
        r->revive_victim();
        r->run(3);
        r->loses_doorbells = false;
        r->run();
        CHECK(r->victim_is_up());
        CHECK(r->peer_is_up());
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 57: a spurious doorbell delivers nothing and costs a constant") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        REQUIRE(r->carries(3));
        for (auto const queue : {0u, 1u, 2u, 3u, 0x7fff'ffffu, 0xffff'ffffu}) {
            r->notify_victim(queue);
            CHECK(r->poll_victim() == 0);
            CHECK(r->counts.loads() <= 8);
            CHECK(r->counts.loads(rpmsg::site::peer_entry) == 0);
        }
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 58: a stale doorbell after a reset is ignored") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        REQUIRE(r->carries(3));
        r->close_victim();
        r->notify_victim(0);
        r->notify_victim(1);
        CHECK(r->poll_victim() == 0);
        CHECK_FALSE(r->victim_is_up());
        (void)r->start_victim();
        r->notify_victim(0xffff'ffff);
        r->recover();
        CHECK(r->counted(counter::bad_index) + r->counted(counter::bad_id) == 0);
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 59: a storm of doorbells and messages costs no more than the budget, and other links go on") {
    auto rigs = all_rigs();
    for (auto& r : rigs) {
        INFO(r->name);
        auto& other = r == rigs.front() ? *rigs.back() : *rigs.front();
        for (auto round = 0; round < 20; ++round) {
            while (r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 4))) {}
            for (auto i = 0; i < 1000; ++i) {
                r->notify_victim(static_cast<std::uint32_t>(i) % 3);
            }
            for (auto const budget : {0u, 1u, 2u}) {
                auto const before = r->victim_box.letters.size();
                CHECK(r->poll_victim(budget) <= budget);
                CHECK(r->victim_box.letters.size() <= before + budget);
                CHECK(r->counts.loads() <= 16 + 16 * budget);
            }
            (void)r->poll_peer();
            CHECK(other.carries(1));
        }
        r->run();
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 59: a peer that refills the ring while it is polled gets no more than the budget") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        r->victim_box.on_letter = [&](rpmsg::message const&) {
            (void)r->poll_peer();
            (void)r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 4));
        };
        REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 4)));
        for (auto poll = 0; poll < 4; ++poll) {
            auto const handled = r->poll_victim_unchecked({.messages = 50});
            CHECK(handled == (r->config.event_index ? 50 : 1)); // without an event index a doorbell announces the next message
        }
        r->victim_box.on_letter = {};
        (void)r->poll_victim_unchecked({.messages = 50});
        r->victim_box.letters.clear();
        auto sent = 0u;
        while (sent < 4 and r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 4))) {
            ++sent;
        }
        CHECK(r->poll_victim_unchecked({.messages = 50, .payload_bytes = 0}) == 0);
        CHECK(r->poll_victim_unchecked({.messages = 50, .payload_bytes = 9}) == std::min(sent, 3u));
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 60: a forged event index does no more than lose doorbells") {
    for (auto const& r : all_rigs()) {
        if (not r->config.event_index) {
            continue;
        }
        INFO(r->name);
        REQUIRE(r->carries(1));
        for (auto value = 0u; value < 0x1'0000; value += value < 16 or value > 0xffe0 ? 1 : 509) {
            for (auto const ring : {0u, 1u}) {
                auto const at = r->is_device ? r->raw.used_event(ring) : r->raw.available_event(ring);
                r->raw.set(at, static_cast<std::uint16_t>(value));
            }
            REQUIRE(r->send_from_victim(some_bytes(value, 8)));
            REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(value, 8)));
            (void)r->poll_peer();
            r->poll_victim();
            (void)r->poll_peer();
            REQUIRE(r->peer_box.letters.back().payload == some_bytes(value, 8));
            REQUIRE(r->victim_box.letters.back().payload == some_bytes(value, 8));
        }
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 61: forged suppression flags do no more than lose doorbells") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        for (auto const value : {1u, 0u, 0xffffu, 0xfffeu, 0x8000u}) {
            r->script = [&](memory_access const& a) {
                if (a.where == rpmsg::site::peer_flags) {
                    r->raw.set(a.offset, static_cast<std::uint16_t>(value));
                }
            };
            CHECK(r->carries(9));
        }
        r->script = {};
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 63: a handler may send; its call of poll is refused") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        auto depth = 0;
        r->victim_box.on_letter = [&](rpmsg::message const&) {
            ++depth;
            CHECK(depth == 1);
            (void)r->send_from_victim(some_bytes(9, 4));
            CHECK(r->poll_victim_unchecked({}) == 0);
            --depth;
        };
        auto const refused = r->counted(counter::would_deadlock);
        for (auto i = 0; i < 3; ++i) {
            REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 4)));
        }
        r->poll_victim();
        CHECK(r->counted(counter::would_deadlock) == refused + 3u);
        r->victim_box.on_letter = {};
        (void)r->poll_peer();
        CHECK(r->peer_box.letters.size() == 3);
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 63: handlers and events may close the link; a start from there is refused") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        r->victim_box.on_letter = [&](rpmsg::message const&) {
            r->close_victim();
            CHECK_FALSE(r->start_victim()); // the link closes when the poll returns
        };
        for (auto i = 0; i < 3; ++i) {
            REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 4)));
        }
        r->poll_victim();
        CHECK_FALSE(r->victim_is_up());
        r->victim_box.on_letter = {};
        REQUIRE(r->start_victim());
        r->recover();
        CHECK(r->carries(9));
        auto calls = 0;
        r->victim_box.on_event = [&](rpmsg::event const&) {
            if (++calls < 4) {
                r->close_victim();
                (void)r->start_victim();
            }
        };
        r->close_victim();
        (void)r->start_victim();
        r->run(2);
        r->victim_box.on_event = {};
        (void)r->start_victim();
        r->recover();
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 63: a handler may release what it holds, also while the link is down") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        r->victim_box.keeps = true;
        r->victim_box.on_letter = [&](rpmsg::message const&) { r->victim_box.kept.clear(); };
        for (auto i = 0; i < 3; ++i) {
            REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 4)));
        }
        r->poll_victim();
        r->victim_box.on_letter = {};
        r->victim_box.keeps = false;
        REQUIRE(r->victim_box.kept.size() == 1);
        auto const stale = r->counted(counter::stale_loan);
        r->close_victim();
        r->victim_box.kept.clear();
        CHECK(r->counted(counter::stale_loan) == stale + 1u);
        (void)r->start_victim();
        r->recover();
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 66: a loan of another link is refused and stays where it is") {
    auto ours = all_rigs();
    auto others = all_rigs();
    for (std::size_t i = 0; i < ours.size(); ++i) {
        auto& r = *ours[i];
        INFO(r.name);
        REQUIRE_FALSE(others[i]->take_loan().empty());
        r.counts.clear();
        CHECK(r.commit_loan_of(*others[i], 4).error() == rpmsg::error::closed);
        CHECK(r.counted(counter::stale_loan) == 1);
        CHECK(r.counts.stores() == 0);
        CHECK(others[i]->owns_loan());
        CHECK(others[i]->commit_loan(4));
        CHECK(r.carries(9));
        CHECK(others[i]->carries(9));
    }
}

TEST_CASE("case 66: more loans than buffers are refused, and all come back when dropped") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        auto rooms = std::vector<rpmsg::tx_buffer>{};
        for (auto i = 0u; i < 3 * r->config.count_of(r->tx_ring()); ++i) {
            if (auto const room = r->reserve(); room) {
                rooms.push_back(room);
            }
        }
        CHECK(rooms.size() == r->config.count_of(r->tx_ring()));
        for (auto const& room : rooms) {
            r->discard(room);
        }
        CHECK(r->take_loan().size() == 48);
        CHECK(r->commit_loan(49).error() == rpmsg::error::too_large);
        CHECK(r->take_loan().size() == 48);
        CHECK(r->commit_loan(~std::size_t{}).error() == rpmsg::error::too_large);
        CHECK(r->carries(9));
    }
}
