#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace {
/// The header is for another instruction set: a host can only read it. examples/ compile and run it.
auto text_of_the_header() -> std::string {
    auto const here = std::filesystem::path{__FILE__}.parent_path();
    auto file = std::ifstream{here / "../../include/rpmsg/platform/cortex_m.hpp"};
    auto text = std::stringstream{};
    text << file.rdbuf();
    return text.str();
}
} // namespace

TEST_CASE("the interrupt lock saves the mask before it masks, and restores what it saved") {
    auto const text = text_of_the_header();
    auto const saves = text.find("mrs %0, primask");
    auto const masks = text.find("cpsid i");
    auto const restores = text.find("msr primask, %0");
    REQUIRE(restores != std::string::npos);
    CHECK(saves < masks);
    CHECK(masks < restores);
}
