#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/grouped_endpoints.hpp>
#include <rpmsg/framework/listener.hpp>
#include <rpmsg/framework/named.hpp>

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

/// A small model of groups. The client has a group of names that come and go: "n", "na", "nb", "nc" and "o". The server has an
/// endpoint "n", and a listener of the names that begin with "n", which may also open "o" itself. The names compete for its
/// sessions.
template <vring_config Config, std::uint32_t Sessions, std::uint32_t Server>
class groups final : public two_ends<groups<Config, Sessions, Server>, Config> {
    using base = two_ends<groups, Config>;
    static constexpr std::uint32_t client = 1 - Server;
    static constexpr bool tells_restarts =
        Config.dialect.attach == wire::attach_rule::epochs or Config.dialect.attach == wire::attach_rule::boot_words;
    static constexpr bool is_acknowledged = Config.dialect.acknowledged;
    static constexpr auto names = std::array<std::string_view, 5>{"n", "na", "nb", "nc", "o"};
    static constexpr std::uint32_t single = 0;
    static constexpr std::uint32_t opened = 4;

    /// An endpoint of the client.
    struct caller {
        groups* model{};
        std::uint32_t name{};
        std::uint32_t serial{};
        std::uint32_t id{};
        address self = any_address;
        bool is_open{};
        bool is_up{};
        bool is_bound{};
        bool is_dropped{}; ///< the server closed its session
        std::uint32_t binding{};
        auto operator()(auto& link, message const& m) -> void { model->on_answer(*this, link, m); }
    };
    /// A session of the server.
    struct session {
        bool is_open{}; ///< between `on_open` and `on_close`, or opened by the server
        bool is_own{};  ///< opened by the server
        bool is_bound{};
        std::string name{};
        address peer = any_address;
        std::uint32_t binding{};
        bool must_close{}; ///< by the next `on_poll`
    };
    struct sent {
        std::uint32_t from{}; ///< the serial of the caller
        std::uint32_t binding{};
        bool is_delivered{};
    };

    struct service {
        groups* model{};
        auto on_open(auto& link, std::uint32_t s) -> void { model->on_open(link, s); }
        auto on_close(auto& link, std::uint32_t s) -> void { model->on_close(link, s); }
        auto on_message(auto& link, std::uint32_t s, message const& m) -> void { model->on_request(link, s, m); }
        auto on_poll(auto& link, ticks) -> void { model->on_poll(link); }
    };
    struct alone {
        groups* model{};
        auto operator()(auto&, message const& m) const -> void { model->on_single(m); }
    };

    auto served() { return endpoints{endpoint<"n">(alone{this}), rpmsg::listener<"n", Sessions>(service{this})}; }
    template <std::uint32_t End> using transport = decltype(std::declval<rings<Config>&>().template transport<End>());
    using server_channel = channel<transport<Server>, decltype(std::declval<groups&>().served())>;
    using client_channel = channel<transport<client>, endpoints<rpmsg::named<6>>>;

    std::unique_ptr<server_channel> server_ =
        std::make_unique<server_channel>(this->wires_.template transport<Server>(), served());
    std::unique_ptr<client_channel> client_ =
        std::make_unique<client_channel>(this->wires_.template transport<client>(), endpoints{rpmsg::named<6>{}});
    std::vector<std::unique_ptr<server_channel>> dead_servers_{};
    std::vector<std::unique_ptr<client_channel>> dead_clients_{};

    std::deque<caller> callers_{};
    std::array<caller*, names.size()> open_{};
    std::array<session, Sessions> sessions_{};
    std::vector<sent> messages_{};
    std::uint32_t latest_{}; ///< the number of the message that the server received last
    bool wants_open_{};      ///< the server opens "o" in its next handler or poll
    turn* inner_{};          ///< decides what the next handler does
    std::uint32_t at_{};     ///< the handlers before it

    friend base;
    auto with(std::uint32_t e, auto&& f) -> void { e == Server ? f(*server_) : f(*client_); }

    auto find(address peer) -> caller* {
        auto const it =
            std::find_if(callers_.begin(), callers_.end(), [&](auto& each) { return each.is_open and each.self == peer; });
        return it != callers_.end() ? &*it : nullptr;
    }
    /// Whether a name was ever announced with this address.
    auto was_known(std::string_view name, address where) -> bool {
        return std::any_of(callers_.begin(), callers_.end(),
                           [&](auto& each) { return each.self == where and names[each.name] == name; });
    }

    // The client.

