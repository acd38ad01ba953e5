#include <rpmsg/core/byte_ring.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstddef>
#include <cstdint>

namespace {
using namespace rpmsg;

/// A ring whose bytes pass the end of its memory.
constexpr auto wrapped() -> byte_ring<8> {
    auto ring = byte_ring<8>{};
    ring.push("012345"_payload);
    ring.pop(5);
    ring.push("abcdefg"_payload);
    return ring;
}
constexpr auto holds(split_bytes const& data, const_bytes first, const_bytes second) -> bool {
    return same(data.first, first) and same(data.second, second) and data.size() == first.size() + second.size();
}
constexpr auto copied(split_bytes const& data, std::size_t size) -> std::array<std::byte, 8> {
    auto into = std::array<std::byte, 8>{};
    check(data.copy_to(bytes{into}.first(size)) == std::min(size, data.size()));
    return into;
}
} // namespace

TEST_CASE("a ring keeps as many bytes as it has memory") {
    constexpr auto ring = wrapped();
    STATIC_REQUIRE(ring.size() == 8);
    STATIC_REQUIRE(ring.free() == 0);
    STATIC_REQUIRE(byte_ring<8>{}.free() == 8);
}

TEST_CASE("bytes that pass the end of the memory are seen in two parts") {
    static constexpr auto ring = wrapped();
    STATIC_REQUIRE(holds(ring.peek(0, 8), "5ab"_payload, "cdefg"_payload));
    STATIC_REQUIRE(holds(ring.peek(0, 3), "5ab"_payload, ""_payload));
    STATIC_REQUIRE(holds(ring.peek(1, 3), "ab"_payload, "c"_payload));
    STATIC_REQUIRE(holds(ring.peek(4, 4), "defg"_payload, ""_payload));
    STATIC_REQUIRE(holds(ring.peek(8, 0), ""_payload, ""_payload));
}

TEST_CASE("as many bytes are copied as there are and as fit") {
    static constexpr auto ring = wrapped();
    STATIC_REQUIRE(same(copied(ring.peek(0, 8), 8), "5abcdefg"_payload));
    STATIC_REQUIRE(same(const_bytes{copied(ring.peek(0, 8), 4)}.first(5), "5abc\0"_payload));
    STATIC_REQUIRE(same(const_bytes{copied(ring.peek(0, 4), 8)}.first(5), "5abc\0"_payload));
}

TEST_CASE("bytes are removed in their order, and all by clear") {
    constexpr auto rest = [] {
        auto ring = wrapped();
        ring.pop(4);
        check(holds(ring.peek(0, ring.size()), "defg"_payload, ""_payload));
        ring.clear();
        return ring.size();
    };
    STATIC_REQUIRE(rest() == 0);
}
