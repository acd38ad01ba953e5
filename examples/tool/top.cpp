// Shows links as a table: on a terminal as a picture that changes, else as lines.
#include <rpmsg/wire/service/ping.hpp>

#include "command.hpp"
#include "screen.hpp"
#include <algorithm>

namespace tool {
namespace {
using rpmsg::host::steady_clock;

/// A link with what was seen of it at the last picture.
class watched_link {
    static constexpr std::uint64_t second = 1'000'000'000;

    std::string address_;
    std::unique_ptr<session> link_;
    unsigned pings_{};
    std::uint64_t cookie_{};
    std::uint64_t sent_at_{};
    std::uint64_t seen_at_ = steady_clock::nanoseconds();
    traffic seen_{};

    auto on_ping(rpmsg::address from, rpmsg::const_bytes m) -> void {
        if (m.size() < rpmsg::wire::ping_smallest) {
            return;
        }
        auto head = rpmsg::load<rpmsg::wire::ping_header>(m);
        if (kind_of(head) == rpmsg::wire::ping_command::response) {
            round_trip =
                head.cookie == cookie_ ? static_cast<double>(steady_clock::nanoseconds() - sent_at_) / 1e3 : round_trip;
        } else if ((head.command & rpmsg::wire::ping_command::wants_answer) != 0) {
            auto reply = std::vector<std::byte>{m.begin(), m.end()};
            head.command = (head.command & ~rpmsg::wire::ping_command::kind_mask) | rpmsg::wire::ping_command::response;
            rpmsg::store(reply, head);
            (void)link_->send(pings_, reply, from);
        }
    }

  public:
    double in{}; ///< messages each second
    double out{};
    double in_bytes{};
    double out_bytes{};
    double round_trip = -1; ///< in microseconds; below 0: none yet

    watched_link(std::string address, std::unique_ptr<session> link) : address_{std::move(address)}, link_{std::move(link)} {}

    auto begin() -> rpmsg::host::failure {
        auto made = link_->open(std::string{rpmsg::wire::ping_name}, {}, [this](auto from, auto m) { on_ping(from, m); });
        pings_ = made ? *made : 0;
        return {made.error()};
    }
    [[nodiscard]] auto address() const -> std::string const& { return address_; }
    [[nodiscard]] auto link() const -> session& { return *link_; }

    /// Takes the rates since the last picture, and sends a ping.
    auto look() -> void {
        auto const now = steady_clock::nanoseconds();
        auto const seconds = std::max(1e-3, static_cast<double>(now - seen_at_) / second);
        auto const& all = link_->watched();
        in = static_cast<double>(all.in.messages - seen_.in.messages) / seconds;
        out = static_cast<double>(all.out.messages - seen_.out.messages) / seconds;
        in_bytes = static_cast<double>(all.in.bytes - seen_.in.bytes) / seconds;
        out_bytes = static_cast<double>(all.out.bytes - seen_.out.bytes) / seconds;
        seen_.in = all.in;
        seen_.out = all.out;
        seen_at_ = now;
        if (link_->is_bound(pings_)) {
            auto payload = std::vector<std::byte>(rpmsg::wire::ping_smallest);
            rpmsg::store(payload, rpmsg::wire::ping_header{.command = rpmsg::wire::ping_command::wants_answer,
                                                           .length = rpmsg::wire::ping_smallest,
                                                           .cookie = ++cookie_});
            sent_at_ = now;
            (void)link_->send(pings_, payload);
        } else {
            round_trip = -1;
        }
    }

