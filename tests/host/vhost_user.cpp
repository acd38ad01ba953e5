#include <rpmsg/host/vhost_user.hpp>

#include <catch2/catch_test_macros.hpp>

#include "front_end.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

using rpmsg::host::steady_clock;
using rpmsg::host::vhost_message;
using rpmsg::host::vhost_request;
using rpmsg::host::vhost_rings;
using rpmsg::host::vhost_user;
using state = vhost_message::ring_state;

namespace {
auto open_descriptors() -> int {
    auto count = 0;
    for (auto number = 0; number < 256; ++number) {
        count += fcntl(number, F_GETFD) >= 0 ? 1 : 0;
    }
    return count;
}

/// The back end, and a link that takes notes.
struct listening {
    front_end::own_folder folder{};
    vhost_rings shared{};
    front_end::noted_link link{};
    rpmsg::host::outcome<vhost_user> back_end;

    explicit listening(rpmsg::host::vhost_offer offer = {})
        : back_end{vhost_user::listen(folder.socket(), front_end::config, shared, offer)} {
        REQUIRE(back_end);
    }
    auto serve() -> void {
        for (auto i = 0; i < 5; ++i) {
            back_end->serve(link);
        }
    }
};

constexpr auto remote_rings = [] {
    auto config = front_end::config;
    config.device_base = 0;
    return config;
}();
using remote = rpmsg::vring<remote_rings, vhost_rings::region, vhost_rings::doorbell, vhost_rings::layout>;
using host = rpmsg::vring_driver<front_end::config, rpmsg::mapped_region<>, front_end::kick_bell>;
constexpr auto echoes = [](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); };
} // namespace

TEST_CASE("the transport of firmware talks to a driver behind vhost-user, through its rebinds and its death") {
    auto const test = front_end::own_folder{};
    vhost_rings shared{};
    auto back_end = vhost_user::listen(test.socket(), remote_rings, shared);
    REQUIRE(back_end);
    auto link = rpmsg::channel{remote{shared.shared(), shared.bell(), shared.placed()},
                               rpmsg::endpoints{rpmsg::endpoint<"echo">(echoes)}};
    for (auto connection = 0; connection < 2; ++connection) {
        auto front = front_end::front_end{test.socket()};
        for (auto life = 0; life < 3; ++life) {
            std::fill_n(front.mapping, front_end::size, std::byte{0});
            auto answered = 0;
            auto driver =
                rpmsg::channel{host{rpmsg::mapped_region<>{front.mapping, front_end::size}, front_end::kick_bell{&front}},
                               rpmsg::endpoints{rpmsg::endpoint<"echo">(
                                   [&](auto&, rpmsg::message const& m) { answered += m.payload.size() == 3 ? 1 : 0; })}};
            front.set_up();
            back_end->serve(link);
            CHECK_FALSE(back_end->is_live());
            REQUIRE(driver.start());
            auto sent = 0;
            for (auto i = 0; i < 200; ++i) {
                back_end->serve(link);
                (void)link.poll();
                if (front.was_called(0)) {
                    driver.notify();
                }
                (void)driver.poll();
                auto const text = std::array{std::byte{1}, std::byte{2}, std::byte{3}};
                sent += sent < 50 and driver.template get<"echo">().send(text) ? 1 : 0;
            }
            CHECK(back_end->is_live());
            CHECK(sent == 50);
            CHECK(answered == 50);
            front.let_go();
            back_end->serve(link);
            CHECK_FALSE(back_end->is_live());
            CHECK_FALSE(link.is_up());
            CHECK(back_end->is_connected());
        }
        front.die();
        back_end->serve(link);
        CHECK_FALSE(back_end->is_connected());
        CHECK(back_end->why().empty());
    }
}

