#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/testing/simulator/conversation.hpp>
#include <rpmsg/testing/simulator/event_rules.hpp>
#include <rpmsg/testing/simulator/world.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Cores that send each other numbered messages in every way that the library has, over wires of any kind. The campaigns of this
/// folder run them under faults. The namespace is the library's, so that a build of changed headers under another name has its own.
namespace rpmsg::traffic {
namespace simulator = rpmsg::testing::simulator;
using simulator::core;
using simulator::wire;
using simulator::world;

/// Lets something happen at most once in a time, however often a core polls: a slow line keeps up with it.
class pace {
    simulator::nanoseconds next_at_{};

  public:
    auto is_due(core& who, simulator::nanoseconds gap) -> bool {
        auto const is_due = who.in().now() >= next_at_;
        next_at_ = is_due ? who.in().now() + gap : next_at_;
        return is_due;
    }
};

/// The two directions between the endpoints of one name at both ends of a wire.
struct topic {
    std::array<simulator::conversation, 2> from; ///< by sending end
    explicit topic(bool may_lose) : from{simulator::conversation{may_lose}, simulator::conversation{may_lose}} {}
};

/// What a link of a core sends and receives for one name.
struct talk {
    core* who;
    wire* line;
    std::uint32_t end;
    topic* about;
    simulator::event_rules rules{};
    ticks next_at{};
    ticks period{};
    std::uint32_t burst{};
    bool was_starved{};
    bool has_said_last{}; ///< the burst before a silence
    std::vector<held_message> held{};
    std::uint32_t most_held{};
    std::function<void()> on_down{}; ///< called in the event

    [[nodiscard]] auto own() -> simulator::conversation& { return about->from[end]; }
    [[nodiscard]] auto others() -> simulator::conversation& { return about->from[1 - end]; }

