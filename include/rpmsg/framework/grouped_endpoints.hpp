#pragma once

#include <rpmsg/core/id_set.hpp>
#include <rpmsg/framework/endpoint_group.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/framework/name_index.hpp>
#include <rpmsg/framework/peer_table.hpp>
#include <rpmsg/framework/service_hook.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace rpmsg {

namespace detail {
template <typename T>
concept table_item = endpoint_description<T> or endpoint_group<T>;

/// How many sessions an item of a table has.
template <typename T> constexpr auto sessions_of() -> std::uint32_t {
    if constexpr (endpoint_group<T>) {
        return T::capacity;
    } else {
        return 0;
    }
}
} // namespace detail

/// A table with groups: `endpoints{echo, listener<"rpmsgfs-", 4>(server), named<8>{}}`. The endpoints have the indices 0, 1,
/// ... in their order, then come the sessions of the groups. A name of the peer goes to the endpoint that has this name, else
/// to the group with the longest prefix of it; else it waits, as one of the last 8 to 64, for a session that becomes free or a
/// name that is opened. A dynamic address is 1024 + index + uses of the place x a power of two, so that a late message to a
/// session that ended is dropped; it repeats after 2^29 / that power uses. Only the polling context and its handlers change the
/// table.
template <detail::table_item... Items>
requires(... or endpoint_group<Items>) class endpoints<Items...> {
    static constexpr std::size_t items = sizeof...(Items);
    static constexpr std::array<std::uint32_t, items> sessions{detail::sessions_of<Items>()...};
    static constexpr std::array<bool, items> is_group{endpoint_group<Items>...};
    static constexpr std::uint32_t singles = (0u + ... + (endpoint_group<Items> ? 0u : 1u));
    static constexpr std::uint32_t all_sessions = (0u + ... + detail::sessions_of<Items>());
    static constexpr std::uint32_t count = singles + all_sessions;
    static constexpr auto firsts = [] {
        auto made = std::array<std::uint32_t, items>{};
        auto single = std::uint32_t{0};
        auto session = singles;
        for (std::size_t k = 0; k < items; ++k) {
            made[k] = is_group[k] ? session : single++;
            session += sessions[k];
        }
        return made;
    }();
    static_assert(count <= 65536, "a table holds at most 65536 endpoints");
    static constexpr std::uint32_t stride = std::bit_ceil(count);
    /// The addresses of a place repeat after this many uses. They stay below 2^30, which Linux accepts.
    static constexpr std::uint32_t rounds = (1u << 29) / stride;
    static constexpr std::uint32_t remembered_names = std::clamp<std::uint32_t>(stride, 8, 64);
    /// A larger table finds names by hash, and by sets what is free or pending.
    static constexpr bool is_large = count > 16;

    template <typename T> static constexpr auto fixed_of() -> endpoint_addresses {
        if constexpr (endpoint_group<T>) {
            return {};
        } else {
            return T::addresses();
        }
    }
    template <typename T> static constexpr auto name_of() -> std::string_view {
        if constexpr (endpoint_group<T>) {
            return {};
        } else {
            return T::name();
        }
    }
    template <typename Value> static constexpr auto of_singles(std::array<Value, items> const& all) {
        auto chosen = std::array<Value, singles>{};
        for (std::size_t k = 0; k < items; ++k) {
            if (not is_group[k]) {
                chosen[firsts[k]] = all[k];
            }
        }
        return chosen;
    }
    static constexpr auto fixed = of_singles(std::array<endpoint_addresses, items>{fixed_of<Items>()...});
    static constexpr auto names = of_singles(std::array<wire::padded_name, items>{wire::pad(name_of<Items>())...});
    static constexpr bool has_fixed = (... or (fixed_of<Items>().local != any_address));
    static constexpr bool has_fixed_peer = (... or (fixed_of<Items>().peer != any_address));

    static constexpr auto is_session(std::uint32_t i) -> bool { return i >= singles; }
    static constexpr auto local_of_single(std::uint32_t i) -> address {
        return fixed[i].local != any_address ? fixed[i].local : address{first_dynamic_address + i};
    }
    static constexpr bool are_distinct = [] {
        for (std::uint32_t i = 0; i < singles; ++i) {
            for (std::uint32_t j = i + 1; j < singles; ++j) {
                if (local_of_single(i) == local_of_single(j) or (names[i][0] != '\0' and names[i] == names[j])) {
                    return false;
                }
            }
        }
        return true;
    }();
    static_assert(are_distinct, "two endpoints of a table have the same name or the same address");

    template <int> struct nothing {};

    [[no_unique_address]] std::tuple<Items...> list_;
    std::array<session_state, count> states_{};
    std::array<std::uint32_t, all_sessions> uses_{}; ///< number of dynamic addresses assigned to each session
    std::array<wire::padded_name, all_sessions> names_{};
    [[no_unique_address]] std::conditional_t<is_large, detail::name_index<all_sessions>, nothing<0>> index_{};
    [[no_unique_address]] std::conditional_t<is_large, detail::free_ids<all_sessions>, nothing<1>> free_{};
    [[no_unique_address]] std::conditional_t<is_large, detail::id_set<count>, nothing<2>> pending_{};
    peer_table<remembered_names> peers_{};

    /// Calls f(item, session) for the item that has index i.
    template <std::size_t... K> constexpr auto visit(std::uint32_t i, auto&& f, std::index_sequence<K...>) -> void {
        (void)(... or
               (i - firsts[K] < std::max<std::uint32_t>(sessions[K], 1) and (f(std::get<K>(list_), i - firsts[K]), true)));
    }
    constexpr auto visit(std::uint32_t i, auto&& f) -> void { visit(i, f, std::index_sequence_for<Items...>{}); }

    [[nodiscard]] static constexpr auto is_fixed_address(address where) -> bool {
        return has_fixed and std::any_of(fixed.begin(), fixed.end(), [&](auto const& each) { return each.local == where; });
    }
    /// The end of the group that begins at an index. The sessions of a single group are the last ones of the table.
    [[nodiscard]] static constexpr auto end_of(std::uint32_t first) -> std::uint32_t {
        return singles + 1 == items ? count : first + sessions[item_of(first)];
    }
    /// The first free session of the group that begins at index `first`, or `no_index`.
    [[nodiscard]] constexpr auto free_session(std::uint32_t first) const -> std::uint32_t {
        auto const end = end_of(first);
        auto i = first;
        if constexpr (is_large) {
            i = free_.first(first - singles) + singles;
        } else {
            for (; i < end and states_[i].is_used; ++i) {}
        }
        return i < end ? i : no_index;
    }
    /// Gives a name a free session.
    constexpr auto take(std::uint32_t first, wire::padded_name const& name) -> std::uint32_t {
        auto const i = free_session(first);
        if (i == no_index) {
            return no_index;
        }
        auto& uses = uses_[i - singles];
        do { // skips the fixed addresses of endpoints
            uses = uses + 1 < rounds ? uses + 1 : 1;
        } while (is_fixed_address(local(i)));
        names_[i - singles] = name;
        states_[i] = {};
        states_[i].is_used = true;
        if constexpr (is_large) {
            free_.take(i - singles);
            index_.insert(i - singles, name);
        }
        return i;
    }
    [[nodiscard]] static constexpr auto session_or_none(std::uint32_t session) -> std::uint32_t {
        return session < all_sessions ? session + singles : no_index;
    }
    /// The item whose group begins at an index.
    static constexpr auto item_of(std::uint32_t first) -> std::size_t {
        std::size_t k = 0;
        for (; not is_group[k] or firsts[k] != first; ++k) {}
        return k;
    }
    /// Whether this side has an endpoint of this name.
    [[nodiscard]] constexpr auto is_open(wire::padded_name const& wanted) const -> bool {
        auto const has = [&](std::uint32_t i) {
            return is_live(i) and not states_[i].is_accepted and wire::is_same(name(i), wanted);
        };
        if constexpr (is_large) {
            for (auto i = first_named(wanted); i != no_index; i = next_named(i, wanted)) {
                if (has(i)) {
                    return true;
                }
            }
        } else {
            for (std::uint32_t i = 0; i < count; ++i) {
                if (has(i)) {
                    return true;
                }
            }
        }
        return false;
    }
    /// The group that gets a name of the peer: its first index, or `no_index`.
    template <std::size_t... K> constexpr auto taker_of(std::string_view name, std::index_sequence<K...>) -> std::uint32_t {
        auto best = std::uint32_t{0};
        auto taker = no_index;
        auto const ask = [&](auto& item, std::uint32_t first) {
            if constexpr (endpoint_group<std::remove_reference_t<decltype(item)>>) {
                auto const length = item.accepts(name);
                if (length > best) {
                    best = length;
                    taker = first;
                }
            }
        };
        (ask(std::get<K>(list_), firsts[K]), ...);
        return taker;
    }
    template <std::size_t... K> static constexpr auto first_named_group(std::index_sequence<K...>) -> std::uint32_t {
        auto found = no_index;
        auto const look = [&]<typename T>(std::type_identity<T>, std::uint32_t first) {
            if constexpr (requires(T & group) { group.assign(0, nullptr, nullptr); }) {
                found = found == no_index ? first : found;
            }
        };
        (look(std::type_identity<Items>{}, firsts[K]), ...);
        return found;
    }

  public:
    constexpr explicit endpoints(Items... list) : list_{std::move(list)...} {}

    static constexpr bool is_static = false;
    static constexpr bool has_groups = true;
    static constexpr bool handles_events = (... or detail::may_handle_events<Items>());
    static constexpr bool has_hooks = (... or detail::has_hook<Items>);
    static constexpr bool has_credits = (... or detail::uses_credits<Items>());

    static constexpr auto size() -> std::uint32_t { return count; }
    [[nodiscard]] constexpr auto name(std::uint32_t i) const -> wire::padded_name const& {
        return is_session(i) ? names_[i - singles] : names[i];
    }
    [[nodiscard]] constexpr auto local(std::uint32_t i) const -> address {
        return is_session(i) ? address{first_dynamic_address + id(i)} : local_of_single(i);
    }
    [[nodiscard]] static constexpr auto fixed_peer([[maybe_unused]] std::uint32_t i) -> address {
        if constexpr (has_fixed_peer) {
            return is_session(i) ? any_address : fixed[i].peer;
        } else {
            return any_address;
        }
    }
    [[nodiscard]] constexpr auto announcement(std::uint32_t i) const -> wire::announcement {
        return {.name = name(i), .where = local(i), .kind = wire::announcement_kind::create};
    }
    constexpr auto state(std::uint32_t i) -> session_state& { return states_[i]; }
    [[nodiscard]] constexpr auto is_used(std::uint32_t i) const -> bool { return not is_session(i) or states_[i].is_used; }
    [[nodiscard]] constexpr auto is_live(std::uint32_t i) const -> bool { return is_used(i) and not states_[i].must_withdraw; }
    /// Whether endpoint i can be destroyed.
    [[nodiscard]] static constexpr auto is_removable(std::uint32_t i) -> bool { return is_session(i); }

    [[nodiscard]] constexpr auto id(std::uint32_t i) const -> std::uint32_t {
        return is_session(i) ? i + uses_[i - singles] * stride : i;
    }
    [[nodiscard]] static constexpr auto index_of(std::uint32_t id) -> std::uint32_t {
        auto const i = id & (stride - 1);
        return i < count ? i : 0; // index 0 has another id
    }
    [[nodiscard]] constexpr auto find(address where) const -> std::uint32_t {
        if constexpr (has_fixed) {
            for (std::uint32_t i = 0; i < singles; ++i) {
                if (fixed[i].local == where) {
                    return i;
                }
            }
        }
        auto const i = (static_cast<std::uint32_t>(where) - first_dynamic_address) & (stride - 1);
        return i < count and is_live(i) and local(i) == where ? i : no_index;
    }
    /// The index of a name, for `channel::get<"name">()`.
    static constexpr auto index_of(std::string_view wanted) -> std::uint32_t {
        for (std::uint32_t i = 0; i < singles; ++i) {
            if (wire::view_of(names[i]) == wanted) {
                return i;
            }
        }
        return no_index;
    }
    /// Iterates the endpoints that may have a name; `no_index` at the end.
    [[nodiscard]] constexpr auto first_named(wire::padded_name const& wanted) const -> std::uint32_t requires(is_large) {
        for (std::uint32_t i = 0; i < singles; ++i) {
            if (wire::is_same(names[i], wanted)) {
                return i;
            }
        }
        return session_or_none(index_.first(wanted));
    }
    [[nodiscard]] constexpr auto next_named(std::uint32_t i, wire::padded_name const& wanted) const -> std::uint32_t
        requires(is_large) {
        return session_or_none(is_session(i) ? index_.next(i - singles) : index_.first(wanted));
    }
    constexpr auto note_pending(std::uint32_t i) -> void requires(is_large) { pending_.insert(i); }
    constexpr auto settle(std::uint32_t i) -> void requires(is_large) { pending_.erase(i); }
    [[nodiscard]] constexpr auto next_pending(std::uint32_t start) const -> std::uint32_t requires(is_large) {
        return pending_.first(start);
    }

    /// The first index of the group to which index i belongs.
    [[nodiscard]] static constexpr auto group_of(std::uint32_t i) -> std::uint32_t {
        auto first = i;
        for (std::size_t k = 0; k < items; ++k) {
            first = i - firsts[k] < sessions[k] ? firsts[k] : first;
        }
        return first;
    }
    /// The first index of the group that takes a name of the peer, or `no_index`.
    [[nodiscard]] constexpr auto taker_of(wire::padded_name const& wanted) -> std::uint32_t {
        return taker_of(wire::view_of(wanted), std::index_sequence_for<Items...>{});
    }
    /// Opens a session of that group: its index, or `no_index` when all are taken.
    constexpr auto accept(std::uint32_t first, wire::padded_name const& wanted) -> std::uint32_t {
        auto const i = take(first, wanted);
        if (i != no_index) {
            states_[i].is_accepted = true;
        }
        return i;
    }
    /// Opens a session of the group of index `first` with a name of this side. Errors: `malformed` for no name, one of more
    /// than 31 characters or with a character that no announcement may contain; `name_in_use`; `no_endpoint` when all are
    /// taken.
    constexpr auto open(std::uint32_t first, std::string_view wanted) -> result<std::uint32_t> {
        if (wanted.empty() or not wire::is_name(wanted)) {
            return error::malformed;
        }
        auto const name = wire::pad(wanted);
        if (is_open(name)) {
            return error::name_in_use;
        }
        auto const i = take(first, name);
        return i != no_index ? result<std::uint32_t>{i} : error::no_endpoint;
    }
    /// Adds an endpoint to the first `named` group and returns its id; the arguments behind the name are those of its `assign`.
    template <typename... Arguments>
    constexpr auto create(std::string_view wanted, Arguments&&... arguments) -> result<std::uint32_t> {
        constexpr auto first = first_named_group(std::index_sequence_for<Items...>{});
        static_assert(first != no_index, "endpoints are created in a group for them: endpoints{..., named<8>{}}");
        if constexpr (first != no_index) {
            auto const made = open(first, wanted);
            if (not made) {
                return made.error();
            }
            std::get<item_of(first)>(list_).assign(*made - first, std::forward<Arguments>(arguments)...);
            return id(*made);
        } else { // so that no other error follows
            return error::no_endpoint;
        }
    }
    constexpr auto remove(std::uint32_t i) -> void {
        if (is_session(i) and states_[i].is_used) {
            if constexpr (is_large) {
                index_.erase(i - singles, names_[i - singles]);
                free_.give_back(i - singles);
            }
            states_[i] = {};
        }
    }

    constexpr auto deliver(auto& link, std::uint32_t i, message const& m) -> void {
        visit(i, [&]<typename T>(T& item, [[maybe_unused]] std::uint32_t session) {
            if constexpr (endpoint_group<T>) {
                item.on_message(link, session, m);
            } else {
                item.on_message(link, m);
            }
        });
    }
    constexpr auto notify(auto& link, std::uint32_t i, event const& e) -> void {
        visit(i, [&]<typename T>(T& item, [[maybe_unused]] std::uint32_t session) {
            if constexpr (endpoint_group<T>) {
                item.on_event(link, session, e);
            } else {
                item.on_event(link, e);
            }
        });
    }
    /// Calls f(item, index) for each item, with its first index.
    constexpr auto for_each_item(auto&& f) -> void {
        [&]<std::size_t... K>(std::index_sequence<K...>) { (f(std::get<K>(list_), firsts[K]), ...); }
        (std::index_sequence_for<Items...>{});
    }

    constexpr auto remember(wire::announcement const& announced) -> remembered { return peers_.remember(announced); }
    constexpr auto forget(wire::announcement const& announced) -> void { peers_.forget(announced); }
    constexpr auto recall(std::uint32_t i, bool is_oldest) -> address { return peers_.recall(name(i), is_oldest); }
    /// Removes an unclaimed announcement for which there is a session now; false when there is none.
    constexpr auto recall_acceptable(wire::announcement& into) -> bool {
        auto const has_session = [&](wire::padded_name const& wanted) {
            auto const first = taker_of(wanted);
            return first != no_index and free_session(first) != no_index;
        };
        return peers_.recall_if(has_session, into);
    }
    constexpr auto forget_all() -> void { peers_.forget_all(); }
    /// The announcements that no endpoint has claimed.
    [[nodiscard]] constexpr auto unclaimed() const -> peer_table<remembered_names> const& { return peers_; }
};

} // namespace rpmsg
