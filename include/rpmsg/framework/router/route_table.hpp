#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/wire/name_service.hpp>
#include <rpmsg/wire/service/router.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg::detail {

/// An address that is all zero while it is the any-address.
class optional_address {
    std::uint32_t complement_{};

  public:
    constexpr optional_address() = default;
    constexpr optional_address(address it) : complement_{~static_cast<std::uint32_t>(it)} {}
    constexpr operator address() const { return address{~complement_}; }
};

/// The names of a hub: which edges are joined, and which endpoints of two edges are. It decides what is announced on which link,
/// and sends nothing itself. `Edges` has the constants of the links, in their order: `count`, `routes`, and the arrays `names`,
/// `is_plain`, `acknowledged` and `quota`.
///
/// On each link to a NuttX edge the hub has an endpoint "router:B" for each other edge B: its control. A route is a service of
/// two edges: the hub has an endpoint on either link, "r:B:service" on a NuttX edge and "service" on a plain one.
template <typename Edges> class route_table {
    static constexpr std::uint32_t links = Edges::count;
    static constexpr std::uint32_t routes = Edges::routes;
    static constexpr std::uint32_t stride = std::bit_ceil(links + 2 * routes);
    /// The addresses of a route repeat after so many uses.
    static constexpr std::uint32_t rounds = (1u << 29) / stride;

    /// What one edge and the hub know of an endpoint.
    struct side {
        optional_address peer{}; ///< the endpoint of the edge
        optional_address told{}; ///< the endpoint of the hub that the edge knows, perhaps of an earlier use of the route
        std::uint8_t link{};
        bool is_heard{}; ///< the edge announced it by itself
        bool is_told{};  ///< the edge knows this use of the route, or is about to
        bool must_destroy{};
        bool must_create{};
        bool must_acknowledge{};
    };
    struct route {
        wire::padded_name name{};
        std::array<side, 2> sides{};
        std::uint8_t opener{}; ///< the link whose edge announced it first
        bool is_used{};        ///< otherwise it was: an edge that takes the name up again may know its old endpoint
        std::uint32_t uses{};  ///< changes whenever an edge leaves, so that late messages are dropped

        [[nodiscard]] constexpr auto has_peer() const -> bool {
            return sides[0].peer != any_address or sides[1].peer != any_address;
        }
        /// The side of a link.
        [[nodiscard]] constexpr auto side_of(std::uint32_t link) const -> std::uint32_t {
            return sides[0].link == link ? 0 : 1;
        }
        [[nodiscard]] constexpr auto joins(std::uint32_t link, std::uint32_t other) const -> bool {
            return sides[side_of(link)].link == link and sides[1 - side_of(link)].link == other;
        }
    };

  public:
    /// The way of the messages that come to one endpoint of the hub.
    struct passage {
        optional_address self{};        ///< of that endpoint; the any-address while there is none
        optional_address source{};      ///< of the endpoint on the other link
        optional_address destination{}; ///< the other edge's endpoint; the any-address while either edge has none
        optional_address peer{};        ///< the endpoint from which the messages come
        std::uint8_t from{};
        std::uint8_t to{};

        [[nodiscard]] constexpr auto is_open() const -> bool { return destination != any_address; }
    };

  private:
    /// The endpoint on a link that tells its edge of another one.
    struct control {
        optional_address peer{};
        bool must_announce{};
        bool is_joined{};  ///< both edges are there
        bool is_created{}; ///< the edge was told so, or is about to
        bool must_destroy{};
        bool must_create{};
        bool must_signal{}; ///< suspend or resume
        bool is_asleep{};
    };

    std::array<std::array<control, links>, links> controls_{};
    std::array<route, routes> routes_{};
    std::array<passage, routes + routes> passages_{}; ///< from side s of route r: 2 r + s
    std::array<bool, links> is_up_{};
    std::array<bool, links> has_pending_{};

    [[nodiscard]] static constexpr auto index_of(std::string_view edge) -> std::uint32_t {
        for (std::uint32_t i = 0; i < links; ++i) {
            if (Edges::names[i] == edge) {
                return i;
            }
        }
        return links;
    }
    [[nodiscard]] constexpr auto address_of(std::uint32_t r, std::uint32_t s) const -> address {
        return address{first_dynamic_address + links + 2 * r + s + routes_[r].uses * stride};
    }
    [[nodiscard]] constexpr auto is_ready(std::uint32_t link, std::uint32_t other) const -> bool {
        return is_up_[link] and (Edges::is_plain[link] or controls_[link][other].peer != any_address);
    }
    constexpr auto note(side const& it) -> void {
        has_pending_[it.link] = has_pending_[it.link] or it.must_destroy or it.must_create or it.must_acknowledge;
    }
    /// After each change of a route.
    constexpr auto refresh(route const& it) -> void {
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
    constexpr auto settle(route& it) -> void {
        auto const is_idle = [](side const& s) { return s.peer == any_address and not s.is_told and not s.must_destroy; };
        it.is_used = not(is_idle(it.sides[0]) and is_idle(it.sides[1]));
        refresh(it);
    }
    /// After a change: tells an edge of the other one's endpoint, and acknowledges once both are known.
    constexpr auto complete(route& it) -> void {
        for (std::uint32_t s = 0; s < 2; ++s) {
            auto& own = it.sides[s];
            auto const& other = it.sides[1 - s];
            if (own.is_told or other.peer == any_address) {
                continue;
            }
            own.is_told = true;
            own.must_destroy = own.must_destroy or own.told != any_address; // a late answer may have bound it to that one
            (own.peer == any_address ? own.must_create : own.must_acknowledge) = true;
            note(own);
        }
        refresh(it);
    }
    /// The endpoint of one side is gone: the other side is told, and keeps an endpoint that its edge announced.
    constexpr auto leave(route& it, std::uint32_t s) -> void {
        auto& own = it.sides[s];
        auto& other = it.sides[1 - s];
        own = {.told = own.told, .link = own.link, .must_destroy = own.must_destroy};
        it.uses = it.uses + 1 < rounds ? it.uses + 1 : 1;
        if (other.is_told) {
            other.must_destroy = other.must_destroy or other.told != any_address;
            other.is_told = other.must_create = other.must_acknowledge = false;
            other.peer = other.is_heard ? other.peer : optional_address{};
            note(other);
        }
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
            auto const is_better = place == routes or routes_[place].uses > it.uses; // forgets what was left long ago
            place = is_again or it.is_used or not is_better ? place : r;
        }
        if (opened >= Edges::quota[link] or place == routes) {
            return routes;
        }
        auto& it = routes_[place];
        if (not is_again) {
            it.name = wire::pad(name);
            it.sides = {side{.link = static_cast<std::uint8_t>(link)}, side{.link = static_cast<std::uint8_t>(other)}};
            it.uses = it.uses + 1 < rounds ? it.uses + 1 : 1;
        }
        it.opener = static_cast<std::uint8_t>(link);
        it.is_used = true;
        return place;
    }
    constexpr auto create(std::uint32_t link, std::uint32_t other, std::string_view name, address where) -> error {
        auto r = find(link, other, name);
        r = r != routes ? r : add(link, other, name);
        if (r == routes) {
            return error::no_endpoint;
        }
        auto& it = routes_[r];
        auto& own = it.sides[it.side_of(link)];
        if (own.peer != any_address and own.peer != where and own.is_heard) {
            return error::name_in_use;
        }
        if (own.peer == any_address and own.must_create) {
            own.must_create = own.is_told = false; // it needs an acknowledgement now
        }
        own.peer = where;
        own.is_heard = true;
        complete(it);
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
        if (own.is_told and not own.is_heard and not own.must_create) { // the last one stands: an earlier one came late
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
        auto const known = address{it.sides[s].peer};
        if (known != any_address and (known == where or where == any_address)) {
            leave(it, s);
        }
    }
    /// Two edges are not joined any more. The edge of `link` is gone.
    constexpr auto part(std::uint32_t link, std::uint32_t other) -> void {
        auto& own = controls_[link][other];
        auto& told = controls_[other][link];
        own.is_joined = own.is_created = own.must_create = own.must_destroy = own.must_signal = false;
        told.is_joined = told.must_signal = false;
        if (std::exchange(told.is_created, false) and not std::exchange(told.must_create, false)) {
            told.must_destroy = has_pending_[other] = true;
        }
        for (auto& it : routes_) {
            if (it.is_used and it.joins(link, other)) {
                it.sides[it.side_of(link)].must_destroy = false;
                leave(it, it.side_of(link));
            }
        }
    }
    constexpr auto try_join(std::uint32_t link, std::uint32_t other) -> void {
        if (controls_[link][other].is_joined or not is_ready(link, other) or not is_ready(other, link)) {
            return;
        }
        for (auto const each : {link, other}) {
            auto& it = controls_[each][link + other - each];
            it.is_joined = true;
            if (not Edges::is_plain[each]) {
                it.is_created = it.must_create = has_pending_[each] = true;
            }
        }
        for (auto& it : routes_) { // names that an edge still has
            if (it.is_used and it.joins(link, other)) {
                complete(it);
            }
        }
    }
    constexpr auto on_control(std::uint32_t link, std::uint32_t other, wire::announcement const& announced) -> void {
        auto& it = controls_[link][other];
        if (announced.kind == wire::announcement_kind::destroy) {
            if (it.peer != any_address and it.peer == announced.where) {
                it.peer = any_address;
                part(link, other);
            }
            return;
        }
        it.peer = it.peer == any_address ? optional_address{announced.where} : it.peer;
        try_join(link, other);
    }

  public:
    /// A message of the hub itself.
    struct outgoing {
        address source{};
        address destination{};
        std::array<std::byte, sizeof(wire::announcement)> content{};
        std::uint32_t size{};
    };

    [[nodiscard]] constexpr auto is_up(std::uint32_t link) const -> bool { return is_up_[link]; }
    [[nodiscard]] constexpr auto has_pending(std::uint32_t link) const -> bool { return has_pending_[link]; }
    [[nodiscard]] constexpr auto is_joined(std::uint32_t link, std::uint32_t other) const -> bool {
        return controls_[link][other].is_joined;
    }

    constexpr auto link_up(std::uint32_t link) -> void {
        is_up_[link] = true;
        has_pending_[link] = false;
        for (std::uint32_t other = 0; other < links; ++other) {
            if (other == link) {
                continue;
            }
            if (Edges::is_plain[link]) {
                try_join(link, other);
            } else {
                controls_[link][other].must_announce = has_pending_[link] = true;
            }
        }
    }
    constexpr auto link_down(std::uint32_t link) -> void {
        is_up_[link] = has_pending_[link] = false;
        for (std::uint32_t other = 0; other < links; ++other) {
            if (other != link) {
                part(link, other);
                controls_[link][other] = {};
            }
        }
        for (auto& it : routes_) {
            for (auto& each : it.sides) { // it knows nothing any more
                each.told = each.link == link ? optional_address{} : each.told;
            }
        }
    }

    /// A message of an edge to the name service. Returns the reason for which it was dropped, or `count_`.
    constexpr auto on_announcement(std::uint32_t link, const_bytes payload) -> counter {
        auto announced = wire::announcement{};
        if (not wire::read_announcement(payload, Edges::acknowledged[link], announced)) {
            return counter::bad_announcement;
        }
        auto const name = announced.service();
        if (Edges::is_plain[link]) {
            return wire::is_routed_name(name) ? on_plain(link, announced) : counter::bad_announcement;
        }
        auto const router = wire::read_router(name);
        auto const parts = wire::read_route(name);
        auto const other = index_of(not router.empty() ? router : parts.other);
        if (router.empty() and not parts and name.starts_with(wire::route_prefix)) {
            return counter::bad_announcement;
        }
        if (other == links or other == link) { // also a service for the hub itself
            return counter::no_endpoint;
        }
        if (not router.empty()) {
            on_control(link, other, announced);
            return counter::count_;
        }
        return on_name(link, other, parts.service, announced);
    }
    /// The same for a name between two edges.
    constexpr auto on_name(std::uint32_t link, std::uint32_t other, std::string_view name, wire::announcement const& announced)
        -> counter {
        switch (announced.kind) {
        case wire::announcement_kind::destroy: destroy(link, other, name, announced.where); return counter::count_;
        case wire::announcement_kind::acknowledge: acknowledge(link, other, name, announced.where); return counter::count_;
        default: break;
        }
        if (not is_joined(link, other)) {
            return counter::not_bound;
        }
        auto const refusal = create(link, other, name, announced.where);
        return refusal == error{}              ? counter::count_
               : refusal == error::no_endpoint ? counter::table_full
                                               : counter::bad_announcement;
    }
    /// A name of a plain edge is there for all other edges.
    constexpr auto on_plain(std::uint32_t link, wire::announcement const& announced) -> counter {
        auto worst = counter::count_;
        for (std::uint32_t other = 0; other < links; ++other) {
            if (other != link and is_joined(link, other)) {
                auto const outcome = on_name(link, other, announced.service(), announced);
                worst = outcome != counter::count_ ? outcome : worst;
            }
        }
        return worst;
    }

    /// The number of a message's passage, by the address to which it came; `none` when no endpoint has it. Constant time.
    static constexpr std::uint32_t none = 2 * routes;
    [[nodiscard]] constexpr auto find(std::uint32_t link, address destination) const -> std::uint32_t {
        auto const i = ((static_cast<std::uint32_t>(destination) - first_dynamic_address) & (stride - 1)) - links;
        return i < none and passages_[i].self == destination and passages_[i].from == link ? i : none;
    }
    [[nodiscard]] constexpr auto at(std::uint32_t i) const -> passage const& { return passages_[i]; }
    [[nodiscard]] constexpr auto is_control(std::uint32_t link, address destination) const -> bool {
        auto const index = static_cast<std::uint32_t>(destination) - first_dynamic_address;
        return not Edges::is_plain[link] and index < links and index != link;
    }
    /// Called when a plain edge sends from another endpoint than before: whoever sent last is the peer of the others.
    [[gnu::noinline]] constexpr auto learn(std::uint32_t i, address source) -> void {
        auto& it = routes_[i / 2];
        auto& own = it.sides[i % 2];
        own.must_create = own.must_create and own.peer != any_address;
        own.peer = source;
        complete(it);
    }

    /// Tells the other edges that the edge of a link sleeps or runs again.
    constexpr auto signal(std::uint32_t link, bool is_asleep) -> void {
        for (std::uint32_t other = 0; other < links; ++other) {
            auto& it = controls_[other][link];
            if (other != link and it.is_created) {
                it.is_asleep = is_asleep;
                it.must_signal = has_pending_[other] = true;
            }
        }
    }

    /// Composes the next message of the hub on a link; false when there is none. `tx_length` and `rx_length` of two links are
    /// those that `lengths(link, other)` returns.
    constexpr auto next(std::uint32_t link, outgoing& into, auto&& lengths) -> bool {
        auto const put = [&](auto const& content, address source, address destination) {
            store(into.content, content);
            into.source = source;
            into.destination = destination;
            into.size = sizeof content;
            return true;
        };
        for (std::uint32_t other = 0; other < links; ++other) {
            auto& it = controls_[link][other];
            auto const own = address{first_dynamic_address + other};
            if (std::exchange(it.must_announce, false)) {
                auto const announced = wire::announcement{
                    .name = wire::router_name(Edges::names[other]), .where = own, .kind = wire::announcement_kind::create};
                return put(announced, own, name_service_address);
            }
            if (it.peer == any_address) {
                continue;
            }
            if (std::exchange(it.must_destroy, false)) {
                return put(wire::router_message{.command = wire::router_command::destroy}, own, it.peer);
            }
            if (std::exchange(it.must_create, false)) {
                auto const size = lengths(link, other);
                return put(wire::router_create(Edges::names[link], size.tx, size.rx), own, it.peer);
            }
            if (std::exchange(it.must_signal, false)) {
                auto const command = it.is_asleep ? wire::router_command::suspend : wire::router_command::resume;
                return put(wire::router_message{.command = command}, own, it.peer);
            }
        }
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
                    return put(announced, announced.where, name_service_address);
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
                return put(announced, where, name_service_address);
            }
        }
        has_pending_[link] = false;
        return false;
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
