#pragma once

// Two edges and a hub in one program, over rings in shared memory. A main loop polls only what has work or a due deadline: what
// is left undone then is a lost wake-up.
#include <rpmsg/framework/dump.hpp>
#include <rpmsg/framework/listener.hpp>
#include <rpmsg/framework/named.hpp>
#include <rpmsg/framework/router/edge.hpp>
#include <rpmsg/framework/router/hub.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <array>
#include <cstdint>
#include <deque>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace routed {
using namespace rpmsg;

inline constexpr auto rings = vring_config{.buffers = 8, .buffer_size = 128};
using memory = two_sides<rings>;

/// The content of each message: whoever gets it can tell that it is right.
struct content {
    std::uint32_t from{}; ///< number of the sending endpoint
    std::uint32_t life{}; ///< of its edge
    std::uint32_t sequence{};
    std::uint32_t size{};
};

/// What an endpoint sends and gets. Endpoint i of one edge talks to endpoint i of the other one.
struct talker {
    std::uint32_t number{};
    std::uint32_t partner{};
    std::uint32_t life{};
    std::uint32_t sent{};
    std::uint32_t got{};
    std::uint32_t wrong{};
    content last{};
    bool is_starved{};
    bool holds{};
    std::deque<held_message> held{};

    auto take(auto& link, message const& m) -> void {
        auto const it = m.payload.size() >= sizeof(content) ? load<content>(m.payload) : content{};
        auto const is_next = it.life != last.life or it.sequence > last.sequence;
        wrong += it.from != partner or it.size != m.payload.size() or not is_next ? 1u : 0u;
        for (auto const each : m.payload.subspan(std::min(m.payload.size(), sizeof(content)))) {
            wrong += each != static_cast<std::byte>(it.sequence) ? 1u : 0u;
        }
        last = it;
        ++got;
        if (holds) {
            held.push_back(link.hold(m));
        }
    }
    auto see(event const& e) -> void {
        is_starved = is_starved and e.kind != event_kind::writable and e.kind != event_kind::link_down;
    }
    auto send(auto&& endpoint, std::size_t size) -> status {
        auto raw = std::vector<std::byte>(size, static_cast<std::byte>(sent + 1));
        store(raw, content{number, life, sent + 1, static_cast<std::uint32_t>(size)});
        auto const outcome = endpoint.send(raw);
        sent += outcome ? 1u : 0u;
        is_starved = is_starved or outcome.error() == error::no_buffer;
        return outcome;
    }
    [[nodiscard]] auto messages() {
        return [this](auto& link, message const& m) { take(link, m); };
    }
    [[nodiscard]] auto events() {
        return [this](auto&, event const& e) { see(e); };
    }
};

