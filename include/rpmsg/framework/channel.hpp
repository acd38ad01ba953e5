#pragma once

#include <rpmsg/framework/endpoint_link.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/framework/link_core.hpp>
#include <rpmsg/framework/name_service.hpp>
#include <rpmsg/platform/interrupt_flag.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/platform/wait.hpp>
#include <rpmsg/transport/transport.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg {

/// How much one `poll` may do before it returns.
struct poll_budget {
    std::uint32_t messages = 64;
    std::uint32_t payload_bytes = 0xffff'ffff; ///< it stops after the message that reaches this
};

/// One link with its endpoints: `channel{transport, endpoints, lock, wait}` - over what, for whom, safe from whom, and
/// how to sleep, if ever.
///
/// | call                                   | ISR       | thread    | handler   | under the lock |
/// |----------------------------------------|-----------|-----------|-----------|----------------|
/// | notify                                 | yes       | yes       | yes       | no             |
/// | send, reserve, commit, dropping a loan | if masked | yes       | yes       | yes            |
/// | releasing a held message               | if masked | yes       | yes       | yes            |
/// | create, destroy (endpoint_pool)        | no        | yes       | yes       | yes            |
/// | poll, start, close                     | one context, not from a handler   | in parts       |
/// | send_until, reserve_until              | no        | not the polling one | does not compile | no  |
///
/// "if masked": when the lock policy masks that interrupt. Handlers and events run in `poll`, outside of the lock. The
/// messages of one link are delivered one after the other in the order of the peer: a handler that takes its time
/// delays all that follow. Hold the message and hand it to a worker, or give the slow service a channel of its own.
template <typename Transport, typename Endpoints = endpoints<>, typename Lock = no_lock, typename Wait = no_wait>
class channel {
    using core = detail::link_core<Transport, Endpoints, Lock, Wait>;

    core core_;
    bool owes_announcements_{};
    interrupt_flag pending_{};

    constexpr auto tell(std::uint32_t index, event const& what) -> void {
        auto view = endpoint_link<core>{core_, index};
        core_.table().notify(view, index, what);
    }
    constexpr auto tell_all(event const& what) -> void {
        for (std::uint32_t i = 0; i < core_.table().size(); ++i) {
            if (core_.table().state(i).is_used) {
                tell(i, what);
            }
        }
    }

    constexpr auto bind(std::uint32_t index, address peer) -> void {
        core_.set_peer(index, peer);
        tell(index, {.kind = event_kind::bound, .peer = peer});
        core_.waiting().wake();
    }
    constexpr auto unbind(std::uint32_t index) -> void {
        auto const peer = core_.peer_of(index);
        core_.clear_peer(index);
        tell(index, {.kind = event_kind::unbound, .peer = peer});
    }

    constexpr auto hear_announcement(const_bytes payload) -> void {
        auto const announced = wire::read_announcement(payload, Transport::acknowledged);
        if (not announced) {
            core_.count(event_count::bad_announcement);
            return;
        }
        auto const verdict = detail::judge(core_.table(), *announced);
        switch (verdict.match) {
        case detail::name_match::binds:
            bind(verdict.index, announced->where);
            if (Transport::acknowledged and announced->kind == wire::announcement_kind::create) {
                core_.table().state(verdict.index).must_acknowledge = owes_announcements_ = true;
            }
            break;
        case detail::name_match::unbinds: unbind(verdict.index); break;
        case detail::name_match::unclaimed:
            if (not core_.table().remember(*announced)) {
                core_.count(event_count::table_full);
            }
            break;
        case detail::name_match::withdrawn: core_.table().forget(*announced); break;
        case detail::name_match::nothing: break;
        }
    }

    constexpr auto deliver(rx_buffer const& received, bool& held) -> void {
        auto const& header = received.header;
        if (header.destination == name_service_address) {
            return hear_announcement(received.payload);
        }
        if (header.source == any_address or header.destination == any_address) {
            return core_.count(event_count::bad_address);
        }
        auto const index = core_.table().find(header.destination);
        if (index == no_index) {
            return core_.count(event_count::no_endpoint);
        }
        auto const& state = core_.table().state(index);
        if (not state.admits(header.source)) {
            return core_.count(event_count::wrong_peer);
        }
        if (not state.is_bound) {
            bind(index, header.source);
        }
        auto view = endpoint_link<core>{core_, index, &received, &held};
        core_.table().deliver(view, index, {.source = header.source, .payload = received.payload});
    }

    constexpr auto receive_all(poll_budget const& budget) -> std::uint32_t {
        std::uint32_t handled = 0;
        std::uint32_t bytes_left = budget.payload_bytes;
        while (handled < budget.messages and bytes_left > 0) {
            auto const received = core_.locked([](auto& link) { return link.receive(); });
            if (received.outcome == rx_outcome::none) {
                return handled;
            }
            ++handled;
            if (received.outcome == rx_outcome::dropped) {
                continue;
            }
            bytes_left -= std::min(bytes_left, std::uint32_t{received.header.length});
            auto held = false;
            deliver(received, held);
            if (not held) {
                core_.locked([&](auto& link) { link.release(received); });
            }
        }
        pending_.set();
        return handled;
    }

    // The link itself.

    constexpr auto come_up() -> void {
        core_.set_up(true);
        for (std::uint32_t i = 0; i < core_.table().size(); ++i) {
            auto& state = core_.table().state(i);
            if (not state.is_used) {
                continue;
            }
            tell(i, {.kind = event_kind::link_up});
            if (state.has_fixed_peer) {
                bind(i, state.peer_address);
            } else {
                state.must_announce = not core_.table().name(i).empty();
                owes_announcements_ = owes_announcements_ or state.must_announce;
            }
        }
    }

