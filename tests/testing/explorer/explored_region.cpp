#include <rpmsg/testing/explorer/explored_region.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>
#include <set>
#include <span>

using rpmsg::site;
using rpmsg::testing::exploration;
using rpmsg::testing::explored_memory;
using rpmsg::testing::explored_region;
using rpmsg::testing::explorer;

namespace {

constexpr auto index_offset = std::uint32_t{0};
constexpr auto payload_offset = std::uint32_t{4};

/// One byte of payload, published by an index.
auto publish(site weakened, bool is_sequential = false) -> exploration {
    auto engine = explorer{{.sequential = is_sequential}};
    auto memory = explored_memory{engine, 16};
    memory.guard(payload_offset, 4, "payload");
    if (weakened != site::count_) {
        memory.reorder(weakened, explored_memory::weaker(weakened));
    }
    engine.add_core("writer", [&] {
        auto shared = explored_region{memory};
        shared.view(payload_offset, 4)[0] = std::byte{7};
        shared.store<site::own_index>(index_offset, std::uint16_t{1});
    });
    engine.add_core("reader", [&] {
        auto shared = explored_region{memory};
        if (shared.load<site::peer_index, std::uint16_t>(index_offset) == 1) {
            engine.check(shared.view(payload_offset, 4)[0] == std::byte{7}, "wrong payload");
        }
    });
    return engine.run();
}

} // namespace

TEST_CASE("before an exploration explored memory is plain memory") {
    auto engine = explorer{};
    auto memory = explored_memory{engine, 16};
    auto shared = explored_region{memory};
    shared.store<site::own_index>(8, std::uint16_t{0x1234});
    REQUIRE(shared.load<site::peer_index, std::uint16_t>(8) == 0x1234);
    REQUIRE(shared.view(8, 1)[0] == std::byte{0x34});
    REQUIRE(shared.view(8, 9).empty());
    REQUIRE(shared.size() == 16);
}

TEST_CASE("accesses have the orders of their sites, and a weakened one is seen") {
    CHECK(publish(site::count_).is_clean());
    CHECK(publish(site::own_event).is_clean());
    CHECK(publish(site::own_index).failure == "data race: write of payload");
    CHECK(publish(site::peer_index).failure == "data race: write of payload");
    CHECK(publish(site::own_index, true).is_clean());
    CHECK(publish(site::peer_index, true).is_clean());
}

TEST_CASE("a trace names sites and offsets") {
    auto const trace = publish(site::own_index).trace;
    CHECK(trace.front() == "writer: uses payload");
    CHECK(trace.at(1) == "writer: own_index at 0 becomes 1");
}

TEST_CASE("a word keeps its size") {
    auto engine = explorer{};
    auto memory = explored_memory{engine, 16};
    engine.add_core("core", [&] {
        auto shared = explored_region{memory};
        shared.store<site::own_index>(0, std::uint16_t{1});
        shared.store<site::own_index>(0, std::uint32_t{1});
    });
    CHECK(engine.run().failure == "one word is accessed with different sizes");
}

TEST_CASE("a victim is told every lie that fits, its own words stay true") {
    auto seen = std::set<std::uint32_t>{};
    auto engine = explorer{};
    auto memory = explored_memory{engine, 16};
    memory.lie_to(0, std::array{0u, 5u, 0xffffu, 0x10000u});
    engine.add_core("victim", [&] {
        auto shared = explored_region{memory};
        shared.store<site::own_index>(0, std::uint16_t{3});
        seen.insert(shared.load<site::peer_index, std::uint16_t>(2));
        seen.insert(0x100u + shared.load<site::status_load, std::uint8_t>(8));
    });
    CHECK(engine.run().is_clean());
    CHECK(seen == std::set<std::uint32_t>{0, 5, 0xffff, 0x100, 0x105});
}
