#include <rpmsg/testing/explorer/state_set.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

using rpmsg::testing::digest;
using rpmsg::testing::state_set;

TEST_CASE("every byte, the length and the seed count in a digest") {
    auto seen = state_set{};
    auto data = std::array<std::byte, 77>{};
    REQUIRE(seen.insert(digest(data, 0)));
    for (auto& each : data) {
        for (auto bit = 0; bit < 8; ++bit) {
            each ^= std::byte{1} << bit;
            REQUIRE(seen.insert(digest(data, 0)));
            each ^= std::byte{1} << bit;
        }
    }
    for (std::size_t size = 0; size < data.size(); ++size) {
        REQUIRE(seen.insert(digest(std::span{data}.first(size), 0)));
    }
    REQUIRE(seen.insert(digest(data, 1)));
    REQUIRE_FALSE(seen.insert(digest(data, 0)));
}

TEST_CASE("a state set grows and knows its members") {
    constexpr auto many = std::uint64_t{100'000};
    auto seen = state_set{};
    for (auto i = std::uint64_t{}; i < many; ++i) {
        REQUIRE(seen.insert(i * 0x9e37'79b9'7f4a'7c15));
    }
    REQUIRE(seen.size() == many);
    for (auto i = std::uint64_t{}; i < many; ++i) {
        REQUIRE_FALSE(seen.insert(i * 0x9e37'79b9'7f4a'7c15));
    }
}
