#include <rpmsg/platform/byte_stream.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

struct only_writes {
    std::size_t room = 3;
    constexpr auto write(rpmsg::const_bytes out) -> std::size_t { return std::min(room, out.size()); }
};
struct reads_too : only_writes {
    constexpr auto read(rpmsg::bytes in) -> std::size_t { return in.size() > 0 ? 1 : 0; }
};
struct answers_nothing {
    auto write(rpmsg::const_bytes) -> void {}
};

constexpr auto a_reference_passes_everything_on() -> bool {
    auto line = reads_too{};
    auto shared = rpmsg::byte_stream_ref{line};
    auto room = std::array<std::byte, 4>{};
    check(shared.write("hello"_payload) == 3 and shared.read(room) == 1);
    return true;
}

} // namespace

TEST_CASE("A line is known by what it offers") {
    STATIC_REQUIRE(rpmsg::byte_stream<only_writes>);
    STATIC_REQUIRE(not rpmsg::readable_byte_stream<only_writes>);
    STATIC_REQUIRE(rpmsg::readable_byte_stream<reads_too>);
    STATIC_REQUIRE(not rpmsg::byte_stream<answers_nothing>);
}

TEST_CASE("A reference to a line is a line of the same kind") {
    STATIC_REQUIRE(not rpmsg::readable_byte_stream<rpmsg::byte_stream_ref<only_writes>>);
    STATIC_REQUIRE(rpmsg::readable_byte_stream<rpmsg::byte_stream_ref<reads_too>>);
    STATIC_REQUIRE(a_reference_passes_everything_on());
}
