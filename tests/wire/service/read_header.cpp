#include <rpmsg/wire/service/ping.hpp>
#include <rpmsg/wire/service/read_header.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstddef>

namespace {
using namespace rpmsg;

constexpr auto raw(auto... values) -> std::array<std::byte, sizeof...(values)> { return {static_cast<std::byte>(values)...}; }
} // namespace

TEST_CASE("a header is read from a payload that is long enough for it and its data") {
    static constexpr auto payload = raw(9, 0, 0, 0, 17, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x61);
    constexpr auto read = [](std::size_t size, std::size_t least) {
        auto head = wire::ping_header{.length = 99};
        auto const is_read = wire::read_header(const_bytes{payload}.first(size), least, head);
        check(is_read ? head.command == 9 and head.length == 17 and head.cookie == 0x0807'0605'0403'0201 : head.length == 99);
        return is_read;
    };
    for (std::size_t size = 0; size < 17; ++size) {
        CHECK_FALSE(read(size, 1));
    }
    STATIC_REQUIRE(read(17, 1));
    STATIC_REQUIRE(read(16, 0));
    STATIC_REQUIRE_FALSE(read(16, 1));
    STATIC_REQUIRE_FALSE(read(0, 0));
}
