#pragma once

#include <rpmsg/framework/endpoint_link.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/framework/name_service.hpp>

#include <array>
#include <cstdint>

namespace rpmsg::detail {

/// Who is bound to whom: announcements, ours and the peer's, and the events that endpoints are told. Used by the polling
/// context; `Core` is the `link_core` of the channel.
template <typename Core> class bindings {
    bool owes_{}; ///< announcements

    constexpr auto tell(Core& core, std::uint32_t index, event const& what) -> void {
        auto view = endpoint_link<Core>{core, index};
        core.table().notify(view, index, what);
    }
    constexpr auto unbind(Core& core, std::uint32_t index) -> void {
        auto const peer = core.peer_of(index);
        core.clear_peer(index);
        tell(core, index, {.kind = event_kind::unbound, .peer = peer});
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
        case name_match::unbinds: unbind(core, verdict.index); break;
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
        tell(core, index, {.kind = event_kind::link_up});
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
            if (core.table().state(i).is_used) {
                greet(core, i);
            }
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
            state.must_announce = state.must_acknowledge = false;
            (void)core.take_starved(i);
            if (state.must_withdraw) {
                core.table().remove(i);
                continue;
            }
            if (state.is_bound) {
                unbind(core, i);
            }
            tell(core, i, {.kind = event_kind::link_down, .reason = change.reason, .unreturned = change.unreturned});
        }
    }

    /// Sends what the name service owes, as long as there are buffers.
    constexpr auto announce(Core& core) -> void {
        for (std::uint32_t i = 0; i < core.table().size() and owes_; ++i) {
            auto& state = core.table().state(i);
            if (not state.must_announce and not state.must_acknowledge and not state.must_withdraw) {
                continue;
            }
            if (auto const known = core.table().recall(i); known != any_address and not state.is_bound) {
                bind(core, i, known);
            }
            auto payload = std::array<std::byte, sizeof(wire::announcement)>{};
            store(payload, owed_announcement(core.table(), i, Core::acknowledged));
            if (not core.send_from(i, name_service_address, payload)) {
                return;
            }
            state.must_announce = state.must_acknowledge = false;
            if (state.must_withdraw) {
                core.table().remove(i);
            }
        }
        owes_ = false;
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
            auto payload = std::array<std::byte, sizeof(wire::announcement)>{};
            store(payload, wire::announce(core.table().name(i), core.table().local(i), wire::announcement_kind::destroy));
            (void)core.send_from(i, name_service_address, payload);
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
