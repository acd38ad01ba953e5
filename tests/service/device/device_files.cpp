#include <rpmsg/service/device/device_files.hpp>

#include <catch2/catch_test_macros.hpp>

#include "service/device/memory_files.hpp"

namespace {
struct without_write {
    auto open(std::string_view, std::int32_t) -> std::int32_t { return 0; }
    auto close(std::uint32_t) -> void {}
    auto read(std::uint32_t, rpmsg::bytes) -> std::int32_t { return 0; }
};
struct least : without_write {
    auto write(std::uint32_t, rpmsg::const_bytes) -> std::int32_t { return 0; }
};
} // namespace

TEST_CASE("devices open, close, read and write; the rest is optional") {
    STATIC_REQUIRE(rpmsg::device_files<least>);
    STATIC_REQUIRE(rpmsg::device_files<memory_files>);
    STATIC_REQUIRE_FALSE(rpmsg::device_files<without_write>);
}
