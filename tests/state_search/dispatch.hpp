#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/dispatched.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/grouped_endpoints.hpp>
#include <rpmsg/framework/named.hpp>
#include <rpmsg/platform/lock_ref.hpp>

#include "two_ends.hpp"
#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rpmsg::searched {

/// A small model of dispatch. The client sends to "a", "b" and "c" of the server, whose table is dispatched; "a" is urgent, "b"
/// and "c" come and go. Handlers last: while one runs, the search does other things, such as polls of the server or handlers of
/// another worker, also where a call of the server gives its lock back.
template <vring_config Config, typename Workers>
class dispatching final : public two_ends<dispatching<Config, Workers>, Config> {
    using base = two_ends<dispatching, Config>;
    static constexpr std::uint32_t server = remote;
    static constexpr std::uint32_t client = host;
    static constexpr std::uint32_t capacity = Config.buffers;
    static constexpr bool has_workers = Workers::is_threaded;
    static constexpr auto dispatch = Workers::config;
    static constexpr auto names = std::array<std::string_view, 3>{"a", "b", "c"};

    struct mutex {
        dispatching* model{};
        bool is_held{};
        auto lock() -> void {
            if (std::exchange(is_held, true)) {
                model->complain("the lock was taken while it was held");
            }
        }
        auto unlock() -> void {
            is_held = false;
            model->on_unlock();
        }
    };
    /// Wakes are counted; a worker sleeps until their number has changed.
    struct waits {
        dispatching* model{};
        auto now() -> ticks { return model->now_; }
        auto ticket() -> std::uint32_t { return model->wakes_; }
        auto wait(std::uint32_t, ticks) -> bool { return false; }
        auto wake() -> void { ++model->wakes_; }
        auto context() -> std::uintptr_t { return 1 + model->depth_; }
    };
    /// An endpoint of the server.
    struct service {
        dispatching* model{};
        std::uint32_t name{};
        std::uint32_t id{};
        std::uint32_t running{}; ///< handlers
        std::uint32_t latest{};  ///< number of the message that was handled last
        bool is_up{};
        bool is_bound{};
        bool is_ending{};           ///< `destroy` answered pending: `gone` is the last call
        std::uint32_t calls_left{}; ///< the call for which a worker had it then, if that had not begun
        bool is_gone{};
    };
    struct sent {
        std::uint32_t name{};
        std::uint32_t session{}; ///< of the client
        bool is_delivered{};
    };

    struct urgent {
        dispatching* model{};
        auto operator()(auto& link, message const& m) const -> void { model->on_message(*model->current_[0], link, m); }
        auto operator()(auto&, event const& e) const -> void { model->on_event(*model->current_[0], e); }
    };
    struct caller {
        dispatching* model{};
        std::uint32_t name{};
        auto operator()(auto&, message const&) const -> void {}
        auto operator()(auto&, event const& e) const -> void { model->on_client_event(name, e); }
    };
    auto table() {
        auto const a = urgent{this};
        return dispatched{endpoints{with_priority<1>(endpoint<"a">(a, a)), rpmsg::named<3>{}}, Workers{}};
    }
    auto callers() {
        auto const [a, b, c] = std::array{caller{this, 0}, caller{this, 1}, caller{this, 2}};
        return endpoints{endpoint<"a">(a, a), endpoint<"b">(b, b), endpoint<"c">(c, c)};
    }
    template <std::uint32_t End> using transport = decltype(std::declval<rings<Config>&>().template transport<End>());
    using server_channel = channel<transport<server>, decltype(std::declval<dispatching&>().table()), lock_ref<mutex>, waits>;
    using client_channel = channel<transport<client>, decltype(std::declval<dispatching&>().callers())>;

    std::array<bool, 3> is_bound_{}; ///< the endpoints of the client
    std::uint32_t session_{};
    std::uint32_t wakes_{};
    std::uint32_t depth_{}; ///< handlers that run
    bool is_polling_{};     ///< the context that polls the server is in a call
    bool may_drop_{};       ///< a message may be dropped: a service was destroyed, a worker was late, the link changed
    bool has_lost_{};       ///< the link changed
    bool is_asking_{};      ///< the search itself calls
    std::array<service*, 3> current_{};
    std::deque<service> services_{};
    std::vector<sent> messages_{};
    std::vector<held_message> kept_{};
    std::array<std::uint32_t, 2> tickets_{};
    std::array<bool, 2> sleeps_{};
    turn* numbers_{};
    std::uint32_t nested_{}; ///< acts that this turn may still nest
    mutex lock_{this};
    server_channel server_{this->wires_.template transport<server>(), table(), lock_ref{lock_}, waits{this}};
    client_channel client_{this->wires_.template transport<client>(), callers()};

