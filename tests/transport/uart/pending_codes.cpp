#include <rpmsg/transport/uart/pending_codes.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

constexpr auto each_code_is_put_once() -> bool {
    auto codes = rpmsg::detail::pending_codes<rpmsg::wire::uart_dialects::apache>{};
    auto room = std::array<std::byte, 16>{};
    check(codes.is_empty() and codes.put(room) == 0);
    codes.add(0x78);
    codes.add(0x7d);
    codes.add(0x78);
    codes.add(0x74);
    codes.take_back(0x74);
    check(codes.has_pending(0x78) and not codes.has_pending(0x74));
    check(codes.put(room) == 2 and room[0] == std::byte{0x7d} and room[1] == std::byte{0x78});
    check(codes.is_empty() and codes.put(room) == 0);
    return true;
}

} // namespace

TEST_CASE("Each pending code is put once, those of the connection first") {
    STATIC_REQUIRE(each_code_is_put_once());
    CHECK(each_code_is_put_once());
}
