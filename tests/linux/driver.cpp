#include "numbered.hpp"
#include "stage.hpp"
#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

using namespace linux_peer;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::event;
using rpmsg::event_kind;
using rpmsg::message;

namespace {
/// Answers each message of its service.
constexpr auto echoes = [](auto& link, message const& m) { (void)link.reply(m, m.payload); };

auto sample() { return endpoints{endpoint<"rpmsg-client-sample">(echoes)}; }
auto raw_echo() { return endpoints{endpoint<"rpmsg-raw">(echoes)}; }

template <rpmsg::vring_config Config> auto says_hello(setting const& wanted) -> std::uint64_t {
    auto run = staged<Config>(sample(), wanted);
    run.linux.tell("load rpmsg_client_sample; until dmesg | grep goodbye; do sleep 0.1; done");
    run.says("goodbye!");
    auto const features = run.peer->features();
    CHECK(run.link.counts()[rpmsg::counter::bad_descriptor] == 0);
    run.ends();
    return features;
}

template <rpmsg::vring_config Config> auto makes_round_trips(setting const& wanted) -> void {
    auto run = staged<Config>(raw_echo(), wanted);
    run.does("guest_side round_trips", 120);
    run.ends();
}

/// Counts numbered messages of one size, and sends as many as it is asked for by one of four bytes.
struct tap {
    std::uint32_t received{};
    std::uint32_t wrong{};
    std::uint32_t wanted{};
    std::uint32_t sent{};
    std::size_t size = numbered::largest;

    auto hear(message const& m) -> void {
        if (m.payload.size() == sizeof(wanted) and size != sizeof(wanted)) {
            wanted = rpmsg::load<std::uint32_t>(m.payload);
            return;
        }
        wrong += numbered::is(m.payload, received, size) ? 0u : 1u;
        ++received;
    }
    auto send(auto const& endpoint) -> void {
        while (sent < wanted and endpoint.send(numbered::message{sent, size}.bytes())) {
            ++sent;
        }
    }
};
auto tapped(tap& it) {
    return endpoints{endpoint<"rpmsg-raw">([&](auto&, message const& m) { it.hear(m); })};
}
/// Floods towards Linux and from it.
template <rpmsg::vring_config Config>
auto floods(std::uint32_t count, std::size_t size, unsigned rest, rpmsg::ticks seconds) -> void {
    auto it = tap{.size = size};
    auto run = staged<Config>(tapped(it), {.memory = "256M"});
    auto const arguments = std::to_string(count) + " " + std::to_string(size);
    run.linux.tell("guest_side flood " + arguments + " && guest_side drink " + arguments + " " + std::to_string(rest));
    run.until(
        "the flood from Linux", [&] { return it.received == count; }, seconds);
    run.until(
        "the flood to Linux",
        [&] {
            it.send(run.link.template get<"rpmsg-raw">());
            return it.sent == count;
        },
        seconds);
    run.says("guest: status 0", seconds);
    CHECK(it.wrong == 0);
    CHECK(it.received == count);
    run.ends();
}
} // namespace

