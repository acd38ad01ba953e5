#include <rpmsg/platform/mapped_region.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace {
using namespace rpmsg;

alignas(64) std::array<std::byte, 64> memory{};

auto region_of_memory() -> mapped_region<> { return {memory.data(), static_cast<std::uint32_t>(memory.size())}; }
using fixed = fixed_memory<0x2001'0000, 0x4000>;
} // namespace

TEST_CASE("what is stored at an offset lies there and is loaded from there") {
    memory = {};
    auto shared = region_of_memory();
    shared.store<site::own_index>(6, std::uint16_t{0x0201});
    shared.store<site::own_entry>(8, std::uint32_t{0x0605'0403});
    CHECK(memory[6] == std::byte{1});
    CHECK(memory[11] == std::byte{6});
    CHECK(shared.load<site::peer_index, std::uint16_t>(6) == 0x0201);
    CHECK(shared.load<site::header_load, std::uint32_t>(8) == 0x0605'0403);
    CHECK(shared.load<site::status_load, std::uint8_t>(8) == 3);
}

TEST_CASE("a field lies at its distance from an offset") {
    memory = {};
    auto shared = region_of_memory();
    detail::store_at<site::own_index>(shared, 16, 2, std::uint16_t{0x0201});
    detail::store_at<site::own_entry>(shared, 16, 4, std::uint32_t{0x0605'0403});
    CHECK(shared.load<site::peer_index, std::uint16_t>(18) == 0x0201);
    CHECK(memory[20] == std::byte{3});
    CHECK(detail::load_at<site::peer_index, std::uint16_t>(shared, 16, 2) == 0x0201);
    CHECK(detail::load_at<site::header_load, std::uint32_t>(shared, 8, 12) == 0x0605'0403);
    CHECK(detail::load_at<site::header_load, std::uint32_t>(shared, 28, std::uint32_t{0} - 8) == 0x0605'0403);
}

TEST_CASE("bytes that are known to lie inside are where a view shows them") {
    auto shared = region_of_memory();
    CHECK(detail::inner_view(shared, 4, 12, 8).data() == shared.view(16, 8).data());
    CHECK(detail::inner_view(shared, 4, 12, 8).size() == 8);
}

TEST_CASE("a view is inside of the region or empty") {
    auto shared = region_of_memory();
    CHECK(shared.view(0, 64).data() == memory.data());
    CHECK(shared.view(60, 4).size() == 4);
    CHECK(shared.view(64, 0).size() == 0);
    CHECK(shared.view(60, 5).data() == nullptr);
    CHECK(shared.view(65, 0).data() == nullptr);
    CHECK(shared.view(0xffff'fff0, 0x20).data() == nullptr);
    CHECK(shared.view(4, 0xffff'ffff).data() == nullptr);
}

TEST_CASE("memory at an address that the board fixes takes no memory itself") {
    STATIC_REQUIRE(fixed::start() == 0x2001'0000);
    STATIC_REQUIRE(fixed::size() == 0x4000);
    STATIC_REQUIRE(std::is_empty_v<fixed>);
    STATIC_REQUIRE(mapped_region<fixed>{}.size() == 0x4000);
    CHECK(fixed::formed(0x2001'0018) == 0x2001'0018);
}

TEST_CASE("a range lies inside or not, however large its numbers") {
    STATIC_REQUIRE(lies_inside(0, 0, 0));
    STATIC_REQUIRE(lies_inside(16, 48, 64));
    STATIC_REQUIRE_FALSE(lies_inside(16, 49, 64));
    STATIC_REQUIRE_FALSE(lies_inside(0xffff'ffff'ffff'fff0, 0x20, 64));
    STATIC_REQUIRE_FALSE(lies_inside(1, 0xffff'ffff'ffff'ffff, 64));
}