    /// One of the names that the client has, if it has any.
    auto one_open(turn& numbers) -> std::uint32_t {
        auto open = std::vector<std::uint32_t>{};
        for (std::uint32_t i = 0; i < names.size(); ++i) {
            if (open_[i] != nullptr) {
                open.push_back(i);
            }
        }
        return open.empty() ? 0 : open[numbers.below(static_cast<std::uint32_t>(open.size()))];
    }
    auto create(std::uint32_t name) -> void {
        if (open_[name] != nullptr) {
            return;
        }
        this->say(" creates " + std::string{names[name]});
        auto& it = callers_.emplace_back(caller{.model = this, .name = name, .serial = std::uint32_t(callers_.size())});
        it.is_open = true;
        auto const made = client_->create(
            names[name], &it, [](void* self, link_ref link, message const& m) { (*static_cast<caller*>(self))(link, m); },
            [](void* self, link_ref, event const& e) {
                static_cast<caller*>(self)->model->on_client_event(*static_cast<caller*>(self), e);
            });
        if (not made) {
            it.is_open = false;
            if (made.error() != error::no_endpoint) {
                this->complain("a name was refused that is not in use");
            }
            return;
        }
        if (it.is_open) { // its own event handler may have destroyed it
            open_[name] = &it;
        }
        it.id = *made;
        it.self = client_->at(it.id).self();
    }
    auto destroy(std::uint32_t name) -> void {
        if (open_[name] == nullptr) {
            return;
        }
        this->say(" destroys " + std::string{names[name]});
        auto& it = *std::exchange(open_[name], nullptr);
        it.is_open = it.is_bound = false;
        if (not client_->destroy(it.id)) {
            this->complain("destroy refused an endpoint that is there");
        }
    }
    auto call(std::uint32_t name) -> void {
        auto* const it = open_[name];
        if (it == nullptr or not it->is_bound) {
            return;
        }
        auto payload = std::array<std::byte, 8>{};
        auto const number = static_cast<std::uint32_t>(messages_.size());
        store(std::span{payload}.template first<4>(), number);
        if (client_->at(it->id).send(payload)) {
            this->say(" sends from " + std::string{names[name]});
            messages_.push_back({it->serial, it->binding});
        }
    }
    auto on_client_event(caller& it, event const& e) -> void {
        if (not it.is_open) {
            return this->complain("an event came to an endpoint of the client that was destroyed");
        }
        if (e.kind == event_kind::link_up) {
            it.is_dropped = false;
            if (std::exchange(it.is_up, true)) {
                this->complain("link_up was told twice");
            }
        } else if (e.kind == event_kind::link_down) {
            if (not std::exchange(it.is_up, false) or it.is_bound) {
                this->complain("link_down was told without link_up, or without unbound");
            }
        } else if (e.kind == event_kind::bound) {
            if (std::exchange(it.is_bound, true)) {
                this->complain("bound was told twice");
            }
            ++it.binding;
            come_between(0);
        } else if (e.kind == event_kind::unbound) {
            if (not std::exchange(it.is_bound, false)) {
                this->complain("unbound was told without bound");
            }
            come_between(0);
        }
    }
    auto on_answer(caller& it, auto&, message const&) -> void {
        if (not it.is_open) {
            this->complain("a message came to an endpoint of the client that was destroyed");
        } else if (not it.is_bound) {
            this->complain("a message came to an endpoint of the client that is not bound");
        }
        come_between(0);
    }

    // The server.

