#include <rpmsg/wire/service/files/file_status.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace rpmsg;
using wire::files_layout;

namespace {
constexpr auto it = file_status{.type = file_type::socket,
                                .permissions = 07777,
                                .links = 9,
                                .user = 1,
                                .group = 2,
                                .block_size = 4096,
                                .device = 3,
                                .special = 4,
                                .inode = 0x1'2345,
                                .size = 0x2'0000'0001,
                                .blocks = 6,
                                .accessed = {-1, 7},
                                .modified = {0x1'0000'0000, 8},
                                .changed = {10, 9}};
constexpr auto sizes = file_system_status{1, 2, 3, 4, 5, 6, 0x1'0000'0007, 8};
} // namespace

TEST_CASE("A status comes out of a message as it went in, but for what a layout cuts") {
    STATIC_REQUIRE(wire::status_of<files_layout::nuttx_2026>(wire::record_of<files_layout::nuttx_2026>(it)) == it);
    STATIC_REQUIRE(wire::status_of<files_layout::legacy>(wire::record_of<files_layout::legacy>(it)) == [] {
        auto cut = it;
        cut.inode = 0x2345;
        return cut;
    }());
    STATIC_REQUIRE(wire::record_of<files_layout::legacy>(it).mode == 0147777);
    STATIC_REQUIRE(wire::status_of(wire::message_of(sizes)) == sizes);
}
