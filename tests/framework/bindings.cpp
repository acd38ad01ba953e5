#include <rpmsg/framework/channel.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <functional>
#include <string>

#include "transport/shared_block.hpp"

namespace {
using namespace rpmsg;
constexpr auto ours = vring_config{.buffers = 2, .buffer_size = 64, .alignment = 16};
constexpr auto ignore = [](auto&, message const&) {};

/// Writes each event as a letter: U p, D own, b ound, u nbound, w ritable.
auto into(std::string& log) {
    return [&log](auto&, event const& e) { log += std::array{'U', 'D', 'b', 'u', 'w'}[static_cast<std::size_t>(e.kind)]; };
}
} // namespace

TEST_CASE("more names than buffers are all announced, as buffers come back") {
    auto shared = shared_block<ours>{};
    channel host{shared.driver(), endpoints{endpoint<"a">(ignore), endpoint<"b">(ignore), endpoint<"c">(ignore),
                                            endpoint<"d">(ignore), endpoint<"e">(ignore)}};
    channel remote{shared.device(), endpoints{endpoint<"e">(ignore), endpoint<"d">(ignore), endpoint<"c">(ignore),
                                              endpoint<"b">(ignore), endpoint<"a">(ignore)}};
    REQUIRE((remote.start() and host.start()));
    settle(shared, host, remote, 0, 12);
    for (std::uint32_t i = 0; i < 5; ++i) {
        CHECK(host.at(i).peer() == remote.at(4 - i).self());
        CHECK(remote.at(i).peer() == host.at(4 - i).self());
    }
}

TEST_CASE("events come in order, and again after a restart") {
    auto shared = shared_block<ours>{};
    auto log = std::string{};
    channel host{shared.driver(), endpoints{endpoint<"a">(ignore, into(log))}};
    {
        channel remote{shared.device(), endpoints{endpoint<"a">(ignore)}};
        REQUIRE((remote.start() and host.start()));
        settle(shared, host, remote);
        CHECK(log == "Ub");
    }
    channel again{shared.device(), endpoints{endpoint<"a">(ignore)}};
    REQUIRE(again.start());
    settle(shared, host, again);
    CHECK(log == "UbuDUb");
    again.close();
    settle(shared, host, again);
    CHECK(log == "UbuDUbuD");
}

TEST_CASE("closing from a handler takes effect when its poll returns, and nobody is bound after it") {
    auto shared = shared_block<ours>{};
    auto log = std::string{};
    auto close_it = std::function<void()>{};
    channel host{shared.driver(), endpoints{endpoint<"a">(ignore,
                                                          [&](auto&, event const& e) {
                                                              if (e.kind == event_kind::link_up) {
                                                                  close_it();
                                                              }
                                                          }),
                                            endpoint<0x20, 0x20>(ignore, into(log))}};
    close_it = [&] {
        host.close();
        CHECK(host.start().error() == error::would_deadlock);
        CHECK(host.reset().error() == error::would_deadlock);
        CHECK(host.poll() == 0);
    };
    channel remote{shared.device(), endpoints{endpoint<"a">(ignore)}};
    REQUIRE((remote.start() and host.start()));
    settle(shared, host, remote);
    CHECK_FALSE(host.is_up());
    CHECK(log == "UbuD");
    CHECK_FALSE(host.at(1).is_bound());
    CHECK(host.counts()[event_count::would_deadlock] == 3);
}
