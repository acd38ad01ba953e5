#pragma once

// Whether work that is left gets done: sequences of calls on two ends, all short ones and some longer, each followed by a main
// loop that polls only when something told it to. What is left undone then is a lost wake-up.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>

#include "check.hpp"
#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace liveness {

/// Faults that a transport may have. Each is a wake-up that is lost.
enum class flaw {
    none,
    forgets_line,  ///< work for the next moment sets no deadline
    forgets_retry, ///< work for later sets no deadline
    late_retry,    ///< its deadline is far away
    hides_end,     ///< `receive` says nothing of an end that needs another poll
    stops_early,   ///< every second `receive` says that nothing waits
    never_flushes, ///< what was released is not shown to the peer
    forgets_room,  ///< `writable` tells of room too late
};
inline constexpr std::array flaws{flaw::forgets_line, flaw::forgets_retry, flaw::late_retry,  flaw::hides_end,
                                  flaw::stops_early,  flaw::never_flushes, flaw::forgets_room};

template <typename Base, flaw Flaw> class flawed : public Base {
    unsigned turn_{};

  public:
    using Base::Base;

    auto next_deadline(rpmsg::ticks now) -> rpmsg::poll_deadline {
        auto due = Base::next_deadline(now);
        auto const is_soon = rpmsg::has_passed(due.at, now + 1);
        due.is_set =
            due.is_set and not(Flaw == flaw::forgets_line and is_soon) and not(Flaw == flaw::forgets_retry and not is_soon);
        due.at += Flaw == flaw::late_retry and not is_soon ? 1u << 30 : 0u;
        return due;
    }
    auto receive() -> rpmsg::rx_buffer {
        if (Flaw == flaw::stops_early and ++turn_ % 2 == 0) {
            return {};
        }
        auto got = Base::receive();
        if (Flaw == flaw::hides_end and got.outcome == rpmsg::rx_outcome::ended) {
            got.outcome = rpmsg::rx_outcome::none;
        }
        return got;
    }
    auto flush() -> void {
        if (Flaw != flaw::never_flushes) {
            Base::flush();
        }
    }
    auto writable() -> bool { return Base::writable() and (Flaw != flaw::forgets_room or ++turn_ % 2 == 0); }
};

/// What an end has seen.
struct log {
    std::uint32_t sent{};
    std::uint32_t heard{};
    std::uint32_t wrong{};
    bool is_starved{}; ///< a send found no room, and nobody has told of any since
    bool holds{};      ///< the next message is kept
    rpmsg::held_message kept{};
};

inline auto number_of(rpmsg::const_bytes payload) -> std::uint32_t { return rpmsg::load<std::uint32_t>(payload); }

inline auto table_of(log& own) {
    return rpmsg::endpoints{rpmsg::endpoint<0x100, 0x100>(
        [&own](auto& link, rpmsg::message const& m) {
            own.wrong += number_of(m.payload) < own.heard ? 1u : 0u;
            ++own.heard;
            if (own.holds) {
                own.kept = link.hold(m);
                own.holds = false;
            }
        },
        [&own](auto&, rpmsg::event const& e) {
            auto const ends = e.kind == rpmsg::event_kind::writable or e.kind == rpmsg::event_kind::link_down;
            own.is_starved = own.is_starved and not ends;
        })};
}

/// Two channels and what every world does with them.
template <typename A, typename B> struct ends {
    A& a;
    B& b;
    log& at_a;
    log& at_b;
    rpmsg::ticks& now;

    auto send(auto& from, log& own, std::size_t size = 8) -> void {
        auto payload = std::array<std::byte, 6000>{};
        rpmsg::store(payload, own.sent);
        auto const sent = from.at(0).send(rpmsg::const_bytes{payload}.first(size));
        own.sent += sent ? 1u : 0u;
        own.is_starved = own.is_starved or (not sent and sent.error() == rpmsg::error::no_buffer);
    }
    static auto hold_or_release(log& own) -> void {
        if (own.kept) {
            own.kept.release();
        } else {
            own.holds = not own.holds;
        }
    }
    /// The main loop of either end: `hardware` moves what is under way and rings, and answers whether it did. False when it
    /// does not come to rest.
    auto settle(auto const& hardware) -> bool {
        auto const until = now + 1000;
        for (auto steps = 0u; steps < 3000; ++steps) {
            auto const budget = rpmsg::poll_budget{.messages = 1 + steps % 2};
            if (hardware()) {
                continue;
            }
            auto const polls = [&](auto& link) {
                if (link.is_pending()) {
                    (void)link.poll(budget, now);
                    return true;
                }
                return false;
            };
            if (polls(a) or polls(b)) {
                continue;
            }
            auto const first = a.next_deadline(now);
            auto const second = b.next_deadline(now);
            if (not first.is_set and not second.is_set) {
                return true;
            }
            auto const is_first = first.is_set and (not second.is_set or rpmsg::has_passed(first.at, second.at));
            auto const at = is_first ? first.at : second.at;
            if (not rpmsg::has_passed(at, until)) {
                return true; // nobody waits so long: who calls in vain does it for ever
            }
            now = rpmsg::has_passed(at, now) ? now : at;
            is_first ? static_cast<void>(a.poll(budget, now)) : static_cast<void>(b.poll(budget, now));
        }
        return false;
    }
};

/// What failed, and after which operations.
struct finding {
    std::string what{};
    std::vector<unsigned> operations{};

    auto print(char const* world) const -> void {
        std::printf("%s: %s after", world, what.c_str());
        for (auto const each : operations) {
            std::printf(" %u", each);
        }
        std::printf("\n");
    }
};

/// Tries one sequence, then shorter ones that fail in the same way.
template <typename World> auto try_out(std::vector<unsigned> operations) -> std::optional<finding> {
    auto const run = [](std::vector<unsigned> const& sequence) {
        auto const world = std::make_unique<World>();
        for (auto const each : sequence) {
            world->act(each);
        }
        return world->finish();
    };
    auto what = run(operations);
    if (what.empty()) {
        return {};
    }
    for (std::size_t at = 0; at < operations.size();) {
        auto shorter = operations;
        shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(at));
        auto const found = run(shorter);
        if (found.empty()) {
            ++at;
        } else {
            what = found;
            operations = shorter;
        }
    }
    return finding{what, operations};
}
/// All sequences of `depth` operations.
template <typename World> auto search_all(std::size_t depth) -> std::optional<finding> {
    auto operations = std::vector<unsigned>(depth);
    while (true) {
        if (auto found = try_out<World>(operations)) {
            return found;
        }
        std::size_t at = 0;
        while (at < depth and ++operations[at] == World::operations) {
            operations[at++] = 0;
        }
        if (at == depth) {
            return {};
        }
    }
}
/// So many sequences by chance, the same in each run.
template <typename World> auto search_some(unsigned count, std::size_t depth) -> std::optional<finding> {
    auto random = std::uint64_t{0x9e37'79b9'7f4a'7c15};
    for (auto i = 0u; i < count; ++i) {
        auto operations = std::vector<unsigned>(depth);
        for (auto& each : operations) {
            random = random * 6'364'136'223'846'793'005u + 1;
            each = static_cast<unsigned>(random >> 33) % World::operations;
        }
        if (auto found = try_out<World>(operations)) {
            return found;
        }
    }
    return {};
}

} // namespace liveness
