// The host core: it starts the other one, sends numbered messages in three ways and checks each one that comes back. Then it
// makes the other core restart many times in the middle of the stream, gives two names at run time, and pings. The emulator ends
// with status 0 when every message came back intact and in order, except those that were lost in a restart and that the link
// reported.
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/service/ping/pinger.hpp>

#include "board.hpp"
#include <array>
#include <numbered.hpp>
#include <semihosting.hpp>
#include <utility>

namespace {
using namespace numbered;

using board::messages;
using board::restarts;

constexpr std::uint32_t most_under_way = 6; ///< the remote then has a buffer for each answer and for all announcements

std::uint32_t sent{};     // the number of the next message
std::uint32_t received{}; // the number of the next answer
std::uint32_t lost{};
std::uint32_t restarts_asked{};
std::uint32_t restarts_seen{};
std::uint32_t hellos{};
std::uint32_t doorbells{};
std::uint32_t sleeps{};

[[noreturn]] auto fail(auto const&... parts) -> void {
    semihosting::print_line(board::name, ": ", parts...);
    semihosting::end(1);
}

auto hear(way by, rpmsg::const_bytes content) -> void {
    if (by != way_of(received) or not is(content, received)) {
        auto const number = content.size() >= 4 ? rpmsg::load<std::uint32_t>(content) : 0;
        fail("message ", received, " was expected, ", number, " came, ", std::uint32_t(content.size()), " bytes long");
    }
    ++received;
}

/// Counts the messages that were lost with the peer; the link must report at least as many.
auto hear_end(rpmsg::event const& e) -> void {
    if (e.reason != rpmsg::down_reason::peer_restarted or restarts_seen == restarts_asked) {
        fail("the link went down for reason ", std::uint32_t(e.reason), " after ", restarts_seen, " restarts");
    }
    if (sent - received > e.unreturned) {
        fail(sent - received, " messages are missing, the link tells of ", e.unreturned);
    }
    lost += sent - received;
    received = sent;
    ++restarts_seen;
}

constexpr auto copied = rpmsg::endpoint<"copied">([](auto&, rpmsg::message const& m) { hear(way::copied, m.payload); });
constexpr auto in_place = rpmsg::endpoint<"in-place">([](auto&, rpmsg::message const& m) { hear(way::in_place, m.payload); });
constexpr auto by_address =
    rpmsg::endpoint<0x100, 0x200>([](auto&, rpmsg::message const& m) { hear(way::by_address, m.payload); });
constexpr auto restart = rpmsg::endpoint<"restart">([](auto&, auto const&) {},
                                                    [](auto&, rpmsg::event const& e) {
                                                        if (e.kind == rpmsg::event_kind::link_down) {
                                                            hear_end(e);
                                                        }
                                                    });
constexpr auto hello = rpmsg::endpoint<"hello">([](auto&, auto const&) { ++hellos; });

constinit auto pings = rpmsg::pinger<>{};
std::uint32_t served{};
auto on_served = [](rpmsg::link_ref, rpmsg::message const& m) { served += m.payload.size() == 3 ? 1u : 0u; };

constinit auto link = rpmsg::channel{
    rpmsg::vring_driver<board::shared_block.rings, board::host_memory, board::mailbox>{},
    rpmsg::endpoints{copied, in_place, by_address, restart, hello, rpmsg::ref{pings}, rpmsg::named<2>{}},
};

auto send_next() -> bool {
    auto content = std::array<std::byte, largest>{};
    auto const size = size_of(sent);
    switch (way_of(sent)) {
    case way::copied:
        write(rpmsg::bytes{content}.first(size), sent);
        return link.get<"copied">().send({content.data(), size}).has_value();
    case way::by_address:
        write(rpmsg::bytes{content}.first(size), sent);
        return link.at(2).send({content.data(), size}).has_value();
    case way::in_place: break;
    }
    auto const endpoint = link.get<"in-place">();
    auto room = endpoint.reserve();
    if (not room) {
        return false;
    }
    write(room.payload().first(size), sent);
    return endpoint.commit(std::move(room), size).has_value();
}

auto is_ready() -> bool {
    return link.get<"copied">().is_bound() and link.get<"in-place">().is_bound() and link.get<"restart">().is_bound();
}

/// Sends up to that number, as many as may be in flight.
auto send_until(std::uint32_t end) -> void {
    while (is_ready() and sent != end and sent - received < most_under_way and send_next()) {
        ++sent;
    }
}

/// Polls, and sends up to that number, until it is done; sleeps when there is no work.
auto run_until(std::uint32_t end, auto&& is_done) -> void {
    while (true) {
        link.poll();
        send_until(end);
        if (is_done()) {
            return;
        }
        board::sleep_unless([] {
            auto const has_work = link.is_pending();
            sleeps += has_work ? 0 : 1;
            return has_work;
        });
    }
}

auto restart_in_the_middle() -> void {
    auto const first_part = sent + 10 + restarts_asked % 23;
    run_until(first_part, [&] { return sent == first_part; });
    run_until(first_part, [] { return is_ready() and link.get<"restart">().send({}).has_value(); });
    ++restarts_asked;
    run_until(sent + 1000, [] { return restarts_seen == restarts_asked; });
}

/// Names that this core gives at run time are served by the other one, as often as they come.
auto use_names() -> void {
    constexpr auto content = std::array<std::byte, 3>{};
    for (std::uint32_t round = 0; round < 20; ++round) {
        // A place is free again once its last name was withdrawn from the peer.
        auto const create = [](auto const& name) {
            auto made = rpmsg::result<std::uint32_t>{rpmsg::error::no_endpoint};
            run_until(sent, [&] { return (made = link.create(name, on_served)).error() != rpmsg::error::no_endpoint; });
            return made;
        };
        auto const one = create("serve-one");
        auto const two = create("serve-two");
        if (not one or not two) {
            fail("a name could not be created in round ", round);
        }
        for (auto const id : {*one, *two}) {
            run_until(sent, [&] { return link.at(id).is_bound() and link.at(id).send(content).has_value(); });
        }
        run_until(sent, [&] { return served == 2 * round + 2; });
        if (not link.destroy(*one) or not link.destroy(*two)) {
            fail("a name could not be destroyed in round ", round);
        }
    }
}
auto ping() -> void {
    constexpr std::uint32_t count = 1000;
    if (not pings.start({.count = count, .size = 40})) {
        fail("pings cannot start");
    }
    run_until(sent, [] { return not pings.is_running(); });
    if (pings.counts().answered != count) {
        fail(pings.counts().answered, " of ", count, " pings were answered");
    }
}
} // namespace

extern "C" void mailbox_isr() {
    board::mailbox::acknowledge();
    ++doorbells;
    link.notify();
}

auto main() -> int {
    board::enable_interrupts();
    if (not link.start()) {
        fail("the link does not fit its memory");
    }
    board::start_other_core();
    run_until(messages, [] { return received == messages; });
    semihosting::print_line(board::name, ": ", received, " messages came back; doorbells: ", doorbells, ", sleeps: ", sleeps);
    while (restarts_asked < restarts) {
        restart_in_the_middle();
    }
    auto const last = sent + 100;
    run_until(last, [&] { return received == last; });
    use_names();
    ping();
    if (hellos == 0) {
        fail("the remote did not find the host's \"hello\"");
    }
    semihosting::print_line(board::name, ": ", restarts_seen, " restarts survived, ", lost, " messages of ", sent,
                            " went with them, all told of");
    semihosting::print_line(board::name, ": ", served, " messages to names of this run, ", pings.counts().answered,
                            " pings answered");
    semihosting::end(0);
}