/// A core that has a link to the hub, and the other edge behind it. Both sides announce "both"; the edge announces its own
/// name, which a listener of the other one takes.
template <fixed_name Other, fixed_name Own, std::uint32_t Number> struct core {
    using port_type = router_port<Other, port_config{.names = 6, .held = 3, .max_frame = 128}>;

    talker both{.number = 10 + Number, .partner = 11 - Number};
    talker own{.number = 20 + Number, .partner = 31 - Number};
    talker taken{.number = 30 + Number, .partner = 21 - Number};
    std::uint32_t opened{};
    struct server {
        core* it;
        auto on_message(auto& link, std::uint32_t, message const& m) -> void { it->taken.take(link, m); }
        auto on_open(auto&, std::uint32_t) -> void { ++it->opened; }
        auto on_event(auto&, std::uint32_t, event const& e) -> void { it->taken.see(e); }
        auto on_close(auto&, std::uint32_t) -> void {
            --it->opened;
            it->taken.is_starved = false;
        }
    };
    /// A name that comes and goes.
    struct guest {
        std::uint32_t id{};
        bool is_open{};
        auto operator()(auto const& link, message const& m) -> void { (void)link.reply(m, m.payload); }
    };
    std::array<guest, 2> guests{};
    port_type port{};
    memory* shared;

    auto make_link() {
        return channel{shared->device(), endpoints{endpoint<"noise">([](auto&, message const&) {}), port.entry()}};
    }
    auto make_edge() {
        return channel{router_edge{port},
                       endpoints{endpoint<"both">(both.messages(), both.events()), endpoint<Own>(own.messages(), own.events()),
                                 listener<"from-", 1>(server{this}), named<2>{}}};
    }
    decltype(std::declval<core&>().make_link()) link;
    decltype(std::declval<core&>().make_edge()) edge;

    core(memory& to_hub, std::uint32_t life) : shared{&to_hub}, link{make_link()}, edge{make_edge()} {
        both.life = own.life = taken.life = life;
        check(edge.start().has_value() and link.start().has_value());
    }
    ~core() {
        for (auto* each : {&both, &own, &taken}) {
            each->held.clear();
        }
    }
    core(core const&) = delete;
    auto operator=(core const&) -> core& = delete;

    /// Both channels are open.
    auto open() -> void { check(link.start().has_value() and edge.start().has_value()); }
    [[nodiscard]] auto is_bound() -> bool {
        return edge.template get<"both">().is_bound() and edge.template get<Own>().is_bound() and opened == 1;
    }
    auto send(std::uint32_t which, std::size_t size) -> status {
        switch (which % 3) {
        case 0: return both.send(edge.template get<"both">(), size);
        case 1: return own.send(edge.template get<Own>(), size);
        default: return taken.send(edge.at(edge.endpoint_table().id(2)), size);
        }
    }
    auto open_or_close(std::uint32_t i) -> void {
        auto& it = guests[i];
        if (it.is_open) {
            check(edge.destroy(it.id).has_value());
        } else {
            auto const made = edge.create(i == 0 ? "guest" : "visitor", it);
            if (not made) {
                return;
            }
            it.id = *made;
        }
        it.is_open = not it.is_open;
    }
    auto close_or_start_edge() -> void {
        for (auto* each : talkers()) {
            each->held.clear();
        }
        edge.is_up() ? edge.close() : static_cast<void>(edge.start());
    }
    auto talkers() { return std::array{&both, &own, &taken}; }
};

