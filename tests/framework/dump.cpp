#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/dump.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <string>

#include "transport/shared_block.hpp"

namespace {
using namespace rpmsg;
constexpr auto ours = vring_config{.buffers = 2, .buffer_size = 64, .alignment = 16};

auto text_of(auto& side) -> std::string {
    auto text = std::string{};
    dump(side, [&](std::string_view part) { text += part; });
    return text;
}
} // namespace

TEST_CASE("a dump says in lines how the link stands") {
    auto shared = shared_block<ours>{};
    auto const ignore = [](auto&, message const&) {};
    channel host{shared.driver(), endpoints{endpoint<"svc">(ignore), endpoint<0x20>(ignore)}};
    channel remote{shared.device(), endpoints{endpoint<"svc">(ignore)}};
    CHECK(text_of(host) == "link down\n"
                           "transmit ring: taken 0, given 0\n"
                           "receive ring: taken 0, given 0\n"
                           "endpoint 1024 \"svc\" unbound\n"
                           "endpoint 32 \"\" unbound\n");
    REQUIRE(remote.start());
    REQUIRE(host.start());
    settle(shared, host, remote);
    auto const text = std::array<std::byte, 4>{};
    REQUIRE(host.at(1).send(text).error() == error::not_bound);
    CHECK(text_of(host).starts_with("link up\n"));
    CHECK(text_of(host).find("endpoint 1024 \"svc\" bound to 1024\n") != std::string::npos);
    CHECK(text_of(host).ends_with("not bound: 1\n"));
}

TEST_CASE("numbers are written in full") {
    STATIC_REQUIRE(detail::digits{0}.view() == "0");
    STATIC_REQUIRE(detail::digits{4294967295}.view() == "4294967295");
}
