#include <rpmsg/wire/service/files/open_flags.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace rpmsg;
using wire::files_layout;

namespace {
template <files_layout Layout> constexpr auto each_mode_comes_back() -> bool {
    for (auto bits = 4u; bits < 256; ++bits) {
        auto const mode = open_mode{.read = bits % 4 != 2,
                                    .write = bits % 4 > 1,
                                    .create = (bits & 4) != 0,
                                    .exclusive = (bits & 8) != 0,
                                    .truncate = (bits & 16) != 0,
                                    .append = (bits & 32) != 0};
        if (wire::mode_of<Layout>(wire::flags_of<Layout>(mode)) != mode) {
            return false;
        }
    }
    return true;
}
} // namespace

TEST_CASE("The flags of OPEN say each mode in either layout") {
    STATIC_REQUIRE(each_mode_comes_back<files_layout::legacy>());
    STATIC_REQUIRE(each_mode_comes_back<files_layout::nuttx_2026>());
    STATIC_REQUIRE(wire::mode_of<files_layout::legacy>(0) == open_mode{});
    STATIC_REQUIRE(wire::mode_of<files_layout::nuttx_2026>(3) == open_mode{});
    STATIC_REQUIRE(wire::mode_of<files_layout::legacy>(1) == open_mode{.read = true});
    STATIC_REQUIRE(wire::mode_of<files_layout::nuttx_2026>(1) == open_mode{.write = true});
}
