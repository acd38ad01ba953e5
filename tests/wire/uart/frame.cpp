#include <rpmsg/wire/uart/frame.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>

namespace {

namespace dialects = rpmsg::wire::uart_dialects;

template <std::size_t Size> constexpr auto as_bytes(std::array<std::uint8_t, Size> const& from) {
    return std::bit_cast<std::array<std::byte, Size>>(from);
}

/// Writes a frame with room for `piece` bytes at a time, and compares.
template <rpmsg::wire::uart_dialect Dialect>
constexpr auto lies_so(rpmsg::const_bytes frame, rpmsg::const_bytes expected, std::size_t piece) -> bool {
    auto writer = rpmsg::wire::uart_writer<Dialect>{};
    auto out = std::array<std::byte, 64>{};
    std::size_t size = 0;
    while (not writer.is_done(frame)) {
        auto const count = writer.write(frame, rpmsg::bytes{out}.subspan(size, piece));
        check(count > 0);
        size += count;
    }
    check(writer.write(frame, out) == 0 and same(rpmsg::const_bytes{out}.first(size), expected));
    return true;
}

// All bytes around the codes of both dialects.
constexpr auto content = as_bytes(std::array<std::uint8_t, 9>{0x00, 0x6f, 0x70, 0x75, 0x7a, 0x7b, 0x7f, 0x80, 0xff});
constexpr auto for_apache = as_bytes(std::array<std::uint8_t, 16>{0x7f, 0x00, 0x6f, 0x7c, 0x50, 0x7c, 0x55, 0x7c, 0x5a, 0x7c,
                                                                  0x5b, 0x7c, 0x5f, 0x80, 0xff, 0x70});
constexpr auto for_openvela =
    as_bytes(std::array<std::uint8_t, 13>{0x7f, 0x00, 0x6f, 0x70, 0x75, 0x7a, 0x7b, 0x5b, 0x7b, 0x5f, 0x80, 0xff, 0x7e});

constexpr auto frames_lie_as_both_dialects_have_them() -> bool {
    for (std::size_t piece = 2; piece < 20; ++piece) {
        check(lies_so<dialects::apache>(content, for_apache, piece));
        check(lies_so<dialects::openvela>(content, for_openvela, piece));
    }
    return true;
}

} // namespace

TEST_CASE("A frame lies on the line as NuttX has it, in pieces of any size") {
    STATIC_REQUIRE(frames_lie_as_both_dialects_have_them());
    CHECK(frames_lie_as_both_dialects_have_them());
}

TEST_CASE("The codes of the dialects are those of NuttX") {
    STATIC_REQUIRE(dialects::apache.start == 0x7f);
    STATIC_REQUIRE(dialects::apache.connect == 0x7e);
    STATIC_REQUIRE(dialects::apache.connected == 0x7d);
    STATIC_REQUIRE(dialects::apache.stay_awake[0] == 0x79);
    STATIC_REQUIRE(dialects::apache.stay_awake[1] == 0x75);
    STATIC_REQUIRE(dialects::apache.is_code(0x70));
    STATIC_REQUIRE(not dialects::apache.is_code(0x80));
    STATIC_REQUIRE(dialects::openvela.connect == 0x7d);
    STATIC_REQUIRE(not dialects::openvela.is_code(0x7a));
}
