#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// What the name service of a channel asks of its table: a table of plain endpoints has constant answers, which cost nothing.
/// `Core` is the `link_core` of the channel.
template <typename Core> struct table_questions {
    using table = typename Core::table_type;

    /// How an endpoint was bound matters only with an acknowledged name service.
    static constexpr auto set_by_name(Core& core, std::uint32_t index, bool by_name) -> void {
        if constexpr (Core::acknowledged) {
            core.table().state(index).is_bound_by_name = by_name;
        }
    }
    /// A table may record which endpoints have a pending announcement; in other tables each endpoint is checked.
    static constexpr bool knows_pending = requires(table & endpoints, std::uint32_t i) { endpoints.next_pending(i); };
    static constexpr auto next_pending([[maybe_unused]] Core& core, std::uint32_t start) -> std::uint32_t {
        if constexpr (knows_pending) {
            return core.table().next_pending(start);
        } else {
            return start;
        }
    }
    static constexpr auto settle([[maybe_unused]] Core& core, [[maybe_unused]] std::uint32_t index) -> void {
        if constexpr (knows_pending) {
            auto const& state = core.table().state(index);
            if (not state.must_announce and not state.must_withdraw and not was_opened(core, index)) {
                core.table().settle(index);
            }
        }
    }
    static constexpr bool has_groups = requires { table::has_groups; };
    static constexpr auto is_used([[maybe_unused]] Core& core, [[maybe_unused]] std::uint32_t index) -> bool {
        if constexpr (table::is_static) {
            return true;
        } else {
            return core.table().is_used(index);
        }
    }
    /// Whether the peer named an endpoint: then it ends when it is unbound.
    static constexpr auto is_accepted([[maybe_unused]] Core& core, [[maybe_unused]] std::uint32_t index) -> bool {
        if constexpr (has_groups) {
            return core.table().state(index).is_accepted;
        } else {
            return false;
        }
    }
    /// Whether a handler opened an endpoint that was not told yet that the link is up.
    static constexpr auto was_opened([[maybe_unused]] Core& core, [[maybe_unused]] std::uint32_t index) -> bool {
        if constexpr (has_groups) {
            return core.table().is_live(index) and not core.table().state(index).knows_link;
        } else {
            return false;
        }
    }
};

} // namespace rpmsg::detail
