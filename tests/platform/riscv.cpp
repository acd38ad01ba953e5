#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace {
/// The header is for another instruction set: a host can only read it. examples/ compile it.
auto text_of_the_header() -> std::string {
    auto const here = std::filesystem::path{__FILE__}.parent_path();
    auto file = std::ifstream{here / "../../include/rpmsg/platform/riscv.hpp"};
    auto text = std::stringstream{};
    text << file.rdbuf();
    return text.str();
}
} // namespace

TEST_CASE("the interrupt lock of a hart reads and masks at once, and restores the mask alone") {
    auto const text = text_of_the_header();
    auto const masks = text.find("csrrci %0, mstatus, %1");
    auto const keeps = text.find("& machine_interrupts");
    auto const restores = text.find("csrs mstatus, %0");
    REQUIRE(restores != std::string::npos);
    CHECK(masks < keeps);
    CHECK(keeps < restores);
}
