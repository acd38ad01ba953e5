// How long an urgent request takes, idle and while the sender of slow ones, 10 ms each, floods the link: in a plain table, with
// priorities, with workers, and on a link of its own. And without time: how many slow handlers run before an urgent message that
// comes behind a ring full of slow ones.
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/testing/loopback.hpp>

#include "../../examples/priorities/link.hpp"
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace {
constexpr auto work = std::chrono::milliseconds{10};
constexpr auto spin = [](auto& link, rpmsg::message const& m) {
    auto const end = now() + work;
    while (now() < end) {}
    (void)link.reply(m, m.payload);
};
constexpr auto answer = [](auto& link, rpmsg::message const& m) { (void)link.reply(m, m.payload); };

constexpr auto slow = rpmsg::endpoint<"slow">(spin);
constexpr auto urgent = rpmsg::endpoint<"urgent">(answer);
constexpr auto first = rpmsg::with_priority<1>(urgent);

// A flood takes all the room it is given: its messages beyond the quota are dropped.
using inline_worker = rpmsg::inline_worker<>;
using workers = rpmsg::workers<rpmsg::dispatch_config{.look_ahead = 6, .quota = 4, .behind = rpmsg::when_behind::drop}>;

auto run(char const* way, load const& what) -> std::vector<std::uint32_t> {
    auto const is = [&](char const* other) { return std::string_view{way} == other; };
    return is("plain")        ? times_of(what, rpmsg::endpoints{slow, urgent})
           : is("priorities") ? times_of(what, rpmsg::dispatched{rpmsg::endpoints{slow, first}, inline_worker{}})
           : is("workers")    ? times_of(what, rpmsg::dispatched{rpmsg::endpoints{slow, first}, workers{}})
                              : times_of(what, rpmsg::endpoints{slow}, rpmsg::endpoints{urgent});
}

/// The number of slow handlers that run before the urgent one, behind a full ring of slow messages.
auto handlers_before(auto const& table_of) -> std::uint32_t {
    using end = rpmsg::testing::loopback<true, rings.buffers>;
    auto memory = rpmsg::testing::loopback_memory<rings.buffers>{};
    auto slow_runs = std::uint32_t{0};
    auto before = std::uint32_t{0};
    auto service = rpmsg::channel{
        end{memory, 0}, table_of(rpmsg::endpoint<"slow">([&](auto&, rpmsg::message const&) { ++slow_runs; }),
                                 rpmsg::endpoint<"urgent">([&](auto&, rpmsg::message const&) { before = slow_runs; }))};
    auto client =
        rpmsg::channel{end{memory, 1}, rpmsg::endpoints{rpmsg::endpoint<"slow">(answer), rpmsg::endpoint<"urgent">(answer)}};
    if (not service.start() or not client.start()) {
        std::exit(3);
    }
    for (auto turn = 0; turn < 10; ++turn) {
        service.poll();
        client.poll();
    }
    auto const payload = std::array<std::byte, 4>{};
    for (std::uint32_t i = 0; i + 1 < rings.buffers; ++i) {
        if (not client.template get<"slow">().send(payload)) {
            std::exit(3);
        }
    }
    if (not client.template get<"urgent">().send(payload)) {
        std::exit(3);
    }
    for (auto turn = 0; turn < 20; ++turn) {
        service.poll();
        client.poll();
    }
    return before;
}
} // namespace

// urgent WAY REQUESTS SLOW: the sorted times in microseconds. urgent before: handlers before an urgent message in a plain table,
// and in one with priorities.
auto main(int count, char** arguments) -> int {
    if (count == 2) {
        auto const plain = handlers_before([](auto a, auto b) { return rpmsg::endpoints{a, b}; });
        auto const by_priority = handlers_before([](auto a, auto b) {
            return rpmsg::dispatched{rpmsg::endpoints{a, rpmsg::with_priority<1>(b)}, inline_worker{}};
        });
        std::printf("%u %u\n", plain, by_priority);
        return 0;
    }
    if (count != 4) {
        return 2;
    }
    auto const number = [&](int i) { return static_cast<std::uint32_t>(std::atoi(arguments[i])); };
    for (auto const each : run(arguments[1], {.requests = number(2), .slow = number(3)})) {
        std::printf("%u ", each);
    }
    std::printf("\n");
}
