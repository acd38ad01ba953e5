#pragma once

#include <rpmsg/framework/bindings.hpp>
#include <rpmsg/framework/dispatcher.hpp>
#include <rpmsg/framework/endpoint_link.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/framework/link_core.hpp>
#include <rpmsg/framework/poll_budget.hpp>
#include <rpmsg/framework/service_hook.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/platform/wait.hpp>
#include <rpmsg/transport/transport.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg {

/// One link with its endpoints: `channel{transport, endpoints, lock, wait}`. `endpoints` is the table of services; `lock`
/// excludes other contexts; `wait` blocks threads in `send_until`. The last three have defaults.
///
/// | call                                   | ISR       | thread    | handler   | under the lock |
/// |----------------------------------------|-----------|-----------|-----------|----------------|
/// | notify                                 | yes       | yes       | yes       | no             |
/// | counts, is_pending                     | yes       | yes       | yes       | no             |
/// | send, reserve, commit, dropping a loan | if masked | yes       | yes       | yes            |
/// | releasing a held message               | if masked | yes       | yes       | yes            |
/// | create, destroy, rebind                | no        | the polling thread | yes | partly      |
/// | poll, start, reset                     | no        | one, always the same | refused | partly |
/// | work                                   | no        | a worker  | no        | partly         |
/// | close                                  | no        | the polling thread | after the poll | partly |
/// | send_until, reserve_until, wait_until  | no        | any but the polling thread | no | partly |
///
/// "if masked": when the lock policy masks that interrupt. `notify` must run on the core that polls; another core wakes it
/// through the wait policy. Handlers and event handlers run outside of the lock: in `poll`, and event handlers also in `close`,
/// `reset` and `create`. An exception in them ends the program. A refused call is counted as `would_deadlock`. The messages of
/// one link are delivered one after the other in the order of the peer, so a slow handler delays all later messages, but in
/// a `dispatched` table: it can also hold the message for a thread, or the service can have a channel of its own. All endpoints
/// share the transmit buffers of the link: whoever asks first gets one, so that an endpoint which floods leaves none to others.
template <typename Transport, typename Endpoints = endpoints<>, typename Lock = no_lock, typename Wait = no_wait> class channel;

template <transport Transport, endpoint_table Endpoints, lock_policy Lock, wakes_waiters Wait>
class channel<Transport, Endpoints, Lock, Wait> {
    using core = detail::link_core<Transport, Endpoints, Lock, Wait>;
    using dispatcher = detail::dispatcher<core, Lock>;

    [[no_unique_address]] detail::bindings<core> bindings_{};
    core core_;
    void (*deferred_)(channel&){}; ///< a close that a handler requested

    /// Returns whether the handler kept the message.
    constexpr auto deliver(rx_buffer const& received) noexcept -> bool {
        auto const drop = [&](counter reason) {
            core_.count(reason);
            return false;
        };
        auto const index = core_.table().find(received.destination);
        if (index == no_index) [[unlikely]] {
            if (received.destination == name_service_address) {
                if (dispatcher::keeps_announcement(core_, received)) {
                    return true;
                }
                bindings_.on_announcement(core_, received.payload);
                return false;
            }
            return drop(received.destination == any_address ? counter::bad_address : counter::no_endpoint);
        }
        if (received.source == any_address) [[unlikely]] {
            return drop(counter::bad_address);
        }
        auto const fixed = core_.table().fixed_peer(index);
        if (fixed != any_address and fixed != received.source) {
            return drop(counter::wrong_peer);
        }
        auto const id = core_.id_at(index);
        auto& state = core_.table().state(index);
        auto const peer = state.peer();
        if (core::acknowledged ? peer == any_address : peer != received.source) [[unlikely]] {
            if (peer != any_address) {
                bindings_.notify_moved(core_, index, received.source);
            } else {
                bindings_.bind(core_, index, received.source);
            }
            if (not Endpoints::is_static and core_.find(id) == no_index) {
                return drop(counter::no_endpoint); // the event handler destroyed it
            }
        }
        auto view = handler_link<core>{core_, id, received};
        core_.table().deliver(view, index,
                              {.source = received.source, .payload = {received.payload.data(), received.payload.size()}});
        return view.holds();
    }

