#pragma once

#include <rpmsg/framework/endpoint_state.hpp>
#include <rpmsg/framework/poll_budget.hpp>
#include <rpmsg/framework/service_hook.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/transport/transport.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg::detail {

/// Whether a restart of this side resumes by an index, so that messages must be returned in their order.
template <typename Transport> constexpr auto resumes_by_index() -> bool {
    if constexpr (requires { Transport::resumes_by_index; }) {
        return Transport::resumes_by_index;
    } else {
        return false;
    }
}

/// What a channel does beside its own work for a `dispatched` table; nothing for other tables.
template <typename Core, typename Lock> struct dispatcher {
    using table = typename Core::table_type;
    static constexpr bool is_used = requires { table::dispatch; };

    static constexpr auto has_workers() -> bool {
        if constexpr (is_used) {
            return table::has_workers;
        } else {
            return false;
        }
    }

    /// Whether messages may be returned in another order than that of the peer, with nothing that makes up for it.
    static constexpr auto looks_ahead() -> bool {
        if constexpr (is_used) {
            return table::dispatch.look_ahead > 1 and not table::dispatch.peer_resets;
        } else {
            return false;
        }
    }

    static constexpr auto may_take([[maybe_unused]] Core& core) -> bool {
        if constexpr (is_used) {
            if (not core.table().may_take(core)) {
                core.locked()->flush();
                return false;
            }
        }
        return true;
    }
    static constexpr auto keeps_announcement([[maybe_unused]] Core& core, [[maybe_unused]] rx_buffer const& received) -> bool {
        if constexpr (is_used) {
            return core.table().keep_announcement(core, received);
        } else {
            return false;
        }
    }
    static constexpr auto note_end([[maybe_unused]] Core& core) -> void {
        if constexpr (is_used) {
            core.table().note_end(core);
        }
    }
    static constexpr auto poll_transport(Core& core, ticks now) -> link_change {
        static_assert(not has_workers() or not std::same_as<Lock, no_lock>,
                      "workers use the link together with its poller: name a lock that excludes threads");
        static_assert(not has_workers() or not has_hooks<table>(),
                      "a service with on_poll is called by the poller: it takes an inline_worker");
        static_assert(not looks_ahead() or not resumes_by_index<std::remove_cvref_t<decltype(core.transport())>>(),
                      "a restart of this side resumes by an index, without what was looked at ahead: take a look_ahead of 1, "
                      "or say that the peer_resets the link then");
        if constexpr (is_used) {
            core.table().look(core, now);
            if (core.table().is_draining(core, now)) {
                return {};
            }
        }
        return core.poll_transport(now);
    }
    static constexpr auto go_down([[maybe_unused]] Core& core) -> void {
        if constexpr (is_used) {
            core.table().drop_taken(core);
        }
    }
    /// Calls the handlers that wait, before this side closes and after its events.
    static constexpr auto run_all([[maybe_unused]] Core& core) -> void {
        if constexpr (is_used and not has_workers()) {
            auto const is_nested = std::exchange(core.polling().is_running, true);
            while (core.table().run_one(core).is_one) {}
            core.polling().is_running = is_nested;
        }
    }
    static constexpr auto next_deadline([[maybe_unused]] Core& core, poll_deadline first, [[maybe_unused]] ticks now)
        -> poll_deadline {
        if constexpr (is_used) {
            return earlier(first, core.table().next_deadline(core, now), now);
        } else {
            return first;
        }
    }
    static constexpr auto destroy(Core& core, std::uint32_t id) -> status {
        if constexpr (is_used) {
            auto const index = core.find(id);
            if (index == no_index) {
                return error::no_endpoint;
            }
            auto const is_running = core.table().stop(core, index);
            auto const outcome = core.destroy(id);
            if (not outcome) {
                core.table().go_on(core, index);
            }
            core.call_poller();
            return outcome and is_running ? status{error::pending} : outcome;
        } else {
            return core.destroy(id);
        }
    }

    /// Takes messages with take(messages, bytes) and handles them. An inline worker calls at most `messages` handlers, and
    /// looks at the peer before each of them, at most as far ahead as there are places. Returns the number of messages handled,
    /// or taken for workers.
    static constexpr auto run(Core& core, auto& bindings, std::uint32_t messages, std::uint32_t payload_bytes, auto&& take)
        -> std::uint32_t {
        auto& endpoints = core.table();
        std::uint32_t handled = 0;
        auto bytes_left = payload_bytes;
        for (auto calls_left = messages;; --calls_left) {
            if (auto const waiting = endpoints.take_announcement(core)) {
                bindings.on_announcement(core, waiting.payload());
            }
            if (has_workers()) {
                handled = take(messages, payload_bytes);
                break;
            }
            (void)take(table::dispatch.look_ahead + 1, poll_budget::unlimited);
            if (calls_left == 0 or bytes_left == 0) {
                break;
            }
            auto const ran = endpoints.run_one(core);
            if (not ran.is_one) {
                break;
            }
            handled += ran.is_message ? 1 : 0;
            bytes_left -= payload_bytes == poll_budget::unlimited ? 0 : std::min(bytes_left, ran.size);
        }
        if (endpoints.has_work(core)) {
            core.call_poller();
        }
        return handled;
    }
};

} // namespace rpmsg::detail
