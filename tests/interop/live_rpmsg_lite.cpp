#include <catch2/catch_test_macros.hpp>

#include "interop/live_replay.hpp"
#include "interop/live_rpmsg_lite_master.hpp"
#include "interop/live_rpmsg_lite_remote.hpp"
#include <cstdint>
#include <string>
#include <string_view>

namespace {

constexpr auto of(std::uint16_t buffers) -> rpmsg::vring_config {
    return {.buffers = buffers, .alignment = 16, .device_base = 0x2000'0000, .dialect = rpmsg::wire::dialects::rpmsg_lite};
}

template <std::uint16_t Buffers> auto our_device(std::string_view recording) -> std::string {
    return live::replay<of(Buffers), false>{recording}.play();
}
template <std::uint16_t Buffers> auto our_driver(std::string_view recording) -> std::string {
    return live::replay<of(Buffers), true>{recording}.play();
}

TEST_CASE("rpmsg-lite live: beside a master our device handles all that waits, one or two messages a poll") {
    CHECK(our_device<8>(live::rpmsg_lite_master::budget_1) == "");
    CHECK(our_device<8>(live::rpmsg_lite_master::budget_2) == "");
}

TEST_CASE("rpmsg-lite live: beside a master with 256 buffers our device handles more than a poll may do by default") {
    CHECK(our_device<256>(live::rpmsg_lite_master::buffers_256) == "");
}

TEST_CASE("rpmsg-lite live: a master that starts anew while our device holds a message meets nothing of its earlier life") {
    CHECK(our_device<8>(live::rpmsg_lite_master::restart) == "");
}

TEST_CASE(
    "rpmsg-lite live: a message given back after the master has started anew, and before a poll, is not given into its rings") {
    CHECK(our_device<8>(live::rpmsg_lite_master::release_after_restart) == "");
}

TEST_CASE("rpmsg-lite live: beside a remote our driver handles all that waits, one or two messages a poll") {
    CHECK(our_driver<8>(live::rpmsg_lite_remote::budget_1) == "");
    CHECK(our_driver<8>(live::rpmsg_lite_remote::budget_2) == "");
}

TEST_CASE("rpmsg-lite live: beside a remote with 256 buffers our driver handles more than a poll may do by default") {
    CHECK(our_driver<256>(live::rpmsg_lite_remote::buffers_256) == "");
}

TEST_CASE("rpmsg-lite live: of more names than a pool keeps the oldest are forgotten, told, and bound by a first message") {
    CHECK(our_device<8>(live::rpmsg_lite_master::names) == "");
    CHECK(our_driver<8>(live::rpmsg_lite_remote::names) == "");
}

} // namespace