TEST_CASE("a link starts at the first doorbell of ring 0 and ends with its rings") {
    auto test = listening{};
    auto front = front_end::front_end{test.folder.socket()};
    front.set_up();
    front.kick(1);
    test.serve();
    CHECK(test.link.notes.empty());
    front.kick(0);
    test.serve();
    CHECK(test.link.notes == "start close start notify 0 ");
    CHECK(test.back_end->features() == 0x1'4000'0001);
    test.link.notes.clear();
    front.kick(1);
    test.serve();
    CHECK(test.link.notes == "notify 1 ");
    test.link.notes.clear();

    SECTION("by a ring that is disabled") { front.let_go(); }
    SECTION("by other memory") {
        front.ask(vhost_request::set_memory_table, {front.memory.number()}, front.one_region, front.whole());
    }
    SECTION("by a front end that dies") { front.die(); }
    SECTION("by a front end that dies in the middle of a message") {
        front.say(rpmsg::const_bytes{front_end::message_of(vhost_request::set_owner, 1)}.first(5));
        front.die();
    }
    SECTION("by garbage") { front.say(std::array<std::byte, 12>{}); }
    test.serve();
    CHECK(test.link.notes == "close ");
    CHECK(test.shared.shared().size() == 0);
}

TEST_CASE("doorbells in band and acknowledgements") {
    auto test = listening{{.in_band = true}};
    auto front = front_end::front_end{test.folder.socket()};
    front.set_up(0x1'4000'0001, 0x4028);
    test.serve();
    front.flags = 9;
    front.ask(vhost_request::kick_ring, {}, state{0, 0});
    test.serve();
    CHECK(front.answer(vhost_request::kick_ring) == 0);
    CHECK(test.link.notes == "start close start notify 0 ");
    CHECK(test.shared.bell().ring(1));
    auto call = std::array<std::uint32_t, 5>{};
    CHECK(read(front.channel[0].number(), call.data(), sizeof(call)) == sizeof(call));
    CHECK(call[3] == 1);
    front.ask(vhost_request::kick_ring, {}, state{2, 0});
    test.serve();
    CHECK(front.is_dropped());
    CHECK(test.back_end->why() == "rings for ring 2: there are 0 and 1");
}

TEST_CASE("a call that is exchanged at run time is the one that rings") {
    auto test = listening{};
    auto front = front_end::front_end{test.folder.socket()};
    front.set_up();
    front.kick(0);
    test.serve();
    front.ask(vhost_request::set_ring_call, {front.calls[1].number()}, std::uint64_t{0});
    test.serve();
    CHECK(test.link.notes == "start close start notify 0 ");
    CHECK(test.shared.bell().ring(0));
    CHECK(front.was_called(1));
    CHECK_FALSE(front.was_called(0));
}

TEST_CASE("a front end of the wrong kind is told so, dropped, and the next one is served") {
    auto test = listening{};
    auto const refused = [&](vhost_request request, auto const& payload, std::string const& why) {
        auto front = front_end::front_end{test.folder.socket()};
        front.take_features(0x1'4000'0001, 0x28);
        front.flags = 9;
        front.ask(request, {}, payload);
        test.serve();
        CHECK(front.answer(request) == 1);
        CHECK(front.is_dropped());
        CHECK_FALSE(test.back_end->is_connected());
        CHECK(test.back_end->why() == why);
    };
    refused(vhost_request::set_ring_size, state{0, 1024}, "has rings of 1024 buffers, this link is configured for 8");
    refused(vhost_request::set_features, std::uint64_t{0x4'0000'0000}, "takes feature bits that were not offered: 34");
    refused(vhost_request{200}, state{}, "asks for request 200, which this back end does not have");
    refused(vhost_request::set_memory_table, std::uint64_t{9},
            "gives a table of 9 memory regions with 0 descriptors in 8 bytes");
    CHECK(test.link.notes.empty());

    auto front = front_end::front_end{test.folder.socket()};
    front.set_up();
    front.kick(0);
    test.serve();
    CHECK(test.back_end->is_live());
}

