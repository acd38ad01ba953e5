#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/recorder.hpp>

#include "check.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Bytes as they are on the link.
constexpr auto raw(auto... values) -> std::array<std::byte, sizeof...(values)> { return {static_cast<std::byte>(values)...}; }

/// The peer of a service: an endpoint of the same name that records what it receives, and holds it while `keeps` is set.
template <typename Service> struct raw_peer {
    rpmsg::testing::recorder log{};
    std::array<rpmsg::held_message, 8> kept{};
    std::uint32_t kept_count{};
    bool keeps{};

    static constexpr auto name() -> std::string_view { return Service::name(); }
    constexpr auto on_message(auto& link, rpmsg::message const& m) -> void {
        log.add(m);
        if (keeps) {
            kept[kept_count++] = link.hold(m);
        }
    }
    constexpr auto on_event(auto&, rpmsg::event const& e) -> void { log.add(e); }
    constexpr auto release_one() -> void {
        for (auto& each : kept) {
            if (each) {
                each.release();
                return;
            }
        }
    }
    constexpr auto release_all() -> void {
        keeps = false;
        for (; kept_count > 0; --kept_count) {
            kept[kept_count - 1].release();
        }
    }
};

/// A service at one end of a loopback and its peer at the other one. The time is the test's.
template <typename Service, std::uint32_t Buffers = 4, std::uint32_t Payload = 64> struct beside_a_peer {
    using end = rpmsg::testing::loopback<true, Buffers, Payload>;
    template <typename T> using side_of = rpmsg::channel<end, rpmsg::endpoints<rpmsg::ref<T>>>;

    Service service;
    raw_peer<Service> other{};
    rpmsg::testing::loopback_memory<Buffers, Payload> memory{};
    side_of<Service> side{end{memory, 0}, rpmsg::endpoints{rpmsg::ref{service}}};
    side_of<raw_peer<Service>> peer{end{memory, 1}, rpmsg::endpoints{rpmsg::ref{other}}};
    rpmsg::ticks now{};

    constexpr explicit beside_a_peer(auto&&... arguments) : service{arguments...} {
        check(side.start().has_value() and peer.start().has_value());
        turn(4);
        check(side.at(0).is_bound() and peer.at(0).is_bound());
    }

    constexpr auto turn(int times = 1) -> void {
        for (; times > 0; --times) {
            (void)side.poll(now);
            (void)peer.poll(now);
        }
    }
    /// The peer sends bytes, and the service receives them.
    constexpr auto receive(rpmsg::const_bytes payload) -> void {
        check(peer.at(0).send(payload).has_value());
        turn();
    }
    [[nodiscard]] constexpr auto answers() const -> std::uint32_t { return other.log.message_count(); }
    [[nodiscard]] constexpr auto answer(std::uint32_t i) const -> rpmsg::const_bytes { return other.log.payload(i); }
};