    auto complain(std::string_view what) -> void {
        if (not what.empty()) {
            who->fail(line->name() + ", end " + std::to_string(end) + ": " + std::string{what});
        }
    }
    auto begin(ticks now) -> void {
        period = static_cast<ticks>(who->random().between(3, 60));
        burst = static_cast<std::uint32_t>(who->random().between(1, 10));
        next_at = now + period;
        if (who->is_alive()) {
            others().change_receiver();
        }
    }
    auto on_message(auto& link, message const& m) -> void {
        if (not who->is_alive()) {
            return;
        }
        complain(rules.on_message());
        if (line->is_sound()) {
            complain(others().receive(m.payload));
        } else {
            others().ignore();
        }
        if (held.size() < most_held and who->random().happens(6)) {
            held.push_back(link.hold(m));
        }
    }
    auto on_event(event const& what) -> void {
        if (not who->is_alive()) {
            return;
        }
        complain(rules.on_event(what));
        if (what.kind == event_kind::link_up) {
            own().begin_session(who->life());
            others().change_receiver();
        } else if (what.kind == event_kind::link_down) {
            others().change_receiver();
            was_starved = false;
            if (on_down) {
                on_down();
            }
        } else if (what.kind == event_kind::writable and std::exchange(was_starved, false)) {
            who->saw("a sender that found no buffer was told of one");
        } else if (what.kind == event_kind::bound) {
            who->saw("an endpoint was bound");
        } else if (what.kind == event_kind::refused) {
            who->saw("a link was refused");
        } else if (what.kind == event_kind::peer_moved) {
            who->saw("an endpoint of the peer moved");
        }
    }
    /// Sends what is due; `link` sends to the bound peer.
    auto send(auto& link, ticks now, std::uint32_t limit) -> void {
        if (until(next_at, now) > 2 * period) {
            next_at = now; // the clock was put back
        }
        // Before a silence each end sends a last burst: after that no timer hides what nobody is told of.
        auto const is_last = who->is_draining() and not std::exchange(has_said_last, who->is_draining() and rules.is_bound());
        has_said_last = has_said_last and who->is_draining();
        if (not rules.is_bound() or (who->is_draining() ? not is_last : not has_passed(next_at, now))) {
            return;
        }
        next_at = now + period;
        for (auto left = who->random().between(1, burst); left > 0; --left) {
            auto content = std::array<std::byte, 64>{};
            auto const most = std::min<std::uint64_t>(limit, content.size());
            auto const used = bytes{content}.first(who->random().between(simulator::conversation::stamp_size, most));
            own().write(used);
            auto const outcome = link.send(used);
            if (outcome and who->is_alive()) {
                own().accept();
            } else if (not outcome) {
                was_starved = was_starved or outcome.error() == error::no_buffer;
                if (outcome.error() == error::no_buffer) {
                    next_at = now + static_cast<ticks>(who->random().between(1, 2 * period)); // the others get one, too
                    who->finds_no_buffer();
                }
                return;
            }
        }
    }
    [[nodiscard]] auto due(ticks now) -> poll_deadline {
        if (not held.empty()) {
            return {.is_set = true, .at = now + 4};
        }
        if (who->is_draining()) {
            return {.is_set = rules.is_bound() and not has_said_last, .at = now};
        }
        return {.is_set = rules.is_bound(), .at = until(next_at, now) > 2 * period ? now : next_at};
    }
    auto release_some() -> void {
        while (not held.empty() and (who->is_draining() or who->random().happens(3))) {
            held.erase(held.begin() + static_cast<std::ptrdiff_t>(who->random().below(held.size())));
        }
    }
};

/// A service of a fixed table.
template <char Name> struct talker {
    talk* it;
    static constexpr char letters[] = {Name};
    static constexpr auto name() -> std::string_view { return {letters, 1}; }
    static constexpr auto addresses() -> endpoint_addresses { return {}; }
    auto on_message(auto& link, message const& m) -> void { it->on_message(link, m); }
    auto on_event(auto&, event const& what) -> void { it->on_event(what); }
    auto on_poll(auto& link, ticks now) -> void { it->send(link, now, 40); }
    auto next_deadline(ticks now) -> poll_deadline { return it->due(now); }
};

/// One link of a core.
class any_link {
  public:
    virtual ~any_link() = default;
    virtual auto start() -> status = 0;
    virtual auto poll(ticks now) -> void = 0;
    virtual auto is_pending() -> bool = 0;
    virtual auto next_deadline(ticks now) -> poll_deadline = 0;
    virtual auto notify(std::uint32_t signal) -> void = 0;
    virtual auto reset() -> void = 0;
    virtual auto close() -> void = 0;
    virtual auto is_up() -> bool = 0;
    /// Transmit buffers that can be reserved now, and that there are.
    virtual auto free_buffers() -> std::uint32_t = 0;
    virtual auto all_buffers() -> std::uint32_t = 0;
    /// Messages to endpoints that do not exist any more.
    virtual auto undeliverable() -> std::uint32_t = 0;
    /// Whether all are bound; an endpoint without acknowledgement is not before the peer sends.
    virtual auto are_bound() -> bool = 0;
    /// Whether a sender that found no buffer has not been told of one.
    virtual auto is_starved() -> bool = 0;
};

/// What the programs of all lives of a core share.
struct link_plan {
    wire* line{};
    std::uint32_t end{};
    std::array<topic*, 2> topics{};
    std::uint32_t buffers{};
    std::uint32_t most_held{};
};

/// A link with two services in a fixed table, and a loan that its user keeps for some time.
template <typename Transport, char First> class named_link final : public any_link {
    static constexpr char second = First + 1;
    using table = endpoints<talker<First>, talker<second>>;
    using link_type = channel<Transport, table>;
    using loan = typename link_type::endpoint::loan;

    core* who_;
    link_plan plan_;
    std::array<talk, 2> talks_;
    link_type link_;
    std::optional<loan> loan_{};
    pace loans_{};

    /// Keeps a loan over some polls; then commits or drops it.
    auto use_loan() -> void {
        auto& it = talks_[0];
        if (loan_ and (who_->is_draining() or who_->random().happens(3))) {
            if (not who_->is_draining() and it.rules.is_bound() and who_->random().happens(2)) {
                auto const size = simulator::conversation::stamp_size + who_->random().below(8);
                it.own().write(loan_->payload().first(size));
                if (link_.at(0).commit(std::move(*loan_), size) and who_->is_alive()) {
                    it.own().accept();
                }
            }
            loan_.reset();
        } else if (not loan_ and not who_->is_draining() and who_->random().happens(20) and
                   loans_.is_due(*who_, std::chrono::milliseconds{10})) {
            auto room = link_.at(0).reserve();
            if (room) {
                loan_.emplace(std::move(room));
            }
        }
    }

  public:
    named_link(core& who, link_plan const& plan, Transport transport)
        : who_{&who}, plan_{plan}, talks_{talk{&who, plan.line, plan.end, plan.topics[0]},
                                          talk{&who, plan.line, plan.end, plan.topics[1]}},
          link_{std::move(transport), table{talker<First>{&talks_[0]}, talker<second>{&talks_[1]}}} {
        for (auto& each : talks_) {
            each.begin(who.now());
            each.most_held = plan.most_held;
        }
    }
    ~named_link() override {
        for (auto& each : talks_) {
            each.held.clear();
        }
    }
    auto start() -> status override { return link_.start(); }
    auto poll(ticks now) -> void override {
        auto const most = who_->random().happens(3) ? static_cast<std::uint32_t>(who_->random().between(1, 4)) : 64u;
        link_.poll({.messages = most}, now);
        use_loan();
        for (auto& each : talks_) {
            each.release_some();
        }
    }
    auto is_pending() -> bool override { return link_.is_pending(); }
    auto next_deadline(ticks now) -> poll_deadline override {
        auto const own = poll_deadline{.is_set = loan_.has_value(), .at = now + 5};
        return rpmsg::detail::earlier(link_.next_deadline(now), own, now);
    }
    auto notify(std::uint32_t signal) -> void override { link_.notify(signal); }
    auto reset() -> void override { (void)link_.reset(); }
    auto close() -> void override { link_.close(); }
    auto is_up() -> bool override { return link_.is_up(); }
    auto free_buffers() -> std::uint32_t override {
        auto all = std::vector<loan>{};
        for (auto room = link_.at(0).reserve(); room; room = link_.at(0).reserve()) {
            all.push_back(std::move(room));
        }
        return static_cast<std::uint32_t>(all.size());
    }
    auto all_buffers() -> std::uint32_t override { return plan_.buffers; }
    auto is_starved() -> bool override { return talks_[0].was_starved or talks_[1].was_starved; }
    auto are_bound() -> bool override {
        return not Transport::acknowledged or (talks_[0].rules.is_bound() and talks_[1].rules.is_bound());
    }
    auto undeliverable() -> std::uint32_t override { return link_.counts()[counter::no_endpoint]; }
};

template <typename Transport> using fixed_link = named_link<Transport, 'a'>;

/// A link whose two endpoints are created at run time, destroyed, and created again.
template <typename Transport> class pooled_link final : public any_link {
    using link_type = channel<Transport, endpoint_pool<4>>;

    struct place {
        std::unique_ptr<talk> it{};
        std::uint32_t id{};
        pace ends{};
    };
    core* who_;
    link_plan plan_;
    link_type link_;
    std::array<place, 2> places_{};
    bool is_silent_{};
    std::vector<std::unique_ptr<talk>> destroyed_{}; ///< no longer called: an event to one of them is a fault

    auto create(std::uint32_t which) -> void {
        auto& to = places_[which];
        to.it = std::make_unique<talk>(talk{who_, plan_.line, plan_.end, plan_.topics[which]});
        to.it->begin(who_->now());
        to.it->most_held = plan_.most_held;
        if (which == 1) { // as users may, this one replaces the other in its event
            to.it->on_down = [this] {
                if (not who_->is_draining() and places_[0].it and who_->random().happens(3)) {
                    destroy(0);
                    create(0);
                }
            };
        }
        auto const made = link_.create(
            which == 0 ? "a" : "b", endpoint_addresses{}, to.it.get(),
            [](void* self, link_ref link, message const& m) { static_cast<talk*>(self)->on_message(link, m); },
            [](void* self, link_ref, event const& what) { static_cast<talk*>(self)->on_event(what); });
        if (not made) { // the destroyed ones are not withdrawn from the peer yet
            to.it->rules.end();
            destroyed_.push_back(std::move(to.it));
            return;
        }
        to.id = *made;
    }
    auto destroy(std::uint32_t which) -> void {
        auto& from = places_[which];
        from.it->held.clear();
        if (not link_.destroy(from.id)) {
            who_->fail("an endpoint that is there cannot be destroyed");
        }
        from.it->rules.end();
        if (who_->is_alive()) {
            from.it->others().lose();
            who_->saw("an endpoint was destroyed");
        }
        destroyed_.push_back(std::move(from.it));
    }

  public:
    pooled_link(core& who, link_plan const& plan, Transport transport)
        : who_{&who}, plan_{plan}, link_{std::move(transport), endpoint_pool<4>{}} {
        create(0);
        create(1);
    }
    ~pooled_link() override {
        for (auto& each : places_) {
            if (each.it) {
                each.it->held.clear();
            }
        }
    }
    auto start() -> status override { return link_.start(); }
    auto poll(ticks now) -> void override {
        auto const most = who_->random().happens(3) ? static_cast<std::uint32_t>(who_->random().between(1, 4)) : 64u;
        link_.poll({.messages = most}, now);
        for (std::uint32_t i = 0; i < 2; ++i) {
            auto& it = places_[i];
            if (not it.it) {
                create(i);
            }
            if (not it.it) {
                continue;
            }
            auto out = link_.at(it.id);
            it.it->send(out, now, 40);
            it.it->release_some();
            if (not who_->is_draining() and who_->random().happens(300) and
                it.ends.is_due(*who_, std::chrono::milliseconds{60})) {
                destroy(i);
                create(i);
            }
        }
        // The last act before a silence: what follows of it must come without a timer.
        auto const begins_silence = who_->is_draining() and not std::exchange(is_silent_, who_->is_draining());
        is_silent_ = who_->is_draining();
        if (begins_silence and places_[0].it) {
            destroy(0); // the next poll creates another one
        }
    }
    auto is_pending() -> bool override { return link_.is_pending(); }
    auto next_deadline(ticks now) -> poll_deadline override {
        auto first = link_.next_deadline(now);
        for (auto& each : places_) {
            auto const retry = poll_deadline{.is_set = not who_->is_draining(), .at = now + 5};
            auto const own = each.it ? each.it->due(now) : retry;
            first = rpmsg::detail::earlier(first, own, now);
        }
        return first;
    }
    auto notify(std::uint32_t signal) -> void override { link_.notify(signal); }
    auto reset() -> void override { (void)link_.reset(); }
    auto close() -> void override { link_.close(); }
    auto is_up() -> bool override { return link_.is_up(); }
    auto free_buffers() -> std::uint32_t override {
        auto all = std::vector<typename link_type::endpoint::loan>{};
        for (auto room = link_.at(places_[1].id).reserve(); room; room = link_.at(places_[1].id).reserve()) {
            all.push_back(std::move(room));
        }
        return static_cast<std::uint32_t>(all.size());
    }
    auto all_buffers() -> std::uint32_t override { return plan_.buffers; }
    auto is_starved() -> bool override {
        return (places_[0].it and places_[0].it->was_starved) or (places_[1].it and places_[1].it->was_starved);
    }
    auto are_bound() -> bool override {
        return not Transport::acknowledged or
               (places_[0].it and places_[1].it and places_[0].it->rules.is_bound() and places_[1].it->rules.is_bound());
    }
    auto undeliverable() -> std::uint32_t override { return link_.counts()[counter::no_endpoint]; }
};

/// The program of a core: any number of links, polled in turn.
class program {
    std::vector<std::unique_ptr<any_link>> links_;
    std::vector<std::unique_ptr<any_link>>** place_; ///< where the checks of the end find the links

