#include <rpmsg/testing/late_dma.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>

namespace {
using rpmsg::dma_progress;
using rpmsg::dma_start;
using rpmsg::testing::late_dma;

constexpr auto nothing_is_copied_before_the_end() -> bool {
    auto target = std::array<std::byte, 8>{};
    auto dma = late_dma{};
    check(dma.progress() == dma_progress::done);
    check(dma.start("hello"_payload, target) == dma_start::started and dma.is_running());
    check(dma.start("other"_payload, target) == dma_start::busy and dma.starts == 1);
    check(target[0] == std::byte{} and dma.progress() == dma_progress::running);
    dma.finish();
    return dma.progress() == dma_progress::done and same(rpmsg::const_bytes{target}.first(5), "hello"_payload);
}
constexpr auto an_error_leaves_half_of_the_bytes() -> bool {
    auto target = std::array<std::byte, 8>{};
    auto dma = late_dma{};
    check(dma.start("hell"_payload, target) == dma_start::started);
    dma.fail();
    dma.finish(); // has no effect any more
    return dma.progress() == dma_progress::failed and same(rpmsg::const_bytes{target}.first(2), "he"_payload) and
           target[2] == std::byte{};
}
constexpr auto an_abort_stops_or_does_not() -> bool {
    auto target = std::array<std::byte, 8>{};
    auto dma = late_dma{};
    check(dma.start("hello"_payload, target) == dma_start::started);
    check(dma.abort() and not dma.is_running() and dma.aborts == 1);
    dma.finish();
    check(target[0] == std::byte{});
    dma.stops_at_once = false;
    check(dma.start("hello"_payload, target) == dma_start::started);
    check(not dma.abort() and dma.is_running());
    dma.finish();
    return target[0] == std::byte{'h'};
}
constexpr auto a_start_is_answered_as_told() -> bool {
    auto target = std::array<std::byte, 8>{};
    auto dma = late_dma{};
    dma.answer = dma_start::refused;
    return dma.start("hello"_payload, target) == dma_start::refused and not dma.is_running() and dma.starts == 0;
}
} // namespace

TEST_CASE("the late DMA copies nothing before its end") { STATIC_REQUIRE(nothing_is_copied_before_the_end()); }
TEST_CASE("the late DMA leaves half of the bytes with an error") { STATIC_REQUIRE(an_error_leaves_half_of_the_bytes()); }
TEST_CASE("the late DMA is stopped by an abort, or runs on") { STATIC_REQUIRE(an_abort_stops_or_does_not()); }
TEST_CASE("the late DMA answers a start as it was told") { STATIC_REQUIRE(a_start_is_answered_as_told()); }
