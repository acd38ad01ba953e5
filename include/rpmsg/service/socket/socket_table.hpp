#pragma once

#include <rpmsg/platform/clock.hpp>
#include <rpmsg/service/socket/socket_config.hpp>
#include <rpmsg/service/socket/socket_flow.hpp>
#include <rpmsg/wire/service/socket.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace rpmsg::detail {

/// How far a connection has come.
enum class socket_phase : std::uint8_t {
    free,
    wishes, ///< the next poll opens its endpoint
    opened, ///< it waits for the endpoint of the peer
    bound,
    ended,
    leaves, ///< it was closed: the next poll closes its endpoint
};

/// A connected socket or one on its way there, with all its memory.
template <std::uint32_t Window> struct socket_connection {
    socket_flow<Window> flow{};
    wire::padded_name name{};
    std::uint32_t use{};            ///< number of sockets that had this place
    std::uint32_t endpoint{};       ///< its id in the link
    std::uint32_t session{};        ///< its number in the group plus one, or 0
    std::uint32_t server{};         ///< the number plus one of the server that has not accepted it yet, or 0
    std::uint32_t order{};          ///< of those that are not accepted yet
    std::uint32_t must_shut_down{}; ///< directions of which the peer was not told
    ticks asked_at{};               ///< the time of the first poll after the shutdown
    socket_phase state{};
    bool is_own{};          ///< this side named the endpoint
    bool is_new_shutdown{}; ///< `asked_at` is not known yet
    bool must_sync{};
    bool must_acknowledge{};
    socket_readiness told{}; ///< what the user knows

    /// A new socket in the same place.
    constexpr auto restart(socket_phase to) -> void {
        name = {};
        endpoint = session = server = order = must_shut_down = asked_at = 0;
        is_own = is_new_shutdown = must_sync = must_acknowledge = false;
        told = {};
        ++use;
        state = to;
    }
    [[nodiscard]] constexpr auto is_connected() const -> bool {
        return state == socket_phase::bound and flow.is_synchronized() and not must_sync;
    }
};

/// A socket that listens, or can.
struct socket_server {
    wire::padded_name name{};
    std::uint32_t use{};
    std::uint32_t backlog{}; ///< 0 until it listens
    bool is_used{};
    bool is_told{};
};

/// The places of all sockets, and who has them. It knows no link. For one context at a time.
template <socket_config Config> class socket_table {
    static_assert(Config.connections > 0 and Config.connections + Config.servers < 0xffff, "sockets have 16-bit numbers");

  protected:
    using phase = socket_phase;
    using connection = socket_connection<Config.window>;
    using server = socket_server;

    std::array<connection, Config.connections> connections_{};
    std::array<server, Config.servers> servers_{};
    std::array<std::uint16_t, Config.connections> places_{}; ///< the connection of each session, plus one

    [[nodiscard]] constexpr auto handle_of(connection const& it) const -> socket_handle {
        return {static_cast<std::uint32_t>(&it - connections_.data()), it.use};
    }
    [[nodiscard]] constexpr auto handle_of(server const& it) const -> socket_handle {
        return {Config.connections + static_cast<std::uint32_t>(&it - servers_.data()), it.use};
    }
    /// A connection that its user has not closed, or null.
    [[nodiscard]] constexpr auto find(socket_handle which) -> connection* {
        if (which.place >= Config.connections) {
            return nullptr;
        }
        auto& it = connections_[which.place];
        auto const is_live = it.use == which.use and it.state != phase::free and it.state != phase::leaves;
        return is_live and it.server == 0 ? &it : nullptr;
    }
    [[nodiscard]] constexpr auto find_server(socket_handle which) -> server* {
        auto const i = which.place - Config.connections;
        if (which.place < Config.connections or i >= Config.servers) {
            return nullptr;
        }
        return servers_[i].is_used and servers_[i].use == which.use ? &servers_[i] : nullptr;
    }
    [[nodiscard]] constexpr auto of_session(std::uint32_t session) -> connection* {
        auto const place = places_[session];
        return place != 0 ? &connections_[place - 1u] : nullptr;
    }

    [[nodiscard]] constexpr auto free_connection() -> connection* {
        for (auto& each : connections_) {
            if (each.state == phase::free) {
                return &each;
            }
        }
        return nullptr;
    }
    static constexpr auto begin(connection& it, socket_kind kind, phase state) -> void {
        it.flow.begin(kind);
        it.restart(state);
    }
    /// The server that takes a name of the peer, or null.
    [[nodiscard]] constexpr auto server_for(std::string_view name) -> server* {
        for (auto& each : servers_) {
            if (each.backlog != 0 and wire::is_connection_to(name, wire::view_of(each.name)) and
                waiting_at(each) < each.backlog) {
                return &each;
            }
        }
        return nullptr;
    }
    [[nodiscard]] constexpr auto number_of(server const& it) const -> std::uint32_t {
        return static_cast<std::uint32_t>(&it - servers_.data()) + 1;
    }
    [[nodiscard]] constexpr auto waiting_at(server const& at) const -> std::uint32_t {
        auto const number = number_of(at);
        return static_cast<std::uint32_t>(std::count_if(connections_.begin(), connections_.end(), [&](auto const& each) {
            return each.state != phase::free and each.state != phase::leaves and each.server == number;
        }));
    }
    /// The oldest connection that a server can accept, or null.
    [[nodiscard]] constexpr auto first_at(server const& at) -> connection* {
        auto const number = number_of(at);
        connection* first = nullptr;
        for (auto& each : connections_) {
            auto const is_ready = each.server == number and (each.is_connected() or each.state == phase::ended);
            if (is_ready and (first == nullptr or each.order - first->order > 0x7fff'ffff)) {
                first = &each;
            }
        }
        return first;
    }

    [[nodiscard]] static constexpr auto readiness_of(connection const& it) -> socket_readiness {
        auto const has_ended = it.state == phase::ended;
        auto const& flow = it.flow;
        return {.readable = flow.is_readable() or has_ended or (it.is_connected() and not flow.may_receive()),
                .writable = it.is_connected() and flow.may_send() and flow.credit() != 0,
                .hung_up = has_ended or (it.is_connected() and not flow.may_receive() and not flow.may_send())};
    }
};

} // namespace rpmsg::detail
