#pragma once

#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_link.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/framework/name_service.hpp>
#include <rpmsg/framework/table_questions.hpp>

#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg::detail {

/// Name service of a channel: sends and receives announcements, binds endpoints and calls event handlers. Used by the polling
/// context; `Core` is the `link_core` of the channel.
template <typename Core> class bindings : table_questions<Core> {
    using table = typename Core::table_type;
    using questions = table_questions<Core>;
    using questions::has_groups;
    using questions::is_accepted;
    using questions::is_used;
    using questions::next_pending;
    using questions::set_by_name;
    using questions::settle;
    using questions::was_opened;

    /// Calls the event handler of an endpoint, unless the endpoint was destroyed.
    constexpr auto tell(Core& core, std::uint32_t index, event const& what) noexcept -> void {
        if constexpr (table::handles_events) {
            if (core.table().is_live(index)) {
                auto view = handler_link<Core>{core, core.id_at(index)};
                core.table().notify(view, index, what);
            }
        }
    }
    constexpr auto notify_all(Core& core, event const& what) -> void {
        for (std::uint32_t i = 0; table::handles_events and i < core.table().size(); ++i) {
            tell(core, i, what);
        }
    }
    /// Reports to the endpoints that handlers opened that the link is up. Each takes a place, so that the search ends.
    constexpr auto bring_up_opened([[maybe_unused]] Core& core) -> void {
        if constexpr (has_groups) {
            for (auto i = next_pending(core, 0); i < core.table().size();) {
                auto const is_new = was_opened(core, i);
                if (is_new) {
                    bring_up(core, i);
                }
                i = next_pending(core, is_new ? 0 : i + 1); // its event handler may have opened another one
            }
        }
    }
    /// Opens a session for a name of the peer; false when no group takes it or has room for it.
    constexpr auto accept(Core& core, wire::announcement const& announced) -> bool {
        auto const first = core.table().taker_of(announced.name);
        if (first == no_index) {
            return false;
        }
        auto const index = core.accept(first, announced.name);
        if (index == no_index) {
            return false;
        }
        core.table().state(index).knows_link = true;
        set_by_name(core, index, true);
        if (Core::acknowledged) {
            core.table().state(index).must_announce = true;
            core.note_pending(index);
        }
        bind(core, index, announced.where);
        return true;
    }
    /// Opens sessions for the names of the peer that no group had room for.
    constexpr auto rescan([[maybe_unused]] Core& core) -> void {
        if constexpr (has_groups) {
            auto waiting = wire::announcement{};
            for (auto left = core.table().size(); left != 0 and core.table().recall_acceptable(waiting); --left) {
                (void)accept(core, waiting);
            }
        }
    }
    constexpr auto unbind(Core& core, std::uint32_t index) -> void {
        auto& state = core.table().state(index);
        auto const peer = table::handles_events ? state.peer() : any_address;
        state.bind(any_address);
        set_by_name(core, index, false);
        tell(core, index, {.kind = event_kind::unbound, .peer = peer});
    }

    /// Binds an endpoint to an unclaimed announcement of its name.
    constexpr auto claim(Core& core, std::uint32_t index) -> void {
        if constexpr (not table::is_static) {
            if (not core.table().is_live(index) or core.table().state(index).is_bound()) {
                return;
            }
            if (auto const known = core.table().recall(index, Core::acknowledged); known != any_address) {
                set_by_name(core, index, true);
                bind(core, index, known);
            }
        }
    }

    /// Sends the pending announcement of an endpoint; false when there is no buffer for it. An announcement that is larger than
    /// every buffer is counted as `too_large` and dropped. With an acknowledged name service an endpoint that is bound by name
    /// sends an acknowledge instead of a create.
    constexpr auto announce_one(Core& core, std::uint32_t index, bool withdraws) -> bool {
        auto const send = [&]() -> status {
            if constexpr (table::is_static and not Core::acknowledged) {
                return core.announce_from(index, core.table().announcement(index));
            } else {
                wire::announcement due = core.table().announcement(index);
                if (withdraws) {
                    due.kind = wire::announcement_kind::destroy;
                } else if (Core::acknowledged and core.table().state(index).is_bound_by_name) {
                    due.kind = wire::announcement_kind::acknowledge;
                }
                return core.announce_from(index, due);
            }
        };
        auto const outcome = send();
        if (outcome.error() == error::too_large) {
            return true;
        }
        // When the core reports writable, the end of this poll requests a doorbell.
        if constexpr (not Core::reports_writable and not Core::announces_notified) {
            if (not outcome and core.locked()->writable()) {
                core.call_poller(); // a buffer came back meanwhile; otherwise `writable` requested a doorbell
            }
        }
        return outcome.has_value();
    }

    /// The next poll sends an acknowledge for an endpoint that is bound by name.
    constexpr auto must_answer(Core& core, std::uint32_t index) -> void {
        core.table().state(index).must_announce = core.polling().has_pending = true;
        core.note_pending(index);
    }
    /// Applies an announcement to the endpoint that it matches.
    constexpr auto apply(Core& core, matched_name const& matched, wire::announced const& announced) -> void {
        if (matched.match == name_match::binds) {
            auto const is_answer = announced.kind == wire::announcement_kind::acknowledge;
            if (Core::acknowledged and is_answer and core.table().state(matched.index).must_announce) {
                return; // to an earlier endpoint of this name
            }
            set_by_name(core, matched.index, true);
            if (Core::acknowledged and announced.kind == wire::announcement_kind::create) {
                must_answer(core, matched.index);
            }
            if (not table::handles_events or not core.table().state(matched.index).is_bound()) { // otherwise to this peer
                bind(core, matched.index, announced.where);
            }
        } else if (matched.match == name_match::unbinds) {
            unbind(core, matched.index);
            if constexpr (has_groups) {
                if (is_accepted(core, matched.index)) {
                    // An acknowledge of this session may have bound the next endpoint of the peer with this name.
                    Core::acknowledged ? core.withdraw(matched.index) : core.remove_endpoint(matched.index);
                    core.polling().has_pending = true; // a name may wait for the session
                    return;
                }
            }
            claim(core, matched.index);
            if (Core::acknowledged and core.table().state(matched.index).is_bound_by_name) { // bound by `claim`
                must_answer(core, matched.index);
            }
        } else if (matched.match == name_match::unclaimed and matched.index != no_index) {
            notify_moved(core, matched.index, announced.where);
        }
    }

  public:
    /// Binds an endpoint to a peer.
    constexpr auto bind(Core& core, std::uint32_t index, address peer) -> void {
        core.table().state(index).bind(peer);
        tell(core, index, {.kind = event_kind::bound, .peer = peer});
        core.waiting().wake();
    }
    /// Reports that another endpoint of the peer sent a message to a bound one, or announced its name. With an acknowledged
    /// name service the peer withdraws a name before it reuses it, so there is nothing to report.
    constexpr auto notify_moved(Core& core, std::uint32_t index, address where) -> void {
        if constexpr (not Core::acknowledged) {
            tell(core, index, {.kind = event_kind::peer_moved, .peer = where});
        }
    }
    /// Receives a message to the name service.
    [[gnu::cold]] constexpr auto on_announcement(Core& core, const_bytes payload) -> void {
        if constexpr (not table::is_static) {
            auto announced = wire::announcement{};
            if (not wire::read_announcement(payload, Core::acknowledged, announced)) {
                return core.count(counter::bad_announcement);
            }
            auto matched = matched_name{};
            auto left = announced.where == any_address ? core.table().size() : 1; // the any-address: all of the name
            do {
                matched = match_announcement(core.table(), announced);
                if (matched.match == name_match::withdrawn or matched.match == name_match::unbinds) {
                    core.table().forget(announced); // a message may have bound the endpoint: its name is still unclaimed
                }
                if constexpr (has_groups) {
                    auto const is_free = matched.index == no_index or is_accepted(core, matched.index);
                    if (matched.match == name_match::unclaimed and is_free and accept(core, announced)) {
                        core.polling().has_pending = true;
                        return;
                    }
                }
                apply(core, matched, {announced.where, announced.kind});
            } while (--left != 0 and matched.match == name_match::unbinds);
            auto const cost = matched.match == name_match::unclaimed ? core.table().remember(announced) : remembered::kept;
            if (cost != remembered::kept) {
                core.count(counter::table_full);
            }
            if (cost == remembered::first_forgotten) {
                notify_all(core, {.kind = event_kind::names_forgotten});
            }
        } else {
            // The name is compared while it is read: a copy would take 40 bytes of stack.
            auto announced = wire::announced{};
            auto differing = std::array<std::uint8_t, table::size()>{}; // bits in which any character differs
            auto const compare = [&](std::uint32_t at, char c) {
                for (std::uint32_t i = 0; i < table::size(); ++i) {
                    differing[i] = static_cast<std::uint8_t>(differing[i] | (core.table().name(i)[at] ^ c));
                }
            };
            if (not wire::read_announcement(payload, Core::acknowledged, announced, compare)) {
                return core.count(counter::bad_announcement);
            }
            apply(core, match_announcement(core.table(), announced, [&](std::uint32_t i) { return differing[i] == 0; }),
                  announced);
        }
    }

    /// Reports to one endpoint that the link is up: when it comes up, or when the endpoint is created.
    constexpr auto bring_up(Core& core, std::uint32_t index) -> void {
        auto& state = core.table().state(index);
        if constexpr (not table::is_static) {
            if (not is_used(core, index) or std::exchange(state.knows_link, true)) {
                return;
            }
        }
        auto const id = core.id_at(index);
        tell(core, index, {.kind = event_kind::link_up});
        if (core.find(id) == no_index) {
            return; // its own event handler destroyed it
        }
        if (auto const peer = core.table().fixed_peer(index); peer != any_address) {
            bind(core, index, peer);
        } else {
            state.must_announce = static_cast<bool>(core.table().announcement(index));
            core.polling().has_pending = core.polling().has_pending or state.must_announce;
            core.note_pending(index);
        }
    }
    /// Reports to one endpoint that the link is down.
    constexpr auto go_down(Core& core, std::uint32_t index, link_change const& change) -> void {
        auto& state = core.table().state(index);
        [[maybe_unused]] auto const id = core.id_at(index);
        state.must_announce = false;
        if constexpr (not table::is_static) {
            if (state.must_withdraw) {
                return core.remove_endpoint(index);
            }
            if (not std::exchange(state.knows_link, false)) {
                return; // it was created since
            }
        }
        if constexpr (Core::reports_writable) {
            (void)core.take_starved(index);
        }
        if (not table::handles_events or state.is_bound()) { // without event handlers unbinding is harmless
            unbind(core, index);
        }
        if (not table::is_static and core.find(id) == no_index) {
            return; // its own event handler destroyed it
        }
        if (is_accepted(core, index)) {
            return core.remove_endpoint(index);
        }
        tell(core, index, {.kind = event_kind::link_down, .reason = change.reason, .unreturned = change.unreturned});
    }
    constexpr auto come_up(Core& core) -> void {
        core.polling().has_pending = true; // the end of the announcements, also where there are none
        for (std::uint32_t i = 0; i < core.table().size(); ++i) {
            bring_up(core, i);
        }
    }

    constexpr auto go_down(Core& core, link_change const& change) -> void {
        core.polling().has_pending = false;
        core.table().forget_all();
        for (std::uint32_t i = 0; i < core.table().size(); ++i) {
            go_down(core, i, change);
        }
    }

    /// Reports that the link cannot come up with this peer.
    constexpr auto refuse(Core& core, down_reason reason) -> void {
        notify_all(core, {.kind = event_kind::refused, .reason = reason});
    }

    /// Sends the pending announcements while there are buffers. Names are withdrawn before they are announced again.
    constexpr auto announce(Core& core) -> void {
        bring_up_opened(core);
        core.polling().has_pending = false;
        if constexpr (not table::is_static) {
            for (auto i = next_pending(core, 0); i < core.table().size(); i = next_pending(core, i + 1)) {
                if (core.table().state(i).must_withdraw) {
                    if (not announce_one(core, i, true)) {
                        core.polling().has_pending = true;
                        return;
                    }
                    core.remove_endpoint(i);
                }
            }
        }
        rescan(core);
        for (auto i = next_pending(core, 0); i < core.table().size(); i = next_pending(core, i + 1)) {
            auto& state = core.table().state(i);
            if (state.must_announce) {
                claim(core, i);
                if (not table::is_static and core.polling().has_pending) {
                    return; // an event handler withdrew a name: that is announced first
                }
                if (core.table().is_live(i) and not announce_one(core, i, false)) {
                    core.polling().has_pending = true;
                    return;
                }
                state.must_announce = false;
            }
            settle(core, i);
        }
        core.suppress_doorbells();
    }

    /// Withdraws all names before this side closes, as far as there are buffers.
    constexpr auto say_goodbye(Core& core) -> void {
        for (std::uint32_t i = 0; i < core.table().size(); ++i) {
            auto due = wire::announcement{core.table().announcement(i)};
            due.kind = wire::announcement_kind::destroy;
            if (is_used(core, i) and due) {
                (void)core.announce_from(i, due);
            }
        }
    }

    /// Calls the hooks of the services.
    constexpr auto poll_services([[maybe_unused]] Core& core, [[maybe_unused]] ticks now) -> void {
        if constexpr (detail::has_hooks<table>()) {
            core.table().for_each_item([&]<typename T>(T& item, std::uint32_t index) {
                if constexpr (detail::has_on_poll<T>) {
                    auto view = handler_link<Core>{core, core.id_at(index)};
                    item.on_poll(view, now);
                }
            });
        }
    }

    /// Sends the event `writable` to the endpoints whose send found no buffer, once there is one.
    constexpr auto notify_writable(Core& core) -> void {
        if (not Core::reports_writable or not core.take_writable()) {
            return;
        }
        for (std::uint32_t i = 0; i < core.table().size(); ++i) {
            if (core.take_starved(i)) {
                tell(core, i, {.kind = event_kind::writable});
            }
        }
        if (core.polling().has_pending or detail::has_hooks<table>()) {
            core.pending().set(); // the request for a doorbell has ended
        }
        core.waiting().wake();
    }
};

} // namespace rpmsg::detail
