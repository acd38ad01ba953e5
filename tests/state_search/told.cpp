// State searches of links in the dialects of OpenAMP and rpmsg-lite, which do not detect a restart: the user calls `reset`.
#include <catch2/catch_test_macros.hpp>

#include "known.hpp"
#include "worlds.hpp"

namespace {
using namespace rpmsg::searched;
namespace dialects = rpmsg::wire::dialects;
} // namespace

TEST_CASE("OpenAMP, endpoints that come and go: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::openamp, 4)>, pooled>, 40'000) == "");
}

TEST_CASE("OpenAMP, endpoints that come and go: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::openamp, 4)>, pooled>) == "");
}

TEST_CASE("OpenAMP with sizes, four buffers: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::openamp_bufsz, 4)>, addressed>, 40'000) == "");
}

TEST_CASE("Zephyr's static rings, four buffers: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::zephyr, 4)>, addressed>, 40'000) == "");
}

TEST_CASE("NuttX lite, four buffers: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::nuttx_lite, 4)>, addressed>, 40'000) == "");
}

TEST_CASE("OpenAMP, two buffers in batches: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::openamp, 2, 2)>, addressed>, 40'000) == "");
}

TEST_CASE("OpenAMP, two buffers in batches: every four calls keep the promises") {
    CHECK(searched_all(make<rings<small(dialects::openamp, 2, 2)>, addressed>, 4) == "");
}

TEST_CASE("OpenAMP, two buffers in batches: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::openamp, 2, 2)>, addressed>) == "");
}

TEST_CASE("OpenAMP, two buffers in batches: every five calls keep the promises", "[.nightly]") {
    CHECK(searched_all(make<rings<small(dialects::openamp, 2, 2)>, addressed>, 5) == "");
}

TEST_CASE("OpenAMP, eight buffers, batches of four: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::openamp, 8, 4)>, named>, 40'000) == "");
}

TEST_CASE("OpenAMP, eight buffers, batches of four: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::openamp, 8, 4)>, named>) == "");
}

TEST_CASE("rpmsg-lite, endpoints that come and go: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::rpmsg_lite, 4)>, pooled>, 40'000) == "");
}

TEST_CASE("rpmsg-lite, endpoints that come and go: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::rpmsg_lite, 4)>, pooled>) == "");
}

TEST_CASE("rpmsg-lite, two buffers: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::rpmsg_lite, 2)>, addressed>, 40'000) == "");
}

TEST_CASE("rpmsg-lite, two buffers: every four calls keep the promises") {
    CHECK(searched_all(make<rings<small(dialects::rpmsg_lite, 2)>, addressed>, 4) == "");
}

TEST_CASE("rpmsg-lite, two buffers: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::rpmsg_lite, 2)>, addressed>) == "");
}

TEST_CASE("rpmsg-lite, two buffers: every five calls keep the promises", "[.nightly]") {
    CHECK(searched_all(make<rings<small(dialects::rpmsg_lite, 2)>, addressed>, 5) == "");
}

TEST_CASE("rpmsg-lite, eight buffers, batches of four: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::rpmsg_lite, 8, 4)>, named>, 40'000) == "");
}

TEST_CASE("rpmsg-lite, eight buffers, batches of four: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::rpmsg_lite, 8, 4)>, named>) == "");
}

// Regression tests of faults that the search has found.

TEST_CASE("a device that closes twice before it polls loses no buffer that was on loan") {
    for (auto const& make_one :
         {make<rings<small(dialects::openamp, 4)>, pooled>, make<rings<small(dialects::rpmsg_lite, 4)>, pooled>}) {
        CHECK(run(make_one, play{beginning::linked,
                                 0,
                                 {
                                     {remote, act::reserve, 0},
                                     {remote, act::close, 0},
                                     {remote, act::start, 0},
                                     {remote, act::close, 0},
                                 }}) == "");
    }
}

TEST_CASE("a device that is reset after its peer's restart writes nothing of the old rings into the new ones") {
    for (auto const& make_one :
         {make<rings<small(dialects::openamp, 2, 2)>, addressed>, make<rings<small(dialects::rpmsg_lite, 2)>, addressed>}) {
        CHECK(run(make_one, play{beginning::linked,
                                 0,
                                 {
                                     {host, act::send, 0},
                                     {remote, act::hold, 0},
                                     {remote, act::poll, 0},
                                     {host, act::reset, 0},
                                 }}) == "");
        CHECK(run(make_one, play{beginning::linked,
                                 0,
                                 {
                                     {host, act::send, 1},
                                     {host, act::reset, 0},
                                     {remote, act::poll, 1},
                                 }}) == "");
    }
}

TEST_CASE("an endpoint that is created while the others receive link_down receives no event") {
    CHECK(run(make<rings<small(dialects::openamp, 4)>, pooled>,
              play{beginning::linked,
                   0,
                   {
                       {host, act::close, 0, moment::link_down, act::create, 1, 0},
                   }}) == "");
}

TEST_CASE("OpenAMP, rings of two counts: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<uneven(dialects::openamp, 4, 2)>, pooled>, 20'000) == "");
    CHECK(searched(make<rings<uneven(dialects::openamp, 2, 4, 2)>, addressed>, 20'000) == "");
}
