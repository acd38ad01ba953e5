#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/testing/loopback.hpp>

#include "ring_play.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace fuzz {

using payload = std::array<std::byte, 64>;

/// Hears nothing in what the service sends.
struct deaf {
    auto operator()(rpmsg::const_bytes) -> void {}
};

/// The peer: keeps what it receives while `keeps` is set.
template <typename Named, typename Ear> struct keeping_peer {
    std::vector<rpmsg::held_message> kept{};
    Ear ear{};
    payload last{};
    bool keeps{};

    static constexpr auto name() -> std::string_view { return Named::name(); }
    auto on_message(auto& link, rpmsg::message const& m) -> void {
        ear(m.payload);
        rpmsg::copy(m.payload, last);
        if (keeps) {
            kept.push_back(link.hold(m));
        }
    }
    auto on_event(auto&, rpmsg::event const&) -> void {}
};

/// The table of a service: of an endpoint, or of a group.
auto table_of(auto& service) {
    if constexpr (requires { group_of(service); }) {
        return rpmsg::endpoints{group_of(service)};
    } else {
        return rpmsg::endpoints{rpmsg::ref{service}};
    }
}

/// A service and its peer, which says what the input says. `Named` has the name of the peer's endpoint.
template <typename Service, typename Ear = deaf, typename Named = Service> struct service_play {
    using end = rpmsg::testing::loopback<true, 4, 64>;
    using peer_type = keeping_peer<Named, Ear>;

    input bytes;
    Service service{};
    peer_type other{};
    rpmsg::testing::loopback_memory<4, 64> memory{};
    rpmsg::channel<end, decltype(table_of(service))> side{end{memory, 0}, table_of(service)};
    rpmsg::channel<end, rpmsg::endpoints<rpmsg::ref<peer_type>>> peer{end{memory, 1}, rpmsg::endpoints{rpmsg::ref{other}}};
    rpmsg::ticks now{};
    std::uint32_t restarts{};

    explicit service_play(input from) : bytes{from} { begin(); }
    service_play(input from, auto&&... arguments) : bytes{from}, service{arguments...} { begin(); }

    auto begin() -> void {
        rpmsg::expects(side.start().has_value() and peer.start().has_value());
        turn(4);
    }
    auto turn(unsigned times = 1) -> void {
        for (; times > 0; --times) {
            (void)side.poll(now);
            (void)peer.poll(now);
        }
    }
    auto take_payload() -> payload {
        auto made = payload{};
        for (auto& each : made) {
            each = bytes.is_empty() ? std::byte{0x55} : static_cast<std::byte>(bytes.take());
        }
        return made;
    }
    auto send(rpmsg::const_bytes what) -> bool { return peer.at(0).send(what).has_value(); }

    /// What the plays of all services have in common, for 0 to 7.
    auto act(unsigned what) -> void {
        switch (what) {
        case 0: {
            auto made = take_payload();
            made[9] = std::byte{};
            (void)send(rpmsg::const_bytes{made}.first(bytes.take() % 65));
            break;
        }
        case 1: other.keeps = not other.keeps; break;
        case 2: other.kept.clear(); break;
        case 3: now += bytes.take(); break;
        case 4:
            if (bytes.take() % 8 == 0) {
                other.kept.clear();
                peer.close();
                rpmsg::expects(peer.start().has_value());
                turn(6);
                ++restarts;
            }
            break;
        default: turn(bytes.take() % 4); break;
        }
    }
    /// Nothing is lost: each side has all its buffers.
    auto settle() -> void {
        other.keeps = false;
        other.kept.clear();
        turn(8);
        for (auto i = 0; i < 4; ++i) {
            rpmsg::expects(send({}));
        }
        turn(4);
        if constexpr (not requires { group_of(service); }) {
            take_all_buffers();
        }
    }
    auto take_all_buffers() -> void {
        auto rooms = std::vector<decltype(side.at(0).reserve())>{};
        for (auto i = 0; i < 4; ++i) {
            rooms.push_back(side.at(0).reserve());
            rpmsg::expects(static_cast<bool>(rooms.back()));
        }
    }
};

} // namespace fuzz
