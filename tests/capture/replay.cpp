#include "capture/replay.hpp"

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/listener.hpp>
#include <rpmsg/host/capture/pcapng.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/transport/tapped.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "capture/folder.hpp"
#include "check.hpp"
#include "interop/live_ping.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace {
using namespace rpmsg;
using end = testing::loopback<>;

/// Answers with the same payload; a defect that a replay must find adds to its first byte.
auto echo(int defect = 0) {
    return endpoint<"echo">([defect](auto& it, message const& m) {
        auto answer = std::array<std::byte, 48>{};
        auto const payload = bytes{answer}.first(m.payload.size());
        copy(m.payload, payload);
        payload[0] = static_cast<std::byte>(static_cast<int>(payload[0]) + defect);
        (void)it.reply(m, payload);
    });
}
/// The service of a listener that answers with the same payload.
struct counting_echo {
    std::uint32_t opened{};
    std::uint32_t closed{};
    std::uint32_t most{};
    std::uint32_t answered{};

    auto on_message(auto& it, std::uint32_t, message const& m) -> void { answered += it.reply(m, m.payload) ? 1u : 0u; }
    auto on_open(auto&, std::uint32_t) -> void { most = std::max(most, ++opened - closed); }
    auto on_close(auto&, std::uint32_t) -> void { ++closed; }
};
auto ask(auto& channel, capture::packet const& recorded) -> void {
    (void)channel.template get<"echo">().send(recorded.payload());
}
auto nothing = [](auto&, capture::packet const&) {};
auto has(std::string const& text, std::string_view part) -> bool { return text.find(part) != std::string::npos; }

/// Records a conversation of two channels as the answering side sees it, and as the asking side does.
auto record(std::string const& path) -> void {
    auto all = host::pcapng::create(path);
    REQUIRE(all);
    auto answering = std::move(*all->add_link("answering", "rpmsg"));
    auto asking = std::move(*all->add_link("asking", "rpmsg"));
    auto memory = testing::loopback_memory<>{};
    channel remote{tapped{end{memory, 0}, answering}, endpoints{echo()}};
    channel host{tapped{end{memory, 1}, asking}, endpoints{endpoint<"echo">([](auto&, message const&) {})}};
    REQUIRE((remote.start() and host.start()));
    for (auto turn = 0; turn < 12; ++turn) {
        host.poll();
        remote.poll();
        if (host.get<"echo">().is_bound()) {
            auto const question = std::array{static_cast<std::byte>(turn), std::byte{1}, std::byte{2}};
            (void)host.get<"echo">().send(question);
        }
    }
    remote.poll();
    host.poll();
    host.close();
    remote.poll();
    remote.poll();
}
} // namespace

TEST_CASE("a service that behaves as recorded sends what the capture has") {
    auto const folder = capture::folder{};
    record(folder.path("x"));
    auto played = capture::replay<>{capture::read(folder.path("x")), 0};
    channel remote{played.this_side(), endpoints{echo()}};
    REQUIRE(remote.start());
    CHECK(played.run(remote, nothing) == "");
    CHECK_FALSE(remote.is_up()); // the peer of the capture had closed
}

TEST_CASE("a program that asks is played, too: it is called when the capture has a message of it") {
    auto const folder = capture::folder{};
    record(folder.path("x"));
    auto played = capture::replay<>{capture::read(folder.path("x")), 1};
    auto answers = 0;
    channel host{played.this_side(), endpoints{endpoint<"echo">([&](auto&, message const&) { ++answers; })}};
    REQUIRE(host.start());
    auto const difference = played.run(host, [](auto& channel, capture::packet const& recorded) {
        if (recorded.header().destination == name_service_address) {
            channel.close(); // the goodbye at the end
        } else {
            ask(channel, recorded);
        }
    });
    CHECK(difference == "");
    CHECK(answers > 5);
}

// Recorded beside NuttX's simulator, which was killed and started again: at the block of memory that both share (rptun), at a
// pseudo terminal (CRC on), and at a bus in memory, as peripheral and as controller.
TEST_CASE("a live NuttX that pings, is pinged, and restarts, is played from its capture") {
    auto const link = GENERATE("rptun", "uart", "spi_peripheral", "spi_controller");
    INFO(link);
    auto played = capture::replay<>{capture::read(capture::recorded(std::string{"nuttx_"} + link + "_ping.pcapng"))};
    auto ping = live_ping{};
    channel device{played.this_side(), endpoints{ref(ping)}};
    REQUIRE(device.start());
    CHECK(played.run(device, nothing) == "");
    // The image of the first recording has another service before the ping.
    auto const bound = link == std::string_view{"rptun"} ? std::string{"bound 1025 "} : std::string{"bound 1024 "};
    CHECK(ping.told == "up " + bound + "pong pong pong answered answered unbound restarted 0 up " + bound + "pong pong pong ");
}

// NuttX creates 60 endpoints at once and sends to each, then creates and destroys 20 more in a second, each fourth at once.
TEST_CASE("a listener opens and closes 60 sessions at once and 20 one after the other as it did for a live NuttX",
          "[.nightly]") {
    auto const link = GENERATE("uart", "spi_controller");
    INFO(link);
    auto played = capture::replay<>{capture::read(capture::recorded(std::string{"nuttx_"} + link + "_names.pcapng"))};
    auto echoes = counting_echo{};
    channel device{played.this_side(), endpoints{listener<"storm-", 64>(echoes)}};
    REQUIRE(device.start());
    CHECK(played.run(device, nothing) == "");
    CHECK(echoes.opened == 80);
    CHECK(echoes.closed == 80);
    CHECK(echoes.most == 60);
    CHECK(echoes.answered == 75);
}

TEST_CASE("a service that sends something else is found, with the packet and both messages") {
    auto const folder = capture::folder{};
    record(folder.path("x"));
    auto played = capture::replay<>{capture::read(folder.path("x")), 0};
    channel remote{played.this_side(), endpoints{echo(1)}};
    REQUIRE(remote.start());
    auto const difference = played.run(remote, nothing);
    CHECK(has(difference, "this side sent 1024 -> 1024: "));
    CHECK(has(difference, "; recorded is 1024 -> 1024: "));
}

TEST_CASE("a service that is silent is found") {
    auto const folder = capture::folder{};
    record(folder.path("x"));
    auto played = capture::replay<>{capture::read(folder.path("x")), 0};
    channel remote{played.this_side(), endpoints{endpoint<"echo">([](auto&, message const&) {})}};
    REQUIRE(remote.start());
    CHECK(has(played.run(remote, nothing), "this side sent nothing; recorded is 1024 -> 1024: "));
}

TEST_CASE("a service that sends more than recorded is found") {
    auto const folder = capture::folder{};
    record(folder.path("x"));
    auto all = capture::read(folder.path("x"));
    all.packets.erase(
        std::find_if(all.packets.begin(), all.packets.end(),
                     [](auto const& each) { return each.interface == 0 and has(each.extra.comments(), "link down"); }),
        all.packets.end());
    while (all.packets.back().interface != 0 or not all.packets.back().is_outbound()) {
        all.packets.pop_back();
    }
    all.packets.pop_back(); // the last answer
    auto played = capture::replay<>{std::move(all), 0};
    channel remote{played.this_side(), endpoints{echo()}};
    REQUIRE(remote.start());
    CHECK(has(played.run(remote, nothing), "after the end this side sent 1024 -> 1024: "));
}
