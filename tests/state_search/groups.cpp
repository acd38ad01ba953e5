// State searches of names that come and go at run time: a listener, a group of names, and what waits for them.
#include "groups.hpp"

#include <catch2/catch_test_macros.hpp>

#include "known.hpp"
#include "worlds.hpp"

namespace {
using namespace rpmsg::searched;
namespace dialects = rpmsg::wire::dialects;
} // namespace

TEST_CASE("names compete for one session: each is served or waits, and no session is lost") {
    CHECK(searched_small(make_small<groups<small(dialects::rpmsg, 4), 1, remote>>, 200'000) == "");
    CHECK(searched_small(make_small<groups<small(dialects::rpmsg, 2), 1, host>>, 200'000) == "");
}

TEST_CASE("names compete for two sessions: each is served or waits, and no session is lost") {
    CHECK(searched_small(make_small<groups<small(dialects::nuttx, 4), 2, remote>>, 200'000) == "");
    CHECK(searched_small(make_small<groups<small(dialects::nuttx, 2), 2, host>>, 200'000) == "");
}

TEST_CASE("names that are not acknowledged compete for sessions: each is served or waits, and no session is lost") {
    CHECK(searched_small(make_small<groups<small(dialects::openamp, 4), 1, remote>>, 200'000) == "");
    CHECK(searched_small(make_small<groups<small(dialects::openamp, 2), 2, host>>, 200'000) == "");
    CHECK(searched_small(make_small<groups<small(dialects::rpmsg_lite, 2), 1, remote>>, 200'000) == "");
}
