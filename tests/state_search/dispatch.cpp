// State searches of tables that are dispatched: priorities, workers that take their time, endpoints that are destroyed meanwhile.
#include "dispatch.hpp"

#include <catch2/catch_test_macros.hpp>

#include "known.hpp"
#include "worlds.hpp"

namespace {
using namespace rpmsg::searched;
namespace dialects = rpmsg::wire::dialects;
using rpmsg::dispatch_config;
using rpmsg::when_behind;
} // namespace

/// With rings of four buffers and of two.
template <typename Workers> auto searched_dispatch(std::uint32_t plays) -> std::string {
    auto const found = searched_small(make_small<dispatching<small(dialects::rpmsg, 4), Workers>>, plays);
    return found.empty() ? searched_small(make_small<dispatching<small(dialects::nuttx, 2), Workers>>, plays) : found;
}

TEST_CASE("the poller calls the handlers by priority: nothing is lost, and each endpoint keeps its order") {
    CHECK(searched_dispatch<rpmsg::inline_worker<dispatch_config{.look_ahead = 3}>>(50'000) == "");
    CHECK(searched_dispatch<rpmsg::inline_worker<dispatch_config{.look_ahead = 3, .quota = 1, .behind = when_behind::tell}>>(
              50'000) == "");
}

TEST_CASE("workers take their time: nothing is lost, each endpoint keeps its order, and gone is the last call") {
    CHECK(searched_dispatch<rpmsg::workers<dispatch_config{.look_ahead = 3, .quota = 2}>>(50'000) == "");
    CHECK(searched_dispatch<rpmsg::workers<dispatch_config{.look_ahead = 3, .quota = 1, .behind = when_behind::drop}>>(
              50'000) == "");
}

TEST_CASE("workers that are late count as dead, and a link that ends waits for the others") {
    CHECK(searched_dispatch<rpmsg::workers<dispatch_config{.look_ahead = 2, .late = 50}>>(50'000) == "");
    CHECK(searched_dispatch<rpmsg::workers<dispatch_config{.look_ahead = 3, .drain = 100}>>(50'000) == "");
    CHECK(searched_dispatch<rpmsg::workers<dispatch_config{
              .look_ahead = 2, .quota = 1, .behind = when_behind::tell, .late = 50, .drain = 100}>>(50'000) == "");
}
