#include "side.hpp"

#include <rpmsg/host/bells/futex_doorbell.hpp>
#include <rpmsg/host/bells/futex_wait.hpp>
#include <rpmsg/platform/relax.hpp>
#include <rpmsg/rpmsg.hpp>

#include <fmt/format.h>

#include "jobs.hpp"
#include "screen.hpp"
#include <csignal>
#include <string_view>
#include <type_traits>
#include <unistd.h>

namespace demo {

namespace {
std::sig_atomic_t volatile asked_to_end{};

using rpmsg::host::steady_clock;
using driver = rpmsg::vring_driver<rings, rpmsg::mapped_region<>, rpmsg::host::futex_doorbell>;
using device = rpmsg::vring_device<rings, rpmsg::mapped_region<>, rpmsg::host::futex_doorbell>;

/// Polls several times before it sleeps, and sleeps only until the peer rings.
class patience {
    static constexpr unsigned looks = 100;
    static constexpr rpmsg::ticks longest_sleep = 50;
    unsigned idle_{};

  public:
    auto was_useful() -> void { idle_ = 0; }
    auto is_over() -> bool { return ++idle_ > looks; }
    static auto sleep(auto& link, std::uint32_t ticket) -> void {
        auto const now = steady_clock::now();
        auto const next = link.next_deadline(now);
        (void)link.waiting().wait(ticket, next.is_set ? next.at : now + longest_sleep);
    }
};

template <typename Transport>
auto run(role me, options const& chosen, rpmsg::host::shared_memory& memory, bool by_hand) -> int {
    auto& shared = memory.at<block>(0);
    auto& own_bell = shared.bells[static_cast<unsigned>(me)];
    auto const peer = name_of(peer_of(me));
    own_bell.take_over();

    auto content = std::vector<std::byte>{};
    if (me == role::host) {
        auto file = read_file(chosen.file);
        if (not file) {
            complain(file.error());
            return 2;
        }
        content = std::move(*file);
    }

    auto work = jobs{me, chosen, std::move(content), notes_of(memory, me), by_hand};
    auto link = rpmsg::channel{
        Transport{memory.region(link_size), rpmsg::host::futex_doorbell{shared.bells[static_cast<unsigned>(peer_of(me))]}},
        rpmsg::endpoints{
            rpmsg::endpoint<"greeting">([&](auto&, rpmsg::message const& m) { work.hear_greeting(m.payload); },
                                        [&](auto&, rpmsg::event const& e) { work.hear(e); }),
            rpmsg::endpoint<"file">([&](auto& file, rpmsg::message const& m) { work.hear_chunk(file, m); }),
            rpmsg::endpoint<"round-trip">([&](auto& trips, rpmsg::message const& m) { work.hear_round_trip(trips, m); }),
            rpmsg::endpoint<"stream">([&](auto&, rpmsg::message const& m) { work.hear_numbered(m.payload); },
                                      [&](auto&, rpmsg::event const& e) { work.hear_stream_event(e); }),
        },
        rpmsg::no_lock{}, rpmsg::host::futex_wait{own_bell}};

    if (not link.start()) {
        complain(fmt::format("{}: the link does not fit its memory", name_of(me)));
        return 1;
    }
    auto waiting = patience{};
    auto bar = progress_bar{chosen.quiet or not by_hand};
    auto heard_at = steady_clock::now();
    for (unsigned turn = 0; not work.is_done(link); ++turn) {
        if (is_asked_to_end()) {
            link.close();
            return 1;
        }
        if (turn % 1024 == 0) {
            bar.draw(work.progress(), work.goal());
        }
        auto const ticket = link.waiting().ticket();
        if (link.poll() + work.go_on(link) > 0) {
            waiting.was_useful();
            continue;
        }
        if (not waiting.is_over()) {
            rpmsg::relax();
            continue;
        }
        if (work.is_refused()) {
            complain(fmt::format("{}: the {} was built with another configuration of the link; build both from one source",
                                 name_of(me), peer));
            return 1;
        }
        patience::sleep(link, ticket);
        if (work.has_moved()) {
            heard_at = steady_clock::now();
        }
        auto const limit = chosen.wait * (work.was_up() and by_hand ? 6000 : 1000);
        if (rpmsg::has_passed(heard_at + limit, steady_clock::now())) {
            complain(fmt::format("{0}: no {1} for {2} seconds; start it with: two_processes --role {1} --name {3}", name_of(me),
                                 peer, limit / 1000, memory.name()));
            link.close();
            return 1;
        }
    }
    bar.erase();
    auto const well = work.report(link);
    link.close();
    return well or not by_hand ? 0 : 1;
}
} // namespace

auto ask_to_end() -> void { asked_to_end = 1; }
auto is_asked_to_end() -> bool { return asked_to_end != 0; }

auto run_side(role me, options const& chosen, rpmsg::host::shared_memory& memory, bool by_hand) -> int {
    if (not memory.claim(static_cast<unsigned>(me))) {
        complain(fmt::format("another process is the {} of {} already; end it, or choose another --name", name_of(me),
                             memory.name()));
        return 1;
    }
    return me == role::host ? run<driver>(me, chosen, memory, by_hand) : run<device>(me, chosen, memory, by_hand);
}

} // namespace demo