    constexpr auto go_down(link_change const& change) -> void {
        core_.set_up(false);
        owes_announcements_ = false;
        core_.table().forget_all();
        for (std::uint32_t i = 0; i < core_.table().size(); ++i) {
            auto& state = core_.table().state(i);
            if (not state.is_used) {
                continue;
            }
            state.is_starved = state.must_announce = state.must_acknowledge = false;
            if (state.must_withdraw) {
                state = {};
                continue;
            }
            if (state.is_bound) {
                unbind(i);
            }
            tell(i, {.kind = event_kind::link_down, .reason = change.reason, .unreturned = change.unreturned});
        }
    }

    /// Sends what the name service owes, as long as there are buffers.
    constexpr auto announce() -> void {
        for (std::uint32_t i = 0; i < core_.table().size() and owes_announcements_; ++i) {
            auto& state = core_.table().state(i);
            if (not state.must_announce and not state.must_acknowledge and not state.must_withdraw) {
                continue;
            }
            auto payload = std::array<std::byte, sizeof(wire::announcement)>{};
            store(payload, detail::owed_announcement(core_.table(), i, Transport::acknowledged));
            if (not core_.send_from(i, name_service_address, payload)) {
                return;
            }
            state.must_announce = state.must_acknowledge = false;
            if (state.must_withdraw) {
                state = {};
            }
        }
        owes_announcements_ = false;
    }

    constexpr auto tell_writable() -> void {
        if (not core_.take_writable()) {
            return;
        }
        for (std::uint32_t i = 0; i < core_.table().size(); ++i) {
            if (std::exchange(core_.table().state(i).is_starved, false)) {
                tell(i, {.kind = event_kind::writable});
            }
        }
        core_.waiting().wake();
    }

  public:
    using endpoint = endpoint_handle<core>;
    static constexpr std::uint32_t max_payload = Transport::max_frame - wire::header_size;

    constexpr explicit channel(Transport transport, Endpoints endpoints = Endpoints{}, Lock lock = {}, Wait wait = {})
        : core_{std::move(transport), std::move(endpoints), std::move(lock), std::move(wait)} {}
    channel(channel const&) = delete;
    auto operator=(channel const&) -> channel& = delete;

    /// Begins; `misconfigured` when the transport's memory does not fit its configuration. Either side may start first:
    /// `poll` sees the peer come, and announces the endpoints.
    [[nodiscard]] constexpr auto start() -> status {
        return core_.locked([](auto& link) { return link.start(); });
    }

    /// Ends the link: endpoints become unbound, pending waits end with `closed`. `start` begins again.
    constexpr auto close() -> void {
        core_.locked([](auto& link) { link.close(); });
        if (core_.is_up()) {
            go_down({.event = link_event::down, .reason = down_reason::closed});
        }
        core_.waiting().wake();
    }

    /// Tells a link whose dialect has no word for it that the peer was started anew.
    [[nodiscard]] constexpr auto reset() -> status {
        close();
        return start();
    }

    /// A doorbell rang. To be called by its interrupt; wakes whoever waits.
    constexpr auto notify(std::uint32_t queue) -> void {
        core_.transport().notify(queue);
        pending_.set();
        core_.waiting().wake();
    }
    /// A doorbell rang that does not say for which ring.
    constexpr auto notify() -> void {
        notify(0);
        notify(1);
    }
    /// Whether a doorbell rang, or work was left over, since the last poll began.
    [[nodiscard]] constexpr auto is_pending() const -> bool { return pending_.is_set(); }

    /// Does what is to be done, within the budget: link changes, announcements, messages, events. `now` is the time in
    /// the user's ticks. Answers how many messages were handled.
    constexpr auto poll(poll_budget const& budget = {}, ticks now = {}) -> std::uint32_t {
        pending_.clear();
        core_.polled_here();
        auto const change = core_.locked([&](auto& link) { return link.poll(now); });
        if (change.event == link_event::up) {
            come_up();
        } else if (change.event == link_event::down) {
            go_down(change);
            core_.waiting().wake();
        }
        announce();
        auto const handled = receive_all(budget);
        if (handled > 0) {
            announce();
            core_.locked([](auto& link) { link.flush(); });
        }
        tell_writable();
        return handled;
    }
    constexpr auto poll(ticks now) -> std::uint32_t { return poll({}, now); }

    /// When to poll again at the latest though nothing rings.
    [[nodiscard]] constexpr auto next_deadline(ticks now) -> poll_deadline {
        return core_.locked([&](auto& link) { return link.next_deadline(now); });
    }

    [[nodiscard]] constexpr auto is_up() const -> bool { return core_.is_up(); }
    [[nodiscard]] constexpr auto transport() -> Transport& { return core_.transport(); }
    [[nodiscard]] constexpr auto endpoint_table() -> Endpoints& { return core_.table(); }
    [[nodiscard]] constexpr auto counts() -> counters const& { return core_.transport().counts(); }
    [[nodiscard]] constexpr auto waiting() -> Wait& { return core_.waiting(); }

    /// The endpoint of a name, as in `link.get<"rpmsg-echo">().send(bytes)`; the name must be in the table.
    template <fixed_name Name> [[nodiscard]] constexpr auto get() -> endpoint {
        constexpr auto index = Endpoints::index_of(Name.view());
        static_assert(index != no_index, "no endpoint of this table has this name");
        return {core_, index};
    }
    /// The endpoint of an index: its place in `endpoints{...}`, or what `create` answered.
    [[nodiscard]] constexpr auto at(std::uint32_t index) -> endpoint { return {core_, index}; }
};

} // namespace rpmsg
