#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/wire/service/qrtr.hpp>

#include <concepts>
#include <cstdint>
#include <utility>

namespace rpmsg {

using qrtr_address = wire::qrtr_address;
using qrtr_server = wire::qrtr_server;

/// A packet for a port. Its data is valid until the handler returns.
struct qrtr_message {
    qrtr_address source{};
    const_bytes data{};
};

enum class qrtr_event_kind : std::uint8_t {
    server_found, ///< a server of another node is there
    server_gone,
    client_gone, ///< a port of another node was closed: `about.at`
    node_gone,   ///< the link to the other nodes is down, or a node has said so: `about.at.node`, or 0 for all
    resumed,     ///< a send to `about.at` that found too many packets not confirmed may succeed now
};

/// What a port is told of other nodes.
struct qrtr_event {
    qrtr_event_kind kind{};
    qrtr_server about{};
};

namespace archetypes {
/// The functions of the link that the handlers of a qrtr port receive, valid until the handler returns. No function blocks.
struct qrtr_link {
    qrtr_link(qrtr_link const&) = delete;
    auto operator=(qrtr_link const&) -> qrtr_link& = delete;
    [[nodiscard]] auto self() const -> qrtr_address;
    [[nodiscard]] auto send(qrtr_address to, const_bytes data) -> status; ///< errors as of `qrtr_node::send`
};
} // namespace archetypes

/// Event handler of ports that handle no events.
struct ignore_qrtr_events {
    constexpr auto operator()(auto&, qrtr_event const&) const -> void {}
};

/// A port of a `qrtr_node`. `service` 0 has no server: it is the port of a client.
template <std::uint32_t Service, std::uint32_t Instance, typename OnMessage, typename OnEvent> struct qrtr_port {
    static constexpr std::uint32_t service = Service;
    static constexpr std::uint32_t instance = Instance;

    [[no_unique_address]] OnMessage on_message;
    [[no_unique_address]] OnEvent on_event;
};

namespace detail {
template <typename OnMessage, typename OnEvent> constexpr auto are_qrtr_handlers() -> bool {
    constexpr bool hears = requires(OnMessage & on_message, archetypes::qrtr_link & link, qrtr_message const& m) {
        on_message(link, m);
    };
    constexpr bool is_told = requires(OnEvent & on_event, archetypes::qrtr_link & link, qrtr_event const& e) {
        on_event(link, e);
    };
    static_assert(hears, "the handler of a qrtr port is called with its link and a message: [](auto& link, "
                         "rpmsg::qrtr_message const& m) { ... }");
    static_assert(is_told, "the event handler of a qrtr port is called as [](auto& link, rpmsg::qrtr_event const& e) { ... }");
    return hears and is_told;
}
} // namespace detail

/// A server: clients of other nodes find it by service and instance, and send to its port.
template <std::uint32_t Service, std::uint32_t Instance = 1, typename OnMessage, typename OnEvent = ignore_qrtr_events>
[[nodiscard]] constexpr auto qrtr_service(OnMessage on_message, OnEvent on_event = {}) {
    static_assert(Service != 0, "service 0 of qrtr is nobody's: a client is a qrtr_client");
    static_assert(detail::are_qrtr_handlers<OnMessage, OnEvent>());
    return qrtr_port<Service, Instance, OnMessage, OnEvent>{std::move(on_message), std::move(on_event)};
}

/// A port without a server, for answers.
template <typename OnMessage, typename OnEvent = ignore_qrtr_events>
[[nodiscard]] constexpr auto qrtr_client(OnMessage on_message, OnEvent on_event = {}) {
    static_assert(detail::are_qrtr_handlers<OnMessage, OnEvent>());
    return qrtr_port<0, 0, OnMessage, OnEvent>{std::move(on_message), std::move(on_event)};
}

} // namespace rpmsg