    constexpr auto receive_all(std::uint32_t messages, std::uint32_t payload_bytes) -> std::uint32_t {
        std::uint32_t handled = 0;
        auto bytes_left = payload_bytes;
        while (handled < messages and bytes_left > 0) {
            if (not dispatcher::may_take(core_)) {
                return handled;
            }
            auto received = core_.locked()->receive();
            if (received.outcome == rx_outcome::none) {
                return handled;
            }
            if (received.outcome == rx_outcome::ended) {
                dispatcher::note_end(core_);
                break;
            }
            ++handled;
            if (received.outcome == rx_outcome::dropped) {
                continue;
            }
            auto const is_kept = deliver(received);
            auto link = core_.locked();
            if (not is_kept) {
                link->release(received.token);
            }
            if (detail::is_drained(core_.transport())) {
                link->flush();
                return handled;
            }
            if (payload_bytes != poll_budget::unlimited) {
                bytes_left -= std::min(bytes_left, static_cast<std::uint32_t>(received.payload.size()));
            }
        }
        core_.pending().set();
        return handled;
    }

    [[gnu::always_inline]] constexpr auto handle_all(std::uint32_t messages, std::uint32_t payload_bytes) -> std::uint32_t {
        if constexpr (dispatcher::is_used) {
            return dispatcher::run(core_, bindings_, messages, payload_bytes,
                                   [&](std::uint32_t most, std::uint32_t size) { return receive_all(most, size); });
        } else {
            return receive_all(messages, payload_bytes);
        }
    }

    /// Requests another poll after a change of the link: the peer may have taken its next step already.
    constexpr auto follow(link_change change) -> void {
        if (change.event == link_event::up) {
            bindings_.come_up(core_);
        } else if (change.event == link_event::down) {
            dispatcher::go_down(core_);
            bindings_.go_down(core_, change);
        } else if (change.event == link_event::refused) {
            bindings_.refuse(core_, change.reason);
        }
        core_.call_poller();
    }

    constexpr auto do_deferred() -> void {
        if (deferred_ != nullptr) {
            std::exchange(deferred_, nullptr)(*this);
        }
    }
    constexpr auto refuse_in_handler() -> error {
        core_.count(counter::would_deadlock);
        return error::would_deadlock;
    }

    /// On small cores: hides the address from the optimiser, which otherwise forms that of each member from a constant.
    [[gnu::always_inline]] constexpr auto here() -> channel* {
        auto* self = this;
        if (sizeof(void*) <= 4 and not std::is_constant_evaluated()) {
            asm("" : "+r"(self));
        }
        return self;
    }
    constexpr auto poll_once(std::uint32_t messages, std::uint32_t payload_bytes, ticks now) -> std::uint32_t {
        if (core_.polling().is_running) [[unlikely]] {
            (void)refuse_in_handler();
            return 0;
        }
        core_.polling().is_running = true;
        core_.answer_call();
        core_.polled_here();
        auto change = dispatcher::poll_transport(core_, now);
        if (change.event != link_event::none) [[unlikely]] {
            follow(change);
        }
        auto const handled = handle_all(messages, payload_bytes);
        auto has_pending = core_.polling().has_pending;
        if (has_pending) [[unlikely]] {
            bindings_.announce(core_);
        }
        bindings_.poll_services(core_, now);
        bindings_.notify_writable(core_);
        has_pending = has_pending or core_.polling().has_pending;
        core_.polling().is_running = false;
        if (has_pending) [[unlikely]] {
            do_deferred();
        }
        return handled;
    }

    constexpr auto end() -> void {
        core_.polling().is_running = true;
        auto change = core_.close_transport();
        if (change.event != link_event::none) {
            dispatcher::go_down(core_);
            bindings_.go_down(core_, change);
        }
        dispatcher::run_all(core_);
        core_.polling().is_running = false;
        core_.waiting().wake();
    }

  public:
    using endpoint = endpoint_handle<core>;
    static constexpr std::uint32_t max_payload = Transport::max_frame - wire::header_size;

    /// The members are constructed in place from the arguments. A member without an argument is default-constructed in place,
    /// without a temporary: `channel<transport, endpoint_pool<64>>{transport}`.
    constexpr explicit channel(Transport&& transport) : core_{std::move(transport)} {}
    constexpr explicit channel(Transport const& transport) : channel{Transport{transport}} {}
    template <typename T = Transport, typename E = Endpoints, typename L = Lock, typename W = Wait>
    constexpr explicit channel(T&& transport, E&& endpoints, L&& lock = L{}, W&& wait = W{})
        : core_{std::forward<T>(transport), std::forward<E>(endpoints), std::forward<L>(lock), std::forward<W>(wait)} {}
    template <typename T = Transport, typename E = Endpoints, typename L = Lock, typename W = Wait>
    requires(not std::constructible_from<Lock, L>) constexpr explicit channel(T&&, E&&, L&&, W&& = W{})
        : core_(detail::lent<core>()) {
        static_assert(detail::never<L>, "this lock cannot be moved into the channel: keep it beside, and write lock_ref{lock}");
    }
    channel(channel const&) = delete;
    auto operator=(channel const&) -> channel& = delete;

