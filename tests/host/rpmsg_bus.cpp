#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/grouped_endpoints.hpp>
#include <rpmsg/framework/listener.hpp>
#include <rpmsg/host/rpmsg_bus.hpp>

#include <catch2/catch_test_macros.hpp>

#include "fake_kernel.hpp"
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using rpmsg::any_address;
using rpmsg::counter;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::error;
using rpmsg::event;
using rpmsg::event_kind;
using rpmsg::message;
using rpmsg::poll_budget;

namespace {
using bus = rpmsg::host::rpmsg_bus<fake_kernel>;
static_assert(rpmsg::transport<bus>);
static_assert(rpmsg::transport<rpmsg::host::rpmsg_bus<>>);

auto bytes_of(std::string_view text) -> rpmsg::const_bytes { return std::as_bytes(std::span{text}); }
auto text_of(message const& m) -> std::string { return {reinterpret_cast<char const*>(m.payload.data()), m.payload.size()}; }

/// Polls as a program does that waits for its deadline and for its descriptor.
struct program {
    rpmsg::ticks now = 0xffff'ff00; // so that the time runs over

    auto turn(auto& link, rpmsg::ticks time = 0) -> void {
        auto const end = now + time;
        auto busy = 0;
        while (true) {
            link.poll({}, now);
            auto const due = link.next_deadline(now);
            REQUIRE(due.is_set);
            if (link.is_pending() or due.at == now) {
                REQUIRE(++busy < 1000);
            } else if (rpmsg::has_passed(due.at, end)) {
                now = due.at;
            } else {
                now = end;
                link.poll({}, now);
                return;
            }
        }
    }
};
/// An endpoint that keeps what it hears.
struct ear {
    std::vector<std::string> heard{};
    std::vector<event_kind> events{};
    auto on_message() {
        return [this](auto& link, message const& m) {
            heard.push_back(text_of(m));
            if (text_of(m) == "question") {
                link.reply(m, bytes_of("answer"));
            }
        };
    }
    auto on_event() {
        return [this](auto&, event const& e) { events.push_back(e.kind); };
    }
};
/// Greets each name, echoes, and ends at an empty message.
struct greeter {
    auto on_open(auto& link, std::uint32_t session) -> void {
        names[session] = link.name();
        CHECK(link.send(bytes_of("welcome")));
    }
    auto on_message(auto& link, std::uint32_t, message const& m) -> void {
        if (m.payload.empty()) {
            link.close();
        }
        link.reply(m, m.payload);
    }
    auto on_close(auto&, std::uint32_t session) -> void { names[session].clear(); }
    std::array<std::string, 2> names{};
};
} // namespace

TEST_CASE("an endpoint is joined to the name that the remote processor has announced") {
    auto kernel = fake_kernel::state{};
    auto it = ear{};
    auto time = program{};
    kernel.announce("echo", 1024);
    kernel.announce("other", 1025);
    {
        auto link = rpmsg::channel{bus{fake_kernel{kernel}}, endpoints{endpoint<"echo">(it.on_message(), it.on_event())}};
        CHECK_FALSE(link.is_up());
        REQUIRE(link.start());
        time.turn(link);
        REQUIRE(kernel.made.size() == 1);
        CHECK((kernel.last().name == "echo" and kernel.last().is_announced));
        CHECK(kernel.last().remote == rpmsg::address{1024});
        CHECK(link.get<"echo">().peer() == rpmsg::address{1024});
        CHECK(link.get<"echo">().send(bytes_of("hello")));
        CHECK(kernel.last().receive() == "hello");
        CHECK(kernel.last().send("question"));
        CHECK(kernel.last().send(""));
        time.turn(link);
        CHECK(it.heard == std::vector<std::string>{"question", ""});
        CHECK(kernel.last().receive() == "answer");
        CHECK(link.get<"echo">().send_to(rpmsg::address{1025}, bytes_of("stray")).error() == error::closed);
        CHECK(link.get<"echo">().send(std::array<std::byte, 497>{}).error() == error::too_large);
    }
    CHECK(kernel.open_channels() == 0);
}

