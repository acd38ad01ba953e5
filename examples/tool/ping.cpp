#include <rpmsg/service/ping/latency_histogram.hpp>
#include <rpmsg/wire/service/ping.hpp>

#include "command.hpp"
#include <algorithm>

namespace tool {
namespace {
using rpmsg::host::steady_clock;
namespace wire = rpmsg::wire;

/// The pings of NuttX over a session, in both roles.
class pings {
    session* link_;
    options const* chosen_;
    unsigned endpoint_{};
    std::uint64_t cookie_{};
    std::uint64_t sent_at_{}; ///< in nanoseconds
    bool is_waiting_{};
    std::vector<std::byte> payload_{};

    auto on_message(rpmsg::address from, rpmsg::const_bytes m) -> void {
        if (m.size() < wire::ping_smallest) {
            return;
        }
        auto head = rpmsg::load<wire::ping_header>(m);
        auto const is_answer = is_waiting_ and head.cookie == cookie_ and
                               (kind_of(head) == wire::ping_command::response or not chosen_->name.empty());
        if (is_answer) {
            is_waiting_ = false;
            auto const is_same = std::ranges::equal(m.subspan(sizeof head), rpmsg::const_bytes{payload_}.subspan(sizeof head));
            if (is_same) {
                ++answered;
                times.add(static_cast<rpmsg::ticks>(steady_clock::nanoseconds() - sent_at_));
            } else {
                ++corrupted;
            }
        } else if (kind_of(head) == wire::ping_command::request and (head.command & wire::ping_command::wants_answer) != 0) {
            auto reply = std::vector<std::byte>{m.begin(), m.end()};
            head.command = (head.command & ~wire::ping_command::kind_mask) | wire::ping_command::response;
            rpmsg::store(reply, head);
            served += link_->send(endpoint_, reply, from) ? 1u : 0u;
        }
    }

  public:
    std::uint32_t sent{};
    std::uint32_t answered{};
    std::uint32_t lost{};
    std::uint32_t corrupted{};
    std::uint32_t served{};
    rpmsg::latency_histogram<5> times{};

    pings(session& link, options const& chosen) : link_{&link}, chosen_{&chosen} {}

    auto open() -> rpmsg::host::failure {
        auto const name = chosen_->name.empty() ? std::string{wire::ping_name} : chosen_->name;
        auto made = link_->open(name, addresses_of(*chosen_), [this](auto from, auto m) { on_message(from, m); });
        if (made) {
            endpoint_ = *made;
        }
        return {made.error()};
    }
    [[nodiscard]] auto is_bound() const -> bool { return link_->is_bound(endpoint_); }
    [[nodiscard]] auto is_waiting() const -> bool { return is_waiting_; }
    [[nodiscard]] auto is_late() const -> bool {
        return is_waiting_ and steady_clock::nanoseconds() - sent_at_ > std::uint64_t{chosen_->timeout} * 1'000'000;
    }
    auto give_up() -> void {
        is_waiting_ = false;
        ++lost;
    }
    auto send() -> rpmsg::status {
        payload_.assign(chosen_->size, static_cast<std::byte>(cookie_ + 1));
        rpmsg::store(payload_, wire::ping_header{.command = wire::ping_command::wants_answer | wire::ping_command::verify,
                                                 .length = chosen_->size,
                                                 .cookie = cookie_ + 1});
        auto const before = steady_clock::nanoseconds();
        auto const outcome = link_->send(endpoint_, payload_);
        if (outcome) {
            ++cookie_;
            ++sent;
            sent_at_ = before;
            is_waiting_ = true;
        }
        return outcome;
    }
};

auto report(pings const& all, options const& chosen) -> void {
    auto const us = [](rpmsg::ticks nanoseconds) { return nanoseconds / 1e3; };
    auto const& t = all.times;
    if (chosen.json) {
        fmt::print(
            "{{\"link\": {}, \"bytes\": {}, \"sent\": {}, \"answered\": {}, \"lost\": {}, \"corrupted\": {}, "
            "\"microseconds\": {{\"min\": {:.1f}, \"mean\": {:.1f}, \"p50\": {:.1f}, \"p99\": {:.1f}, \"max\": {:.1f}}}}}\n",
            json_text(chosen.address), chosen.size, all.sent, all.answered, all.lost, all.corrupted, us(t.min()), us(t.mean()),
            t.count() != 0 ? us(t.percentile(50)) : 0.0, t.count() != 0 ? us(t.percentile(99)) : 0.0, us(t.max()));
        return;
    }
    fmt::print("{} pings of {} bytes to {}: {} answered, {} lost, {} corrupted\n", all.sent, chosen.size, chosen.address,
               all.answered, all.lost, all.corrupted);
    if (t.count() != 0) {
        fmt::print("round trip in us: min {:.1f}, mean {:.1f}, p50 {:.1f}, p99 {:.1f}, max {:.1f}\n", us(t.min()), us(t.mean()),
                   us(t.percentile(50)), us(t.percentile(99)), us(t.max()));
    }
}

/// Sends them all; the exit status.
auto send_all(session& link, pings& all, options const& chosen) -> int {
    auto none = std::vector<pollfd>{};
    auto const shows = is_terminal(stderr) and not chosen.json;
    auto next = steady_clock::now();
    while (all.answered + all.lost + all.corrupted < chosen.count and not interrupt::is_asked() and link.trouble().empty() and
           (all.is_bound() or all.is_waiting())) {
        auto const now = steady_clock::now();
        if (all.is_late()) {
            all.give_up();
        }
        if (not all.is_waiting() and all.sent < chosen.count and rpmsg::has_passed(next, now)) {
            auto const outcome = all.send();
            if (outcome.error() == rpmsg::error::too_large) {
                return fail(fmt::format("pings have up to {} bytes on this link", link.limit()), exit_status::wrong_arguments);
            }
            next = outcome ? now + chosen.period : now;
            if (shows and all.sent % 1000 == 0) {
                fmt::print(stderr, "\r{} of {}", all.sent, chosen.count);
            }
        }
        if (not link.turn()) {
            auto const is_due = not all.is_waiting() and rpmsg::has_passed(next, steady_clock::now());
            link.wait(none, all.is_waiting() ? 20 : is_due ? 1 : std::min<rpmsg::ticks>(200, steady_clock::until(next)));
        }
    }
    if (shows) {
        fmt::print(stderr, "\r\x1b[K");
    }
    report(all, chosen);
    if (interrupt::is_asked()) {
        return exit_status::interrupted;
    }
    if (all.answered + all.lost + all.corrupted < chosen.count) {
        return fail(link.trouble().empty() ? "the peer went away" : link.trouble());
    }
    return all.answered == chosen.count ? exit_status::done : exit_status::failed;
}
} // namespace

auto ping(options const& chosen) -> int {
    return on_session(chosen, [&](session& link) {
        auto all = pings{link, chosen};
        if (auto const bad = all.open(); not bad.text.empty()) {
            return fail(bad.text);
        }
        if (chosen.answer) {
            auto none = std::vector<pollfd>{};
            while (not interrupt::is_asked() and link.trouble().empty()) {
                if (not link.turn()) {
                    link.wait(none, 200);
                }
            }
            fmt::print(stderr, "{} pings answered\n", all.served);
            return link.trouble().empty() ? exit_status::done : fail(link.trouble());
        }
        auto const bad =
            turn_until(link, after(chosen.wait), "nobody answers pings at " + chosen.address, [&] { return all.is_bound(); });
        return bad ? *bad : send_all(link, all, chosen);
    });
}

} // namespace tool
