#pragma once

#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_state.hpp>
#include <rpmsg/framework/service_hook.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace rpmsg {

/// Result of keeping an announcement that no endpoint claims.
enum class remembered : std::uint8_t {
    kept,
    first_forgotten, ///< kept; the oldest one was dropped, for the first time since the link came up
    forgotten,       ///< kept; the oldest one was dropped
};

/// The endpoints of one link, each identified by an index from 0 to size() - 1.
///
///   is_static              whether no endpoint is created or destroyed at run time
///   size()                 the number of indices, used or not; at most 65536
///   handles_events         whether any endpoint has an event handler
///   find(address)          the index of the endpoint with this local address, for which is_live holds, or `no_index`;
///                          constant time
///   state(i)               its state; a `pool_endpoint_state` unless is_static
///   name(i)                its padded name; empty for an endpoint without a name
///   id(i), index_of(id)    only unless is_static: conversion between index and id; an id is not reused while a caller may
///                          still use it for an earlier endpoint
///   local(i), fixed_peer(i) its addresses; fixed_peer is any_address unless the peer is fixed
///   is_live(i)             whether there is an endpoint i whose destruction is not pending
///   announcement(i)        the announcement that creates it
///   remove(i)              removes it; does nothing if is_static
///   deliver(link, i, m)    calls its handler
///   notify(link, i, e)     calls its event handler
///   remember(a), forget(a) keeps or drops an unclaimed announcement
///   recall(i, is_oldest)   removes and returns the oldest or newest announced address for the name of endpoint i, or
///                          any_address
///   forget_all()           drops all unclaimed announcements, when the link goes down
///   is_used(i)             only unless is_static: whether there is an endpoint i, also while its destruction is pending
///   first_named(name), next_named(i, name)  optional: iterate the endpoints that may have a name, instead of all
///   note_pending(i), next_pending(i), settle(i)  optional: likewise those that may have a pending announcement
///   has_hooks, for_each_item(f)  optional: whether an item has a service hook; f(item, index) is called for each
///   has_credits            optional: whether an item needs the last transmit buffer for its credits
template <typename T>
concept endpoint_table = requires(T& table, std::uint32_t i, address where, archetypes::link& link, message const& m,
                                  event const& e, wire::announcement const& a) {
    { T::is_static } -> std::convertible_to<bool>;
    { T::handles_events } -> std::convertible_to<bool>;
    { table.size() } -> std::same_as<std::uint32_t>;
    { table.find(where) } -> std::same_as<std::uint32_t>;
    { table.state(i) } -> std::convertible_to<endpoint_state&>;
    { table.name(i) } -> std::same_as<wire::padded_name const&>;
    { table.local(i) } -> std::same_as<address>;
    { table.fixed_peer(i) } -> std::same_as<address>;
    { table.is_live(i) } -> std::same_as<bool>;
    { table.announcement(i) } -> std::convertible_to<wire::announcement const&>;
    { table.deliver(link, i, m) } -> std::same_as<void>;
    { table.notify(link, i, e) } -> std::same_as<void>;
    { table.remember(a) } -> std::same_as<remembered>;
    { table.forget(a) } -> std::same_as<void>;
    { table.remove(i) } -> std::same_as<void>;
    { table.recall(i, true) } -> std::same_as<address>;
    { table.forget_all() } -> std::same_as<void>;
};

namespace detail {
template <typename T> constexpr auto may_handle_events() -> bool {
    if constexpr (requires { T::handles_events; }) {
        return T::handles_events;
    } else {
        return true;
    }
}
} // namespace detail

/// A table that is complete at compile time: `endpoints{echo, console}`. Endpoint i without a fixed address has the address
/// 1024 + i. Addresses and names are constants, so that they can be placed in flash.
template <typename... Endpoints> class endpoints;

