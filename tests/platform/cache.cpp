#include <rpmsg/platform/cache.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string>

namespace {
std::string calls;

/// The line registers of a chip, written down.
struct recorded_lines {
    static constexpr std::uint32_t line = 32;
    static auto clean_line(std::uintptr_t at) -> void { calls += "c" + std::to_string(at) + " "; }
    static auto invalidate_line(std::uintptr_t at) -> void { calls += "i" + std::to_string(at) + " "; }
    static auto finish() -> void { calls += "."; }
};
using by_lines = rpmsg::by_line<recorded_lines>;
static_assert(rpmsg::cache_policy<by_lines>);
} // namespace

TEST_CASE("a range is maintained line by line, the partly covered ones too, then finished") {
    calls.clear();
    by_lines{}.clean(40, 60);
    CHECK(calls == "c32 c64 c96 .");
    calls.clear();
    by_lines{}.invalidate(64, 32);
    CHECK(calls == "i64 .");
}

TEST_CASE("an empty range touches no line") {
    calls.clear();
    by_lines{}.clean(64, 0);
    CHECK(calls == ".");
}

TEST_CASE("coherent memory needs no line") { STATIC_REQUIRE(rpmsg::coherent::line == 1); }
