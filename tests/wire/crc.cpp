#include <rpmsg/wire/crc.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

using rpmsg::wire::crc;
using rpmsg::wire::crc16_arc;
using rpmsg::wire::crc16_xmodem;
using rpmsg::wire::crc32c;
using rpmsg::wire::crc_step;

constexpr auto digits = "123456789"_payload;

template <rpmsg::wire::crc_code Code> constexpr auto all_steps_agree(std::size_t size) -> bool {
    auto content = std::array<std::byte, 300>{};
    for (std::size_t i = 0; i < size; ++i) {
        content[i] = static_cast<std::byte>(i * 7 + (i >> 3));
        auto const some = rpmsg::const_bytes{content}.first(i);
        auto const expected = crc<Code, crc_step::bit>::of(some);
        check(crc<Code, crc_step::nibble>::of(some) == expected and crc<Code, crc_step::byte>::of(some) == expected);
    }
    return true;
}

template <rpmsg::wire::crc_code Code> auto every_flip_of_one_or_two_bits_shows() -> bool {
    auto content = std::array<std::byte, 24>{};
    auto const right = crc<Code>::of(content);
    for (std::size_t one = 0; one < content.size() * 8; ++one) {
        for (std::size_t two = one; two < content.size() * 8; ++two) {
            auto damaged = content;
            damaged[one / 8] ^= std::byte{1} << (one % 8);
            if (two != one) {
                damaged[two / 8] ^= std::byte{1} << (two % 8);
            }
            check(crc<Code>::of(damaged) != right);
        }
    }
    return true;
}

constexpr auto a_check_is_the_same_byte_by_byte() -> bool {
    auto one_by_one = crc<crc32c>{};
    for (auto const each : digits) {
        one_by_one.add(each);
    }
    check(one_by_one.value() == crc<crc32c>::of(digits));
    return true;
}

TEST_CASE("Each code has the check value of the catalogues") {
    STATIC_REQUIRE(crc<crc16_arc>::of(digits) == 0xbb3d);
    STATIC_REQUIRE(crc<crc16_xmodem>::of(digits) == 0x31c3);
    STATIC_REQUIRE(crc<crc32c>::of(digits) == 0xe306'9283);
    CHECK(crc<crc16_arc, crc_step::byte>::of(digits) == 0xbb3d);
    CHECK(crc<crc16_xmodem, crc_step::byte>::of(digits) == 0x31c3);
    CHECK(crc<crc32c, crc_step::byte>::of(digits) == 0xe306'9283);
}

TEST_CASE("With and without a table a check is the same") {
    STATIC_REQUIRE(all_steps_agree<crc16_arc>(20));
    STATIC_REQUIRE(all_steps_agree<crc16_xmodem>(20));
    STATIC_REQUIRE(all_steps_agree<crc32c>(20));
    auto const volatile size = std::size_t{300}; // more than a compiler should evaluate
    CHECK(all_steps_agree<crc16_arc>(size));
    CHECK(all_steps_agree<crc16_xmodem>(size));
    CHECK(all_steps_agree<crc32c>(size));
}

TEST_CASE("A check is the same at once and byte by byte") { STATIC_REQUIRE(a_check_is_the_same_byte_by_byte()); }

TEST_CASE("No flip of one or two bits escapes") {
    CHECK(every_flip_of_one_or_two_bits_shows<crc16_arc>());
    CHECK(every_flip_of_one_or_two_bits_shows<crc16_xmodem>());
    CHECK(every_flip_of_one_or_two_bits_shows<crc32c>());
}

} // namespace
