#include <rpmsg/host/capture/pcapng_block.hpp>

#include <catch2/catch_test_macros.hpp>

#include "capture/reader.hpp"
#include "check.hpp"
#include <algorithm>
#include <cstddef>
#include <vector>

using rpmsg::host::pcapng_block;
namespace code = rpmsg::host::pcapng_code;

namespace {
auto section() -> std::vector<std::byte> {
    auto out = std::vector<std::byte>{};
    pcapng_block{out, code::section}
        .number(code::byte_order)
        .number(std::uint16_t{1})
        .number(std::uint16_t{})
        .number(~std::uint64_t{})
        .close();
    return out;
}
} // namespace

TEST_CASE("a block has its length at both ends, and none of its parts is added to it by a reader") {
    auto const out = section();
    REQUIRE(out.size() == 28);
    CHECK(rpmsg::load<std::uint32_t>(rpmsg::const_bytes{out}.subspan(4)) == 28);
    CHECK(rpmsg::load<std::uint32_t>(rpmsg::const_bytes{out}.subspan(24)) == 28);
    CHECK_NOTHROW(capture::parse(out));
}

TEST_CASE("content and options of each length are padded to 32 bits") {
    auto const text = std::string{"12345678"};
    for (std::size_t size = 0; size <= 8; ++size) {
        auto out = section();
        pcapng_block{out, code::interface}.number(code::link_type).number(std::uint16_t{}).number(std::uint32_t{}).close();
        auto const part = text.substr(0, size);
        pcapng_block{out, code::packet}
            .number(std::uint32_t{})
            .time(0x1'0000'0002)
            .number(static_cast<std::uint32_t>(size))
            .number(static_cast<std::uint32_t>(size))
            .content(std::as_bytes(std::span{part}))
            .option(code::comment, part)
            .option(code::packet_flags, std::uint32_t{1})
            .close();
        CHECK(out.size() % 4 == 0);
        auto const read = capture::parse(out);
        REQUIRE(read.packets.size() == 1);
        CHECK(same(read.packets[0].data, std::as_bytes(std::span{part})));
        CHECK(read.packets[0].time == 0x1'0000'0002);
        CHECK(read.packets[0].extra.comments() == part);
        CHECK(read.packets[0].is_inbound());
    }
}

TEST_CASE("the reader of the tests refuses what is not well formed") {
    auto const good = section();
    for (std::size_t at : {0u, 4u, 8u, 12u, 24u}) {
        auto bad = good;
        bad[at] ^= std::byte{4};
        CHECK_THROWS(capture::parse(bad));
    }
    for (std::size_t size = 1; size < good.size(); ++size) {
        CHECK_THROWS(capture::parse(rpmsg::const_bytes{good}.first(size)));
    }
    auto out = section();
    pcapng_block{out, code::interface}
        .number(code::link_type)
        .number(std::uint16_t{})
        .number(std::uint32_t{})
        .option(code::comment, std::string_view{"x"})
        .close();
    CHECK_NOTHROW(capture::parse(out));
    auto padded = out;
    padded[good.size() + 21] = std::byte{1}; // the second byte of the option's value
    CHECK_THROWS(capture::parse(padded));
}
