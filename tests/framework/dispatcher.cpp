#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/dispatched.hpp>
#include <rpmsg/framework/dispatcher.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {

struct in_order : rpmsg::archetypes::transport {
    static constexpr bool resumes_by_index = true;
};
template <typename Table>
using dispatcher =
    rpmsg::detail::dispatcher<rpmsg::detail::link_core<rpmsg::testing::loopback<>, Table, rpmsg::no_lock, rpmsg::no_wait>,
                              rpmsg::no_lock>;

TEST_CASE("A transport says whether a restart resumes by an index") {
    STATIC_REQUIRE(rpmsg::detail::resumes_by_index<in_order>());
    STATIC_REQUIRE_FALSE(rpmsg::detail::resumes_by_index<rpmsg::archetypes::transport>());
}

TEST_CASE("A plain table is not dispatched") { STATIC_REQUIRE_FALSE(dispatcher<rpmsg::endpoints<>>::is_used); }

} // namespace
