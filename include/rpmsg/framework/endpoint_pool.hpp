#pragma once

#include <rpmsg/core/id_set.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/framework/link_ref.hpp>
#include <rpmsg/framework/name_index.hpp>
#include <rpmsg/framework/peer_table.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace rpmsg {

/// A table whose endpoints are created and destroyed at run time: at most `Size` of them, rounded up to a power of two, and
/// `Remembered` unclaimed announcements; when these are full, a new one replaces the oldest. Delivery, creation and the search
/// for a name take constant time, apart from other endpoints of the same name. A dynamic address contains the index of a place
/// and its number of uses, so that a late message to a destroyed endpoint is dropped; it repeats after 2^29 / `Size` uses of
/// the place, an id after 2^32 / `Size`. Only the polling context and its handlers change the table.
template <std::uint32_t Size, std::uint32_t Remembered = std::clamp<std::uint32_t>(std::bit_ceil(Size), 8, 64)>
class endpoint_pool {
  public:
    using message_function = void (*)(void* self, link_ref, message const&);
    using event_function = void (*)(void* self, link_ref, event const&);

  private:
    static constexpr std::uint32_t count = std::bit_ceil(Size);
    static_assert(Size > 0 and count <= 65536, "an endpoint pool holds 1 to 65536 endpoints");
    static constexpr std::uint32_t mask = count - 1;
    /// The addresses of a place repeat after this many uses. They stay below 2^30, which Linux accepts.
    static constexpr std::uint32_t rounds = (1u << 29) / count;

    struct place {
        pool_endpoint_state state{};
        address local{};
        std::uint32_t uses{};       ///< number of dynamic addresses assigned to this place
        std::uint32_t generation{}; ///< number of endpoints that had this place before
        address fixed_peer{};       ///< any_address unless the peer is fixed
        wire::padded_name name{};
        void* self{};
        message_function on_message{};
        event_function on_event{};
    };
    std::array<place, count> places_{};
    detail::name_index<count> names_{};
    detail::free_ids<count> free_{};
    detail::id_set<count> pending_{};
    peer_table<Remembered> peers_{};
    std::uint32_t next_{};     ///< index at which the search for a free place begins
    std::uint32_t farthest_{}; ///< largest distance of a fixed address from its home place

    static constexpr auto home_of(address where) -> std::uint32_t {
        return (static_cast<std::uint32_t>(where) - first_dynamic_address) & mask;
    }
    /// The next free place from `start` on; the search wraps at the end.
    [[nodiscard]] constexpr auto free_from(std::uint32_t start) const -> std::uint32_t {
        auto const next = free_.first(start);
        auto const index = next < count ? next : free_.first();
        return index < count ? index : no_index;
    }

    /// Whether an endpoint has this address, also one whose destruction is pending.
    [[nodiscard]] constexpr auto is_taken(address where) const -> bool {
        auto const home = home_of(where);
        for (std::uint32_t distance = 0; distance <= farthest_; ++distance) {
            auto const& it = places_[(home + distance) & mask];
            if (it.state.is_used and it.local == where) {
                return true;
            }
        }
        return false;
    }

  public:
    /// Adds an endpoint and returns its id; call `channel::create`, which also announces it. An empty name is not announced;
    /// an any-address is assigned (local) or learned (peer). `self` is passed to the functions; `on_event` may be null. Errors:
    /// `malformed` for a name of more than 31 characters or with a character that no announcement may contain, and for the
    /// address of the name service; `address_in_use`; `no_endpoint` when the pool is full; from the channel, where names are
    /// acknowledged, `name_in_use` when another endpoint learns its peer by this name.
    auto create(std::string_view name, endpoint_addresses addresses, void* self, message_function on_message,
                event_function on_event = nullptr) -> result<std::uint32_t> {
        auto const is_fixed = addresses.local != any_address;
        if (not wire::is_name(name) or addresses.local == name_service_address) {
            return error::malformed;
        }
        if (is_fixed and is_taken(addresses.local)) {
            return error::address_in_use;
        }
        auto const index = free_from(is_fixed ? home_of(addresses.local) : next_);
        if (index == no_index) {
            return error::no_endpoint;
        }
        auto& it = places_[index];
        it.local = addresses.local;
        if (is_fixed) {
            farthest_ = std::max(farthest_, (index - home_of(addresses.local)) & mask);
        } else {
            do { // skips the fixed addresses of other endpoints
                it.uses = it.uses + 1 < rounds ? it.uses + 1 : 1;
                it.local = address{first_dynamic_address + index + (it.uses - 1) * count};
            } while (is_taken(it.local));
            next_ = (index + 1) & mask;
        }
        it.name = wire::pad(name);
        it.self = self;
        it.on_message = on_message;
        it.on_event = on_event;
        it.state = {};
        it.state.is_used = true;
        it.fixed_peer = addresses.peer;
        free_.take(index);
        names_.insert(index, it.name);
        return id(index);
    }