    friend base;
    auto with(std::uint32_t e, auto&& f) -> void {
        if (e == client) {
            return f(client_);
        }
        as_poller([&] { f(server_); });
    }
    auto as_poller(auto&& f) -> void {
        auto const before = std::exchange(is_polling_, true);
        f();
        is_polling_ = before;
    }

    auto on_client_event(std::uint32_t name, event const& e) -> void {
        if (e.kind == event_kind::bound or e.kind == event_kind::unbound) {
            is_bound_[name] = e.kind == event_kind::bound;
        } else if (name == 0 and (e.kind == event_kind::link_up or e.kind == event_kind::link_down)) {
            ++session_;
            has_lost_ = true;
        }
    }

    // The server.

    auto on_message(service& it, auto& link, message const& m) -> void {
        begin(it);
        auto const number = m.payload.size() == 8 ? load<std::uint32_t>(m.payload) : 0xffff'ffff;
        if (number >= messages_.size() or messages_[number].name != it.name) {
            this->complain("a message came that nobody sent to this service");
        } else {
            if (it.is_ending and it.calls_left-- == 0) {
                this->complain("a message came to an endpoint that is being destroyed");
            }
            if (not it.is_up or not it.is_bound) {
                this->complain("a message came to an endpoint that was not told of its peer");
            }
            if (std::exchange(messages_[number].is_delivered, true)) {
                this->complain("a message came twice");
            }
            if (number < it.latest) {
                this->complain("messages of one endpoint came out of order");
            }
            it.latest = number;
            if (not has_workers and dispatch.behind == when_behind::leave and it.name != 0 and not may_drop_) {
                for (std::uint32_t i = 0; i < number; ++i) {
                    if (messages_[i].name == 0 and not messages_[i].is_delivered) {
                        this->complain("an urgent message that came before waits");
                    }
                }
            }
            if (numbers_ != nullptr and kept_.size() + 1 < capacity and numbers_->below(8) == 1) {
                kept_.push_back(link.hold(m));
            }
            (void)link.reply(m, {});
        }
        last_for_a_while();
        end(it);
    }
    auto on_event(service& it, event const& e) -> void {
        begin(it);
        if (it.is_ending and e.kind != event_kind::gone and it.calls_left-- == 0) {
            this->complain("an event came to an endpoint that is being destroyed");
        }
        if (e.kind == event_kind::link_up) {
            if (std::exchange(it.is_up, true)) {
                this->complain("link_up was told twice");
            }
        } else if (e.kind == event_kind::link_down) {
            if (not std::exchange(it.is_up, false) or it.is_bound) {
                this->complain("link_down was told without link_up, or without unbound");
            }
        } else if (e.kind == event_kind::bound) {
            if (std::exchange(it.is_bound, true) or not it.is_up) {
                this->complain("bound was told twice, or without link_up");
            }
        } else if (e.kind == event_kind::unbound) {
            if (not std::exchange(it.is_bound, false)) {
                this->complain("unbound was told without bound");
            }
        } else if (e.kind == event_kind::gone) {
            if (not it.is_ending) {
                this->complain("gone was told of an endpoint that was not pending");
            }
            it.is_gone = true;
        }
        last_for_a_while();
        end(it);
    }
    auto begin(service& it) -> void {
        if (it.is_gone) {
            this->complain("a handler of an endpoint was called that is gone");
        }
        if (it.running++ != 0) {
            this->complain("two handlers of one endpoint run at a time");
        }
        ++depth_;
    }
    auto end(service& it) -> void {
        --depth_;
        --it.running;
    }
    auto create(std::uint32_t name) -> void {
        if (current_[name] != nullptr or is_polling_) {
            return;
        }
        this->say(" creates " + std::string{names[name]});
        auto& it = services_.emplace_back(service{.model = this, .name = name});
        current_[name] = &it;
        auto made = result<std::uint32_t>{error::closed};
        as_poller([&] {
            made = server_.create(
                names[name], &it,
                [](void* self, link_ref to, message const& m) {
                    auto& whose = *static_cast<service*>(self);
                    whose.model->on_message(whose, to, m);
                },
                [](void* self, link_ref, event const& e) {
                    auto& whose = *static_cast<service*>(self);
                    whose.model->on_event(whose, e);
                });
        });
        if (made) {
            it.id = *made;
            return;
        }
        current_[name] = nullptr;
        if (made.error() != error::no_endpoint) { // all places may be ending
            this->complain("a name was refused that is not in use");
        }
    }
    auto destroy(std::uint32_t name) -> void {
        if (name == 0 or current_[name] == nullptr or is_polling_) {
            return;
        }
        this->say(" destroys " + std::string{names[name]});
        auto& it = *std::exchange(current_[name], nullptr);
        may_drop_ = true;
        as_poller([&] {
            auto const runs = it.running != 0;
            auto const outcome = server_.destroy(it.id);
            if (outcome.error() == error::pending) {
                it.is_ending = not it.is_gone;
                it.calls_left = runs ? 0 : 1;
            } else if (not outcome) {
                this->complain("destroy refused an endpoint that is there");
            } else if (has_workers and runs and it.running != 0) {
                this->complain("destroy was done while a worker runs the endpoint");
            } else {
                it.is_gone = true;
            }
        });
    }
    /// Another context calls one handler.
    auto work(std::uint32_t worker) -> bool {
        if constexpr (has_workers) {
            auto const before = wakes_;
            auto const is_one = server_.work();
            sleeps_[worker] = not is_one;
            tickets_[worker] = before;
            return is_one;
        }
        return worker != 0 and false;
    }
    auto is_awake(std::uint32_t worker) -> bool { return has_workers and (not sleeps_[worker] or tickets_[worker] != wakes_); }