TEST_CASE("a name that comes later is announced once the remote processor had time for its own") {
    auto kernel = fake_kernel::state{};
    auto it = ear{};
    auto time = program{};
    auto link = rpmsg::channel{bus{fake_kernel{kernel}}, endpoints{endpoint<"echo">(it.on_message(), it.on_event())}};
    REQUIRE(link.start());
    time.turn(link, 90);
    CHECK(kernel.made.empty());
    time.turn(link, 20);
    REQUIRE(kernel.made.size() == 1);
    auto& announced = *kernel.made.front();
    CHECK((announced.is_announced and announced.remote == any_address));

    // The answer may be there before the name of who sent it.
    CHECK(announced.send("early"));
    time.turn(link, 50);
    CHECK(it.heard.empty());
    kernel.announce("echo", 1030);
    time.turn(link);
    CHECK(it.heard == std::vector<std::string>{"early"});
    REQUIRE(kernel.made.size() == 2);
    CHECK((kernel.last().remote == rpmsg::address{1030} and not kernel.last().is_announced));
    CHECK(link.get<"echo">().send(bytes_of("hello")));
    CHECK(kernel.last().receive() == "hello");
    CHECK(kernel.last().send("to the sender"));
    time.turn(link);
    CHECK(it.heard.back() == "to the sender");

    kernel.withdraw(1030);
    time.turn(link);
    CHECK(it.events.back() == event_kind::unbound);
    CHECK_FALSE(announced.is_released); // the next one of that name finds it
    CHECK(announced.send("from nobody"));
    kernel.announce("echo", 1031);
    time.turn(link);
    CHECK(it.heard.back() == "from nobody");
    CHECK(link.get<"echo">().peer() == rpmsg::address{1031});
}

TEST_CASE("a listener accepts names of the remote processor, one by one, and may answer at once") {
    auto kernel = fake_kernel::state{};
    auto served = greeter{};
    auto time = program{};
    auto link = rpmsg::channel{bus{fake_kernel{kernel}}, endpoints{rpmsg::listener<"fs-", 2>(served)}};
    REQUIRE(link.start());
    kernel.announce("fs-a", 1024);
    kernel.announce("fs-a", 1025);
    kernel.announce("fs-b", 1026);
    time.turn(link, 50);
    REQUIRE(kernel.made.size() == 2); // two sessions for three names
    auto& first = *kernel.made[0];
    auto& second = *kernel.made[1];
    CHECK(first.remote == rpmsg::address{1024});
    CHECK(first.receive() == "welcome");
    CHECK(second.receive() == "welcome");
    CHECK(first.send("1"));
    CHECK(second.send("2"));
    time.turn(link);
    CHECK(first.receive() == "1");
    CHECK(second.receive() == "2");

    // A session that this side ends is not opened for the same name again; the next name has its place.
    CHECK(first.send(""));
    time.turn(link, 20);
    CHECK(first.is_released);
    REQUIRE(kernel.made.size() == 3);
    CHECK(kernel.last().remote != rpmsg::address{1024});
    CHECK(kernel.last().receive() == "welcome");
    kernel.withdraw(1024);
    kernel.withdraw(1025);
    kernel.withdraw(1026);
    time.turn(link);
    CHECK((served.names[0].empty() and served.names[1].empty()));
    CHECK(kernel.open_channels() == 0);
}

TEST_CASE("messages that the driver has no buffer for wait in order, and no call does") {
    auto kernel = fake_kernel::state{};
    auto it = ear{};
    auto time = program{};
    auto link = rpmsg::channel{bus{fake_kernel{kernel}}, endpoints{endpoint<"tap">(it.on_message(), it.on_event())}};
    kernel.announce("tap", 1024);
    REQUIRE(link.start());
    time.turn(link);
    auto sent = 0;
    auto const next = [&] { return bytes_of(sent % 2 == 0 ? "even" : "odd"); };
    while (link.get<"tap">().send(next())) {
        ++sent;
    }
    CHECK(sent > 16);
    CHECK(link.get<"tap">().send(next()).error() == error::no_buffer);
    auto const now = time.now;
    CHECK(link.next_deadline(now).at - now <= 1);
    kernel.withdraw(1024);
    kernel.announce("tap", 1030);
    time.turn(link, 100);
    CHECK(kernel.made.size() == 1); // to end a channel would wait for a buffer, too
    auto received = 0;
    for (auto text = kernel.last().receive(); text != "-"; text = kernel.made.front()->receive(), ++received) {
        CHECK(text == (received % 2 == 0 ? "even" : "odd"));
        time.turn(link);
    }
    CHECK(received == sent);
    time.turn(link, 20);
    CHECK(kernel.made.size() == 2);
    CHECK(kernel.made.front()->is_released);
    CHECK(link.counts()[counter::lost_in_flight] == 0);
}

