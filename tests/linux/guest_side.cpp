// What runs in the guest: the character devices of Linux's driver, used through rpmsg_char. Ends with 0, or says in one
// line what went wrong.
#include <rpmsg/host/rpmsg_char.hpp>
#include <rpmsg/host/rpmsg_control.hpp>

#include "numbered.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

namespace {
using rpmsg::any_address;
using rpmsg::host::rpmsg_char;
using rpmsg::host::rpmsg_control;
using rpmsg::host::steady_clock;

auto soon() -> rpmsg::ticks { return steady_clock::now() + 120'000; }

[[noreturn]] auto fail(std::string const& why) -> void {
    std::printf("guest_side: %s\n", why.c_str());
    std::exit(1);
}
auto require(bool holds, std::string const& why) -> void {
    if (not holds) {
        fail(why);
    }
}
auto opened(auto outcome) -> auto{
    require(outcome.has_value(), outcome.error());
    return std::move(*outcome);
}

auto send(rpmsg_char const& endpoint, std::uint32_t number, std::size_t size) -> void {
    auto const sent = endpoint.send(numbered::message{number, size}.bytes(), soon());
    require(sent.has_value(), "message " + std::to_string(number) + " not sent: " + std::string{describe(sent.error())});
}
auto receive(rpmsg_char const& endpoint, std::uint32_t number, std::size_t size) -> void {
    auto room = std::array<std::byte, 2 * numbered::largest>{};
    auto const got = endpoint.receive(room, soon());
    require(got.has_value(), "message " + std::to_string(number) + " not there: " + std::string{describe(got.error())});
    require(numbered::is(rpmsg::const_bytes{room}.first(*got), number, size),
            "message " + std::to_string(number) + " is damaged, or another one of " + std::to_string(*got) + " bytes");
}

/// Sends each size, and wants it back.
auto round_trips(rpmsg_char const& endpoint) -> void {
    for (std::uint32_t size = 0; size <= numbered::largest; ++size) {
        send(endpoint, size, size);
        receive(endpoint, size, size);
    }
    auto const too_much = std::array<std::byte, numbered::largest + 1>{};
    require(endpoint.send(too_much, soon()).error() == rpmsg::error::too_large, "497 bytes are not refused");
}

auto flood(rpmsg_char const& endpoint, std::uint32_t count, std::size_t size) -> void {
    for (std::uint32_t number = 0; number < count; ++number) {
        send(endpoint, number, size);
    }
}

/// Asks for a flood and takes it, resting after each message.
auto drink(rpmsg_char const& endpoint, std::uint32_t count, std::size_t size, useconds_t rest) -> void {
    send(endpoint, count, sizeof(count));
    for (std::uint32_t number = 0; number < count; ++number) {
        receive(endpoint, number, size);
        if (rest > 0) {
            usleep(rest);
        }
    }
}

/// Fills the transmit buffers of a driver whose remote takes nothing.
auto fill(rpmsg_char const& endpoint) -> void {
    auto count = std::uint32_t{0};
    while (count < 1000 and endpoint.send(numbered::message{count, numbered::largest}.bytes(), steady_clock::now())) {
        ++count;
    }
    std::printf("guest_side: filled %u\n", count);
    require(endpoint.send(numbered::message{count, 8}.bytes(), steady_clock::now() + 50).error() == rpmsg::error::timed_out,
            "a full driver takes a message");
    send(endpoint, count, numbered::largest);
}

/// Waits for the end of a channel.
auto outlive(rpmsg_char const& endpoint) -> void {
    auto room = std::array<std::byte, numbered::largest>{};
    std::printf("guest_side: waiting\n");
    std::fflush(stdout);
    require(endpoint.receive(room, soon()).error() == rpmsg::error::closed, "the channel did not end");
    require(endpoint.send({}, soon()).error() == rpmsg::error::closed, "a channel that ended takes messages");
}

auto endpoints() -> void {
    auto const control = opened(rpmsg_control::open());
    auto const remote = rpmsg::address{0x100};
    for (auto round = 0; round < 3; ++round) {
        {
            auto const endpoint = opened(rpmsg_char::create(control, "probe", any_address, remote, soon()));
            round_trips(endpoint);
            auto const second = opened(rpmsg_char::create(control, "probe", rpmsg::address{0x55}, remote, soon()));
            send(second, 7, 100);
            receive(second, 7, 100);
        }
        require(rpmsg_control::find("probe").empty(), "an endpoint that was destroyed is still there");
    }
    require(not control.release_channel("nobody", any_address, remote).text.empty(), "an unknown channel can be released");
    require(not rpmsg_char::open("nobody", steady_clock::now()), "an unknown endpoint can be opened");
}

/// Makes endpoints of one name in two processes at once, which send to two services: each gets its own.
auto same_name() -> void {
    auto const child = fork();
    auto const remote = rpmsg::address{child == 0 ? 0x100u : 0x200u};
    auto const control = opened(rpmsg_control::open());
    for (auto round = 0; round < 200; ++round) {
        auto const endpoint = opened(rpmsg_char::create(control, "probe", any_address, remote, soon()));
        send(endpoint, 1, sizeof(std::uint32_t));
        auto room = std::array<std::byte, 16>{};
        auto const got = endpoint.receive(room, soon());
        require(got.has_value() and rpmsg::load<std::uint32_t>(room) == static_cast<std::uint32_t>(remote),
                "the endpoint is one of the other process");
    }
    auto status = 0;
    require(child == 0 or (waitpid(child, &status, 0) == child and status == 0), "the other process failed");
}

auto channel(bool is_wanted) -> void {
    auto const control = opened(rpmsg_control::open());
    auto const local = rpmsg::address{0x777};
    auto const failed = is_wanted ? control.create_channel("rpmsg-raw", local, any_address)
                                  : control.release_channel("rpmsg-raw", local, any_address);
    require(failed.text.empty(), failed.text);
}
} // namespace

auto main(int count, char** arguments) -> int {
    auto const what = std::string_view{count > 1 ? arguments[1] : ""};
    auto const number = [&](int which, unsigned long otherwise) {
        return count > which ? std::strtoul(arguments[which], nullptr, 10) : otherwise;
    };
    auto const open = [] { return opened(rpmsg_char::open("rpmsg-raw", soon())); };
    if (what == "round_trips") {
        round_trips(open());
    } else if (what == "ping") {
        auto const endpoint = open();
        send(endpoint, 1, 40);
        receive(endpoint, 1, 40);
    } else if (what == "flood") {
        flood(open(), static_cast<std::uint32_t>(number(2, 1000)), number(3, numbered::largest));
    } else if (what == "drink") {
        drink(open(), static_cast<std::uint32_t>(number(2, 1000)), number(3, numbered::largest),
              static_cast<useconds_t>(number(4, 0)));
    } else if (what == "fill") {
        fill(open());
    } else if (what == "outlive") {
        outlive(open());
    } else if (what == "endpoints") {
        endpoints();
    } else if (what == "same_name") {
        same_name();
    } else if (what == "channel" or what == "no_channel") {
        channel(what == "channel");
    } else {
        fail("unknown command '" + std::string{what} + "'");
    }
}
