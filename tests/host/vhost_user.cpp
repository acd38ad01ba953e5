#include <rpmsg/host/vhost_user.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "host/lingering_socket.hpp"
#include "host/silent_file_system.hpp"
#include "host/vhost/front_end.hpp"
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <sys/eventfd.h>
#include <termios.h>
#include <thread>
#include <unistd.h>
#include <utility>
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
using remote = rpmsg::vring_device<remote_rings, vhost_rings::region, vhost_rings::doorbell, vhost_rings::layout>;
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
    test.back_end->wait(before + 120'000);
    front.set_up();
    test.serve();
    front.kick(0);
    test.back_end->wait(before + 120'000);
    CHECK(steady_clock::now() - before < 60'000);
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
                CHECK(test.shared.placed().fits(test.shared.shared().size(), front_end::config.counts()));
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
    auto link = rpmsg::channel{rpmsg::vring_device<smaller, vhost_rings::region, vhost_rings::doorbell, vhost_rings::layout>{
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

namespace {
constexpr auto in_batches = [] {
    auto config = remote_rings;
    config.batch = 4;
    return config;
}();
using batching = rpmsg::vring_device<in_batches, vhost_rings::region, vhost_rings::doorbell, vhost_rings::layout>;

/// Holds the first message, and ignores the others.
struct keeper {
    rpmsg::held_message* held;
    auto operator()(auto& link, rpmsg::message const& m) const -> void {
        if (not *held) {
            *held = link.hold(m);
        }
    }
};
constexpr auto ignores = [](auto&, rpmsg::message const&) {};

/// A remote core behind vhost-user, in the middle of its work: its link is up, it holds the first message, and gives the others
/// back in batches. All that the front end has of it afterwards is its memory and its calls.
struct at_work {
    front_end::own_folder folder{};
    vhost_rings shared{};
    std::optional<vhost_user> back_end{std::move(*vhost_user::listen(folder.socket(), in_batches, shared))};
    rpmsg::held_message held{};
    rpmsg::channel<batching, decltype(rpmsg::endpoints{rpmsg::endpoint<"echo">(keeper{})})> link{
        batching{shared.shared(), shared.bell(), shared.placed()}, rpmsg::endpoints{rpmsg::endpoint<"echo">(keeper{&held})}};
    front_end::front_end front{folder.socket()};
    rpmsg::channel<host, decltype(rpmsg::endpoints{rpmsg::endpoint<"echo">(ignores)})> driver{
        host{rpmsg::mapped_region<>{front.mapping, front_end::size}, front_end::kick_bell{&front}},
        rpmsg::endpoints{rpmsg::endpoint<"echo">(ignores)}};
    std::vector<std::byte> memory{};

    at_work() {
        front.set_up();
        work(20);
        REQUIRE(link.is_up());
        for (auto i = 0; i < 3; ++i) {
            REQUIRE(driver.get<"echo">().send(std::array{std::byte{0x5a}, std::byte{0xa5}}));
        }
        work(3);
        REQUIRE(held);
        REQUIRE(link.get<"echo">().send(std::array{std::byte{1}}));
        (void)front.was_called(0);
        (void)front.was_called(1);
        memory.assign(front.mapping, front.mapping + front_end::size);
    }
    auto work(int rounds) -> void {
        for (auto i = 0; i < rounds; ++i) {
            if (not driver.is_up()) {
                (void)driver.start();
            }
            back_end->serve(link);
            (void)link.poll();
            driver.notify();
            (void)driver.poll();
        }
    }
    /// The rest of the remote core goes on as if nothing had happened.
    auto go_on() -> void {
        for (auto i = 0; i < 5; ++i) {
            back_end->serve(link);
            (void)link.poll();
            (void)link.get<"echo">().send(std::array{std::byte{2}});
            link.notify();
        }
    }
    [[nodiscard]] auto is_untouched() const -> bool {
        return std::equal(memory.begin(), memory.end(), front.mapping) and not front.was_called(0) and not front.was_called(1);
    }
};
} // namespace

TEST_CASE("rings that the driver has taken away are neither written to nor rung") {
    auto test = at_work{};
    auto loan = test.link.get<"echo">().reserve();
    REQUIRE(loan);
    REQUIRE(test.is_untouched());
    auto const& front = test.front;
    SECTION("by disabling one") { front.ask(vhost_request::enable_ring, {}, state{1, 0}); }
    SECTION("by disabling both") { front.let_go(); }
    SECTION("by a reset of the owner") { front.ask(vhost_request::reset_owner, {}); }
    SECTION("by a reset of the device, which was not agreed") { front.ask(vhost_request{34}, {}); }
    SECTION("by a status that falls, which was not agreed") { front.ask(vhost_request{39}, {}, std::uint64_t{0}); }
    SECTION("by stopping a ring") { front.ask(vhost_request::get_ring_base, {}, state{0, 0}); }
    SECTION("by other features") { front.ask(vhost_request::set_features, {}, std::uint64_t{0x1'4000'0001}); }
    SECTION("by other memory") {
        front.ask(vhost_request::set_memory_table, {front.memory.number()}, front.one_region, front.whole());
    }
    SECTION("by another doorbell") { front.ask(vhost_request::set_ring_kick, {front.kicks[0].number()}, std::uint64_t{0}); }
    SECTION("by leaving") { test.front.die(); }
    SECTION("by garbage") { front.say(std::array<std::byte, 12>{}); }
    test.go_on();
    CHECK_FALSE(test.link.is_up());
    CHECK(test.is_untouched());
    std::ranges::fill(loan.payload(), std::byte{0xee});
    CHECK_FALSE(test.link.get<"echo">().commit(std::move(loan), 4));
    CHECK(test.held.payload()[0] == std::byte{0x5a});
    CHECK(test.held.payload()[1] == std::byte{0xa5});
    test.held.release();
    test.go_on();
    CHECK(test.is_untouched());
}

TEST_CASE("a back end that ends leaves the rings alone, and its link without a driver") {
    auto test = at_work{};
    test.back_end.reset();
    for (auto i = 0; i < 5; ++i) {
        (void)test.link.poll();
        (void)test.link.get<"echo">().send(std::array{std::byte{2}});
    }
    test.link.close();
    CHECK(test.is_untouched());
    CHECK(test.held.payload()[0] == std::byte{0x5a});
}

TEST_CASE("a message that is held and a loan outlive their front end and the next ones") {
    auto test = at_work{};
    auto loan = test.link.get<"echo">().reserve();
    REQUIRE(loan);
    test.front.die();
    test.back_end->serve(test.link);
    CHECK(test.held.payload()[0] == std::byte{0x5a});
    for (auto life = 0; life < 20; ++life) {
        auto next = front_end::front_end{test.folder.socket()};
        next.set_up();
        test.back_end->serve(test.link);
        next.kick(0);
        test.back_end->serve(test.link);
        CHECK(test.back_end->is_live());
        std::ranges::fill(loan.payload(), std::byte{0xee});
        CHECK(std::count(next.mapping, next.mapping + front_end::size, std::byte{0xee}) == 0);
        CHECK(test.held.payload().size() == 2);
        CHECK((test.held.payload()[0] == std::byte{0x5a} or test.held.payload()[0] == std::byte{0}));
        next.die();
        test.back_end->serve(test.link);
    }
}

TEST_CASE("a message that is held outlives any number of lives of the driver, which at last is refused another") {
    auto test = at_work{};
    auto loan = test.link.get<"echo">().reserve();
    REQUIRE(loan);
    REQUIRE(test.is_untouched());
    auto lives = std::size_t{0};
    for (; lives < 20'000 and test.back_end->is_connected(); ++lives) {
        test.front.ask(vhost_request::enable_ring, {}, state{0, 0});
        for (auto ring = 0u; ring < 2; ++ring) {
            auto const at = rpmsg::vring_layout<front_end::config>::parts(ring).used + 2;
            auto const used = rpmsg::load<std::uint16_t>(rpmsg::const_bytes{test.front.mapping + at, 2});
            test.front.ask(vhost_request::set_ring_base, {}, state{ring, used});
        }
        test.front.ask(vhost_request::enable_ring, {}, state{0, 1});
        test.back_end->serve(test.link);
    }
    CHECK(lives == vhost_rings::most_kept);
    CHECK(test.front.is_dropped());
    CHECK(test.back_end->why().starts_with("gives rings once more: this back end keeps the memory of the 16384 times before"));
    CHECK(test.held.payload()[0] == std::byte{0x5a});
    CHECK(test.held.payload()[1] == std::byte{0xa5});
    std::ranges::fill(loan.payload(), std::byte{0xee});
    test.held.release();
    CHECK(test.is_untouched());
}

TEST_CASE("a driver that takes its rings away and gives them again goes on") {
    auto test = at_work{};
    test.held.release();
    for (auto life = 0; life < 5; ++life) {
        test.front.let_go();
        test.back_end->serve(test.link);
        CHECK_FALSE(test.link.is_up());
        test.front.ask(vhost_request::enable_ring, {}, state{0, 1});
        test.front.ask(vhost_request::enable_ring, {}, state{1, 1});
        test.back_end->serve(test.link);
        test.front.kick(0);
        test.work(3);
        CHECK(test.back_end->is_live());
        CHECK(test.link.is_up());
        test.held.release();
    }
}

TEST_CASE("names are announced, and taken back, only where the front end took feature bit 0") {
    auto const test = front_end::own_folder{};
    vhost_rings shared{};
    auto back_end = vhost_user::listen(test.socket(), remote_rings, shared);
    REQUIRE(back_end);
    auto service = [](rpmsg::link_ref, rpmsg::message const&) {};
    auto link = rpmsg::channel{remote{shared.shared(), shared.bell(), shared.placed()}, rpmsg::endpoint_pool<2>{}};
    auto const made = link.create("echo", service);
    REQUIRE(made);
    auto front = front_end::front_end{test.socket()};
    auto const takes_names = GENERATE(true, false);
    front.set_up(takes_names ? 0x1'4000'0001 : 0x1'4000'0000);
    auto driver = rpmsg::channel{host{rpmsg::mapped_region<>{front.mapping, front_end::size}, front_end::kick_bell{&front}},
                                 rpmsg::endpoint_pool<2>{}};
    REQUIRE(driver.start());
    for (auto i = 0; i < 10; ++i) {
        back_end->serve(link);
        (void)link.poll();
        driver.notify();
        (void)driver.poll();
    }
    REQUIRE(link.is_up());
    auto const sent = [&] {
        auto const at = rpmsg::vring_layout<front_end::config>::parts(0).used + 2;
        return rpmsg::load<std::uint16_t>(rpmsg::const_bytes{front.mapping + at, 2});
    };
    CHECK(sent() == (takes_names ? 1 : 0));
    CHECK(link.destroy(*made));
    for (auto i = 0; i < 3; ++i) {
        (void)link.poll();
    }
    CHECK(sent() == (takes_names ? 2 : 0));
    CHECK(link.at(*made).send({}).error() == rpmsg::error::no_endpoint);
    CHECK_FALSE(link.is_pending());
}

TEST_CASE("what rang before the rings were ready does not start the link, now or later") {
    auto test = listening{};
    auto front = front_end::front_end{test.folder.socket()};
    SECTION("before they were told") {
        front.take_features(0x1'4000'0001, 0x20);
        front.ask(vhost_request::set_ring_kick, {front.kicks[0].number()}, std::uint64_t{0});
        front.kick(0);
        test.serve();
        front.set_up();
    }
    SECTION("while one was disabled") {
        front.set_up();
        front.ask(vhost_request::enable_ring, {}, state{0, 0});
        test.serve();
        front.kick(0);
        front.kick(1);
        test.serve();
        front.ask(vhost_request::enable_ring, {}, state{0, 1});
    }
    SECTION("and was not heard before they were disabled") {
        front.set_up();
        test.serve();
        front.kick(0);
        front.let_go();
        test.serve();
        front.set_up();
    }
    SECTION("in band") {
        auto other = listening{{.in_band = true}};
        auto in_band = front_end::front_end{other.folder.socket()};
        in_band.take_features(0x1'4000'0001, 0x4028);
        in_band.ask(vhost_request::kick_ring, {}, state{0, 0});
        in_band.set_up(0x1'4000'0001, 0x4028);
        other.serve();
        CHECK_FALSE(other.back_end->is_live());
        return;
    }
    test.serve();
    CHECK(test.link.notes.empty());
    front.kick(0);
    test.serve();
    CHECK(test.back_end->is_live());
}

TEST_CASE("a doorbell that rings while the front end still tells of the rings is not lost") {
    auto test = listening{};
    auto front = front_end::front_end{test.folder.socket()};
    front.take_features(0x1'4000'0001, 0x20);
    front.ask(vhost_request::set_memory_table, {front.memory.number()}, front.one_region, front.whole());
    front.place_ring(1);
    front.ask(vhost_request::set_ring_kick, {front.kicks[0].number()}, std::uint64_t{0});
    for (auto i = 0; i < 62; ++i) { // more than one `serve` does
        front.ask(vhost_request::set_owner, {});
    }
    front.place_ring(0);
    front.kick(0);
    test.serve();
    CHECK(test.back_end->is_live());
}

TEST_CASE("files that block, or are no bells, neither stop nor end the back end") {
    auto test = listening{};
    auto front = front_end::front_end{test.folder.socket()};
    front.set_up();
    test.serve();
    alarm(120); // ends a test that waits
    SECTION("a call that blocks and is full") {
        auto const blocking = rpmsg::host::descriptor{eventfd(0, EFD_CLOEXEC)};
        front.ask(vhost_request::set_ring_call, {blocking.number()}, std::uint64_t{0});
        test.serve();
        auto const most = ~std::uint64_t{0} - 1;
        REQUIRE(write(blocking.number(), &most, sizeof(most)) == sizeof(most));
        CHECK(test.shared.bell().ring(0));
        CHECK(test.back_end->is_connected());
    }
    SECTION("doorbells that block and were read by somebody else") {
        front.kick(0);
        auto count = std::uint64_t{};
        REQUIRE(read(front.kicks[0].number(), &count, sizeof(count)) == sizeof(count));
        test.serve();
        CHECK(test.link.notes.empty());
    }
    SECTION("a pipe to be called through, whose reader is gone") {
        auto ends = std::array{-1, -1};
        REQUIRE(pipe(ends.data()) == 0);
        front.ask(vhost_request::set_ring_call, {ends[1]}, std::uint64_t{0});
        close(ends[0]);
        close(ends[1]);
        test.serve();
        (void)test.shared.bell().ring(0);
        CHECK(front.is_dropped());
        CHECK(test.back_end->why() == "is to be called for ring 0 through what is no eventfd and no socket");
    }
    SECTION("a terminal as the doorbell, that gives 255 bytes or after 25 seconds what it has") {
        auto const near = rpmsg::host::descriptor{posix_openpt(O_RDWR | O_NOCTTY)};
        REQUIRE(grantpt(near.number()) == 0);
        REQUIRE(unlockpt(near.number()) == 0);
        auto const far = rpmsg::host::descriptor{open(ptsname(near.number()), O_RDWR | O_NOCTTY)};
        auto how = termios{};
        REQUIRE(tcgetattr(far.number(), &how) == 0);
        cfmakeraw(&how);
        how.c_cc[VMIN] = 255;
        how.c_cc[VTIME] = 255; // tenths of a second
        REQUIRE(tcsetattr(far.number(), TCSANOW, &how) == 0);
        REQUIRE(write(near.number(), "x", 1) == 1);
        front.ask(vhost_request::set_ring_kick, {far.number()}, std::uint64_t{0});
        auto const before = steady_clock::now();
        test.serve();
        CHECK(steady_clock::now() - before < 20'000);
        CHECK(front.is_dropped());
        CHECK(test.back_end->why() == "rings for ring 0 through what is no eventfd and no socket");
    }
    SECTION("a pipe as the doorbell") {
        auto ends = std::array{-1, -1};
        REQUIRE(pipe(ends.data()) == 0);
        front.ask(vhost_request::set_ring_kick, {ends[0]}, std::uint64_t{0});
        test.serve();
        close(ends[0]);
        close(ends[1]);
        test.serve();
        CHECK(front.is_dropped());
    }
    SECTION("a channel that is no socket") {
        front.ask(vhost_request::set_back_end_channel, {front.memory.number()});
        test.serve();
        CHECK(test.back_end->why() == "gives a channel that is no socket to call it through");
    }
    alarm(0);
}

TEST_CASE("a socket that waits for what it has not sent does not stop the back end that closes it last") {
    auto test = listening{};
    auto front = front_end::front_end{test.folder.socket()};
    auto socket = lingering_socket{};
    REQUIRE(socket.is_full());
    front.set_up();
    test.serve();
    auto const give = [&](vhost_request request, auto const&... payload) { front.ask(request, {socket.number()}, payload...); };
    auto const leave = [&] { close(socket.hand_over()); };
    auto const leave_later = [&] {
        test.serve();
        socket.ask_to_linger(); // again, whatever was done when it came
        leave();
    };
    auto const before = steady_clock::now();
    SECTION("as a call, until the front end is gone") {
        give(vhost_request::set_ring_call, std::uint64_t{0});
        leave_later();
    }
    SECTION("as a call that is exchanged") {
        give(vhost_request::set_ring_call, std::uint64_t{0});
        leave_later();
        front.ask(vhost_request::set_ring_call, {front.calls[0].number()}, std::uint64_t{0});
    }
    SECTION("as a call that is taken back") {
        give(vhost_request::set_ring_call, std::uint64_t{0});
        leave_later();
        front.ask(vhost_request::set_ring_call, {}, std::uint64_t{0x100});
    }
    SECTION("as a doorbell that is exchanged") {
        give(vhost_request::set_ring_kick, std::uint64_t{0});
        leave_later();
        front.ask(vhost_request::set_ring_kick, {front.kicks[0].number()}, std::uint64_t{0});
    }
    SECTION("as the channel") {
        give(vhost_request::set_back_end_channel);
        leave_later();
    }
    SECTION("as memory") {
        give(vhost_request::set_memory_table, front.one_region, front.whole());
        leave();
    }
    SECTION("for errors") {
        give(vhost_request::set_ring_error, std::uint64_t{0});
        leave();
    }
    SECTION("as what nobody asked for") {
        give(vhost_request::set_owner);
        leave();
    }
    SECTION("with half a message") {
        auto const message = front_end::message_of(vhost_request::set_owner, 1);
        front.say(rpmsg::const_bytes{message}.first(5), {socket.number()});
        leave_later();
    }
    test.serve();
    front.die();
    test.serve();
    CHECK_FALSE(test.back_end->is_connected());
    CHECK(steady_clock::now() - before < 30'000);
}

TEST_CASE("a file of a process that does not answer does not stop the back end") {
    auto disk = silent_file_system{};
    if (not disk) {
        SKIP("this user cannot mount a file system");
    }
    auto test = listening{};
    auto front = front_end::front_end{test.folder.socket()};
    front.set_up();
    front.kick(0);
    test.serve();
    REQUIRE(test.back_end->is_live());
    disk.be_silent();
    SECTION("as memory") { front.ask(vhost_request::set_memory_table, {disk.file()}, front.one_region, front.whole()); }
    SECTION("as a call") { front.ask(vhost_request::set_ring_call, {disk.file()}, std::uint64_t{0}); }
    SECTION("as a doorbell") { front.ask(vhost_request::set_ring_kick, {disk.file()}, std::uint64_t{0}); }
    SECTION("as the channel") { front.ask(vhost_request::set_back_end_channel, {disk.file()}); }
    SECTION("for errors") { front.ask(vhost_request::set_ring_error, {disk.file()}, std::uint64_t{0}); }
    SECTION("as what nobody asked for") { front.ask(vhost_request::set_owner, {disk.file()}); }
    SECTION("beside others, more than there may be") {
        front.ask(vhost_request::set_owner, {0, 0, 0, 0, 0, 0, 0, disk.file(), 0});
    }
    auto const before = steady_clock::now();
    test.serve();
    CHECK(steady_clock::now() - before < 30'000);
    CHECK_FALSE(test.back_end->is_connected());
    CHECK(test.back_end->why() == "sends a file that may have to be waited for, of file system 'fuse': it has to be memory, "
                                  "or on a disk of this computer");
    CHECK(test.link.notes.ends_with("close "));
}

TEST_CASE("nobody is called where the front end takes a call back, and no other file is written to") {
    auto test = listening{};
    auto front = front_end::front_end{test.folder.socket()};
    front.set_up();
    front.kick(0);
    test.serve();
    front.ask(vhost_request::set_ring_call, {}, std::uint64_t{0x100});
    test.serve();
    CHECK(test.back_end->is_live());
    CHECK(test.shared.bell().ring(0));
    CHECK_FALSE(front.was_called(0));
    front.ask(vhost_request::set_ring_call, {front.calls[0].number()}, std::uint64_t{0});
    test.serve();
    CHECK(test.shared.bell().ring(0));
    CHECK(front.was_called(0));
}

TEST_CASE("a front end that makes its memory smaller is dropped before that is touched") {
    auto test = listening{};
    auto front = front_end::front_end{test.folder.socket()};
    front.set_up();
    front.kick(0);
    test.serve();
    REQUIRE(ftruncate(front.memory.number(), 4096) == 0);
    test.serve();
    CHECK(front.is_dropped());
    CHECK(test.back_end->why() == "makes its memory smaller while it is used");
    CHECK(test.link.notes.ends_with("close "));
}

TEST_CASE("other threads send while rings come and go and their calls are exchanged", "[threads]") {
    auto const test = front_end::own_folder{};
    vhost_rings shared{};
    auto back_end = vhost_user::listen(test.socket(), remote_rings, shared);
    REQUIRE(back_end);
    auto lock = std::mutex{};
    auto link = rpmsg::channel{remote{shared.shared(), shared.bell(), shared.placed()},
                               rpmsg::endpoints{rpmsg::endpoint<"echo">(ignores)}, rpmsg::lock_ref{lock}};
    auto stop = std::atomic<bool>{};
    auto sent = std::atomic<int>{};
    auto sender = std::thread{[&] {
        while (not stop) {
            sent += link.get<"echo">().send(std::array{std::byte{2}}) ? 1 : 0;
            if (auto room = link.get<"echo">().reserve(); room) {
                room.payload()[0] = std::byte{3};
            }
        }
    }};
    for (auto connection = 0; connection < 3; ++connection) {
        auto front = front_end::front_end{test.socket()};
        for (auto life = 0; life < 5; ++life) {
            std::fill_n(front.mapping, front_end::size, std::byte{0});
            auto driver =
                rpmsg::channel{host{rpmsg::mapped_region<>{front.mapping, front_end::size}, front_end::kick_bell{&front}},
                               rpmsg::endpoints{rpmsg::endpoint<"echo">(ignores)}};
            front.set_up();
            back_end->serve(link);
            REQUIRE(driver.start());
            auto const before = sent.load();
            for (auto i = 0; i < 20'000 and (i < 50 or sent < before + 10); ++i) {
                front.ask(vhost_request::set_ring_call, {front.calls[static_cast<std::size_t>(i % 2)].number()},
                          std::uint64_t{0});
                back_end->serve(link);
                (void)link.poll();
                driver.notify();
                (void)driver.poll();
            }
            CHECK(sent >= before + 10);
            front.let_go();
            back_end->serve(link);
        }
        front.die();
        back_end->serve(link);
    }
    stop = true;
    sender.join();
}

TEST_CASE("where a stopped ring stands is told after the last message that another thread sent through it", "[threads]") {
    auto const test = front_end::own_folder{};
    vhost_rings shared{};
    auto back_end = vhost_user::listen(test.socket(), remote_rings, shared);
    REQUIRE(back_end);
    auto lock = std::mutex{};
    auto link = rpmsg::channel{remote{shared.shared(), shared.bell(), shared.placed()},
                               rpmsg::endpoints{rpmsg::endpoint<"echo">(ignores)}, rpmsg::lock_ref{lock}};
    auto stop = std::atomic<bool>{};
    auto sent = std::atomic<int>{};
    auto sender = std::thread{[&] {
        while (not stop) {
            sent += link.get<"echo">().send(std::array{std::byte{2}}) ? 1 : 0;
        }
    }};
    auto front = front_end::front_end{test.socket()};
    auto behind = 0;
    for (auto life = 0; life < 300; ++life) {
        std::fill_n(front.mapping, front_end::size, std::byte{0});
        auto driver = rpmsg::channel{host{rpmsg::mapped_region<>{front.mapping, front_end::size}, front_end::kick_bell{&front}},
                                     rpmsg::endpoints{rpmsg::endpoint<"echo">(ignores)}};
        front.set_up();
        back_end->serve(link);
        REQUIRE(driver.start());
        auto const before = sent.load();
        for (auto i = 0; i < 20'000 and sent < before + 3; ++i) {
            back_end->serve(link);
            (void)link.poll();
            driver.notify();
            (void)driver.poll();
        }
        CHECK(sent >= before + 3);
        driver.notify();
        front.ask(vhost_request::get_ring_base, {}, state{0, 0});
        (void)driver.poll(); // its buffers are free: the other thread sends again
        back_end->serve(link);
        auto const told = front.answer(vhost_request::get_ring_base) >> 32;
        auto const stands = rpmsg::load<std::uint16_t>(
            {front.mapping + rpmsg::vring_layout<front_end::config>::parts(0).used + 2, sizeof(std::uint16_t)});
        behind += told != stands ? 1 : 0;
        front.let_go();
        back_end->serve(link);
    }
    CHECK(behind == 0);
    stop = true;
    sender.join();
}