    /// What waits for whom, in words.
    [[nodiscard]] auto waiting() const -> std::string {
        if (not link_->trouble().empty()) {
            return link_->trouble();
        }
        if (not link_->is_up()) {
            return "waits for the peer";
        }
        auto text = std::string{};
        for (auto const& each : link_->names()) {
            if (each.local == rpmsg::any_address) {
                text += (text.empty() ? "peer offers " : ", ") + escaped(each.name);
            }
        }
        return text;
    }
    [[nodiscard]] auto refused() const -> std::string {
        auto text = std::string{};
        for (auto const& [why, often] : link_->refusals()) {
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", why, often);
        }
        return text;
    }
};

auto rows_of(watched_link const& it) -> std::vector<std::string> {
    auto const time = it.round_trip < 0 ? std::string{"-"} : fmt::format("{:.0f}", it.round_trip);
    auto rows = std::vector{fmt::format("{:<28} {:<5} {:>9.0f} {:>9.0f} {:>9.1f} {:>9.1f} {:>8}", it.address(),
                                        it.link().is_up() ? "up" : "down", it.in, it.out, it.in_bytes / 1024,
                                        it.out_bytes / 1024, time)};
    for (auto const& [what, text] : {std::pair{"", it.waiting()}, std::pair{"refused: ", it.refused()}}) {
        if (not text.empty()) {
            rows.push_back(fmt::format("  {}{}", what, text));
        }
    }
    return rows;
}
auto json_of(watched_link const& it) -> std::string {
    auto refusals = std::string{};
    for (auto const& [why, often] : it.link().refusals()) {
        refusals += fmt::format("{}{}: {}", refusals.empty() ? "" : ", ", json_text(why), often);
    }
    return fmt::format(
        "{{\"link\": {}, \"up\": {}, \"in\": {:.1f}, \"out\": {:.1f}, \"bytes_in\": {:.1f}, \"bytes_out\": {:.1f}, "
        "\"round_trip_us\": {}, \"refusals\": {{{}}}}}",
        json_text(it.address()), it.link().is_up(), it.in, it.out, it.in_bytes, it.out_bytes,
        it.round_trip < 0 ? "null" : fmt::format("{:.1f}", it.round_trip), refusals);
}

constexpr auto head = "link                         state    in /s    out /s  in KiB/s out KiB/s  ping us";
} // namespace

auto top(options const& chosen) -> int {
    auto links = std::vector<std::unique_ptr<watched_link>>{};
    for (auto const& text : chosen.addresses) {
        auto where = parse_address(text);
        if (not where) {
            return fail(where.error(), exit_status::wrong_arguments);
        }
        auto opened = open_session(*where, nullptr);
        if (not opened) {
            return fail(opened.error());
        }
        auto made = std::make_unique<watched_link>(text, std::move(*opened));
        if (auto const bad = made->begin(); not bad.text.empty()) {
            return fail(bad.text);
        }
        links.push_back(std::move(made));
    }
    auto shown = std::optional<screen>{};
    if (not chosen.json and is_terminal(stdout)) {
        shown.emplace();
    } else if (not chosen.json) {
        fmt::print("{}\n", head);
    }
    auto next = steady_clock::now();
    auto input = std::vector<pollfd>{{.fd = shown ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0}};
    for (auto pictures = std::uint32_t{}; not interrupt::is_asked() and not(shown and shown->is_left());) {
        auto has_more = false;
        for (auto const& each : links) {
            has_more = each->link().turn() or has_more;
        }
        if (rpmsg::has_passed(next, steady_clock::now())) {
            next = after(chosen.interval);
            auto rows = std::vector<std::string>{};
            for (auto const& each : links) {
                each->look();
                auto some = chosen.json ? std::vector{json_of(*each)} : rows_of(*each);
                std::ranges::move(some, std::back_inserter(rows));
            }
            if (shown) {
                shown->draw(head, rows);
            } else {
                fmt::print("{}\n", fmt::join(rows, "\n"));
                std::fflush(stdout);
            }
            if (++pictures == chosen.count) {
                break;
            }
        }
        if (not has_more) {
            input.resize(1);
            for (std::size_t i = 1; i < links.size(); ++i) {
                links[i]->link().watch(input);
            }
            links[0]->link().wait(input, std::min<rpmsg::ticks>(steady_clock::until(next) + 1, links.size() == 1 ? 200 : 50));
        }
    }
    return exit_status::done;
}

} // namespace tool
