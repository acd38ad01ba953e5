#include <catch2/catch_test_macros.hpp>

#include "interop/live_openamp_host.hpp"
#include "interop/live_openamp_remote.hpp"
#include "interop/live_replay.hpp"
#include <cstdint>
#include <string>
#include <string_view>

namespace {

constexpr auto of(std::uint16_t buffers) -> rpmsg::vring_config {
    return {.buffers = buffers, .device_base = 0x2000'0000, .dialect = rpmsg::wire::dialects::openamp};
}

template <std::uint16_t Buffers> auto our_device(std::string_view recording) -> std::string {
    return live::replay<of(Buffers), false>{recording}.play();
}
template <std::uint16_t Buffers> auto our_driver(std::string_view recording) -> std::string {
    return live::replay<of(Buffers), true>{recording}.play();
}

TEST_CASE("OpenAMP live: beside a host our device handles all that waits, one or two messages a poll") {
    CHECK(our_device<8>(live::openamp_host::budget_1) == "");
    CHECK(our_device<8>(live::openamp_host::budget_2) == "");
}

TEST_CASE("OpenAMP live: beside a host with 256 buffers our device handles more than a poll may do by default") {
    CHECK(our_device<256>(live::openamp_host::buffers_256) == "");
}

TEST_CASE("OpenAMP live: a host that starts anew while our device holds a message meets nothing of its earlier life") {
    CHECK(our_device<8>(live::openamp_host::restart) == "");
}

TEST_CASE(
    "OpenAMP live: a message given back after the host has started anew, and before a poll, is not given into its rings") {
    CHECK(our_device<8>(live::openamp_host::release_after_restart) == "");
}

TEST_CASE("OpenAMP live: beside a remote our driver handles all that waits, one or two messages a poll") {
    CHECK(our_driver<8>(live::openamp_remote::budget_1) == "");
    CHECK(our_driver<8>(live::openamp_remote::budget_2) == "");
}

TEST_CASE("OpenAMP live: beside a remote with 256 buffers our driver handles more than a poll may do by default") {
    CHECK(our_driver<256>(live::openamp_remote::buffers_256) == "");
}

TEST_CASE("OpenAMP live: a remote whose table has something in front is refused, the one with the right table is served") {
    CHECK(our_driver<8>(live::openamp_remote::tables) == "");
}

TEST_CASE("OpenAMP live: of more names than a pool keeps the oldest are forgotten, told, and bound by a first message") {
    CHECK(our_device<8>(live::openamp_host::names) == "");
    CHECK(our_driver<8>(live::openamp_remote::names) == "");
}

} // namespace
