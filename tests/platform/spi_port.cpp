#include <rpmsg/platform/spi_port.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {
struct without_a_line : rpmsg::archetypes::spi_port {
    auto is_requested() -> void;
};
struct without_a_role {
    [[maybe_unused]] static constexpr std::uint32_t word_size = 1;
    auto start_transfer(rpmsg::const_bytes, rpmsg::bytes) -> void;
    auto progress() -> rpmsg::spi_progress;
    auto abandon() -> void;
    auto request(bool) -> void;
    auto is_requested() -> bool;
};
} // namespace

TEST_CASE("a port of SPI has a role, a word, a transfer and two request lines") {
    STATIC_REQUIRE(rpmsg::spi_port<rpmsg::archetypes::spi_port>);
    STATIC_REQUIRE_FALSE(rpmsg::spi_port<without_a_line>);
    STATIC_REQUIRE_FALSE(rpmsg::spi_port<without_a_role>);
}

TEST_CASE("a transfer that ended and a request line that rose are two signals") {
    STATIC_REQUIRE(rpmsg::spi_signal::transfer != rpmsg::spi_signal::request);
}