template <endpoint_description... Endpoints> class endpoints<Endpoints...> {
    static constexpr std::uint32_t count = sizeof...(Endpoints);
    static constexpr bool all_dynamic = (... and (Endpoints::addresses().local == any_address));

    static constexpr auto locals = [] {
        auto chosen = std::array<address, count>{Endpoints::addresses().local...};
        for (std::uint32_t i = 0; i < count; ++i) {
            chosen[i] = chosen[i] == any_address ? address{first_dynamic_address + i} : chosen[i];
        }
        return chosen;
    }();
    static constexpr auto announcements = [] {
        auto made = std::array<wire::announcement, count>{
            wire::announce(Endpoints::name(), any_address, wire::announcement_kind::create)...};
        for (std::uint32_t i = 0; i < count; ++i) {
            made[i].where = locals[i];
        }
        return made;
    }();
    static constexpr std::array<address, count> peers{Endpoints::addresses().peer...};
    static constexpr bool are_distinct = [] {
        for (std::uint32_t i = 0; i < count; ++i) {
            for (std::uint32_t j = i + 1; j < count; ++j) {
                if (locals[i] == locals[j] or (announcements[i] and announcements[i].name == announcements[j].name)) {
                    return false;
                }
            }
        }
        return true;
    }();
    static_assert(are_distinct, "two endpoints of a table have the same name or the same address");

    [[no_unique_address]] std::tuple<Endpoints...> list_;
    std::array<endpoint_state, count> states_{};

    template <std::size_t... I>
    constexpr auto deliver_to(auto& link, std::uint32_t i, message const& m, std::index_sequence<I...>) -> void {
        (void)(... or (i == I and (std::get<I>(list_).on_message(link, m), true)));
    }
    template <std::size_t... I>
    constexpr auto notify_to(auto& link, std::uint32_t i, event const& e, std::index_sequence<I...>) -> void {
        (void)(... or (i == I and (std::get<I>(list_).on_event(link, e), true)));
    }

  public:
    constexpr explicit endpoints(Endpoints... list) : list_{std::move(list)...} {}

    static constexpr bool is_static = true;
    static constexpr bool handles_events = (... or detail::may_handle_events<Endpoints>());
    static constexpr bool has_hooks = (... or detail::has_hook<Endpoints>);
    static constexpr bool has_credits = (... or detail::uses_credits<Endpoints>());

    static constexpr auto size() -> std::uint32_t { return count; }
    static constexpr auto name(std::uint32_t i) -> wire::padded_name const& { return announcements[i].name; }
    static constexpr auto local(std::uint32_t i) -> address { return locals[i]; }
    static constexpr auto fixed_peer([[maybe_unused]] std::uint32_t i) -> address {
        if constexpr ((... and (Endpoints::addresses().peer == any_address))) {
            return any_address;
        } else {
            return peers[i];
        }
    }
    static constexpr auto is_live(std::uint32_t) -> bool { return true; }
    static constexpr auto announcement(std::uint32_t i) -> wire::announcement const& { return announcements[i]; }
    constexpr auto state(std::uint32_t i) -> endpoint_state& { return states_[i]; }

    static constexpr auto find(address where) -> std::uint32_t {
        if constexpr (all_dynamic) {
            auto const i = static_cast<std::uint32_t>(where) - first_dynamic_address;
            return i < count ? i : no_index;
        } else {
            auto found = no_index;
            [&]<std::size_t... I>(std::index_sequence<I...>) { (void)(... or (where == locals[I] and (found = I, true))); }
            (std::index_sequence_for<Endpoints...>{});
            return found;
        }
    }

    /// The index of a name, for `channel::get<"name">()`.
    static constexpr auto index_of(std::string_view wanted) -> std::uint32_t {
        for (std::uint32_t i = 0; i < count; ++i) {
            if (wire::view_of(announcements[i].name) == wanted) {
                return i;
            }
        }
        return no_index;
    }

    constexpr auto deliver(auto& link, std::uint32_t i, message const& m) -> void {
        deliver_to(link, i, m, std::index_sequence_for<Endpoints...>{});
    }
    constexpr auto notify(auto& link, std::uint32_t i, event const& e) -> void {
        notify_to(link, i, e, std::index_sequence_for<Endpoints...>{});
    }

    /// Calls f(endpoint, index) for each endpoint.
    constexpr auto for_each_item(auto&& f) -> void {
        [&]<std::size_t... I>(std::index_sequence<I...>) { (f(std::get<I>(list_), static_cast<std::uint32_t>(I)), ...); }
        (std::index_sequence_for<Endpoints...>{});
    }

    /// All endpoints exist from the start: no endpoint can claim an announcement later.
    static constexpr auto remember(wire::announcement const&) -> remembered { return remembered::kept; }
    static constexpr auto forget(wire::announcement const&) -> void {}
    static constexpr auto remove(std::uint32_t) -> void {}
    static constexpr auto recall(std::uint32_t, bool) -> address { return any_address; }
    static constexpr auto forget_all() -> void {}
};
static_assert(endpoint_table<endpoints<>>);

template <typename... Endpoints> endpoints(Endpoints...) -> endpoints<Endpoints...>;

/// A table of other types gives one error; it is empty, so that no other error follows.
template <typename... Endpoints> class endpoints : public endpoints<> {
    static_assert((... and endpoint_description<Endpoints>),
                  "endpoints{...} takes endpoint<name>(handler), ref{service}, or a class of your own like these");

  public:
    constexpr explicit endpoints(Endpoints const&...) {}

    static constexpr auto index_of(std::string_view) -> std::uint32_t { return 0; }
};

namespace detail {
/// Whether no endpoint of a table has a fixed address, which a transport that owns the names cannot keep. A table of another
/// kind has none.
template <typename... Items> consteval auto have_names(endpoints<Items...> const*) -> bool {
    auto const has_name = []<typename T>(std::type_identity<T>) {
        if constexpr (endpoint_description<T>) {
            auto const where = T::addresses();
            return where.local == any_address and where.peer == any_address;
        }
        return true;
    };
    return (... and has_name(std::type_identity<Items>{}));
}
consteval auto have_names(void const*) -> bool { return true; }
} // namespace detail

} // namespace rpmsg
