#include <rpmsg/platform/dma.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>

namespace {
constexpr auto the_core_copies_at_once() -> bool {
    auto target = std::array<std::byte, 8>{};
    auto dma = rpmsg::copying_dma{};
    check(dma.start("hello"_payload, target) == rpmsg::dma_start::started);
    check(dma.progress() == rpmsg::dma_progress::done and dma.abort());
    return same(rpmsg::const_bytes{target}.first(5), "hello"_payload) and target[5] == std::byte{};
}
constexpr auto a_reference_reaches_its_channel() -> bool {
    auto target = std::array<std::byte, 8>{};
    auto dma = rpmsg::copying_dma{};
    auto ref = rpmsg::dma_ref{dma};
    check(ref.start("hello"_payload, target) == rpmsg::dma_start::started);
    check(ref.progress() == rpmsg::dma_progress::done and ref.abort());
    return same(rpmsg::const_bytes{target}.first(5), "hello"_payload);
}
/// A channel that cannot be stopped lacks `abort`.
struct endless {
    auto start(rpmsg::const_bytes, rpmsg::bytes) -> rpmsg::dma_start;
    auto progress() -> rpmsg::dma_progress;
};
} // namespace

TEST_CASE("the core as DMA channel copies at once") { STATIC_REQUIRE(the_core_copies_at_once()); }
TEST_CASE("a reference to a DMA channel passes all calls on") { STATIC_REQUIRE(a_reference_reaches_its_channel()); }
TEST_CASE("a channel without abort is no DMA channel") { STATIC_REQUIRE(not rpmsg::dma_channel<endless>); }