    auto on_open(auto& link, std::uint32_t s) -> void {
        auto& it = sessions_[s];
        if (it.is_own) {
            if (std::exchange(it.is_bound, true)) {
                this->complain("on_open was called twice");
            }
        } else if (it.is_open) {
            this->complain("a session was opened that is open");
        }
        it.name = std::string{link.name()};
        it.peer = link.peer();
        it.is_open = true;
        it.must_close = false;
        if (it.name == "n") {
            this->complain("the listener got the name of an endpoint");
        }
        if (not was_known(it.name, it.peer)) {
            this->complain("a session was opened for an address that never had its name");
        }
        (void)link.send({});
        server_acts(link, s);
    }
    auto on_close(auto& link, std::uint32_t s) -> void {
        auto& it = sessions_[s];
        if (not it.is_open or (it.is_own and not it.is_bound)) {
            this->complain("a session was closed that is not open");
        }
        it.is_bound = false;
        it.peer = any_address;
        it.is_open = it.is_own;
        server_acts(link, s);
    }
    auto on_request(auto& link, std::uint32_t s, message const& m) -> void {
        auto& it = sessions_[s];
        if (not it.is_open) {
            return this->complain("a message came to a session that is closed");
        }
        auto const number = m.payload.size() == 8 ? load<std::uint32_t>(m.payload) : 0xffff'ffff;
        if (number >= messages_.size()) {
            return this->complain("a message came that nobody sent");
        }
        auto& from = callers_[messages_[number].from];
        if (names[from.name] != it.name or from.self != m.source) {
            this->complain("a message came to the session of another name");
        }
        if (std::exchange(messages_[number].is_delivered, true)) {
            this->complain("a message came twice");
        }
        if (number < latest_) {
            this->complain("messages came out of order");
        }
        latest_ = number;
        (void)link.send({});
        server_acts(link, s);
    }
    auto on_single(message const& m) -> void {
        auto const number = m.payload.size() == 8 ? load<std::uint32_t>(m.payload) : 0xffff'ffff;
        if (number >= messages_.size() or callers_[messages_[number].from].name != single) {
            this->complain("an endpoint received a message for a session");
        } else {
            messages_[number].is_delivered = true;
        }
    }
    auto on_poll(auto& link) -> void {
        for (std::uint32_t s = 0; s < Sessions; ++s) {
            if (std::exchange(sessions_[s].must_close, false)) {
                end(link, s);
            }
        }
        open_if_wanted(link);
    }
    auto end(auto& link, std::uint32_t s) -> void {
        if (sessions_[s].is_open) {
            this->say(" (ends session " + std::to_string(s) + ")");
            if (auto* const who = find(sessions_[s].peer)) {
                who->is_dropped = true;
            }
            sessions_[s] = {};
            link.close(s);
        }
    }
    auto open_if_wanted(auto& link) -> void {
        auto const is_open = std::any_of(sessions_.begin(), sessions_.end(), [](auto& it) { return it.is_own; });
        if (std::exchange(wants_open_, false) and not is_open) {
            if (auto const made = link.open("o")) {
                this->say(" (opens o)");
                if (sessions_[*made].is_open) {
                    this->complain("a session was opened that is open");
                }
                sessions_[*made] = {.is_open = true, .is_own = true, .name = "o"};
            }
        }
    }
    /// What a handler of the server does, once in a turn.
    auto server_acts(auto& link, std::uint32_t s) -> void {
        if (inner_ == nullptr or at_-- != 0) {
            return;
        }
        auto& numbers = *std::exchange(inner_, nullptr);
        switch (numbers.below(4)) {
        case 0: return end(link, s);
        case 1: return end(link, numbers.below(Sessions));
        case 2: wants_open_ = true; return open_if_wanted(link);
        default: return link.rescan();
        }
    }
    /// What a handler of the client does, once in a turn.
    auto come_between(std::uint32_t) -> void {
        if (inner_ == nullptr or at_-- != 0) {
            return;
        }
        auto& numbers = *std::exchange(inner_, nullptr);
        this->say(" (in a handler:");
        numbers.below(2) == 0 ? destroy(one_open(numbers)) : create(numbers.below(names.size()));
        this->say(")");
    }

    auto kill_client() -> void {
        for (auto*& each : open_) {
            if (each != nullptr) {
                each->is_open = false;
                each = nullptr;
            }
        }
        dead_clients_.push_back(std::move(client_));
        client_ = std::make_unique<client_channel>(this->wires_.template transport<client>(), endpoints{rpmsg::named<6>{}});
        this->is_started_[client] = false;
    }
    auto kill_server() -> void {
        sessions_ = {};
        dead_servers_.push_back(std::move(server_));
        server_ = std::make_unique<server_channel>(this->wires_.template transport<Server>(), served());
        this->is_started_[Server] = false;
    }
    auto restart_all() -> void {
        this->close(client);
        this->close(Server);
        this->start(host);
        this->start(remote);
        this->reset(remote);
    }

