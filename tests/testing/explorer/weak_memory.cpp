#include <rpmsg/testing/explorer/weak_memory.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

using rpmsg::testing::ordering;
using rpmsg::testing::weak_memory;

namespace {
constexpr auto data = std::uint32_t{0};
constexpr auto flag = std::uint32_t{1};
} // namespace

TEST_CASE("a core sees its own stores at once, another core may see older ones") {
    auto memory = weak_memory{2};
    memory.store(0, data, ordering::relaxed, 1, 9);
    memory.store(0, data, ordering::relaxed, 2, 9);
    REQUIRE(memory.readable(0, data) == 1);
    REQUIRE(memory.readable(1, data) == 3);
    REQUIRE(memory.load(1, data, ordering::relaxed, 1, 9) == 1);
    REQUIRE(memory.readable(1, data) == 2);
    REQUIRE(memory.load(0, data, ordering::relaxed, 0, 9) == 2);
}

TEST_CASE("a word has its initial value until it is stored") {
    auto memory = weak_memory{2};
    REQUIRE(memory.readable(1, data) == 1);
    REQUIRE(memory.load(1, data, ordering::relaxed, 0, 9) == 9);
}

TEST_CASE("an acquire load of a release store sees what came before it") {
    for (auto const stores : {ordering::relaxed, ordering::release}) {
        for (auto const loads : {ordering::relaxed, ordering::acquire}) {
            auto memory = weak_memory{2};
            memory.store(0, data, ordering::relaxed, 1, 0);
            memory.store(0, flag, stores, 1, 0);
            REQUIRE(memory.load(1, flag, loads, 0, 0) == 1);
            auto const is_ordered = stores == ordering::release and loads == ordering::acquire;
            REQUIRE(memory.readable(1, data) == (is_ordered ? 1u : 2u));
        }
    }
}

TEST_CASE("fences order relaxed accesses") {
    auto memory = weak_memory{2};
    memory.store(0, data, ordering::relaxed, 1, 0);
    memory.fence(0, ordering::release);
    memory.store(0, flag, ordering::relaxed, 1, 0);
    REQUIRE(memory.load(1, flag, ordering::relaxed, 0, 0) == 1);
    REQUIRE(memory.readable(1, data) == 2);
    memory.fence(1, ordering::acquire);
    REQUIRE(memory.readable(1, data) == 1);
}

TEST_CASE("of two full fences the later one sees what came before the earlier one") {
    for (auto const how : {ordering::acquire_release, ordering::full}) {
        auto memory = weak_memory{2};
        memory.store(0, data, ordering::relaxed, 1, 0);
        memory.fence(0, how);
        memory.fence(1, how);
        REQUIRE(memory.readable(1, data) == (how == ordering::full ? 1u : 2u));
    }
}

TEST_CASE("an unordered access of a cell is a race") {
    for (auto const how : {ordering::relaxed, ordering::release}) {
        auto memory = weak_memory{2};
        auto const is_ordered = how == ordering::release;
        REQUIRE(memory.write(0, 0));
        memory.store(0, flag, how, 1, 0);
        REQUIRE(memory.load(1, flag, ordering::acquire, 0, 0) == 1);
        REQUIRE(memory.read(1, 0) == is_ordered);
        memory.store(1, data, how, 1, 0);
        REQUIRE(memory.load(0, data, ordering::acquire, 0, 0) == 1);
        REQUIRE(memory.write(0, 0) == is_ordered);
    }
}

TEST_CASE("two reads of a cell need no order") {
    auto memory = weak_memory{2};
    REQUIRE(memory.read(0, 0));
    REQUIRE(memory.read(1, 0));
    REQUIRE_FALSE(memory.write(0, 0));
}

TEST_CASE("a doorbell carries what was fenced before") {
    for (auto const is_fenced : {false, true}) {
        auto memory = weak_memory{2};
        memory.store(0, data, ordering::relaxed, 1, 0);
        if (is_fenced) {
            memory.fence(0, ordering::release);
        }
        REQUIRE_FALSE(memory.is_rung(1));
        memory.ring(0, 1);
        REQUIRE(memory.is_rung(1));
        memory.answer(1);
        REQUIRE_FALSE(memory.is_rung(1));
        REQUIRE(memory.readable(1, data) == (is_fenced ? 1u : 2u));
    }
}

TEST_CASE("what everybody has seen is forgotten") {
    auto memory = weak_memory{2};
    for (auto i = 0u; i < 5; ++i) {
        memory.store(0, data, ordering::relaxed, i, 0);
        REQUIRE(memory.load(1, data, ordering::relaxed, 0, 0) == i);
        memory.forget(0b11);
        REQUIRE(memory.tail().size_bytes() > 0);
        REQUIRE(memory.readable(0, data) == 1);
        REQUIRE(memory.readable(1, data) == 1);
    }
    auto const size = memory.tail().size_bytes();
    memory.store(0, data, ordering::relaxed, 7, 0);
    memory.forget(0b11);
    REQUIRE(memory.tail().size_bytes() == 2 * size);
    memory.retire(1);
    memory.forget(0b01);
    REQUIRE(memory.tail().size_bytes() == size);
}
