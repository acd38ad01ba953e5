// A slow and an urgent service on one link, and what the slow one costs the urgent one: as a plain table, as a table with
// priorities, with workers, and on two links. The peer keeps three requests to the slow service under way, and measures how
// long an urgent request takes. link.hpp is the memory, the doorbells and the threads of this program.
#include <rpmsg/rpmsg.hpp>

#include "link.hpp"
#include <chrono>
#include <cstdio>
#include <thread>

namespace {
constexpr auto work = std::chrono::milliseconds{2};

constexpr auto slow = rpmsg::endpoint<"slow">([](auto& link, rpmsg::message const& m) {
    std::this_thread::sleep_for(work);
    link.reply(m, m.payload);
});
constexpr auto urgent = rpmsg::endpoint<"urgent">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

/// All services in the poller, in the order of the messages: an urgent one waits for all slow ones before it.
auto plain() -> figures { return measure(rpmsg::endpoints{slow, urgent}); }

/// The poller looks ahead and calls urgent handlers first: they wait for one slow handler at most.
auto priorities() -> figures {
    return measure(rpmsg::dispatched{rpmsg::endpoints{slow, rpmsg::with_priority<1>(urgent)}, rpmsg::inline_worker<>{}});
}

/// Two threads call the handlers: while one is in the slow service, the other one serves the urgent one.
auto workers() -> figures {
    return measure(rpmsg::dispatched{rpmsg::endpoints{slow, rpmsg::with_priority<1>(urgent)},
                                     rpmsg::workers<rpmsg::dispatch_config{.look_ahead = 6, .quota = 4}>{}});
}

/// Each service has a link and a poller of its own: twice the memory, and nothing in common.
auto two_links() -> figures { return measure(rpmsg::endpoints{slow}, rpmsg::endpoints{urgent}); }
} // namespace

auto main() -> int {
    std::puts("an urgent request beside slow ones of 2 ms each: median, 99 %, longest in microseconds");
    auto const show = [](char const* what, figures const& times) {
        std::printf("%-16s %6u %6u %6u\n", what, times.median, times.p99, times.longest);
        return times;
    };
    auto const in_order = show("plain table", plain());
    auto const by_priority = show("priorities", priorities());
    auto const by_workers = show("workers", workers());
    auto const isolated = show("two links", two_links());
    auto const is_right = by_priority.median < in_order.median and by_workers.median < by_priority.median and
                          isolated.median < by_priority.median;
    return is_right ? 0 : 1;
}