    /// What must hold when no end has a reason to act.
    auto left_undone() -> std::string {
        auto& table = server_->endpoint_table();
        std::uint32_t used = 0;
        for (std::uint32_t i = 1; i < table.size(); ++i) {
            used += table.is_used(i) ? 1u : 0u;
        }
        auto const is_open = [](auto& it) { return it.is_open; };
        auto const all_open = static_cast<std::uint32_t>(std::count_if(sessions_.begin(), sessions_.end(), is_open));
        // Without a peer a name that is to be withdrawn keeps its place.
        auto const has_peer = this->is_started_[host] and this->is_started_[remote];
        if (used < all_open or (has_peer and used != all_open)) {
            return "the table has " + std::to_string(used) + " sessions, the service " + std::to_string(all_open);
        }
        if (not has_peer) {
            if (not this->is_started_[Server] and std::any_of(sessions_.begin(), sessions_.end(), [](auto& it) {
                    return it.is_bound or (it.is_open and not it.is_own);
                })) {
                return "a session is open without a link";
            }
            return {};
        }
        if (not this->is_up(host) or not this->is_up(remote)) {
            return "the link is not up";
        }
        auto waiting = std::vector<std::pair<std::string, address>>{};
        table.unclaimed().for_each([&](std::string_view name, address where) { waiting.emplace_back(name, where); });
        std::uint32_t known = 0;
        for (auto const& it : sessions_) {
            auto const* const who = it.is_open and it.peer != any_address ? find(it.peer) : nullptr;
            if (it.is_open and not it.is_own and (who == nullptr or who->is_dropped)) {
                return "a session is open whose peer is gone";
            }
        }
        for (auto const* it : open_) {
            if (it == nullptr) {
                continue;
            }
            auto const name = std::string{names[it->name]};
            auto const waits = std::find(waiting.begin(), waiting.end(), std::pair{name, it->self}) != waiting.end();
            auto const served_by =
                std::find_if(sessions_.begin(), sessions_.end(), [&](auto& s) { return s.is_open and s.peer == it->self; });
            auto const is_served =
                it->name == single ? server_->template get<"n">().peer() == it->self : served_by != sessions_.end();
            known += waits ? 1u : 0u;
            if (waits and is_served) {
                return name + " is served, and waits";
            }
            auto const is_ours = std::any_of(sessions_.begin(), sessions_.end(), [](auto& s) { return s.is_own; });
            if (not waits and not is_served and not it->is_dropped and (it->name != opened or is_ours)) {
                return name + " is neither served nor kept";
            }
            if (waits and it->name != opened and (all_open < Sessions or it->name == single)) {
                return name + " waits, although there is a session for it";
            }
            if (waits and it->name == opened and is_ours) {
                return "o waits, although the server has opened it";
            }
            if (is_acknowledged and is_served != it->is_bound) {
                return name + (is_served ? " is served, and not bound" : " is bound, and not served");
            }
        }
        if (known != waiting.size()) {
            return "a name waits that nobody has";
        }
        for (auto const& it : messages_) {
            auto const& from = callers_[it.from];
            if (not it.is_delivered and from.is_open and from.is_bound and from.binding == it.binding and not from.is_dropped) {
                return "a message to " + std::string{names[from.name]} + " is not delivered";
            }
        }
        return {};
    }

  public:
    groups() {
        this->start(host);
        this->start(remote);
        this->settle();
    }
    groups(groups const&) = delete;

    auto take(turn& numbers) -> void override {
        auto const what = numbers.below(18);
        auto const is_handler_due = what >= 6 and what <= 11 and numbers.below(3) == 1;
        if (is_handler_due) {
            at_ = numbers.below(3);
            inner_ = &numbers;
        }
        switch (what) {
        case 0:
        case 1:
        case 2: create(numbers.below(names.size())); break;
        case 3:
        case 4: destroy(one_open(numbers)); break;
        case 5: call(one_open(numbers)); break;
        case 6:
        case 7:
        case 8:
        case 9: {
            auto const e = numbers.below(2);
            auto const budget = std::array{64u, 1u, 2u}[numbers.below(3)];
            this->say(" " + name_of(e) + " polls " + std::to_string(budget));
            this->poll(e, budget);
            break;
        }
        case 10:
        case 11:
            this->say(" all settle");
            this->settle(numbers.below(2) == 0 ? 64 : 1);
            break;
        case 12:
        case 13: {
            auto const e = numbers.below(2);
            this->say(" doorbell to " + name_of(e));
            this->ring(e);
            break;
        }
        case 14: {
            auto const s = numbers.below(Sessions);
            this->say(" session " + std::to_string(s) + " is to end");
            sessions_[s].must_close = sessions_[s].is_open;
            break;
        }
        case 15:
            this->say(" o is to be opened");
            wants_open_ = true;
            break;
        default: restart(numbers); break;
        }
        inner_ = nullptr;
        this->look();
    }
    auto restart(turn& numbers) -> void {
        if (not tells_restarts) {
            this->say(" all restart");
            return restart_all();
        }
        auto const e = numbers.below(2);
        switch (numbers.below(4)) {
        case 0: this->say(" " + name_of(e) + " closes"); return this->close(e);
        case 1: this->say(" " + name_of(e) + " starts"); return this->start(e);
        case 2: this->say(" " + name_of(e) + " resets"); return this->reset(e);
        default:
            this->say(" " + name_of(e) + " is killed and starts");
            e == Server ? kill_server() : kill_client();
            return this->start(e);
        }
    }
    auto finish() -> void override {
        this->settle();
        this->start(host);
        this->start(remote);
        this->settle();
        // Names that still wait are served one after the other.
        for (std::uint32_t i = 0; i < names.size() and not this->is_wrong(); ++i) {
            for (auto& each : sessions_) {
                each.must_close = each.is_open and not each.is_own;
            }
            this->poll(Server, 64);
            this->settle();
        }
    }
};

} // namespace rpmsg::searched
