#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/id_set.hpp>
#include <rpmsg/framework/endpoint_state.hpp>
#include <rpmsg/wire/name_service.hpp>
#include <rpmsg/wire/service/router.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace rpmsg::detail {

/// The names between an edge and another one. Each name has an endpoint of the edge, a session of the hub link that carries it,
/// or both. Used by the polling context.
template <std::uint32_t Names> class port_names {
  public:
    struct entry {
        wire::padded_name name{};
        address own = any_address;   ///< the endpoint on the hub link
        address local = any_address; ///< of the edge's endpoint; the any-address while there is none
        address peer = any_address;  ///< of the hub's endpoint; the any-address while there is none
        address told = any_address;  ///< the peer that the edge knows
        std::uint32_t session = no_index;
        bool is_wanted{};       ///< the edge announced it: a session is open, or is opened by the next poll
        bool is_replaced{};     ///< the peer that the edge knows has left, and another one may have come
        bool waits{};           ///< the hub link had no room to open the session
        bool is_accepted{};     ///< the session is one that the hub announced
        bool is_acknowledged{}; ///< the hub knows that the edge accepted it
        bool must_close{};
        bool must_acknowledge{};
    };

  private:
    std::array<entry, Names> entries_{};

    [[nodiscard]] static constexpr auto is_used(entry const& it) -> bool { return it.name[0] != '\0'; }

  public:
    [[nodiscard]] constexpr auto at(std::uint32_t i) -> entry& { return entries_[i]; }
    [[nodiscard]] constexpr auto find(wire::padded_name const& name) const -> std::uint32_t {
        for (std::uint32_t i = 0; i < Names; ++i) {
            if (is_used(entries_[i]) and wire::is_same(entries_[i].name, name)) {
                return i;
            }
        }
        return no_index;
    }
    /// The entry of a name, a new one if need be; `no_index` when all are taken.
    [[nodiscard]] constexpr auto find_or_add(wire::padded_name const& name) -> std::uint32_t {
        auto i = find(name);
        if (i == no_index) {
            i = 0;
            while (i < Names and is_used(entries_[i])) {
                ++i;
            }
            if (i == Names) {
                return no_index;
            }
            entries_[i] = {.name = name};
        }
        return i;
    }
    [[nodiscard]] constexpr auto is_full() const -> bool { return std::all_of(entries_.begin(), entries_.end(), is_used); }
    /// Frees an entry that neither side uses. Returns whether it did.
    constexpr auto settle(std::uint32_t i) -> bool {
        auto& it = entries_[i];
        auto const is_idle = is_used(it) and not it.is_wanted and it.session == no_index and it.told == any_address;
        if (is_idle) {
            it = {};
        }
        return is_idle;
    }

    /// Whether the hub link has something to do for a name.
    [[nodiscard]] static constexpr auto has_work(entry const& it) -> bool {
        return it.must_close or it.must_acknowledge or (it.is_wanted and it.session == no_index and not it.waits);
    }
    [[nodiscard]] constexpr auto has_work() const -> bool {
        return std::any_of(entries_.begin(), entries_.end(), [](auto const& it) { return has_work(it); });
    }

    [[nodiscard]] static constexpr auto is_news(entry const& it) -> bool { return it.told != it.peer or it.is_replaced; }
    /// Composes the next announcement that the edge has not seen; false when there is none.
    [[nodiscard]] constexpr auto next(wire::announcement& into) -> bool {
        for (std::uint32_t i = 0; i < Names; ++i) {
            auto& it = entries_[i];
            if (not is_news(it)) {
                continue;
            }
            auto const is_gone = it.told != any_address;
            into = {.name = it.name, .where = it.peer, .kind = wire::announcement_kind::create};
            if (is_gone) { // another peer is told after that
                into.where = it.told;
                into.kind = wire::announcement_kind::destroy;
            } else if (not it.is_accepted) {
                into.kind = wire::announcement_kind::acknowledge;
            }
            it.told = is_gone ? any_address : it.peer;
            it.is_replaced = false;
            (void)settle(i);
            return true;
        }
        return false;
    }
    [[nodiscard]] constexpr auto has_news() const -> bool { return std::any_of(entries_.begin(), entries_.end(), is_news); }

    /// The peer of a name left.
    constexpr auto unbind(std::uint32_t i) -> void {
        entries_[i].peer = any_address;
        entries_[i].is_replaced = entries_[i].told != any_address;
    }

    /// The edge is gone: all sessions are closed, and no name is wanted.
    constexpr auto drop_all() -> void {
        for (std::uint32_t i = 0; i < Names; ++i) {
            auto& it = entries_[i];
            auto const session = it.session;
            it = {.name = it.name, .session = session, .must_close = session != no_index};
            (void)settle(i);
        }
    }
};

} // namespace rpmsg::detail
