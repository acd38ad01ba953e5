#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/router/edge.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/recorder.hpp>
#include <rpmsg/wire/service/router.hpp>

#include "check.hpp"
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The other end of a link to a hub or to an edge: the test says each message, and sees each one that comes.
template <std::uint32_t Buffers = 8, std::uint32_t Payload = 64> class raw_end {
    using end = rpmsg::testing::loopback<true, Buffers, Payload>;

  public:
    struct seen {
        rpmsg::address source{};
        rpmsg::address destination{};
        std::vector<std::byte> payload{};

        /// "+name", "-name" or "=name" for an announcement, "" for another message.
        [[nodiscard]] auto text() const -> std::string {
            auto announced = rpmsg::wire::announcement{};
            if (destination != rpmsg::name_service_address or not rpmsg::wire::read_announcement(payload, true, announced)) {
                return {};
            }
            return "+-="[static_cast<unsigned>(announced.kind)] + std::string{announced.service()};
        }
        [[nodiscard]] auto where() const -> rpmsg::address { return rpmsg::load<rpmsg::wire::announcement>(payload).where; }
    };
    std::vector<seen> got{};
    bool reads = true;

    raw_end(rpmsg::testing::loopback_memory<Buffers, Payload>& memory, std::uint32_t which) : link_{memory, which} {
        check(link_.start().has_value());
    }

    auto poll() -> void {
        (void)link_.poll(0);
        while (reads) {
            auto const m = link_.receive();
            if (m.outcome != rpmsg::rx_outcome::message) {
                return;
            }
            got.push_back({m.source, m.destination, {m.payload.begin(), m.payload.end()}});
            link_.release(m.token);
        }
    }
    auto send(rpmsg::address from, rpmsg::address to, rpmsg::const_bytes payload) -> bool {
        auto const room = link_.reserve();
        if (not room) {
            return false;
        }
        rpmsg::copy(payload, room.space);
        return link_.commit(room, {.source = from, .destination = to, .length = static_cast<std::uint16_t>(payload.size())});
    }
    auto announce(std::string_view name, std::uint32_t where, rpmsg::wire::announcement_kind kind) -> bool {
        auto const a = rpmsg::wire::announce(name, rpmsg::address{where}, kind);
        return send(rpmsg::address{where}, rpmsg::name_service_address, std::bit_cast<std::array<std::byte, sizeof a>>(a));
    }
    auto close() -> void { link_.close(); }
    auto open() -> void { check(link_.start().has_value()); }

    /// The last announcement of this text, such as "+r:b:echo".
    [[nodiscard]] auto find(std::string_view text) const -> seen const* {
        for (auto i = got.rbegin(); i != got.rend(); ++i) {
            if (i->text() == text) {
                return &*i;
            }
        }
        return nullptr;
    }
    [[nodiscard]] auto count(std::string_view text) const -> int {
        int total = 0;
        for (auto const& each : got) {
            total += each.text() == text ? 1 : 0;
        }
        return total;
    }

  private:
    end link_;
};

using kind = rpmsg::wire::announcement_kind;

template <typename T> auto raw_of(T const& value) { return std::bit_cast<std::array<std::byte, sizeof(T)>>(value); }

/// An edge "b" behind a hub that the test plays.
template <typename Endpoints, std::uint32_t Buffers = 8> struct edge_rig {
    using end = rpmsg::testing::loopback<true, Buffers, 64>;
    using port_type = rpmsg::router_port<"b", rpmsg::port_config{.names = 3, .held = 2, .max_frame = 80}>;

    rpmsg::testing::loopback_memory<Buffers, 64> memory{};
    port_type port{};
    decltype(rpmsg::channel{end{memory, 0}, rpmsg::endpoints{port.entry()}}) hub_link{end{memory, 0},
                                                                                      rpmsg::endpoints{port.entry()}};
    rpmsg::channel<rpmsg::router_edge<port_type>, Endpoints> edge;
    raw_end<Buffers, 64> hub{memory, 1};

    explicit edge_rig(Endpoints table) : edge{rpmsg::router_edge{port}, std::move(table)} {
        check(edge.start().has_value() and hub_link.start().has_value());
        settle();
    }
    /// Polls the hub link while it has work, which has to end.
    auto settle() -> void {
        for (int turn = 0; turn < 6; ++turn) {
            hub.poll();
            (void)hub_link.poll();
            for (int i = 0; hub_link.is_pending(); ++i) {
                check(i < 20);
                (void)hub_link.poll();
            }
        }
        hub.poll();
    }
    static constexpr auto control = rpmsg::address{2000};

    auto command(auto const& message) -> void {
        auto const* const bound = hub.find("=router:b");
        check(bound != nullptr and hub.send(control, bound->where(), raw_of(message)));
        settle();
    }
    auto join(std::uint32_t tx_length = 40) -> void {
        check(hub.announce("router:b", 2000, kind::create));
        settle();
        command(rpmsg::wire::router_create("a", tx_length, 48));
    }
    auto data(std::uint32_t from, std::string_view name, rpmsg::const_bytes payload) -> void {
        auto const* bound = hub.find("+" + std::string{name});
        bound = bound != nullptr ? bound : hub.find("=" + std::string{name});
        check(bound != nullptr and hub.send(rpmsg::address{from}, bound->where(), payload));
        settle();
    }
};
