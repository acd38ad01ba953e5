// Short plays in which a call of another context interrupts a call.
#include "races.hpp"

#include <catch2/catch_test_macros.hpp>

#include "known.hpp"
#include "worlds.hpp"

namespace {
using namespace rpmsg::searched;
namespace dialects = rpmsg::wire::dialects;
} // namespace

TEST_CASE("whatever comes in between at a lock, the promises hold") {
    CHECK(search_races(make<rings<small(dialects::rpmsg, 4)>, pooled>, known_faults()) == "");
    CHECK(search_races(make<rings<small(dialects::openamp, 4)>, pooled>, known_faults()) == "");
}
