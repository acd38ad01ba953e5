#pragma once

#include <rpmsg/core/atomic_word.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/framework/service_hook.hpp>
#include <rpmsg/platform/interrupt_flag.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/platform/wait.hpp>
#include <rpmsg/transport/transport.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace rpmsg::detail {

/// The state of a link, its lock, and the queries that every context may call. Each call holds the lock for a short time.
template <typename Transport, typename Endpoints, typename Lock, typename Wait> class link_state {
    /// The polling context; recorded only with a wait policy.
    struct nobody_waits {};
    struct poller_memory {
        std::uintptr_t context{};
    };

  public:
    /// State of the polling context.
    struct poll_state {
        bool is_running{};  ///< a handler may be running: calls reserved for the poller are refused
        bool has_pending{}; ///< announcements or a deferred close are pending until the messages are delivered
    };

  protected:
    // Small members come first, within reach of the short load instructions of small cores.
    [[no_unique_address]] Lock lock_;
    [[no_unique_address]] Wait wait_;
    [[no_unique_address]] std::conditional_t<wait_policy<Wait>, poller_memory, nobody_waits> poller_{};
    poll_state poll_{};
    bool is_up_{};
    bool is_starved_{};
    interrupt_flag pending_{};   ///< a poll is requested
    std::uint32_t generation_{}; ///< incremented whenever the link comes up or goes down
    Transport transport_;
    [[no_unique_address]] Endpoints endpoints_;

    constexpr explicit link_state(Transport&& transport) : lock_{}, wait_{}, transport_{std::move(transport)}, endpoints_{} {}
    template <typename T, typename E, typename L, typename W>
    constexpr link_state(T&& transport, E&& endpoints, L&& lock, W&& wait)
        : lock_{std::forward<L>(lock)}, wait_{std::forward<W>(wait)}, transport_{std::forward<T>(transport)},
          endpoints_{std::forward<E>(endpoints)} {}

    /// The buffer that is kept for names and credits, in tables whose services have credits.
    struct no_buffer_kept {};
    static constexpr bool keeps_buffer = detail::uses_credits<Endpoints>();
    [[no_unique_address]] std::conditional_t<keeps_buffer, tx_buffer, no_buffer_kept> kept_{};

  private:
    /// Records a change of the link.
    constexpr auto noted(link_change const& change) -> link_change {
        if (change.event > link_event::refused) {
            if constexpr (keeps_buffer) {
                if (kept_) {
                    transport_.discard(std::exchange(kept_, {}));
                }
            }
            ++generation_;
            is_up_ = change.event == link_event::up;
            if constexpr (reports_writable) {
                is_starved_ = false;
            }
        }
        return change;
    }

  public:
    using wait_type = Wait;
    using lock_type = Lock;
    using table_type = Endpoints;
    static constexpr bool has_one_endpoint = Endpoints::is_static and requires {
        requires std::bool_constant<(Endpoints::size() == 1)>::value;
    };
    static constexpr bool acknowledged = Transport::acknowledged;
    /// Whether an announcement that found no buffer may wait for a doorbell without asking for it: all are sent once, when the
    /// link comes up.
    static constexpr bool announces_notified =
        Endpoints::is_static and not acknowledged and detail::comes_up_notified<Transport>;
    /// Whether a handler or a waiting thread may need the event `writable`.
    static constexpr bool reports_writable = Endpoints::handles_events or wait_policy<Wait> or detail::has_hooks<Endpoints>();

    [[nodiscard]] constexpr auto polling() -> poll_state& { return poll_; }
    [[nodiscard]] constexpr auto transport() -> Transport& { return transport_; }
    [[nodiscard]] constexpr auto table() -> Endpoints& { return endpoints_; }
    [[nodiscard]] constexpr auto waiting() -> Wait& { return wait_; }
    [[nodiscard]] constexpr auto pending() -> interrupt_flag& { return pending_; }
    /// Requests a poll and wakes the waiting threads.
    [[gnu::always_inline]] constexpr auto call_poller() -> void {
        pending_.set();
        wait_.wake();
    }
    /// Clears the request at the start of a poll. A program with threads has a lock, and any thread may report a doorbell.
    constexpr auto answer_call() -> void {
        if constexpr (sizeof(void*) > 4 and not std::is_same_v<Lock, no_lock>) {
            pending_.take();
        } else {
            pending_.clear();
        }
    }
    /// The transport, with the lock held until the destructor.
    class locked_transport {
        Transport& transport_;
        lock_guard<Lock> guard_;

      public:
        [[gnu::always_inline]] constexpr locked_transport(Transport& transport, Lock& lock)
            : transport_{transport}, guard_{lock} {}
        [[gnu::always_inline]] constexpr ~locked_transport() {}
        [[gnu::always_inline]] constexpr auto operator->() const -> Transport* { return &transport_; }
    };
    [[gnu::always_inline]] [[nodiscard]] constexpr auto locked() -> locked_transport { return {transport_, lock_}; }

    [[nodiscard]] constexpr auto is_up() -> bool {
        auto guard = locked();
        return is_up_;
    }
    /// Whether announcements at a close still reach the peer: it has not ended the link.
    [[nodiscard]] constexpr auto can_say_goodbye() -> bool {
        auto guard = locked();
        return is_up_ and detail::can_say_goodbye(transport_);
    }
    constexpr auto count(counter reason) -> void { locked()->count(reason); }
    /// Changes whenever the link comes up or goes down. Called under the lock, or by the polling context.
    [[nodiscard]] constexpr auto generation() const -> std::uint32_t { return generation_; }

    /// The index of an endpoint, or no_index when it was destroyed.
    [[nodiscard]] constexpr auto find([[maybe_unused]] std::uint32_t id) -> std::uint32_t {
        if constexpr (has_one_endpoint) {
            return 0; // so that calls need not pass it on
        } else if constexpr (Endpoints::is_static) {
            return id;
        } else {
            auto const index = endpoints_.index_of(id);
            return endpoints_.is_live(index) and endpoints_.id(index) == id ? index : no_index;
        }
    }
    [[nodiscard]] constexpr auto id_at(std::uint32_t index) -> std::uint32_t {
        if constexpr (Endpoints::is_static) {
            return index;
        } else {
            return endpoints_.id(index);
        }
    }

    [[nodiscard]] constexpr auto local_of(std::uint32_t id) -> address {
        auto guard = locked();
        auto const index = find(id);
        return index != no_index ? endpoints_.local(index) : any_address;
    }
    [[nodiscard]] constexpr auto peer_of(std::uint32_t id) -> address {
        auto guard = locked();
        auto const index = find(id);
        return index != no_index ? endpoints_.state(index).peer() : any_address;
    }
    /// Adds an endpoint to an `endpoint_pool`, or removes one, under the lock. An acknowledge contains the name alone, so that
    /// two endpoints of one name could each be bound to the peer of the other.
    template <typename... Arguments> constexpr auto add_endpoint(Arguments&&... arguments) -> result<std::uint32_t> {
        auto guard = locked();
        auto const made = endpoints_.create(std::forward<Arguments>(arguments)...);
        if constexpr (acknowledged and requires { endpoints_.shares_name(0u); }) {
            if (made and endpoints_.shares_name(endpoints_.index_of(*made))) {
                endpoints_.remove(endpoints_.index_of(*made));
                return error::name_in_use;
            }
        }
        return made;
    }
    constexpr auto remove_endpoint(std::uint32_t index) -> void {
        auto guard = locked();
        endpoints_.remove(index);
    }
    /// Records that the announcement of an endpoint is pending, where the table keeps a list of these; in other tables each
    /// endpoint is checked.
    constexpr auto note_pending([[maybe_unused]] std::uint32_t index) -> void {
        if constexpr (requires { endpoints_.note_pending(index); }) {
            endpoints_.note_pending(index);
        }
    }
    /// Marks an endpoint: its name is withdrawn from the peer, then it is removed.
    constexpr auto withdraw(std::uint32_t index) -> void {
        poll_.has_pending = true;
        {
            auto guard = locked();
            endpoints_.state(index).must_withdraw = true;
            note_pending(index);
        }
        call_poller();
    }
    /// Removes an endpoint, and its name from the peer when the link is up. Called by the polling context.
    constexpr auto destroy(std::uint32_t id) -> status {
        auto const index = find(id);
        if (index == no_index) {
            return error::no_endpoint;
        }
        if constexpr (requires { endpoints_.is_removable(index); }) {
            if (not endpoints_.is_removable(index)) {
                return error::no_endpoint;
            }
        }
        if (is_up_ and endpoints_.announcement(index)) {
            withdraw(index);
        } else {
            remove_endpoint(index);
        }
        return {};
    }
    /// Opens a session of a group for a name of the peer; the index, or `no_index`.
    constexpr auto accept(std::uint32_t first, wire::padded_name const& name) -> std::uint32_t {
        auto guard = locked();
        return endpoints_.accept(first, name);
    }
    /// Opens a session of the group of endpoint `index` with a name of this side; its index. The next poll reports that the
    /// link is up, and announces it. Called by the polling context.
    constexpr auto open(std::uint32_t index, std::string_view name) -> result<std::uint32_t> {
        auto const made = [&] {
            auto guard = locked();
            return endpoints_.open(endpoints_.group_of(index), name);
        }();
        if (made and is_up_) {
            poll_.has_pending = true;
            note_pending(*made);
            call_poller();
        }
        return made;
    }
    /// Whether a send of this endpoint found no buffer since the last call.
    [[nodiscard]] constexpr auto take_starved(std::uint32_t index) -> bool {
        auto guard = locked();
        return std::exchange(endpoints_.state(index).is_starved, false);
    }

    /// All announcements are sent.
    constexpr auto suppress_doorbells() -> void {
        if constexpr (requires { transport_.suppress_doorbells(); }) {
            locked()->suppress_doorbells();
        }
    }
    /// Polls the state of the link.
    constexpr auto poll_transport(ticks now) -> link_change {
        auto guard = locked();
        return noted(guard->poll(now));
    }
    /// Closes the link; returns `down` when it was up.
    constexpr auto close_transport() -> link_change {
        auto guard = locked();
        guard->close();
        return noted({.event = is_up_ ? link_event::down : link_event::none, .reason = down_reason::closed});
    }
    /// Records that a sender found no buffer: the next poll requests a doorbell, or reports `writable`. Called under the lock.
    constexpr auto starve() -> void {
        if (not std::exchange(is_starved_, true)) {
            call_poller();
        }
    }
    /// True once, after a refused reserve, when there is a buffer again.
    constexpr auto take_writable() -> bool {
        auto guard = locked();
        auto const writable = is_starved_ and transport_.writable();
        is_starved_ = is_starved_ and not writable;
        return writable;
    }

    /// Records the calling context as the polling one.
    constexpr auto polled_here() -> void {
        if constexpr (wait_policy<Wait>) {
            if (not std::is_constant_evaluated()) {
                atomic_store<__ATOMIC_RELAXED>(poller_.context, wait_.context());
            }
        }
    }
    [[nodiscard]] auto is_polled_here() -> bool { return atomic_load<__ATOMIC_RELAXED>(poller_.context) == wait_.context(); }
};

} // namespace rpmsg::detail
