#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/service_hook.hpp>

#include "two_ends.hpp"
#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rpmsg::searched {

/// How a service answers a request.
enum class answering : std::uint8_t {
    by_copy, ///< an answer that finds no buffer is owed
    holding, ///< it keeps the request until it has answered, with a credit: else two ends full of requests would wait for ever
};

/// A small model of service hooks: each end has a service that asks and answers, has time-outs, and work of its own.
template <vring_config Config, answering How> class hooks final : public two_ends<hooks<Config, How>, Config> {
    static constexpr std::uint32_t capacity = Config.buffers;
    enum class kind : std::uint8_t { request, answer, credit };
    struct sent {
        std::uint32_t from{};
        kind what{};
        std::uint32_t session{}; ///< of the sender
        bool is_delivered{};
        bool is_answered{};
    };

    struct service {
        hooks* model{};
        std::uint32_t end{};
        std::deque<std::uint32_t> owed{};
        std::deque<held_message> kept{};
        bool is_up{};
        bool is_bound{};
        std::uint32_t session{};
        bool wants_poll{};
        poll_deadline due{};
        std::uint32_t polls{};

        static constexpr bool has_credits = true;
        static constexpr auto name() -> std::string_view { return "x"; }
        auto on_message(auto& link, message const& m) -> void { model->on_message(*this, link, m); }
        auto on_event(auto&, event const& e) -> void { model->on_event(*this, e); }
        auto on_poll(auto& link, ticks now) -> void {
            wants_poll = false;
            if (due.is_set and has_passed(due.at, now)) {
                due = {};
            }
            model->answer(*this, link);
        }
        [[nodiscard]] auto next_deadline(ticks) const -> poll_deadline { return due; }
        [[nodiscard]] auto is_pending() const -> bool { return wants_poll; }
    };
    template <std::uint32_t End>
    using channel_of = channel<decltype(std::declval<rings<Config>&>().template transport<End>()),
                               decltype(endpoints{ref{std::declval<service&>()}})>;

    std::array<service, 2> services_{service{this, host}, service{this, remote}};
    channel_of<host> host_{this->wires_.template transport<host>(), endpoints{ref{services_[host]}}};
    channel_of<remote> remote_{this->wires_.template transport<remote>(), endpoints{ref{services_[remote]}}};
    std::vector<sent> messages_{};
    std::array<std::uint32_t, 2> latest_request_{};
    bool names_are_sent_{}; ///< no announcement is under way
    turn* inner_{};

    friend two_ends<hooks, Config>;
    auto with(std::uint32_t e, auto&& f) -> void { e == host ? f(host_) : f(remote_); }

    auto count(std::uint32_t from, auto&& is_meant) -> std::uint32_t {
        return static_cast<std::uint32_t>(std::count_if(messages_.begin(), messages_.end(), [&](auto& it) {
            return it.from == from and it.session == services_[from].session and is_meant(it);
        }));
    }
    /// Messages of this side whose buffers the peer has.
    auto with_peer(std::uint32_t e, bool credits) -> std::uint32_t {
        auto const kept = credits ? 0 : services_[1 - e].kept.size();
        auto const under_way = count(e, [&](auto& it) { return not it.is_delivered and (it.what == kind::credit) == credits; });
        return static_cast<std::uint32_t>(kept) + under_way;
    }
    /// Sends a message through a link; false when there is no buffer.
    auto pass(service& from, auto&& link, kind what, std::uint32_t request = 0) -> bool {
        auto payload = std::array<std::byte, 12>{};
        store(std::span{payload}.template first<4>(), static_cast<std::uint32_t>(messages_.size()));
        store(std::span{payload}.template subspan<4, 4>(), request);
        payload[8] = static_cast<std::byte>(what);
        auto const is_credit = what == kind::credit or (what == kind::answer and How == answering::holding);
        messages_.push_back({from.end, is_credit ? kind::credit : what, from.session});
        auto const outcome = is_credit ? link.send_credit(payload) : link.send(payload);
        if (outcome) {
            if (not is_credit and with_peer(from.end, false) + with_peer(from.end, true) > capacity) {
                this->complain("more messages were accepted than there are buffers");
            }
            if (not is_credit and with_peer(from.end, false) >= capacity) {
                this->complain("the last buffer was taken by a message");
            }
            return true;
        }
        messages_.pop_back();
        if (is_credit and outcome.error() == error::no_buffer and with_peer(from.end, true) == 0 and names_are_sent_) {
            this->complain("a credit found no buffer, though none is under way");
        }
        return false;
    }
    auto ask(std::uint32_t e, kind what) -> void {
        auto& it = services_[e];
        if (not it.is_bound) {
            return;
        }
        with(e, [&](auto& link) {
            if (pass(it, link.template get<"x">(), what)) {
                this->say(" " + name_of(e) + (what == kind::credit ? " credits" : " asks"));
            }
        });
    }
    auto answer(service& it, auto& link) -> void {
        while (not it.owed.empty() and it.is_bound) {
            auto const number = it.owed.front();
            if (not pass(it, link, kind::answer, number)) {
                return;
            }
            it.owed.pop_front();
            if (not it.kept.empty()) {
                it.kept.pop_front();
            }
        }
    }
    auto on_message(service& it, auto& link, message const& m) -> void {
        auto const from = 1 - it.end;
        auto const number = m.payload.size() == 12 ? load<std::uint32_t>(m.payload) : 0xffff'ffff;
        if (number >= messages_.size() or messages_[number].from != from) {
            return this->complain("a message came that nobody sent");
        }
        if (std::exchange(messages_[number].is_delivered, true)) {
            return this->complain("a message came twice");
        }
        auto const what = static_cast<kind>(m.payload[8]);
        if (what == kind::answer) {
            auto& request = messages_[load<std::uint32_t>(m.payload.subspan(4))];
            if (request.from != it.end or std::exchange(request.is_answered, true)) {
                this->complain("an answer came twice, or to another request");
            }
        }
        if (what == kind::request) {
            if (number < latest_request_[it.end]) {
                this->complain("requests came out of order");
            }
            latest_request_[it.end] = number;
            it.owed.push_back(number);
            if (How == answering::holding) {
                it.kept.push_back(link.hold(m));
            }
        }
        auto const acts = inner_ != nullptr ? std::exchange(inner_, nullptr)->below(4) : 0;
        if (acts == 1) {
            this->say(" (in a handler:");
            ask(it.end, kind::request);
            this->say(")");
        } else if (acts == 2) {
            this->say(" (in a handler:");
            ask(it.end, kind::credit);
            this->say(")");
        } else if (acts == 3) {
            return; // leaves the answer to on_poll
        }
        answer(it, link);
    }
    auto on_event(service& it, event const& e) -> void {
        if (e.kind == event_kind::bound) {
            it.is_bound = true;
        } else if (e.kind == event_kind::unbound) {
            it.is_bound = false;
            it.owed.clear();
            it.kept.clear();
        } else if (e.kind == event_kind::link_up or e.kind == event_kind::link_down) {
            it.is_up = e.kind == event_kind::link_up;
            ++it.session;
            it.owed.clear();
            it.kept.clear();
            names_are_sent_ = false;
        }
    }

    auto left_undone() -> std::string {
        for (auto const& it : services_) {
            if (not this->is_started_[it.end]) {
                continue;
            }
            if (it.wants_poll) {
                return "a service wants a poll";
            }
            if (it.due.is_set) {
                return "a time-out is not checked";
            }
        }
        if (not this->is_started_[host] or not this->is_started_[remote]) {
            return {};
        }
        for (auto const& it : services_) {
            if (not this->is_up(it.end) or not it.is_bound) {
                return name_of(it.end) + " is not bound";
            }
            if (not it.owed.empty()) {
                return name_of(it.end) + " owes an answer";
            }
        }
        for (auto const& it : messages_) {
            if (it.session != services_[it.from].session) {
                continue;
            }
            if (not it.is_delivered) {
                return "a message is not delivered";
            }
            if (it.what == kind::request and not it.is_answered) {
                return "a request is not answered";
            }
        }
        names_are_sent_ = true;
        return {};
    }

  public:
    hooks() {
        this->start(host);
        this->start(remote);
        this->settle();
    }
    hooks(hooks const&) = delete;

    auto take(turn& numbers) -> void override {
        auto const what = numbers.below(16);
        auto const e = numbers.below(2);
        switch (what) {
        case 0:
        case 1:
        case 2: {
            auto const times = numbers.below(4) == 1 ? capacity : 1;
            for (std::uint32_t i = 0; i < times; ++i) {
                ask(e, kind::request);
            }
            break;
        }
        case 3: ask(e, kind::credit); break;
        case 4:
        case 5:
        case 6:
        case 7: {
            auto const budget = std::array{64u, 1u, 2u}[numbers.below(3)];
            this->say(" " + name_of(e) + " polls " + std::to_string(budget));
            inner_ = numbers.below(2) == 1 ? &numbers : nullptr;
            this->poll(e, budget);
            inner_ = nullptr;
            break;
        }
        case 8:
        case 9:
            this->say(" doorbell to " + name_of(e));
            this->ring(e);
            break;
        case 10:
            this->say(" all settle");
            this->settle(numbers.below(2) == 0 ? 64 : 1);
            break;
        case 11:
            this->say(" the service of " + name_of(e) + " wants a poll");
            services_[e].wants_poll = true;
            break;
        case 12:
            this->say(" the service of " + name_of(e) + " has a time-out");
            services_[e].due = {true, this->now_ + 20};
            break;
        case 13:
            this->say(" time passes");
            this->now_ += 30;
            break;
        case 14:
            this->say(" " + name_of(e) + " closes");
            this->close(e);
            break;
        default:
            this->say(" " + name_of(e) + " starts");
            this->start(e);
            break;
        }
        this->look();
    }
    auto finish() -> void override {
        this->settle();
        this->start(host);
        this->start(remote);
        this->settle();
        for (std::uint32_t e = 0; e < 2 and not this->is_wrong(); ++e) {
            for (std::uint32_t i = 0; i < capacity; ++i) {
                ask(0, kind::request);
                ask(1, kind::request);
            }
            this->settle(1 + e);
        }
    }
};

} // namespace rpmsg::searched
