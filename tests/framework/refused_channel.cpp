#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/platform/lock_ref.hpp>

#include <catch2/catch_test_macros.hpp>

#include <type_traits>

namespace {

/// A channel of these types is chosen by the constraint; naming it does not give its errors, which tests/fail checks.
template <typename... Arguments> using chosen = rpmsg::channel<Arguments...>;

TEST_CASE("What is a channel is never the class of the errors") {
    STATIC_REQUIRE(
        not std::is_base_of_v<rpmsg::channel<rpmsg::archetypes::transport>,
                              chosen<rpmsg::archetypes::transport, rpmsg::endpoints<>, rpmsg::lock_ref<rpmsg::no_lock>>>);
    STATIC_REQUIRE(std::is_same_v<rpmsg::channel<rpmsg::archetypes::transport>,
                                  chosen<rpmsg::archetypes::transport, rpmsg::endpoints<>, rpmsg::no_lock, rpmsg::no_wait>>);
}

} // namespace
