// OpenAMP and rpmsg-lite, which offer no sign of a restart: the user tells.
#include <catch2/catch_test_macros.hpp>

#include "known.hpp"
#include "worlds.hpp"

namespace {
using namespace rpmsg::searched;
namespace dialects = rpmsg::wire::dialects;
} // namespace

TEST_CASE("OpenAMP, endpoints that come and go: whatever both ends call, the contract holds") {
    CHECK(searched(make<rings<small(dialects::openamp, 4)>, pooled>, 40'000) == "");
}

TEST_CASE("OpenAMP, endpoints that come and go: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::openamp, 4)>, pooled>) == "");
}

TEST_CASE("OpenAMP, two buffers in batches: whatever both ends call, the contract holds") {
    CHECK(searched(make<rings<small(dialects::openamp, 2, 2)>, addressed>, 40'000) == "");
}

TEST_CASE("OpenAMP, two buffers in batches: every four calls keep the contract") {
    CHECK(searched_all(make<rings<small(dialects::openamp, 2, 2)>, addressed>, 4) == "");
}

TEST_CASE("OpenAMP, two buffers in batches: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::openamp, 2, 2)>, addressed>) == "");
}

TEST_CASE("OpenAMP, two buffers in batches: every five calls keep the contract", "[.nightly]") {
    CHECK(searched_all(make<rings<small(dialects::openamp, 2, 2)>, addressed>, 5) == "");
}

TEST_CASE("OpenAMP, eight buffers, batches of four: whatever both ends call, the contract holds") {
    CHECK(searched(make<rings<small(dialects::openamp, 8, 4)>, named>, 40'000) == "");
}

TEST_CASE("OpenAMP, eight buffers, batches of four: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::openamp, 8, 4)>, named>) == "");
}

TEST_CASE("rpmsg-lite, endpoints that come and go: whatever both ends call, the contract holds") {
    CHECK(searched(make<rings<small(dialects::rpmsg_lite, 4)>, pooled>, 40'000) == "");
}

TEST_CASE("rpmsg-lite, endpoints that come and go: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::rpmsg_lite, 4)>, pooled>) == "");
}

TEST_CASE("rpmsg-lite, two buffers: whatever both ends call, the contract holds") {
    CHECK(searched(make<rings<small(dialects::rpmsg_lite, 2)>, addressed>, 40'000) == "");
}

TEST_CASE("rpmsg-lite, two buffers: every four calls keep the contract") {
    CHECK(searched_all(make<rings<small(dialects::rpmsg_lite, 2)>, addressed>, 4) == "");
}

TEST_CASE("rpmsg-lite, two buffers: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::rpmsg_lite, 2)>, addressed>) == "");
}

TEST_CASE("rpmsg-lite, two buffers: every five calls keep the contract", "[.nightly]") {
    CHECK(searched_all(make<rings<small(dialects::rpmsg_lite, 2)>, addressed>, 5) == "");
}

TEST_CASE("rpmsg-lite, eight buffers, batches of four: whatever both ends call, the contract holds") {
    CHECK(searched(make<rings<small(dialects::rpmsg_lite, 8, 4)>, named>, 40'000) == "");
}

TEST_CASE("rpmsg-lite, eight buffers, batches of four: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::rpmsg_lite, 8, 4)>, named>) == "");
}
