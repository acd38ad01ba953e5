#include <rpmsg/core/bytes.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>

namespace {
using namespace rpmsg;

struct pair_of_numbers {
    std::uint32_t first;
    std::uint16_t second;
    std::uint16_t third;
    auto operator==(pair_of_numbers const&) const -> bool = default;
};
struct with_padding {
    std::uint8_t first;
    std::uint32_t second;
};

consteval auto a_struct_survives_the_bytes() -> bool {
    auto memory = std::array<std::byte, 9>{};
    auto const value = pair_of_numbers{.first = 0x0403'0201, .second = 0x0605, .third = 0x0807};
    store(bytes{memory}.subspan(1), value);
    return load<pair_of_numbers>(const_bytes{memory}.subspan(1)) == value;
}

constexpr auto a_struct_survives_aligned_bytes() -> bool {
    alignas(pair_of_numbers) auto memory = std::array<std::byte, 8>{};
    auto const value = pair_of_numbers{.first = 0x0403'0201, .second = 0x0605, .third = 0x0807};
    store_aligned(memory, value);
    return load_aligned<pair_of_numbers>(memory) == value and load<pair_of_numbers>(memory) == value;
}

consteval auto the_first_byte_is_the_lowest() -> bool {
    auto memory = std::array<std::byte, 4>{};
    store(memory, std::uint32_t{0x0403'0201});
    return memory[0] == std::byte{1} and memory[3] == std::byte{4};
}

consteval auto a_copy_leaves_the_rest_alone() -> bool {
    auto to = std::array{std::byte{9}, std::byte{9}, std::byte{9}};
    auto const from = std::array{std::byte{1}, std::byte{2}};
    copy(from, to);
    return to[0] == std::byte{1} and to[1] == std::byte{2} and to[2] == std::byte{9};
}
constexpr auto a_word_is_fetched_from_its_place() -> bool {
    alignas(4) auto memory = std::array<std::byte, 12>{};
    store(bytes{memory}.subspan(4), pair_of_numbers{.first = 0x0403'0201, .second = 0x0605, .third = 0x0807});
    return fetch<std::uint32_t>(memory, 4) == 0x0403'0201 and fetch<std::uint16_t>(memory, 10) == 0x0807 and
           fetch<char>(memory, 5) == 2;
}
} // namespace

TEST_CASE("a word is fetched from its place") {
    STATIC_REQUIRE(a_word_is_fetched_from_its_place());
    CHECK(a_word_is_fetched_from_its_place());
}

TEST_CASE("a struct stored to bytes is loaded as it was, at any alignment") { STATIC_REQUIRE(a_struct_survives_the_bytes()); }

TEST_CASE("a struct stored to aligned bytes is loaded as it was") {
    STATIC_REQUIRE(a_struct_survives_aligned_bytes());
    CHECK(a_struct_survives_aligned_bytes());
}

TEST_CASE("numbers lie in memory with the lowest byte first") { STATIC_REQUIRE(the_first_byte_is_the_lowest()); }

TEST_CASE("a copy changes no more than it copies") { STATIC_REQUIRE(a_copy_leaves_the_rest_alone()); }

TEST_CASE("a struct with padding is no wire format") {
    STATIC_REQUIRE(wire_format<pair_of_numbers>);
    STATIC_REQUIRE_FALSE(wire_format<with_padding>);
}

TEST_CASE("an empty copy needs no memory") {
    copy({}, {});
    snapshot({}, {});
}

TEST_CASE("at run time the same bytes come out as in the compiler") {
    auto memory = std::array<std::byte, 7>{};
    store(bytes{memory}.subspan(3), std::uint32_t{0xdead'beef});
    CHECK(load<std::uint32_t>(const_bytes{memory}.subspan(3)) == 0xdead'beef);
    auto copied = std::array<std::byte, 7>{};
    snapshot(memory, copied);
    CHECK(copied == memory);
}

TEST_CASE("a size is rounded up to the next multiple of its alignment") {
    STATIC_REQUIRE(align_up(0, 16) == 0);
    STATIC_REQUIRE(align_up(1, 16) == 16);
    STATIC_REQUIRE(align_up(16, 16) == 16);
    STATIC_REQUIRE(align_up(4097, 4096) == 8192);
}

TEST_CASE("bytes are all that turns into a span of them by itself") {
    STATIC_REQUIRE(not rpmsg::no_bytes<bytes>);
    STATIC_REQUIRE(not rpmsg::no_bytes<std::array<std::byte, 4>&>);
    STATIC_REQUIRE(rpmsg::no_bytes<decltype(("text"))>);
    STATIC_REQUIRE(rpmsg::no_bytes<std::uint32_t>);
}