    /// Starts the link unless it is started. Either side may start first: `poll` detects the peer and announces the endpoints.
    /// Errors: `misconfigured` when the transport's memory does not match its configuration; `not_identified` on a serial line
    /// without an id; `would_deadlock` in a handler.
    [[nodiscard]] constexpr auto start() -> status {
        if (core_.polling().is_running) {
            return refuse_in_handler();
        }
        if constexpr (requires { core_.transport().attach(*this); }) {
            core_.transport().attach(*this);
        }
        auto const outcome = core_.locked()->start();
        core_.call_poller();
        return outcome;
    }

    /// Closes the link: endpoints become unbound, pending waits end with `closed`. A call from a handler takes effect when the
    /// poll returns. `start` opens the link again.
    constexpr auto close() -> void {
        if (core_.polling().is_running) {
            deferred_ = [](channel& it) { it.close(); };
            core_.polling().has_pending = true;
            return;
        }
        dispatcher::run_all(core_);
        if (core_.can_say_goodbye()) {
            bindings_.say_goodbye(core_);
        }
        end();
        deferred_ = nullptr; // an event asked for it once more
    }

    /// Restarts the link after a restart of the peer that its dialect cannot detect. Withdraws no names from the peer: the
    /// rings may already be those of the restarted peer. Error: `would_deadlock` in a handler.
    [[nodiscard]] constexpr auto reset() -> status {
        if (core_.polling().is_running) {
            return refuse_in_handler();
        }
        end();
        auto const outcome = start();
        do_deferred();
        return outcome;
    }

    /// Reports a doorbell of a ring and wakes the waiting threads. Call it from the doorbell's interrupt on the core that
    /// polls, or from any thread of a 64-bit host where the channel has a lock; other cores call it under that lock.
    constexpr auto notify(std::uint32_t queue) -> void {
        core_.transport().notify(queue);
        core_.call_poller();
    }
    /// Reports a doorbell that does not identify its ring.
    constexpr auto notify() -> void {
        core_.transport().notify(0);
        notify(1);
    }
    /// Whether a doorbell arrived, or a poll left work, since the last poll began.
    [[nodiscard]] constexpr auto is_pending() -> bool { return core_.pending().is_set() or detail::is_pending(core_.table()); }

    /// Processes link changes, announcements, messages and events, within the budget. Work that arrives meanwhile may be left
    /// to the next poll; a doorbell reports it. `now` is the time in the user's ticks. Returns the number of messages handled.
    /// A call from a handler is refused: it is counted as `would_deadlock` and returns 0.
    constexpr auto poll(poll_budget budget = {}, ticks now = {}) -> std::uint32_t {
        return here()->poll_once(budget.messages, budget.payload_bytes, now);
    }
    constexpr auto poll(std::integral auto now) -> std::uint32_t { return poll({}, static_cast<ticks>(now)); }

    /// The latest time of the next poll when no doorbell arrives before.
    [[nodiscard]] constexpr auto next_deadline(ticks now) -> poll_deadline {
        auto const due = core_.locked()->next_deadline(now); // the services are asked outside of the lock
        return dispatcher::next_deadline(core_, detail::next_deadline(core_.table(), due, now), now);
    }

    /// Calls one handler of a `dispatched` table in this context, a worker of it; false when none waits.
    constexpr auto work() -> bool {
        static_assert(dispatcher::has_workers(),
                      "handlers are called by workers in a table dispatched{endpoints{...}, workers<>{}}");
        return core_.table().run_one(core_).is_one;
    }

    [[nodiscard]] constexpr auto is_up() -> bool { return core_.is_up(); }
    [[nodiscard]] constexpr auto transport() -> Transport& { return core_.transport(); }
    [[nodiscard]] constexpr auto endpoint_table() -> Endpoints& { return core_.table(); }
    [[nodiscard]] constexpr auto counts() -> counters const& { return core_.transport().counts(); }
    [[nodiscard]] constexpr auto waiting() -> Wait& { return core_.waiting(); }

    /// Blocks until `is_done()` returns true, which is called again after each wake of the link. For services that wait.
    /// Errors: `timed_out` at the deadline; `closed` when the link is or goes down; `would_deadlock` in the polling context.
    [[nodiscard]] auto wait_until(ticks deadline, auto&& is_done) -> status {
        static_assert(wait_policy<Wait>, "waiting needs a wait policy: name one as the fourth argument of the channel");
        return detail::wait_for(core_, deadline, [&]() -> status {
            if (is_done()) {
                return {};
            }
            return core_.is_up() ? error::no_buffer : error::closed;
        });
    }