    auto send(std::uint32_t name) -> void {
        if (not is_bound_[name]) {
            return;
        }
        auto payload = std::array<std::byte, 8>{};
        store(std::span{payload}.template first<4>(), static_cast<std::uint32_t>(messages_.size()));
        if (client_.at(name).send(payload)) {
            this->say(" sends to " + std::string{names[name]});
            messages_.push_back({name, session_});
        }
    }

    /// Something happens while a handler runs.
    auto last_for_a_while() -> void {
        for (auto left = numbers_ != nullptr ? numbers_->below(4) : 0; left > 0; --left) {
            act(true);
        }
    }
    /// Another context comes in between.
    auto on_unlock() -> void {
        if (numbers_ == nullptr or is_asking_ or nested_ == 0 or numbers_->below(6) != 1) {
            return;
        }
        act(true);
    }
    auto act(bool is_nested) -> void {
        if (is_nested and (nested_ == 0 or numbers_ == nullptr)) {
            return;
        }
        auto& numbers = *numbers_;
        if (is_nested) {
            --nested_;
            this->say(" (");
        }
        act(numbers, is_nested);
        if (is_nested) {
            this->say(")");
        }
    }
    auto act(turn& numbers, bool is_nested) -> void {
        auto const what = numbers.below(20);
        if (what <= 4) {
            return send(what < 2 ? 0 : what < 4 ? 1 : 2);
        }
        if (what <= 7) {
            if (is_polling_ or (is_nested and not has_workers)) {
                return; // one context polls
            }
            auto const budget = std::array{64u, 1u, 2u}[numbers.below(3)];
            this->say(" server polls " + std::to_string(budget));
            return this->poll(server, budget);
        }
        if (what == 8) {
            this->say(" client polls");
            return this->poll(client, 64);
        }
        if (what <= 10) {
            this->say(what == 9 ? " doorbell to server" : " doorbell to client");
            auto const polls = is_polling_;
            this->ring(what == 9 ? server : client);
            is_polling_ = polls;
            return;
        }
        if (what <= 13) {
            this->say(" works");
            return (void)work(numbers.below(2));
        }
        if (what == 14) {
            return create(1 + numbers.below(2));
        }
        if (what == 15) {
            return destroy(1 + numbers.below(2));
        }
        if (what == 16) {
            if (not kept_.empty()) {
                this->say(" releases");
                kept_.erase(kept_.begin());
            }
            return;
        }
        if (what == 17) {
            this->say(" time passes");
            this->now_ += 60;
            return;
        }
        if (what == 18) {
            return restart(numbers, is_nested);
        }
        if (not is_nested) {
            this->say(" all settle");
            settle_all();
        }
    }
    auto restart(turn& numbers, bool is_nested) -> void {
        auto const e = numbers.below(2);
        if (e == server and (is_polling_ or (is_nested and not has_workers))) {
            return;
        }
        may_drop_ = true;
        if (numbers.below(2) == 0) {
            this->say(" " + name_of(e) + " closes");
            this->close(e);
        } else {
            this->say(" " + name_of(e) + " starts");
            this->start(e);
        }
    }
    auto settle_all(std::uint32_t budget = 64) -> void {
        auto const numbers = std::exchange(numbers_, nullptr);
        this->settle(budget, [this] {
            auto has_acted = false;
            for (std::uint32_t i = 0; i < 2; ++i) {
                if (is_awake(i)) {
                    has_acted = true;
                    work(i);
                }
            }
            return has_acted;
        });
        numbers_ = numbers;
    }

