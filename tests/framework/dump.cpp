#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/dump.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <string>

namespace {

using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::message;

constexpr auto ignore = [](auto&, message const&) {};

auto text_of(auto& side) -> std::string {
    auto text = std::string{};
    rpmsg::dump(side, [&](std::string_view part) { text += part; });
    return text;
}

TEST_CASE("Numbers are written in decimal, the largest and the smallest") {
    STATIC_REQUIRE(rpmsg::detail::digits{0}.view() == "0");
    STATIC_REQUIRE(rpmsg::detail::digits{1024}.view() == "1024");
    STATIC_REQUIRE(rpmsg::detail::digits{0xffff'ffff}.view() == "4294967295");
}

TEST_CASE("A dump contains the link, the rings, the endpoints and the counters") {
    constexpr auto config = rpmsg::vring_config{.buffers = 4, .buffer_size = 64};
    auto shared = two_sides<config>{};
    auto host = channel{shared.driver(), endpoints{endpoint<"echo">(ignore), endpoint<0x100>(ignore)}};
    auto remote = channel{shared.device(), endpoints{endpoint<"echo">(ignore)}};
    CHECK(text_of(host).starts_with("link down\n"));
    REQUIRE(host.start().has_value());
    REQUIRE(remote.start().has_value());
    settle(shared, host, remote);
    CHECK_FALSE(host.at(1).send({}).has_value());
    auto const text = text_of(host);
    CHECK(text.starts_with("link up\n"));
    CHECK(text.find("transmit ring: taken 0, given 1\n") != text.npos); // the announcement
    CHECK(text.find("receive ring: taken 1, given 5\n") != text.npos);  // also the peer's announcement
    CHECK(text.find("endpoint 1024 \"echo\" bound to 1024\n") != text.npos);
    CHECK(text.find("endpoint 256 \"\" unbound\n") != text.npos);
    CHECK(text.find("not bound: 1\n") != text.npos);
    CHECK(text.find(": 0\n") == text.npos);
}

TEST_CASE("A dump of a transport without rings leaves them out") {
    auto memory = rpmsg::testing::loopback_memory<>{};
    auto side = channel{rpmsg::testing::loopback<>{memory, 0}, endpoints{endpoint<"x">(ignore)}};
    CHECK(text_of(side) == "link down\nendpoint 1024 \"x\" unbound\n");
}

} // namespace