/// All three of them. Each may be killed and started again at any time.
template <when_full Policy = when_full::drop> struct world {
    using a_core = core<"b", "from-a", 0>;
    using b_core = core<"a", "from-b", 1>;
    static constexpr auto limits = hub_limits{.names = 6, .held = 2, .queue = 4, .policy = Policy};

    memory to_a{};
    memory to_b{};
    static auto make_hub(memory& a, memory& b) {
        return router_hub{nuttx_edge<"a", limits>(a.driver()), nuttx_edge<"b", limits>(b.driver())};
    }
    struct hub_holder {
        decltype(make_hub(std::declval<memory&>(), std::declval<memory&>())) hub;
    };
    std::unique_ptr<hub_holder> the_hub{};
    std::unique_ptr<a_core> a{};
    std::unique_ptr<b_core> b{};
    std::uint32_t lives{};
    ticks now = 0xffff'ff00;

    auto start_hub() -> void {
        the_hub.reset(
            new hub_holder{router_hub{nuttx_edge<"a", limits>(to_a.driver()), nuttx_edge<"b", limits>(to_b.driver())}});
        check(the_hub->hub.start().has_value());
    }
    auto start_a() -> void {
        a.reset();
        a = std::make_unique<a_core>(to_a, ++lives);
    }
    auto start_b() -> void {
        b.reset();
        b = std::make_unique<b_core>(to_b, ++lives);
    }
    world() {
        start_hub();
        start_a();
        start_b();
    }
    [[nodiscard]] auto hub() -> auto& { return the_hub->hub; }

    /// Delivers the doorbells; whether there was one.
    auto ring() -> bool {
        auto rang = false;
        auto const pass = [&](auto& bell, auto&& notify) {
            for (std::uint32_t queue = 0; queue < 2; ++queue) {
                if (bell.take(queue)) {
                    rang = true;
                    notify(queue);
                }
            }
        };
        pass(to_a.to_driver, [&](std::uint32_t queue) { hub().notify(0, queue); });
        pass(to_b.to_driver, [&](std::uint32_t queue) { hub().notify(1, queue); });
        pass(to_a.to_device, [&](std::uint32_t queue) { a->link.notify(queue); });
        pass(to_b.to_device, [&](std::uint32_t queue) { b->link.notify(queue); });
        return rang;
    }
    /// One step of the main loops; false when nothing is left to do for a while.
    auto step(std::uint32_t budget) -> bool {
        if (ring()) {
            return true;
        }
        auto const polls = [&](auto& it) {
            if (it.is_pending()) {
                (void)it.poll({.messages = budget}, now);
                return true;
            }
            return false;
        };
        if (polls(a->link) or polls(b->link)) {
            return true;
        }
        if (hub().is_pending()) {
            (void)hub().poll(now, budget);
            return true;
        }
        return false;
    }
    /// Runs until all rest, also over the next deadlines. False when they do not come to rest.
    auto settle(std::uint32_t steps = 20'000) -> bool {
        auto const until_then = now + 1000;
        for (std::uint32_t i = 0; i < steps; ++i) {
            if (step(1 + i % 3)) {
                continue;
            }
            auto const at_a = a->link.next_deadline(now);
            auto const at_b = b->link.next_deadline(now);
            auto const at_hub = hub().next_deadline(now);
            auto const first = rpmsg::detail::earlier(rpmsg::detail::earlier(at_a, at_b, now), at_hub, now);
            if (not first.is_set or has_passed(until_then, first.at)) {
                return true;
            }
            now = has_passed(first.at, now) ? now : first.at;
            if (at_a.is_set and has_passed(at_a.at, now)) {
                (void)a->link.poll(now);
            }
            if (at_b.is_set and has_passed(at_b.at, now)) {
                (void)b->link.poll(now);
            }
            if (at_hub.is_set and has_passed(at_hub.at, now)) {
                (void)hub().poll(now);
            }
        }
        return false;
    }
    auto release_all() -> void {
        auto const each = [](auto& core) {
            for (auto* it : core.talkers()) {
                it->holds = false;
                it->held.clear();
            }
        };
        each(*a);
        each(*b);
    }
    /// Writes the state of all to the standard error.
    auto print() -> void {
        auto const sink = [](std::string_view text) { std::cerr << text; };
        dump(hub(), sink);
        sink("a: link, edge\n");
        dump(a->link, sink);
        dump(a->edge, sink);
        sink("b: link, edge\n");
        dump(b->link, sink);
        dump(b->edge, sink);
    }
    /// What is wrong once nothing is held and all have come to rest; empty when all is well.
    auto finding() -> std::string {
        release_all();
        a->open();
        b->open();
        check(hub().start().has_value());
        if (not settle()) {
            return "no rest";
        }
        if (not a->is_bound() or not b->is_bound()) {
            return "not bound";
        }
        auto const wrong = [](auto& core) {
            std::uint32_t total = 0;
            for (auto* it : core.talkers()) {
                total += it->wrong;
            }
            return total;
        };
        if (wrong(*a) + wrong(*b) != 0) {
            return "a wrong message";
        }
        if (hub().held(0) + hub().held(1) != 0) {
            return "a message waits in the hub";
        }
        for (auto* it : {&a->both, &a->own, &a->taken, &b->both, &b->own, &b->taken}) {
            if (it->is_starved) {
                return "a sender waits for writable";
            }
        }
        for (std::uint32_t which = 0; which < 3; ++which) {
            auto const partner = which == 0 ? 0u : 3 - which;
            for (int i = 0; i < 12; ++i) {
                auto const at_b = b->talkers()[partner]->got;
                auto const at_a = a->talkers()[partner]->got;
                if (not a->send(which, 112) or not b->send(which, 16)) {
                    return "a message is refused";
                }
                if (not settle() or b->talkers()[partner]->got != at_b + 1 or a->talkers()[partner]->got != at_a + 1) {
                    return "a message is lost: " + std::to_string(which) + " in round " + std::to_string(i) + " at b " +
                           std::to_string(b->talkers()[partner]->got - at_b) + " at a " +
                           std::to_string(a->talkers()[partner]->got - at_a);
                }
            }
        }
        return wrong(*a) + wrong(*b) != 0 ? "a wrong message at last" : std::string{};
    }
};

} // namespace routed