TEST_CASE("a reader that is behind keeps its messages, and the driver's queue keeps the rest") {
    auto kernel = fake_kernel::state{};
    auto kept = std::vector<rpmsg::held_message>{};
    auto time = program{};
    auto const keeps = [&](auto& link, message const& m) { kept.push_back(link.hold(m)); };
    auto link = rpmsg::channel{bus{fake_kernel{kernel}}, endpoints{endpoint<"tap">(keeps)}};
    kernel.announce("tap", 1024);
    REQUIRE(link.start());
    time.turn(link);
    for (auto i = 0; i < 18; ++i) {
        REQUIRE(kernel.last().send(std::string(static_cast<std::size_t>(i + 1), 'x')));
    }
    time.turn(link);
    CHECK(kept.size() == 16);
    kept[3].release();
    CHECK(link.next_deadline(time.now).at == time.now);
    time.turn(link);
    REQUIRE(kept.size() == 17);
    CHECK(kept.back().payload().size() == 17);
    CHECK(kept.front().payload().size() == 1);
    kept.clear();
    CHECK(kernel.last().send(std::string(497, 'x')));
    time.turn(link);
    CHECK(kept.size() == 1);
    CHECK(link.counts()[counter::bad_length] == 1);
    kept.clear();
}

TEST_CASE("a remote processor that stops takes the link with it, and the next one brings it back") {
    auto kernel = fake_kernel::state{.processor = 0};
    auto it = ear{};
    auto time = program{};
    auto link = rpmsg::channel{bus{fake_kernel{kernel}}, endpoints{endpoint<"echo">(it.on_message(), it.on_event())}};
    REQUIRE(link.start());
    time.turn(link, 100);
    CHECK_FALSE(link.is_up());
    kernel.processor = 5;
    kernel.announce("echo", 1024);
    time.turn(link, 20);
    REQUIRE(link.is_up());
    auto held = link.get<"echo">().reserve();
    CHECK(held);
    kernel.announced.clear();
    kernel.processor = 6; // the next one is there already
    kernel.announce("echo", 1024);
    time.turn(link, 20);
    CHECK(it.events == std::vector{event_kind::link_up, event_kind::bound, event_kind::unbound, event_kind::link_down,
                                   event_kind::link_up, event_kind::bound});
    CHECK_FALSE(kernel.made.front()->is_released); // there is nobody to tell
    CHECK(link.get<"echo">().commit(std::move(held), 1).error() == error::closed);
    CHECK(link.get<"echo">().send(bytes_of("again")));
    CHECK(kernel.last().receive() == "again");
    CHECK(kernel.made.front()->receive() != "again");
    for (auto i = 0; i < 16; ++i) { // no buffer has been lost
        CHECK(link.get<"echo">().reserve());
    }
}

TEST_CASE("a channel that another program ends is made again") {
    auto kernel = fake_kernel::state{};
    auto it = ear{};
    auto time = program{};
    auto link = rpmsg::channel{bus{fake_kernel{kernel}}, endpoints{endpoint<"echo">(it.on_message(), it.on_event())}};
    kernel.announce("echo", 1024);
    REQUIRE(link.start());
    time.turn(link);
    auto const reset = linger{.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(kernel.last().other_end.number(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    CHECK(link.get<"echo">().send(bytes_of("unread"))); // the other end is closed with it: reads fail
    kernel.last().other_end.close();
    time.turn(link);
    REQUIRE(kernel.made.size() == 2);
    CHECK(link.get<"echo">().send(bytes_of("hello")));
    CHECK(kernel.last().receive() == "hello");
}

TEST_CASE("without the rights to make channels the names of the remote processor are bound all the same") {
    auto kernel = fake_kernel::state{.refusal = "/dev/rpmsg_ctrl0 cannot be opened: Permission denied"};
    auto it = ear{};
    auto time = program{};
    auto link = rpmsg::channel{bus{fake_kernel{kernel}}, endpoints{endpoint<"echo">(it.on_message(), it.on_event()),
                                                                   endpoint<"mine">(it.on_message(), it.on_event())}};
    kernel.announce("echo", 1024);
    REQUIRE(link.start());
    time.turn(link, 500);
    REQUIRE(kernel.made.size() == 1);
    CHECK_FALSE(kernel.last().is_announced);
    CHECK(link.get<"echo">().send(bytes_of("hello")));
    CHECK(kernel.last().receive() == "hello");
    CHECK(kernel.last().send("question"));
    time.turn(link);
    CHECK(kernel.last().receive() == "answer");
    CHECK(link.transport().why() == kernel.refusal);
}
