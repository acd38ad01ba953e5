#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/service/qrtr/qrtr_flows.hpp>
#include <rpmsg/service/qrtr/qrtr_port.hpp>
#include <rpmsg/wire/service/qrtr.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

namespace rpmsg {

struct qrtr_config {
    std::uint32_t node = 2;    ///< the number of the node in its network, neither 0 nor that of another one; Linux is 1
    std::uint32_t servers = 8; ///< of other nodes that are known
    std::uint32_t flows = 8;   ///< ports of other nodes whose packets are counted at a time
    std::uint32_t resumes = 8; ///< that wait for a buffer
};

/// What a `qrtr_node` counted. Each number stops at its largest value.
struct qrtr_counts {
    std::uint32_t received{};  ///< packets for a port
    std::uint32_t malformed{}; ///< a packet that Linux would drop, too
    std::uint32_t foreign{};   ///< for another node, or for a port that nobody has
    std::uint32_t full{};      ///< a server that found no room, or a `resume` that could not wait

    auto operator==(qrtr_counts const&) const -> bool = default;
};

/// A node of a qrtr network with one neighbour, which may be mainline Linux with its modules qrtr and qrtr-smd: programs there
/// reach the services by AF_QIPCRTR sockets. `auto node = make_qrtr_node<qrtr_config{.node = 2}>(qrtr_service<15>(handler));` in
/// `endpoints{ref{node}}`. Linux's side of the endpoint is known with its first packet, which comes when a program there binds a
/// server or closes a socket: then HELLO is said and the services are announced. Call its functions from the polling context.
template <qrtr_config Config, typename... Ports> class qrtr_node {
    static_assert(Config.servers >= 1 and Config.flows >= 1 and Config.resumes >= 1, "a qrtr node has room for one of each");
    static constexpr std::uint32_t port_count = sizeof...(Ports);
    using kind = wire::qrtr_kind;

    template <typename Link> class port_link {
        qrtr_node* node_;
        Link* link_;
        std::uint32_t port_;

      public:
        constexpr port_link(qrtr_node& node, Link& link, std::uint32_t port) : node_{&node}, link_{&link}, port_{port} {}
        port_link(port_link const&) = delete;
        auto operator=(port_link const&) -> port_link& = delete;
        [[nodiscard]] constexpr auto self() const -> qrtr_address { return node_->address_of(port_); }
        [[nodiscard]] constexpr auto send(qrtr_address to, const_bytes data) const -> status {
            return node_->send(*link_, port_, to, data);
        }
    };
    struct resume_owed {
        qrtr_address from{};
        qrtr_address to{};
    };

    static constexpr std::uint32_t number = Config.node;
    static_assert(number != 0 and number != wire::qrtr_every_node, "a qrtr node has a number");

    std::tuple<Ports...> ports_;
    bool must_greet_{};
    std::uint32_t to_announce_{}; ///< ports whose server the neighbour is to be told of, the last ones
    std::array<resume_owed, Config.resumes> resumes_{};
    std::uint32_t resume_count_{};
    std::array<qrtr_server, Config.servers> servers_{};
    std::uint32_t server_count_{};
    detail::qrtr_flows<Config.flows> flows_{};
    qrtr_counts counts_{};

    template <typename Link> constexpr auto with(Link& link, std::uint32_t port) -> port_link<Link> {
        return port_link<Link>{*this, link, port};
    }
    constexpr auto with_port(std::uint32_t index, auto&& f) -> void {
        [&]<std::size_t... I>(std::index_sequence<I...>) { ((index == I ? f(std::get<I>(ports_)) : void()), ...); }
        (std::index_sequence_for<Ports...>{});
    }
    constexpr auto tell_all(auto& link, qrtr_event const& e) -> void {
        for (std::uint32_t i = 0; i < port_count; ++i) {
            auto it = with(link, i);
            with_port(i, [&](auto& port) { port.on_event(it, e); });
        }
    }
    [[nodiscard]] constexpr auto control() const -> qrtr_address { return {number, wire::qrtr_control_port}; }
    constexpr auto tell_neighbour(auto& link, wire::qrtr_control const& content) -> bool {
        auto const to = qrtr_address{wire::qrtr_every_node, wire::qrtr_control_port};
        return link.send_credit(wire::make_qrtr_control(control(), to, content)).has_value();
    }

    /// Sends what is owed, as far as there are buffers.
    constexpr auto work(auto& link) -> void {
        if (must_greet_ and tell_neighbour(link, {.kind = kind::hello})) {
            must_greet_ = false;
        }
        while (not must_greet_ and to_announce_ != 0) {
            auto const next = port_count - to_announce_;
            auto is_told = true;
            with_port(next, [&]<typename Port>(Port&) {
                if constexpr (Port::service != 0) {
                    auto const server = qrtr_server{Port::service, Port::instance, this->address_of(next)};
                    is_told = this->tell_neighbour(link, {kind::new_server, server});
                }
            });
            if (not is_told) {
                break;
            }
            --to_announce_;
        }
        while (resume_count_ != 0) {
            auto const& it = resumes_[resume_count_ - 1];
            auto const content = wire::qrtr_control{kind::resume, {it.from.node, it.from.port, {}}};
            if (not link.send_credit(wire::make_qrtr_control(it.from, it.to, content))) {
                break;
            }
            --resume_count_;
        }
    }

    constexpr auto add_server(auto& link, qrtr_server const& it) -> void {
        remove_servers(link, [&](qrtr_server const& each) { return each.at == it.at; });
        if (server_count_ == Config.servers) {
            detail::count_up(counts_.full);
            return;
        }
        servers_[server_count_++] = it;
        tell_all(link, {qrtr_event_kind::server_found, it});
    }
    constexpr auto remove_servers(auto& link, auto&& is_gone) -> void {
        for (std::uint32_t i = server_count_; i-- > 0;) {
            if (is_gone(servers_[i])) {
                auto const gone = servers_[i];
                servers_[i] = servers_[--server_count_];
                tell_all(link, {qrtr_event_kind::server_gone, gone});
            }
        }
    }
    constexpr auto forget_node(auto& link, std::uint32_t node) -> void {
        auto const is_of_it = [&](qrtr_address at) { return node == 0 or at.node == node; };
        flows_.forget(is_of_it);
        remove_servers(link, [&](qrtr_server const& each) { return is_of_it(each.at); });
        tell_all(link, {qrtr_event_kind::node_gone, {.at = {node, 0}}});
    }
    constexpr auto forget_client(auto& link, qrtr_address at) -> void {
        auto const is_it = [&](qrtr_address each) { return each == at; };
        flows_.forget(is_it);
        remove_servers(link, [&](qrtr_server const& each) { return is_it(each.at); });
        tell_all(link, {qrtr_event_kind::client_gone, {.at = at}});
    }

    constexpr auto obey(auto& link, wire::qrtr_packet const& it) -> void {
        auto told = wire::qrtr_control{};
        (void)wire::read_header(it.data, 0, told); // its length was checked
        switch (it.kind) {
        case kind::hello: to_announce_ = port_count; break;
        case kind::bye: forget_node(link, it.source.node); break;
        case kind::new_server:
            if (told.server.service != 0 and told.server.at.node != number) {
                add_server(link, told.server);
            }
            break;
        case kind::delete_server:
            remove_servers(link, [&](qrtr_server const& each) { return each.at == told.server.at; });
            break;
        case kind::delete_client:
            if (told.client().node == it.source.node) { // nobody speaks for others
                forget_client(link, told.client());
            }
            break;
        case kind::resume:
            if (flows_.resume(told.client())) {
                tell_all(link, {qrtr_event_kind::resumed, {.at = told.client()}});
            }
            break;
        default: detail::count_up(counts_.malformed); break;
        }
    }
    constexpr auto deliver(auto& link, wire::qrtr_packet const& it) -> void {
        auto const port = it.destination.port - wire::qrtr_first_port;
        if (it.destination.node != number or port >= port_count) {
            detail::count_up(counts_.foreign);
            return;
        }
        detail::count_up(counts_.received);
        auto at = with(link, port);
        with_port(port, [&](auto& each) { each.on_message(at, qrtr_message{it.source, it.data}); });
        if (it.confirms) {
            if (resume_count_ == Config.resumes) {
                detail::count_up(counts_.full);
            } else {
                resumes_[resume_count_++] = {it.destination, it.source};
            }
        }
    }

  public:
    static constexpr bool has_credits = true;

    /// Use `make_qrtr_node`.
    constexpr explicit qrtr_node(Ports... ports) : ports_{std::move(ports)...} {}

    static constexpr auto name() -> std::string_view { return wire::qrtr_name; }
    static constexpr auto addresses() -> endpoint_addresses { return {}; }

    [[nodiscard]] constexpr auto counts() const -> qrtr_counts const& { return counts_; }
    /// The address of the port with this index among the ports of the node.
    [[nodiscard]] constexpr auto address_of(std::uint32_t port) const -> qrtr_address {
        return {number, wire::qrtr_first_port + port};
    }
    /// A server of another node; `instance` 0 takes any.
    [[nodiscard]] constexpr auto find(std::uint32_t service, std::uint32_t instance = 0) const -> std::optional<qrtr_address> {
        for (std::uint32_t i = 0; i < server_count_; ++i) {
            if (servers_[i].service == service and (instance == 0 or servers_[i].instance == instance)) {
                return servers_[i].at;
            }
        }
        return {};
    }

    /// Sends 1 or more bytes from a port to a port of another node; `link` is the endpoint of the channel, or that of a handler.
    /// Errors: `would_block` when 10 packets are not confirmed, until the event `resumed`; `malformed` without data,
    /// `no_endpoint` for a port that the node has not, and those of a send on the endpoint.
    [[nodiscard]] constexpr auto send(auto&& link, std::uint32_t port, qrtr_address to, const_bytes data) -> status {
        if (port >= port_count or data.empty()) {
            return data.empty() ? error::malformed : error::no_endpoint;
        }
        if (data.size() > 0xffff) {
            return error::too_large;
        }
        if (not flows_.may_send(to)) {
            return error::would_block;
        }
        auto const size = static_cast<std::uint32_t>(data.size());
        auto room = link.reserve(sizeof(wire::qrtr_header) + wire::padded_size(size));
        if (not room) {
            return room.refusal();
        }
        auto const head = wire::qrtr_header{
            .source = address_of(port), .confirms = flows_.asks(to) ? 1u : 0u, .size = size, .destination = to};
        auto const whole = wire::write_qrtr_header(room.payload(), head);
        copy(data, room.payload().subspan(sizeof head));
        auto const sent = link.commit(std::move(room), whole);
        if (sent) {
            flows_.note_sent(to);
        }
        return sent;
    }

    /// Called by the channel.
    constexpr auto on_message(auto& link, message const& m) -> void {
        auto packet = wire::qrtr_packet{};
        if (not wire::read_qrtr(m.payload, packet)) {
            detail::count_up(counts_.malformed);
        } else if (packet.kind == kind::data) {
            deliver(link, packet);
        } else {
            obey(link, packet);
        }
        work(link);
    }
    constexpr auto on_event(auto& link, event const& e) -> void {
        if (e.kind == event_kind::bound) {
            must_greet_ = true;
            to_announce_ = 0; // until the neighbour has said HELLO
            work(link);
        } else if (e.kind == event_kind::unbound) {
            must_greet_ = false;
            to_announce_ = 0;
            resume_count_ = 0;
            forget_node(link, 0);
        }
    }
    constexpr auto on_poll(auto& link, ticks) -> void { work(link); }
};

/// Makes a node with its ports, which are `qrtr_service` and `qrtr_client`.
template <qrtr_config Config = qrtr_config{}, typename... Ports> [[nodiscard]] constexpr auto make_qrtr_node(Ports... ports) {
    return qrtr_node<Config, Ports...>{std::move(ports)...};
}

} // namespace rpmsg