TEST_CASE("the driver's own sample exchanges its 100 messages, whatever is agreed with the back end") {
    CHECK(says_hello<flags>({}) == 0x1'4000'0001);
    CHECK(says_hello<flags>({.offer = {.version_1 = false}}) == 0x4000'0001);
    CHECK(says_hello<flags>({.offer = {.in_band = true}}) == 0x1'4000'0001);
    CHECK(says_hello<events>({}) == 0x1'6000'0001);
}

TEST_CASE("messages of 0 to 496 bytes come back through /dev/rpmsg0") {
    SECTION("with doorbells by flags") { makes_round_trips<flags>({}); }
    SECTION("with doorbells by index") { makes_round_trips<events>({}); }
    SECTION("with doorbells in band") { makes_round_trips<flags>({.offer = {.in_band = true}}); }
}

TEST_CASE("endpoints are made and destroyed through /dev/rpmsg_ctrl0") {
    auto run = staged<flags>(endpoints{endpoint<0x100>(echoes)});
    run.does("guest_side endpoints", 120);
    run.ends();
}

TEST_CASE("processes that make endpoints of one name at once get their own") {
    auto const tells = [](auto& link, message const& m) {
        auto answer = std::array<std::byte, 4>{};
        rpmsg::store(answer, link.self());
        (void)link.reply(m, answer);
    };
    auto run = staged<flags>(endpoints{endpoint<0x100>(tells), endpoint<0x200>(tells)});
    run.does("guest_side same_name", 120);
    run.ends();
}

TEST_CASE("a channel that Linux makes is announced to us, and its end too") {
    auto bound = rpmsg::any_address;
    auto const notes = [&](auto&, event const& e) {
        bound = e.kind == event_kind::bound ? e.peer : e.kind == event_kind::unbound ? rpmsg::any_address : bound;
    };
    auto run = staged<flags>(endpoints{endpoint<"rpmsg-raw">(echoes, notes)});
    for (auto round = 0; round < 3; ++round) {
        run.does("guest_side channel");
        run.until("an announcement", [&] { return bound == rpmsg::address{0x777}; });
        run.does("guest_side no_channel");
        run.until("its end", [&] { return bound == rpmsg::any_address; });
    }
    run.ends();
}

TEST_CASE("a service of ours comes and goes in Linux with its endpoint") {
    auto run = staged<flags>(rpmsg::endpoint_pool<4>{});
    run.says("guest: Linux");
    auto service = [](rpmsg::link_ref, message const&) {};
    for (auto round = 0; round < 3; ++round) {
        auto const made = run.link.create("rpmsg-raw", service);
        REQUIRE(made);
        run.linux.tell("guest_side outlive");
        run.says("guest_side: waiting");
        CHECK(run.link.destroy(*made));
        run.says("guest: status 0");
        run.does("test -z \"$(ls /sys/bus/rpmsg/devices | grep raw)\"");
    }
    run.ends();
}

TEST_CASE("a terminal over RPMsg carries lines both ways") {
    auto heard = std::string{};
    auto const answers = [&](auto& link, message const& m) {
        heard.append(reinterpret_cast<char const*>(m.payload.data()), m.payload.size());
        (void)link.reply(m, std::as_bytes(std::span{"remote says hello\n", 18}));
    };
    auto run = staged<flags>(endpoints{endpoint<"rpmsg-tty">(answers)});
    run.does("while ! [ -c /dev/ttyRPMSG0 ]; do usleep 10000; done; stty -F /dev/ttyRPMSG0 raw -echo");
    run.linux.tell("exec 3<>/dev/ttyRPMSG0; echo hello remote >&3; read -r answer <&3; echo \"got: $answer\"");
    run.says("got: remote says hello");
    CHECK(heard == "hello remote\n");
    run.ends();
}

TEST_CASE("either side may be late") {
    SECTION("a driver that is loaded long after the link has started") {
        auto run = staged<flags>(raw_echo(), {.more = "unloaded=yes"});
        REQUIRE(run.link.start());
        run.says("guest: Linux");
        CHECK_FALSE(run.link.is_up());
        run.does("load");
        run.does("guest_side round_trips", 120);
        run.ends();
    }
    SECTION("a remote core that does nothing until long after Linux has started") {
        auto run = staged<flags>(raw_echo());
        usleep(2'000'000);
        run.does("guest_side round_trips", 120);
        run.ends();
    }
}

TEST_CASE("floods of 496 bytes both ways arrive whole and in order, with a slow reader too") {
    floods<events>(10'000, numbered::largest, 0, 300);
    floods<flags>(600, numbered::largest, 300, 300); // a rest of the guest is at least 10 ms
}

TEST_CASE("a driver whose 256 buffers are with us waits, and loses nothing") {
    auto it = tap{};
    auto run = staged<flags>(tapped(it));
    run.does("while ! [ -c /dev/rpmsg0 ]; do usleep 10000; done");
    run.linux.tell("guest_side fill");
    run.stands_still = true;
    run.says("guest_side: filled 256");
    usleep(100'000);
    CHECK(it.received == 0);
    run.stands_still = false;
    run.says("guest: status 0");
    run.until("the rest", [&] { return it.received >= 257; });
    CHECK(it.received == 257);
    CHECK(it.wrong == 0);
    run.ends();
}

TEST_CASE("the driver is unbound and bound 100 times, and each life carries messages") {
    auto lives = 0;
    auto const counts = [&](auto&, event const& e) { lives += e.kind == event_kind::link_up ? 1 : 0; };
    auto run = staged<flags>(endpoints{endpoint<"rpmsg-raw">(echoes, counts)});
    run.says("guest: Linux");
    run.does("bus=/sys/bus/virtio/drivers/virtio_rpmsg_bus; round() { echo virtio0 >$bus/unbind && echo virtio0 >$bus/bind && "
             "guest_side ping; }");
    for (auto round = 0; round < 100; ++round) {
        run.does("round");
    }
    CHECK(lives == 101);
    run.ends();
}

TEST_CASE("a driver that has reset its device is neither interrupted nor finds its memory written to") {
    constexpr auto batched = [] {
        auto config = flags;
        config.batch = 16;
        return config;
    }();
    auto held = rpmsg::held_message{};
    auto const keeps = [&](auto& link, message const& m) {
        (void)link.reply(m, m.payload);
        if (not held) {
            held = link.hold(m);
        }
    };
    auto run = staged<batched>(endpoints{endpoint<"rpmsg-raw">(keeps), endpoint<"rpmsg-client-sample">(echoes)});
    run.says("guest: Linux");
    run.does("bus=/sys/bus/virtio/drivers/virtio_rpmsg_bus; echo 1 >/sys/module/virtio_rpmsg_bus/parameters/strict");
    for (auto round = 0; round < 5; ++round) {
        run.does("guest_side ping");
        auto loan = run.link.template get<"rpmsg-raw">().reserve();
        CHECK(loan);
        run.linux.tell("echo virtio0 >$bus/unbind; dmesg | tail -n 2");
        run.until("the end of the driver", [&] { return not run.link.is_up(); });
        std::ranges::fill(loan.payload(), std::byte{0xee});
        CHECK_FALSE(run.link.template get<"rpmsg-raw">().commit(std::move(loan), 8));
        held.release();
        run.says("guest: the queues are deleted");
        run.does("echo virtio0 >$bus/bind");
    }
    run.does("! dmesg | grep 'a driver that has reset it'");
    run.ends();
}

TEST_CASE("a remote core that is killed is gone for Linux, and one that starts again serves the next Linux") {
    auto folder = guest{};
    auto const remote = fork();
    if (remote == 0) {
        auto shared = vhost_rings{};
        auto peer = vhost_user::listen(folder.socket(), flags, shared);
        auto link = rpmsg::channel{transport<flags>{shared.shared(), shared.bell(), shared.placed()}, raw_echo()};
        auto const end = steady_clock::now() + 240'000;
        while (peer and not rpmsg::has_passed(end, steady_clock::now())) {
            peer->wait(steady_clock::now() + 20);
            peer->serve(link);
            (void)link.poll(steady_clock::now());
        }
        _exit(1);
    }
    while (access(folder.socket().c_str(), F_OK) != 0) {
        usleep(1000);
    }
    folder.boot(RPMSG_GUEST, RPMSG_TOOLS, "64M", "");
    auto const hears = [&](std::string_view text) {
        auto const end = steady_clock::now() + 120'000;
        while (not folder.says(text) and not rpmsg::has_passed(end, steady_clock::now())) {
            folder.listen();
            usleep(1000);
        }
        INFO(folder.output());
        CHECK_FALSE(rpmsg::has_passed(end, steady_clock::now()));
    };
    folder.tell("guest_side outlive; ls /dev | grep -c rpmsg[0-9]");
    hears("guest_side: waiting");
    kill(remote, SIGKILL);
    waitpid(remote, nullptr, 0);
    hears("\n0\nguest: status");
    // The next one takes the place of what the dead one left.
    CHECK(access(folder.socket().c_str(), F_OK) == 0);
    auto shared = vhost_rings{};
    CHECK(vhost_user::listen(folder.socket(), flags, shared));
    makes_round_trips<flags>({});
}

TEST_CASE("1,000,000 messages each way arrive once and in order", "[.nightly]") { floods<events>(1'000'000, 16, 0, 3000); }