  public:
    program(std::vector<std::unique_ptr<any_link>> links, std::vector<std::unique_ptr<any_link>>** place)
        : links_{std::move(links)}, place_{place} {
        *place_ = &links_;
    }
    program(program const&) = delete;
    auto operator=(program const&) -> program& = delete;
    ~program() { *place_ = nullptr; }

    auto start() -> status {
        for (auto const& each : links_) {
            if (auto const outcome = each->start(); not outcome) {
                return outcome;
            }
        }
        return {};
    }
    auto poll(ticks now) -> void {
        for (auto const& each : links_) {
            each->poll(now);
        }
    }
    auto is_pending() -> bool {
        auto is_set = false;
        for (auto const& each : links_) {
            is_set = each->is_pending() or is_set;
        }
        return is_set;
    }
    auto next_deadline(ticks now) -> poll_deadline {
        auto first = poll_deadline{};
        for (auto const& each : links_) {
            first = rpmsg::detail::earlier(first, each->next_deadline(now), now);
        }
        return first;
    }
    auto notify(std::uint32_t link, std::uint32_t signal) -> void { links_[link]->notify(signal); }
    auto reset(std::uint32_t link) -> void { links_[link]->reset(); }
    auto close() -> void {
        for (auto const& each : links_) {
            each->close();
        }
    }
    auto link_count() -> std::uint32_t { return static_cast<std::uint32_t>(links_.size()); }
};

/// Everything of a traffic world that outlives the programs.
class plan {
    using links = std::vector<std::unique_ptr<any_link>>;
    using maker = std::function<std::unique_ptr<any_link>(core&)>;
    struct core_plan {
        std::vector<maker> makers{};
        links* live{};
    };
    world* all_;
    std::vector<std::unique_ptr<core_plan>> cores_{};
    std::vector<std::unique_ptr<topic>> topics_{};

