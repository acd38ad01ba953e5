#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/router/hub_routes.hpp>
#include <rpmsg/framework/router/route.hpp>
#include <rpmsg/wire/name_service.hpp>
#include <rpmsg/wire/service/router.hpp>

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg::detail {

/// The names of a hub: which edges are joined, and with `hub_routes` which endpoints of two edges are. It decides what is
/// announced on which link, and sends nothing itself. `Edges` has the constants of the links, in their order: `count`, `routes`,
/// and the arrays `names`, `is_plain`, `acknowledged` and `quota`.
///
/// On each link to a NuttX edge the hub has an endpoint "router:B" for each other edge B: its control.
template <typename Edges> class route_table : public hub_routes<Edges> {
    using names = hub_routes<Edges>;
    using names::has_pending_;

    static constexpr std::uint32_t links = Edges::count;

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
    std::array<bool, links> is_up_{};

    [[nodiscard]] static constexpr auto index_of(std::string_view edge) -> std::uint32_t {
        for (std::uint32_t i = 0; i < links; ++i) {
            if (Edges::names[i] == edge) {
                return i;
            }
        }
        return links;
    }
    [[nodiscard]] constexpr auto is_ready(std::uint32_t link, std::uint32_t other) const -> bool {
        return is_up_[link] and (Edges::is_plain[link] or controls_[link][other].peer != any_address);
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
        this->leave_all(link, other);
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
        this->complete_all(link, other);
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
    [[nodiscard]] constexpr auto is_up(std::uint32_t link) const -> bool { return is_up_[link]; }
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
        this->forget(link);
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
        case wire::announcement_kind::destroy: this->destroy(link, other, name, announced.where); return counter::count_;
        case wire::announcement_kind::acknowledge:
            this->acknowledge(link, other, name, announced.where);
            return counter::count_;
        default: break;
        }
        auto const are_joined = is_joined(link, other);
        if (not are_joined and not Edges::is_plain[link]) {
            return counter::not_bound;
        }
        auto const refusal = this->create(link, other, name, announced.where, are_joined);
        return refusal == error{}              ? counter::count_
               : refusal == error::no_endpoint ? counter::table_full
                                               : counter::bad_announcement;
    }
    /// A name of a plain edge is there for all other edges. It is announced once, so those that come later find it, too.
    constexpr auto on_plain(std::uint32_t link, wire::announcement const& announced) -> counter {
        auto worst = counter::count_;
        for (std::uint32_t other = 0; other < links; ++other) {
            if (other != link) {
                auto const outcome = on_name(link, other, announced.service(), announced);
                worst = outcome != counter::count_ ? outcome : worst;
            }
        }
        return worst;
    }

    [[nodiscard]] constexpr auto is_control(std::uint32_t link, address destination) const -> bool {
        auto const index = static_cast<std::uint32_t>(destination) - first_dynamic_address;
        return not Edges::is_plain[link] and index < links and index != link;
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
    [[gnu::noinline]] constexpr auto next(std::uint32_t link, hub_message& into, auto lengths) -> bool {
        for (std::uint32_t other = 0; other < links; ++other) {
            auto& it = controls_[link][other];
            auto const own = address{first_dynamic_address + other};
            if (std::exchange(it.must_announce, false)) {
                auto const announced = wire::announcement{
                    .name = wire::router_name(Edges::names[other]), .where = own, .kind = wire::announcement_kind::create};
                return into.put(announced, own, name_service_address);
            }
            if (it.peer == any_address) {
                continue;
            }
            if (std::exchange(it.must_destroy, false)) {
                return into.put(wire::router_message{.command = wire::router_command::destroy}, own, it.peer);
            }
            if (std::exchange(it.must_create, false)) {
                auto const size = lengths(link, other);
                return into.put(wire::router_create(Edges::names[link], size.tx, size.rx), own, it.peer);
            }
            if (std::exchange(it.must_signal, false)) {
                auto const command = it.is_asleep ? wire::router_command::suspend : wire::router_command::resume;
                return into.put(wire::router_message{.command = command}, own, it.peer);
            }
        }
        has_pending_[link] = this->next_name(link, into);
        return has_pending_[link];
    }
};

} // namespace rpmsg::detail
