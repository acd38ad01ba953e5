#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/service/socket/sockets.hpp>
#include <rpmsg/testing/loopback.hpp>

#include "check.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Two sides of a link with sockets, over a loopback. The time is the test's.
template <rpmsg::socket_config Config = rpmsg::socket_config{}, bool Acknowledged = true, std::uint32_t Buffers = 4,
          std::uint32_t Payload = 64, typename OnReadiness = rpmsg::ignore_readiness>
struct two_ends {
    using end = rpmsg::testing::loopback<Acknowledged, Buffers, Payload>;
    using sockets = rpmsg::sockets<Config, OnReadiness>;
    using table = rpmsg::endpoints<decltype(rpmsg::group_of(rpmsg::detail::lent<sockets&>()))>;

    sockets a{};
    sockets b{};
    rpmsg::testing::loopback_memory<Buffers, Payload> memory{};
    rpmsg::channel<end, table> at_a{end{memory, 0}, table{rpmsg::group_of(a)}};
    rpmsg::channel<end, table> at_b{end{memory, 1}, table{rpmsg::group_of(b)}};
    rpmsg::ticks now{};

    constexpr two_ends() {
        check(at_a.start().has_value() and at_b.start().has_value());
        turn(4);
    }
    constexpr auto turn(int times = 8) -> void {
        for (; times > 0; --times) {
            (void)at_a.poll(now);
            (void)at_b.poll(now);
        }
    }
    constexpr auto listen(std::string_view name, std::uint32_t backlog = 4) -> rpmsg::socket_handle {
        auto const made = a.bind(at_a, rpmsg::socket_kind::stream, name);
        check(made.has_value() and a.listen(at_a, *made, backlog).has_value());
        return *made;
    }
    constexpr auto connect(std::string_view name, rpmsg::socket_kind kind = rpmsg::socket_kind::stream)
        -> rpmsg::socket_handle {
        auto const made = b.connect(at_b, kind, name);
        check(made.has_value());
        turn();
        return *made;
    }
    constexpr auto accept(rpmsg::socket_handle server) -> rpmsg::socket_handle {
        auto const made = a.accept(at_a, server);
        check(made.has_value());
        turn(2);
        return *made;
    }
};

/// Two ends with one connection: `server` at a, `client` at b.
template <typename Ends = two_ends<>> struct connected : Ends {
    rpmsg::socket_handle listening{};
    rpmsg::socket_handle client{};
    rpmsg::socket_handle server{};

    constexpr connected() {
        listening = this->listen("server");
        client = this->connect("server");
        server = this->accept(listening);
    }
    /// Sends at b, all or nothing of it.
    constexpr auto send(rpmsg::const_bytes data) -> bool {
        auto const sent = this->b.send(this->at_b, client, data);
        this->turn();
        return sent.has_value() and *sent == data.size();
    }
    /// Whether exactly these bytes can be read at a.
    constexpr auto reads(rpmsg::const_bytes expected) -> bool {
        auto into = std::array<std::byte, 2048>{};
        auto const got = this->a.receive(this->at_a, server, into);
        this->turn();
        return got.has_value() and same(rpmsg::const_bytes{into}.first(*got), expected);
    }
    constexpr auto error_of_read() -> rpmsg::error {
        auto into = std::array<std::byte, 64>{};
        return this->a.receive(this->at_a, server, into).error();
    }
};

/// Two ends with one datagram socket each, `server` at a and `client` at b.
template <typename Ends = two_ends<>> struct paired : connected<Ends> {
    constexpr paired() {
        check(this->a.close(this->at_a, this->server).has_value() and this->b.close(this->at_b, this->client).has_value());
        auto const made = this->a.bind(this->at_a, rpmsg::socket_kind::datagram, "datagrams");
        check(made.has_value());
        this->server = *made;
        this->client = this->connect("datagrams", rpmsg::socket_kind::datagram);
    }
};