    /// Adds an endpoint to an `endpoint_pool` or a `named` group, with the arguments and errors of its `create`. The next polls
    /// announce it, and bind it if the peer announced the name before. Returns its id, for `at` and `destroy`.
    template <typename... Arguments> [[nodiscard]] constexpr auto create(Arguments&&... arguments) -> result<std::uint32_t> {
        auto const made = core_.add_endpoint(std::forward<Arguments>(arguments)...);
        if (made and core_.is_up()) {
            auto const is_nested = std::exchange(core_.polling().is_running, true);
            bindings_.bring_up(core_, core_.find(*made));
            core_.polling().is_running = is_nested;
            core_.call_poller();
            if (not is_nested) {
                do_deferred();
            }
        }
        return made;
    }
    /// Removes an endpoint of an `endpoint_pool` or a session of a group. After this call neither its handler nor its event
    /// handler is called. The next polls announce the destruction to the peer. Messages in flight to it are dropped and
    /// counted. Errors: `no_endpoint` when the endpoint does not exist; `pending` when a worker runs it: its last event is
    /// `gone`.
    constexpr auto destroy(std::uint32_t id) -> status { return dispatcher::destroy(core_, id); }

    /// The endpoint with a name, as in `link.get<"rpmsg-echo">().send(bytes)`; the name must be in the table.
    template <fixed_name Name> [[nodiscard]] constexpr auto get() -> endpoint {
        constexpr auto index = Endpoints::index_of(Name.view());
        static_assert(index != no_index, "no endpoint of this table has this name");
        return {core_, index};
    }
    /// The endpoint with an id: its index in `endpoints{...}`, or the result of `create`. Calls on a destroyed endpoint of a
    /// pool return `no_endpoint`.
    [[nodiscard]] constexpr auto at(std::uint32_t id) -> endpoint {
        expects(not Endpoints::is_static or id < Endpoints::size());
        return {core_, id};
    }
};

template <typename Transport, typename Endpoints = endpoints<>, typename Lock = no_lock, typename Wait = no_wait>
channel(Transport, Endpoints = {}, Lock = {}, Wait = {}) -> channel<Transport, Endpoints, Lock, Wait>;

/// A channel of other types gives one error; every use of it compiles, so that no other error follows.
template <typename Transport, typename Endpoints, typename Lock, typename Wait>
class channel : public channel<archetypes::transport> {
    static constexpr bool are_swapped = rpmsg::transport<Endpoints>;
    static constexpr bool has_table = are_swapped or rpmsg::endpoint_table<Endpoints>;
    static constexpr bool is_endpoint = endpoint_description<Endpoints>;
    static constexpr bool is_lock = lock_policy<Lock>;
    static constexpr bool is_wait = wakes_waiters<Wait>;
    static constexpr bool moves_messages = requires(Transport & it) {
        it.reserve();
        it.receive();
    };
    using transport_or_told = std::conditional_t<are_swapped or not moves_messages, archetypes::transport, Transport>;

    static_assert(not are_swapped, "the endpoints come second: write channel{transport, endpoints{...}, lock, wait}");
    static_assert(are_swapped or moves_messages,
                  "the first argument of a channel is a transport: vring_device, vring_driver, uart, spi, transport_ref");
    static_assert(rpmsg::transport<transport_or_told>,
                  "this transport lacks what a channel needs of it: transport/transport.hpp");
    static_assert(not is_endpoint, "endpoints stand in a table: write channel{transport, endpoints{endpoint}}");
    static_assert(has_table or is_endpoint,
                  "the second argument of a channel is a table of endpoints: endpoints{...} or endpoint_pool<size>{}");
    static_assert(is_lock, "the third argument of a channel is a lock: lock() and unlock()");
    static_assert(is_wait, "the fourth argument of a channel is a wait policy: no_wait, spin_wait, event_flags_wait");

  public:
    constexpr explicit channel(detail::anything, detail::anything = {}, detail::anything = {}, detail::anything = {})
        : channel<archetypes::transport>{archetypes::transport{}} {}

    template <fixed_name> [[nodiscard]] constexpr auto get() { return this->at(0); }
    template <typename... T> [[nodiscard]] constexpr auto create(T&&...) -> result<std::uint32_t> { return 0u; }
};

} // namespace rpmsg
