#include <rpmsg/platform/cached_dma.hpp>
#include <rpmsg/testing/late_dma.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstdint>
#include <string>

namespace {
using rpmsg::dma_progress;
using rpmsg::dma_ref;
using rpmsg::dma_start;
using rpmsg::testing::late_dma;

alignas(64) std::array<std::byte, 128> source{};
alignas(64) std::array<std::byte, 128> target{};
std::string calls;

/// The cache of a chip whose calls are recorded.
struct recorded_cache {
    static constexpr std::uint32_t line = 32;
    static auto name(std::uintptr_t start) -> std::string {
        return start == reinterpret_cast<std::uintptr_t>(source.data()) ? "source" : "target";
    }
    auto clean(std::uintptr_t start, std::uint32_t size) -> void {
        calls += "clean " + name(start) + " " + std::to_string(size) + "; ";
    }
    auto invalidate(std::uintptr_t start, std::uint32_t size) -> void {
        calls += "invalidate " + name(start) + " " + std::to_string(size) + "; ";
    }
};
using cached = rpmsg::cached_dma<dma_ref<late_dma>, recorded_cache>;
static_assert(rpmsg::dma_channel<cached> and cached::line == 32);
} // namespace

TEST_CASE("source and target are cleaned before a transfer, the target is invalidated once after it") {
    auto dma = late_dma{};
    auto channel = cached{dma_ref{dma}};
    calls.clear();
    CHECK(channel.start(rpmsg::const_bytes{source}.first(64), target) == dma_start::started);
    CHECK(calls == "clean source 64; clean target 64; ");
    calls.clear();
    CHECK(channel.progress() == dma_progress::running);
    CHECK(calls.empty());
    dma.finish();
    CHECK(channel.progress() == dma_progress::done);
    CHECK(channel.progress() == dma_progress::done);
    CHECK(calls == "invalidate target 64; ");
}

TEST_CASE("a transfer that does not start leaves the lines of the running one alone") {
    auto dma = late_dma{};
    auto channel = cached{dma_ref{dma}};
    CHECK(channel.start(rpmsg::const_bytes{source}.first(64), target) == dma_start::started);
    calls.clear();
    CHECK(channel.start(source, target) == dma_start::busy);
    CHECK(calls.empty());
    dma.finish();
    CHECK(channel.progress() == dma_progress::done);
    CHECK(calls == "invalidate target 64; ");
    dma.answer = dma_start::refused;
    calls.clear();
    CHECK(channel.start(source, target) == dma_start::refused);
    calls.clear();
    CHECK(channel.progress() == dma_progress::done);
    CHECK(calls.empty());
}

TEST_CASE("an aborted transfer has its lines invalidated, because the core copies next") {
    auto dma = late_dma{};
    auto channel = cached{dma_ref{dma}};
    CHECK(channel.start(rpmsg::const_bytes{source}.first(64), target) == dma_start::started);
    calls.clear();
    CHECK(channel.abort());
    CHECK(calls == "invalidate target 64; ");
}