    auto left_undone() -> std::string {
        if (depth_ != 0) {
            return {};
        }
        for (auto const& it : services_) {
            if (it.is_ending and not it.is_gone) {
                return "an endpoint that was destroyed is not told that it is gone";
            }
        }
        if (not this->is_started_[host] or not this->is_started_[remote]) {
            return {};
        }
        if (not this->is_up(host) or not this->is_up(remote)) {
            return "the link is not up";
        }
        for (std::uint32_t i = 0; i < names.size(); ++i) {
            auto const is_there = current_[i] != nullptr;
            if (is_bound_[i] != is_there) {
                return "the client's " + std::string{names[i]} + (is_there ? " is not bound" : " is bound to nobody");
            }
            if (is_there and not current_[i]->is_bound) {
                return "the server's " + std::string{names[i]} + " is not bound";
            }
        }
        std::uint32_t lost = 0;
        for (auto const& it : messages_) {
            lost += it.is_delivered or it.session != session_ ? 0u : 1u;
        }
        auto const dropped = server_.endpoint_table().dropped();
        auto const counted = dropped + server_.counts()[counter::no_endpoint];
        if (lost > counted) {
            return "a message is neither handled nor counted as dropped";
        }
        if (lost != counted and not has_lost_ and not this->is_wrong()) {
            return "more messages are counted as dropped than are lost";
        }
        if (not may_drop_ and lost != 0 and dispatch.behind == when_behind::leave) {
            return "a message was dropped";
        }
        return {};
    }

  public:
    dispatching() {
        services_.push_back({.model = this, .name = 0});
        current_[0] = &services_[0];
        create(1);
        this->start(host);
        this->start(remote);
        settle_all();
        has_lost_ = may_drop_ = false;
    }
    dispatching(dispatching const&) = delete;
    ~dispatching() override { numbers_ = nullptr; }

    auto take(turn& numbers) -> void override {
        numbers_ = &numbers;
        nested_ = 6;
        act(false);
        numbers_ = nullptr;
        if (dispatch.late != 0 and server_.endpoint_table().late_workers() != 0) {
            may_drop_ = true;
        }
        look_all();
    }
    /// As `look`, where workers that are awake have a reason to act, too.
    auto look_all() -> void {
        if (not is_awake(0) and not is_awake(1)) {
            this->look();
        }
    }
    auto finish() -> void override {
        settle_all();
        this->start(host);
        this->start(remote);
        settle_all();
        kept_.clear();
        for (std::uint32_t round = 0; round < 2 and not this->is_wrong(); ++round) {
            auto const before = messages_.size();
            while (messages_.size() - before <= capacity and send_one()) {}
            if (messages_.size() - before < capacity) {
                this->complain("the client can send only " + std::to_string(messages_.size() - before) +
                               " messages in a row: buffers are lost");
            }
            settle_all(1 + round);
        }
    }
    auto send_one() -> bool {
        auto const before = messages_.size();
        send(0);
        return messages_.size() != before;
    }
};

} // namespace rpmsg::searched
