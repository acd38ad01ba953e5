#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/dispatched.hpp>
#include <rpmsg/framework/dispatcher.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

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

TEST_CASE("A device resumes by an index in the dialects that do not show its restart, a driver in none") {
    namespace dialects = rpmsg::wire::dialects;
    constexpr auto device_resumes = []<rpmsg::vring_config Config>() {
        static_assert(not rpmsg::detail::resumes_by_index<rpmsg::vring_driver<Config>>());
        return rpmsg::detail::resumes_by_index<rpmsg::vring_device<Config>>();
    };
    STATIC_REQUIRE(device_resumes.operator()<rpmsg::vring_config{.dialect = dialects::linux_virtio}>());
    STATIC_REQUIRE(device_resumes.operator()<rpmsg::vring_config{.dialect = dialects::openamp}>());
    STATIC_REQUIRE(device_resumes.operator()<rpmsg::vring_config{.dialect = dialects::rpmsg_lite}>());
    STATIC_REQUIRE_FALSE(device_resumes.operator()<rpmsg::vring_config{.dialect = dialects::nuttx}>());
    STATIC_REQUIRE_FALSE(device_resumes.operator()<rpmsg::vring_config{.dialect = dialects::rpmsg}>());
}

TEST_CASE("Where a restart resumes by an index, a look-ahead of one is allowed, or any if the peer resets") {
    static constexpr auto rings = rpmsg::vring_config{.dialect = rpmsg::wire::dialects::openamp};
    constexpr auto echo = rpmsg::endpoint<"x">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });
    constexpr auto polled = [=]<rpmsg::dispatch_config Config>() {
        auto link = rpmsg::channel{rpmsg::vring_device<rings>{rpmsg::mapped_region<>{nullptr, 0}},
                                   rpmsg::dispatched{rpmsg::endpoints{echo}, rpmsg::inline_worker<Config>{}}};
        return link.poll() == 0;
    };
    CHECK(polled.operator()<rpmsg::dispatch_config{.look_ahead = 1}>());
    CHECK(polled.operator()<rpmsg::dispatch_config{.look_ahead = 8, .peer_resets = true}>());
}

TEST_CASE("A plain table is not dispatched") { STATIC_REQUIRE_FALSE(dispatcher<rpmsg::endpoints<>>::is_used); }

} // namespace
