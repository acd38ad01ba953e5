#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/router/route.hpp>
#include <rpmsg/wire/name_service.hpp>
#include <rpmsg/wire/service/router.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg::detail {

/// The services of a hub: which endpoints of two edges are joined, and what each edge is told of the other one's. It sends
/// nothing itself. `Edges` has the constants of the links, as in `route_table`.
///
/// A route is a service of two edges: the hub has an endpoint on either link, "r:B:service" on a NuttX edge and "service" on a
/// plain one.
template <typename Edges> class hub_routes {
    static constexpr std::uint32_t links = Edges::count;
    static constexpr std::uint32_t routes = Edges::routes;
    static constexpr std::uint32_t stride = std::bit_ceil(links + 2 * routes);
    static constexpr bool has_plain = std::ranges::find(Edges::is_plain, true) != Edges::is_plain.end();
    /// The addresses of a route repeat after so many uses.
    static constexpr std::uint32_t rounds = (1u << 29) / stride;

    std::array<hub_route, routes> routes_{};
    std::array<hub_passage, routes + routes> passages_{}; ///< from side s of route r: 2 r + s

    [[nodiscard]] constexpr auto address_of(std::uint32_t r, std::uint32_t s) const -> address {
        return address{first_dynamic_address + links + 2 * r + s + routes_[r].sides[s].uses * stride};
    }
    constexpr auto note(route_side const& it) -> void {
        has_pending_[it.link] = has_pending_[it.link] or it.must_destroy or it.must_create or it.must_acknowledge;
    }
    /// After each change of a route.
    constexpr auto refresh(hub_route const& it) -> void {
        auto const r = static_cast<std::uint32_t>(&it - routes_.data());
        for (std::uint32_t s = 0; s < 2; ++s) {
            auto const& own = it.sides[s];
            auto const& other = it.sides[1 - s];
            passages_[2 * r + s] = {.self = it.is_used ? optional_address{address_of(r, s)} : optional_address{},
                                    .source = address_of(r, 1 - s),
                                    .destination = own.peer != any_address ? other.peer : optional_address{},
                                    .peer = own.peer,
                                    .from = own.link,
                                    .to = other.link};
        }
    }
    constexpr auto settle(hub_route& it) -> void {
        auto const is_idle = [](route_side const& s) { return s.peer == any_address and not s.is_told and not s.must_destroy; };
        it.is_used = not(is_idle(it.sides[0]) and is_idle(it.sides[1]));
        refresh(it);
    }
    /// After a change: tells an edge of the other one's endpoint, and acknowledges once both are known.
    constexpr auto complete(hub_route& it) -> void {
        for (std::uint32_t s = 0; s < 2; ++s) {
            auto& own = it.sides[s];
            auto const& other = it.sides[1 - s];
            if (own.is_told or other.peer == any_address) {
                continue;
            }
            own.is_told = true;
            own.is_created = own.peer == any_address;
            own.must_destroy = own.must_destroy or own.told != any_address; // a late answer may have bound it to that one
            (own.is_created ? own.must_create : own.must_acknowledge) = true;
            note(own);
        }
        refresh(it);
    }
    static constexpr auto next_use(std::uint32_t uses) -> std::uint32_t { return uses + 1 < rounds ? uses + 1 : 1; }
    /// The other side is told that the endpoint is gone, and keeps an endpoint that its edge announced.
    constexpr auto tell_gone(route_side& it) -> void {
        it.uses = next_use(it.uses);
        if (it.is_told) {
            it.must_destroy = it.must_destroy or it.told != any_address;
            it.is_told = it.must_create = it.must_acknowledge = false;
            it.peer = it.heard;
            note(it);
        }
    }
    /// The endpoint of one side is gone.
    constexpr auto leave(hub_route& it, std::uint32_t s) -> void {
        auto& own = it.sides[s];
        own = {.told = own.told, .uses = next_use(own.uses), .link = own.link, .must_destroy = own.must_destroy};
        tell_gone(it.sides[1 - s]);
        settle(it);
    }
    /// The endpoint of a plain edge is gone, and the one of the other edge stays: the hub has told its name, and does not move it.
    constexpr auto lose_peer(hub_route& it, std::uint32_t s) -> void {
        it.sides[s].peer = it.sides[s].heard = any_address;
        tell_gone(it.sides[1 - s]);
        settle(it);
    }
    [[nodiscard]] constexpr auto find(std::uint32_t link, std::uint32_t other, std::string_view name, bool is_used = true) const
        -> std::uint32_t {
        for (std::uint32_t r = 0; r < routes; ++r) {
            auto const& it = routes_[r];
            if (it.is_used == is_used and it.joins(link, other) and wire::view_of(it.name) == name) {
                return r;
            }
        }
        return routes;
    }
    /// A new route; `routes` when the edge has opened as many as it may.
    constexpr auto add(std::uint32_t link, std::uint32_t other, std::string_view name) -> std::uint32_t {
        std::uint32_t opened = 0;
        auto place = find(link, other, name, false);
        auto const is_again = place != routes;
        for (std::uint32_t r = 0; r < routes; ++r) {
            auto const& it = routes_[r];
            opened += it.is_used and it.has_peer() and it.opener == link ? 1u : 0u;
            auto const is_better = place == routes or routes_[place].uses() > it.uses(); // forgets what was left long ago
            place = is_again or it.is_used or not is_better ? place : r;
        }
        if (opened >= Edges::quota[link] or place == routes) {
            return routes;
        }
        auto& it = routes_[place];
        if (not is_again) {
            it.name = wire::pad(name);
            auto const uses = next_use(std::max(it.sides[0].uses, it.sides[1].uses));
            it.sides = {route_side{.uses = uses, .link = static_cast<std::uint8_t>(link)},
                        route_side{.uses = uses, .link = static_cast<std::uint8_t>(other)}};
        }
        it.opener = static_cast<std::uint8_t>(link);
        it.is_used = true;
        return place;
    }

  protected:
    std::array<bool, links> has_pending_{}; ///< the links on which the hub has something to say

    /// An edge has an endpoint. The other one is told at once when both are joined, else by `complete_all`.
    constexpr auto create(std::uint32_t link, std::uint32_t other, std::string_view name, address where, bool are_joined)
        -> error {
        auto r = find(link, other, name);
        r = r != routes ? r : add(link, other, name);
        if (r == routes) {
            return error::no_endpoint;
        }
        auto& it = routes_[r];
        auto& own = it.sides[it.side_of(link)];
        if (own.is_heard() and own.heard != where) {
            return error::name_in_use;
        }
        if (own.peer == any_address and own.must_create) {
            own.must_create = own.is_told = false; // it needs an acknowledgement now
        }
        own.peer = own.heard = where;
        are_joined or not has_plain ? complete(it) : refresh(it);
        return {};
    }
    constexpr auto acknowledge(std::uint32_t link, std::uint32_t other, std::string_view name, address where) -> void {
        auto const r = find(link, other, name);
        if (r == routes) {
            return;
        }
        auto& it = routes_[r];
        auto& own = it.sides[it.side_of(link)];
        if (not own.is_told and own.peer == any_address and own.told != any_address) {
            return complete(it); // it answers an earlier use of the route: it is told of this one
        }
        if (own.is_told and not own.is_heard() and not own.must_create) { // the last one stands: an earlier one came late
            own.peer = where;
            complete(it);
        }
    }
    constexpr auto destroy(std::uint32_t link, std::uint32_t other, std::string_view name, address where) -> void {
        auto const r = find(link, other, name);
        if (r == routes) {
            return;
        }
        auto& it = routes_[r];
        auto const s = it.side_of(link);
        auto& own = it.sides[s];
        auto const is_known = where == own.peer or (has_plain and where == own.heard) or where == any_address;
        if (own.peer == any_address or not is_known) {
            return;
        }
        auto const is_plain = has_plain and Edges::is_plain[link];
        if (is_plain and own.is_told and own.is_created and it.sides[1 - s].is_heard()) {
            return lose_peer(it, s);
        }
        if (is_plain and own.told != any_address and (own.is_created or Edges::acknowledged[link])) {
            own.must_destroy = true; // Linux keeps a channel for each name that it was told
            note(own);
        }
        leave(it, s);
    }
    /// Two edges are not joined any more. The edge of `link` is gone.
    constexpr auto leave_all(std::uint32_t link, std::uint32_t other) -> void {
        for (auto& it : routes_) {
            if (it.is_used and it.joins(link, other)) {
                it.sides[it.side_of(link)].must_destroy = false;
                leave(it, it.side_of(link));
            }
        }
    }
    /// Two edges are joined: names that one of them still has are told to the other one.
    constexpr auto complete_all(std::uint32_t link, std::uint32_t other) -> void {
        for (auto& it : routes_) {
            if (it.is_used and it.joins(link, other)) {
                complete(it);
            }
        }
    }
    /// A link went down: its edge knows no endpoint of the hub any more.
    constexpr auto forget(std::uint32_t link) -> void {
        for (auto& it : routes_) {
            for (auto& each : it.sides) {
                each.told = each.link == link ? optional_address{} : each.told;
            }
        }
    }
    /// Composes the next announcement of a route on a link; false when there is none.
    constexpr auto next_name(std::uint32_t link, hub_message& into) -> bool {
        for (std::uint32_t r = 0; r < routes; ++r) {
            auto& it = routes_[r];
            for (std::uint32_t s = 0; s < 2; ++s) {
                auto& own = it.sides[s];
                auto const has_any = own.must_destroy or own.must_create or own.must_acknowledge;
                if (not it.is_used or own.link != link or not has_any) {
                    continue;
                }
                auto const where = address_of(r, s);
                auto announced = wire::announcement{.where = where};
                announced.name = Edges::is_plain[link]
                                     ? it.name
                                     : wire::route_name(Edges::names[it.sides[1 - s].link], wire::view_of(it.name));
                if (std::exchange(own.must_destroy, false)) {
                    announced.kind = wire::announcement_kind::destroy;
                    announced.where = std::exchange(own.told, optional_address{});
                    settle(it);
                    return into.put(announced, announced.where, name_service_address);
                }
                own.told = where;
                if (std::exchange(own.must_create, false)) {
                    announced.kind = wire::announcement_kind::create;
                } else {
                    own.must_acknowledge = false;
                    if (not Edges::acknowledged[link]) {
                        continue;
                    }
                    announced.kind = wire::announcement_kind::acknowledge;
                }
                return into.put(announced, where, name_service_address);
            }
        }
        return false;
    }

  public:
    [[nodiscard]] constexpr auto has_pending(std::uint32_t link) const -> bool { return has_pending_[link]; }

    /// The number of a message's passage, by the address to which it came; `none` when no endpoint has it. Constant time.
    static constexpr std::uint32_t none = 2 * routes;
    [[nodiscard]] constexpr auto find(std::uint32_t link, address destination) const -> std::uint32_t {
        auto const i = ((static_cast<std::uint32_t>(destination) - first_dynamic_address) & (stride - 1)) - links;
        return i < none and passages_[i].self == destination and passages_[i].from == link ? i : none;
    }
    [[nodiscard]] constexpr auto at(std::uint32_t i) const -> hub_passage const& { return passages_[i]; }
    /// Called when a plain edge sends from another endpoint than before: whoever sent last is the peer of the others.
    [[gnu::noinline]] constexpr auto learn(std::uint32_t i, address source) -> void {
        auto& it = routes_[i / 2];
        auto& own = it.sides[i % 2];
        own.must_create = own.must_create and own.peer != any_address;
        own.peer = source;
        complete(it);
    }

    /// Calls f(name, link, peer, other link, peer there) for each route.
    constexpr auto for_each(auto&& f) const -> void {
        for (auto const& it : routes_) {
            if (it.is_used) {
                auto const& [a, b] = it.sides;
                f(wire::view_of(it.name), std::uint32_t{a.link}, a.peer, std::uint32_t{b.link}, b.peer);
            }
        }
    }
};

} // namespace rpmsg::detail