    /// Adds an endpoint whose handler is called as handler(link, message). The handler must outlive the endpoint.
    template <typename Handler>
    auto create(std::string_view name, Handler& handler, endpoint_addresses addresses = {}) -> result<std::uint32_t> {
        return create(name, addresses, const_cast<std::remove_const_t<Handler>*>(&handler),
                      [](void* self, link_ref link, message const& m) { (*static_cast<Handler*>(self))(link, m); });
    }

    static constexpr bool is_static = false;
    static constexpr bool handles_events = true;

    static constexpr auto size() -> std::uint32_t { return count; }
    [[nodiscard]] constexpr auto name(std::uint32_t i) const -> wire::padded_name const& { return places_[i].name; }
    [[nodiscard]] constexpr auto fixed_peer(std::uint32_t i) const -> address { return places_[i].fixed_peer; }
    [[nodiscard]] constexpr auto announcement(std::uint32_t i) const -> wire::announcement {
        return {.name = places_[i].name, .where = places_[i].local, .kind = wire::announcement_kind::create};
    }
    [[nodiscard]] constexpr auto local(std::uint32_t i) const -> address { return places_[i].local; }
    /// Whether another endpoint has the name of endpoint i, and both learn their peers by it.
    [[nodiscard]] constexpr auto shares_name(std::uint32_t i) const -> bool {
        auto other = names_.first(name(i));
        while (other != no_index and (other == i or not is_live(other) or fixed_peer(other) != any_address or
                                      not wire::is_same(name(other), name(i)))) {
            other = names_.next(other);
        }
        return other != no_index and fixed_peer(i) == any_address;
    }
    /// Iterates the endpoints whose names have the same hash, in the order of creation; `no_index` at the end.
    [[nodiscard]] constexpr auto first_named(wire::padded_name const& name) const -> std::uint32_t {
        return names_.first(name);
    }
    [[nodiscard]] constexpr auto next_named(std::uint32_t i, wire::padded_name const&) const -> std::uint32_t {
        return names_.next(i);
    }
    /// The endpoints that may have a pending announcement. `next_pending` returns the first from `start` on, or size() or more.
    constexpr auto note_pending(std::uint32_t i) -> void { pending_.insert(i); }
    constexpr auto settle(std::uint32_t i) -> void { pending_.erase(i); }
    [[nodiscard]] constexpr auto next_pending(std::uint32_t start) const -> std::uint32_t { return pending_.first(start); }
    constexpr auto state(std::uint32_t i) -> pool_endpoint_state& { return places_[i].state; }
    [[nodiscard]] constexpr auto is_used(std::uint32_t i) const -> bool { return places_[i].state.is_used; }
    [[nodiscard]] constexpr auto id(std::uint32_t i) const -> std::uint32_t { return i | places_[i].generation * count; }
    [[nodiscard]] static constexpr auto index_of(std::uint32_t id) -> std::uint32_t { return id & mask; }
    /// Whether there is an endpoint whose destruction is not pending.
    [[nodiscard]] constexpr auto is_live(std::uint32_t i) const -> bool {
        return places_[i].state.is_used and not places_[i].state.must_withdraw;
    }
    constexpr auto remove(std::uint32_t i) -> void {
        names_.erase(i, places_[i].name);
        free_.give_back(i);
        places_[i].state = {};
        ++places_[i].generation;
    }

    [[nodiscard]] constexpr auto find(address where) const -> std::uint32_t {
        auto const home = home_of(where);
        for (std::uint32_t distance = 0; distance <= farthest_; ++distance) {
            auto const index = (home + distance) & mask;
            if (places_[index].local == where and is_live(index)) {
                return index;
            }
        }
        return no_index;
    }

    auto deliver(auto& link, std::uint32_t i, message const& m) -> void {
        places_[i].on_message(places_[i].self, link_ref{link}, m);
    }
    auto notify(auto& link, std::uint32_t i, event const& e) -> void {
        if (places_[i].on_event != nullptr) {
            places_[i].on_event(places_[i].self, link_ref{link}, e);
        }
    }

    constexpr auto remember(wire::announcement const& announced) -> remembered { return peers_.remember(announced); }
    constexpr auto forget(wire::announcement const& announced) -> void { peers_.forget(announced); }
    constexpr auto recall(std::uint32_t i, bool is_oldest) -> address { return peers_.recall(name(i), is_oldest); }
    constexpr auto forget_all() -> void { peers_.forget_all(); }
    /// The announcements that no endpoint has claimed.
    [[nodiscard]] constexpr auto unclaimed() const -> peer_table<Remembered> const& { return peers_; }
};
static_assert(endpoint_table<endpoint_pool<4>>);

} // namespace rpmsg
