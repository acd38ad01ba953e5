// State searches of links in the dialects of NuttX and openvela.
#include <catch2/catch_test_macros.hpp>

#include "known.hpp"
#include "worlds.hpp"

namespace {
using namespace rpmsg::searched;
namespace dialects = rpmsg::wire::dialects;
} // namespace

TEST_CASE("NuttX, endpoints that come and go: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::nuttx, 4)>, pooled>, 40'000) == "");
}

TEST_CASE("NuttX, endpoints that come and go: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::nuttx, 4)>, pooled>) == "");
}

TEST_CASE("NuttX, two buffers in batches: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::nuttx, 2, 2)>, addressed>, 40'000) == "");
}

TEST_CASE("NuttX, two buffers in batches: every four calls keep the promises") {
    CHECK(searched_all(make<rings<small(dialects::nuttx, 2, 2)>, addressed>, 4) == "");
}

TEST_CASE("NuttX, two buffers in batches: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::nuttx, 2, 2)>, addressed>) == "");
}

TEST_CASE("NuttX, two buffers in batches: every five calls keep the promises", "[.nightly]") {
    CHECK(searched_all(make<rings<small(dialects::nuttx, 2, 2)>, addressed>, 5) == "");
}

TEST_CASE("NuttX, eight buffers, batches of four: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::nuttx, 8, 4)>, named>, 40'000) == "");
}

TEST_CASE("NuttX, eight buffers, batches of four: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::nuttx, 8, 4)>, named>) == "");
}

TEST_CASE("openvela, endpoints that come and go: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::openvela, 4, 2)>, pooled>, 40'000) == "");
}

TEST_CASE("openvela, endpoints that come and go: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::openvela, 4, 2)>, pooled>) == "");
}

TEST_CASE("NuttX, rings of two counts: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<uneven(dialects::nuttx, 4, 2)>, pooled>, 20'000) == "");
}
