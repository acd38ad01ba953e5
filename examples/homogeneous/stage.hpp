#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/host/bells/futex_bell.hpp>
#include <rpmsg/host/steady_clock.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

/// Three cores as processes: what they share beside their links, and the one who starts, kills and watches them.
namespace stage {
using clock_of = rpmsg::host::steady_clock;
using number = std::atomic<std::uint32_t>;

inline constexpr std::uint32_t cores = 3;

/// What a core sees of another one. Only that core writes it.
struct view {
    number is_up;    ///< the link, or the edge behind the hub
    number is_bound; ///< the endpoint
    number answers;
    number refused; ///< messages that found no buffer or no peer
    number damaged;
};
struct core_view {
    std::array<view, cores> of{};
    number lives{};
    number forwarded{};
    number dropped{};
};
/// In memory that all processes map; it starts as all zeroes.
struct board {
    std::array<rpmsg::host::futex_bell, cores> bells{};
    std::array<core_view, cores> seen{};
};

/// A conversation with another core: requests with a number, each answered by the other side. A request without an answer is
/// sent again.
class talk {
    struct text {
        std::uint32_t is_answer{};
        std::uint32_t number{};
        std::uint32_t twice{}; ///< the number again
        std::uint32_t lives{}; ///< of the one who asks
    };
    static constexpr rpmsg::ticks patience = 100;

    view* seen_;
    std::uint32_t lives_;
    std::uint32_t number_{};
    bool waits_{};
    rpmsg::ticks since_{};

  public:
    talk(board& shared, std::uint32_t self, std::uint32_t other)
        : seen_{&shared.seen[self].of[other]}, lives_{shared.seen[self].lives} {
        seen_->is_up = seen_->is_bound = 0;
    }

    auto on_message(auto& link, rpmsg::message const& m) -> void {
        auto it = m.payload.size() == sizeof(text) ? rpmsg::load<text>(m.payload) : text{};
        seen_->damaged += it.twice != it.number or m.payload.size() != sizeof(text) ? 1 : 0;
        if (it.is_answer != 0) {
            auto const is_mine = waits_ and it.number == number_ and it.lives == lives_;
            seen_->answers += is_mine ? 1 : 0;
            waits_ = waits_ and not is_mine;
            return;
        }
        it.is_answer = 1;
        seen_->refused += link.reply(m, std::as_bytes(std::span{&it, 1})) ? 0 : 1;
    }
    /// Asks the next question; `link` is the channel, `endpoint` its endpoint.
    auto turn(auto& link, auto&& endpoint, rpmsg::ticks now) -> void {
        seen_->is_up = link.is_up() ? 1 : 0;
        seen_->is_bound = endpoint.is_bound() ? 1 : 0;
        if (not endpoint.is_bound() or (waits_ and now - since_ < patience)) {
            return;
        }
        auto const it = text{0, ++number_, number_, lives_};
        waits_ = endpoint.send(std::as_bytes(std::span{&it, 1})).has_value();
        seen_->refused += waits_ ? 0 : 1;
        since_ = now;
    }
};

/// Polls links with turn(now), then sleeps on the bell of the core unless one has more work.
auto work(rpmsg::host::futex_bell& bell, auto&& turn, auto&... links) -> void {
    auto const ticket = bell.rings();
    auto const now = clock_of::now();
    turn(now);
    if ((... or links.is_pending())) {
        return;
    }
    auto due = now + 20;
    auto const consider = [&](rpmsg::poll_deadline const& it) {
        due = it.is_set and not rpmsg::has_passed(due, it.at) ? it.at : due;
    };
    (consider(links.next_deadline(now)), ...);
    (void)bell.wait(ticket, due);
}

/// The picture and the rules of a topology.
struct description {
    std::string_view program{};
    std::string_view about{}; ///< what --help says of it
    std::array<std::string_view, cores> names{};
    std::array<std::array<int, 2>, cores> places{};    ///< in the picture
    std::vector<std::array<std::uint32_t, 2>> pairs{}; ///< that talk
    std::vector<std::array<std::uint32_t, 2>> wires{}; ///< that are linked
    std::vector<std::string_view> wire_names{};
    std::uint32_t hub = cores; ///< the one that forwards, if any
};

/// Starts the cores, kills and restarts them, draws what they see. Returns the exit status.
auto run(description const& it, board& shared, int count, char** arguments, std::function<void(std::uint32_t core)> const& core)
    -> int;

/// Memory of `size` bytes that is shared with the processes that are forked from this one.
auto share(std::size_t size) -> void*;

} // namespace stage