TEST_CASE("one front end at a time: the next waits until the first is gone") {
    auto test = listening{};
    auto first = front_end::front_end{test.folder.socket()};
    test.serve();
    auto second = front_end::front_end{test.folder.socket()};
    second.ask(vhost_request::get_features, {});
    test.serve();
    CHECK(second.answer(vhost_request::get_features) == ~std::uint64_t{0});
    first.die();
    test.serve();
    CHECK(second.answer(vhost_request::get_features) == 0x1'4000'0001);
}

TEST_CASE("a wait ends at its deadline, and before it when something comes") {
    auto test = listening{};
    auto const before = steady_clock::now();
    test.back_end->wait(before + 30);
    CHECK(steady_clock::now() - before >= 29);
    auto front = front_end::front_end{test.folder.socket()};
    test.back_end->wait(before + 10'000);
    front.set_up();
    test.serve();
    front.kick(0);
    test.back_end->wait(before + 10'000);
    CHECK(steady_clock::now() - before < 5'000);
}

TEST_CASE("nothing that a front end says does harm, and no descriptor is left open") {
    auto test = listening{};
    auto const before = open_descriptors();
    auto random = std::mt19937{1};
    auto const any = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
    auto lives = 0;
    for (auto round = 0; round < 1500; ++round) {
        auto front = front_end::front_end{test.folder.socket()};
        if (any(2) == 0) {
            front.set_up();
            front.kick(0);
        } else {
            front.take_features(0x1'4000'0001, 0x28);
        }
        test.serve();
        lives += test.back_end->is_live() ? 1 : 0;
        for (auto said = 0; said < 8; ++said) {
            auto content = std::vector<std::byte>(12 + any(80));
            std::ranges::generate(content, [&] { return static_cast<std::byte>(any(5) == 0 ? any(256) : any(3)); });
            auto const is_sensible = any(4) != 0;
            auto const size = is_sensible ? content.size() - 12 : any(400);
            rpmsg::store(content, vhost_message::head{vhost_request{any(40)}, is_sensible ? 1 + 8 * any(2) : any(16),
                                                      static_cast<std::uint32_t>(size)});
            auto const file = any(2) == 0 ? front.memory.number() : front.kicks[0].number();
            any(2) == 0 ? front.say(content, {file}) : front.say(content);
            test.serve();
            if (test.back_end->is_live()) {
                CHECK(test.shared.placed().fits(test.shared.shared().size(), front_end::config.buffers));
                (void)test.shared.bell().ring(any(2));
            } else {
                CHECK((test.link.notes.empty() or test.link.notes.ends_with("close ")));
            }
        }
        front.die();
        test.serve();
        REQUIRE_FALSE(test.back_end->is_connected());
        test.link.notes.clear();
    }
    CHECK(lives > 500);
    CHECK(open_descriptors() == before);
}

TEST_CASE("a link of other rings than its back end's does not keep its driver waiting in silence") {
    constexpr auto smaller = [] {
        auto config = remote_rings;
        config.buffers = 4;
        return config;
    }();
    auto const test = front_end::own_folder{};
    vhost_rings shared{};
    auto back_end = vhost_user::listen(test.socket(), remote_rings, shared);
    REQUIRE(back_end);
    auto link = rpmsg::channel{rpmsg::vring<smaller, vhost_rings::region, vhost_rings::doorbell, vhost_rings::layout>{
                                   shared.shared(), shared.bell(), shared.placed()},
                               rpmsg::endpoints{rpmsg::endpoint<"echo">(echoes)}};
    auto front = front_end::front_end{test.socket()};
    front.set_up();
    back_end->serve(link);
    front_end::kick_bell{&front}.ring(0);
    back_end->serve(link);
    CHECK_FALSE(back_end->is_connected());
    CHECK(back_end->why().find("other rings than this back end") != std::string::npos);
}