  public:
    explicit plan(world& all, std::uint32_t cores) : all_{&all} {
        for (std::uint32_t i = 0; i < cores; ++i) {
            cores_.push_back(std::make_unique<core_plan>());
            auto* const it = cores_.back().get();
            // Clocks begin before and after the wrap, and differ.
            auto const first = static_cast<ticks>(0u - all.random().below(3) * 4'000u);
            auto const settings = simulator::core_settings{
                .ticks_per_second = 10'000, .first_tick = first, .poll_time = std::chrono::microseconds{10}};
            all.add_core("core" + std::to_string(i), settings, [it](core& me) {
                auto made = links{};
                for (auto const& make : it->makers) {
                    made.push_back(make(me));
                }
                return program{std::move(made), &it->live};
            });
        }
    }
    [[nodiscard]] auto in() -> world& { return *all_; }

    /// Connects two cores by a wire; `first(wire)` and `second(wire)` make the transports.
    template <template <typename> typename Link = fixed_link, typename Wire>
    auto connect(Wire& line, std::uint32_t a, std::uint32_t b, std::array<std::uint32_t, 2> buffers, std::uint32_t most_held,
                 auto first, auto second) -> void {
        auto& here = *cores_[a];
        auto& there = *cores_[b];
        line.connect(all_->core_at(a), static_cast<std::uint32_t>(here.makers.size()), all_->core_at(b),
                     static_cast<std::uint32_t>(there.makers.size()));
        auto both = std::array<topic*, 2>{};
        for (std::size_t i = 0; i < 2; ++i) {
            topics_.push_back(std::make_unique<topic>(line.may_lose()));
            both[i] = topics_.back().get();
            for (std::size_t end = 0; end < 2 and not line.may_lose(); ++end) {
                auto* const way = &both[i]->from[end];
                all_->must_progress("messages of endpoint " + std::string(1, static_cast<char>('a' + i)) + " over " +
                                        line.name() + " from end " + std::to_string(end),
                                    [way] { return way->delivered(); });
            }
        }
        if (line.may_lose()) { // an announcement that is lost is not repeated: one endpoint may stay unbound
            all_->must_progress("messages over " + line.name(), [both] {
                return both[0]->from[0].delivered() + both[0]->from[1].delivered() + both[1]->from[0].delivered() +
                       both[1]->from[1].delivered();
            });
        }
        auto const add = [&](core_plan& to, std::uint32_t end, auto make_transport) {
            auto const how = link_plan{&line, end, both, buffers[end], most_held};
            to.makers.push_back([how, &line, make_transport](core& me) -> std::unique_ptr<any_link> {
                using transport = decltype(make_transport(line));
                return std::make_unique<Link<transport>>(me, how, make_transport(line));
            });
        };
        add(here, 0, first);
        add(there, 1, second);
        auto* const one = &here;
        auto* const other = &there;
        auto const one_at = here.makers.size() - 1;
        auto const other_at = there.makers.size() - 1;
        all_->at_end([=, &line]() -> std::string {
            for (std::size_t end = 0; end < 2; ++end) {
                auto const text = " of " + line.name() + " at end " + std::to_string(end);
                auto& link = *(end == 0 ? *one->live : *other->live)[end == 0 ? one_at : other_at];
                for (auto const* way : both) {
                    if (auto const missing = way->from[1 - end].missing(); missing > link.undeliverable()) {
                        return std::to_string(missing) + " messages were accepted, and never delivered: those" + text;
                    }
                }
                if (not line.may_lose() and not link.are_bound()) {
                    return "an endpoint is not bound, and nothing is due:" + text;
                }
                if (link.is_starved()) {
                    return "a sender that found no buffer was never told of one:" + text;
                }
                if (auto const free = link.free_buffers(); free != link.all_buffers()) {
                    return "buffers are lost: " + std::to_string(free) + " of " + std::to_string(link.all_buffers()) +
                           " can be used," + text;
                }
            }
            return {};
        });
    }
};

/// A kind of wire: connects cores a and b of a plan.
struct kind {
    char const* name;
    void (*connect)(plan& all, std::string name, std::uint32_t a, std::uint32_t b);
};
using kinds = std::vector<kind>;

} // namespace rpmsg::traffic
