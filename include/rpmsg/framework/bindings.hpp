#pragma once

#include <rpmsg/framework/endpoint_link.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/framework/name_service.hpp>

#include <cstdint>
#include <utility>

namespace rpmsg::detail {

/// Who is bound to whom: announcements, ours and the peer's, and the events that endpoints are told. Used by the polling
/// context; `Core` is the `link_core` of the channel.
template <typename Core> class bindings {
    bool owes_{}; ///< announcements

    constexpr auto tell(Core& core, std::uint32_t index, event const& what) -> void {
        auto view = endpoint_link<Core>{core, core.id_at(index)};
        core.table().notify(view, index, what);
    }
    constexpr auto unbind(Core& core, std::uint32_t index) -> void {
        auto const peer = core.table().state(index).peer();
        core.clear_peer(index);
        tell(core, index, {.kind = event_kind::unbound, .peer = peer});
    }

    /// Binds an endpoint to an announcement that has waited for one of its name.
    constexpr auto claim(Core& core, std::uint32_t index) -> void {
        auto const& state = core.table().state(index);
        if (not state.is_used or state.is_bound or state.must_withdraw) {
            return;
        }
        if (auto const known = core.table().recall(index); known != any_address) {
            bind(core, index, known);
        }
    }
    /// Sends what one endpoint owes; false when there is no buffer for it.
    constexpr auto announce_one(Core& core, std::uint32_t index) -> bool {
        auto& state = core.table().state(index);
        if (not core.announce_from(index, owed_announcement(core.table(), index, Core::acknowledged))) {
            return false;
        }
        state.must_announce = state.must_acknowledge = false;
        if (state.must_withdraw) {
            core.locked([&](auto&) { core.table().remove(index); });
        }
        return true;
    }

  public:
    /// The peer of an endpoint is known.
    constexpr auto bind(Core& core, std::uint32_t index, address peer) -> void {
        core.set_peer(index, peer);
        tell(core, index, {.kind = event_kind::bound, .peer = peer});
        core.waiting().wake();
    }
    /// A message to the name service.
    constexpr auto hear_announcement(Core& core, const_bytes payload) -> void {
        auto const announced = wire::read_announcement(payload, Core::acknowledged);
        if (not announced) {
            core.count(event_count::bad_announcement);
            return;
        }
        auto const verdict = judge(core.table(), *announced);
        switch (verdict.match) {
        case name_match::binds:
            bind(core, verdict.index, announced->where);
            if (Core::acknowledged and announced->kind == wire::announcement_kind::create) {
                core.table().state(verdict.index).must_acknowledge = owes_ = true;
            }
            break;
        case name_match::unbinds:
            unbind(core, verdict.index);
            claim(core, verdict.index);
            break;
        case name_match::unclaimed:
            if (not core.table().remember(*announced)) {
                core.count(event_count::table_full);
            }
            break;
        case name_match::withdrawn: core.table().forget(*announced); break;
        case name_match::nothing: break;
        }
    }

    /// The link is up for an endpoint: now, or since it exists.
    constexpr auto greet(Core& core, std::uint32_t index) -> void {
        auto& state = core.table().state(index);
        if (not state.is_used or std::exchange(state.knows_link, true)) {
            return;
        }
        auto const generation = state.generation;
        tell(core, index, {.kind = event_kind::link_up});
        if (not state.is_used or state.generation != generation or state.must_withdraw) {
            return; // its own event handler destroyed it
        }
        if (state.has_fixed_peer) {
            bind(core, index, state.peer_address);
        } else {
            state.must_announce = not core.table().name(index).empty();
            owes_ = owes_ or state.must_announce;
        }
    }
    constexpr auto come_up(Core& core) -> void {
        core.set_up(true);
        for (std::uint32_t i = 0; i < core.table().size(); ++i) {
            greet(core, i);
        }
    }

    constexpr auto go_down(Core& core, link_change const& change) -> void {
        core.set_up(false);
        owes_ = false;
        core.table().forget_all();
        for (std::uint32_t i = 0; i < core.table().size(); ++i) {
            auto& state = core.table().state(i);
            if (not state.is_used) {
                continue;
            }
            state.must_announce = state.must_acknowledge = state.knows_link = false;
            (void)core.take_starved(i);
            auto const generation = state.generation;
            if (state.is_bound) {
                unbind(core, i);
            }
            if (state.must_withdraw) {
                core.locked([&](auto&) { core.table().remove(i); });
            }
            if (not state.is_used or state.generation != generation) {
                continue;
            }
            tell(core, i, {.kind = event_kind::link_down, .reason = change.reason, .unreturned = change.unreturned});
        }
    }

    /// Sends what the name service owes, as long as there are buffers. Names are taken back before they are given anew.
    constexpr auto announce(Core& core) -> void {
        if (not std::exchange(owes_, false)) {
            return;
        }
        for (auto const withdraws : {true, false}) {
            for (std::uint32_t i = 0; i < core.table().size(); ++i) {
                auto const& state = core.table().state(i);
                if (not withdraws and state.must_announce) {
                    claim(core, i);
                }
                auto const is_due = withdraws ? state.must_withdraw : state.must_announce or state.must_acknowledge;
                if (is_due and not announce_one(core, i)) {
                    owes_ = true;
                    return;
                }
            }
        }
    }

    /// The endpoint is to be taken back from the peer, then removed.
    constexpr auto withdraw(Core& core, std::uint32_t index) -> void {
        core.table().state(index).must_withdraw = owes_ = true;
    }

    /// Takes all names back before this side closes, as far as there are buffers.
    constexpr auto say_goodbye(Core& core) -> void {
        for (std::uint32_t i = 0; i < core.table().size(); ++i) {
            if (not core.table().state(i).is_used or core.table().name(i).empty()) {
                continue;
            }
            (void)core.announce_from(
                i, wire::announce(core.table().name(i), core.table().local(i), wire::announcement_kind::destroy));
        }
    }

    /// Tells those whose send was refused that there is room again.
    constexpr auto tell_writable(Core& core) -> void {
        if (not core.take_writable()) {
            return;
        }
        for (std::uint32_t i = 0; i < core.table().size(); ++i) {
            if (core.take_starved(i)) {
                tell(core, i, {.kind = event_kind::writable});
            }
        }
        core.waiting().wake();
    }
};

} // namespace rpmsg::detail
