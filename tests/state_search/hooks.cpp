// State searches of services with hooks: answers that found no buffer, time-outs, work of their own, the last transmit buffer.
#include "hooks.hpp"

#include <catch2/catch_test_macros.hpp>

#include "known.hpp"
#include "worlds.hpp"

namespace {
using namespace rpmsg::searched;
namespace dialects = rpmsg::wire::dialects;
} // namespace

TEST_CASE("answers that found no buffer are sent, time-outs are checked, and the last buffer is kept for credits") {
    CHECK(searched_small(make_small<hooks<small(dialects::rpmsg, 4), answering::by_copy>>, 100'000) == "");
    CHECK(searched_small(make_small<hooks<small(dialects::nuttx, 2), answering::by_copy>>, 100'000) == "");
}

TEST_CASE("two ends full of requests that are held do not lock each other") {
    CHECK(searched_small(make_small<hooks<small(dialects::rpmsg, 4), answering::holding>>, 100'000) == "");
    CHECK(searched_small(make_small<hooks<small(dialects::nuttx, 2), answering::holding>>, 100'000) == "");
}
