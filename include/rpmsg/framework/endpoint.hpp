#pragma once

#include <rpmsg/core/fixed_name.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/loan.hpp>
#include <rpmsg/framework/message.hpp>

#include <concepts>
#include <string_view>
#include <utility>

namespace rpmsg {

namespace archetypes {
/// The functions of the link that a handler receives, valid until the handler returns. Handlers are checked against exactly
/// this type. No function blocks.
struct link {
    link(link const&) = delete;
    auto operator=(link const&) -> link& = delete;
    /// A transmit buffer, for `commit`.
    struct loan {
        loan(loan&&) = default;
        auto operator=(loan&&) -> loan& = default;
        auto payload() const -> bytes;
        auto refusal() const -> error;
        explicit operator bool() const;
    };
    auto reply(message const& to, const_bytes payload) -> bool; ///< to the sender; false, and counted, when refused
    [[nodiscard]] auto send(const_bytes payload) -> status;     ///< to the bound peer
    [[nodiscard]] auto send_to(address to, const_bytes payload) -> status;
    [[nodiscard]] auto reserve(std::size_t least = 0) -> loan; ///< for at least this many bytes
    [[nodiscard]] auto commit(loan&& room, std::size_t size) -> status;
    [[nodiscard]] auto commit_to(address to, loan&& room, std::size_t size) -> status;
    [[nodiscard]] auto hold(message const& current) -> held_message; ///< the message outlives the handler
    [[nodiscard]] auto self() const -> address;
    [[nodiscard]] auto peer() const -> address; ///< any_address while unbound
    [[nodiscard]] auto is_bound() const -> bool;
    [[nodiscard]] auto rebind(address peer) const -> status;       ///< binds to another endpoint of the peer
    [[nodiscard]] auto name() const -> std::string_view;           ///< the whole name of the endpoint
    [[nodiscard]] auto send_credit(const_bytes payload) -> status; ///< may take the last buffer, where `has_credits`
    auto wake() const -> void;                                     ///< ends the waits of other contexts on this link

    /// An argument of a wrong type gives one error for each type.
    auto reply(message const&, no_bytes auto&& other) {
        static_assert(detail::never<decltype(other)>, "bytes are sent: write std::as_bytes(std::span{text})");
        return false;
    }
    auto send(no_bytes auto&& other) {
        static_assert(detail::never<decltype(other)>, "bytes are sent: write std::as_bytes(std::span{text})");
        return status{};
    }
    auto send_to(address, no_bytes auto&& other) {
        static_assert(detail::never<decltype(other)>, "bytes are sent: write std::as_bytes(std::span{text})");
        return status{};
    }
    template <typename... Arguments> auto send_until(Arguments&&...) const {
        static_assert(detail::never<Arguments...>,
                      "a handler cannot wait: its channel is polled by the context that it runs in");
        return status{};
    }
};
} // namespace archetypes

/// Called once per message as f(link, message); `link.reply(message, bytes)` sends from the endpoint's own address.
template <typename F>
concept message_handler = requires(F& handle, archetypes::link& link, message const& m) {
    handle(link, m);
};

/// Called once per event as f(link, event).
template <typename F>
concept event_handler = requires(F& handle, archetypes::link& link, event const& e) {
    handle(link, e);
};

/// Addresses of an endpoint: fixed, or assigned by the table (local) and learned from the link (peer).
struct endpoint_addresses {
    address local = any_address; ///< any: the table assigns one, from 1024 on
    address peer = any_address;  ///< any: the first announcement of the name, or the first message, sets it
};

/// A service at one address. A user's own class may be one: see `ref`.
template <typename T>
concept endpoint_description = requires(T& it, archetypes::link& link, message const& m, event const& e) {
    { T::name() } -> std::same_as<std::string_view>;
    { T::addresses() } -> std::same_as<endpoint_addresses>;
    { it.on_message(link, m) } -> std::same_as<void>;
    { it.on_event(link, e) } -> std::same_as<void>;
};

/// Event handler of endpoints that handle no events.
struct ignore_events {
    constexpr auto operator()(auto&, event const&) const -> void {}
};

namespace detail {
template <auto Name, endpoint_addresses Addresses, typename OnMessage, typename OnEvent> struct described_endpoint {
    [[no_unique_address]] OnMessage handle_message;
    [[no_unique_address]] OnEvent handle_event;

    static constexpr auto name() -> std::string_view { return Name.view(); }
    static constexpr auto addresses() -> endpoint_addresses { return Addresses; }
    static constexpr bool handles_events = not std::same_as<OnEvent, ignore_events>;
    constexpr auto on_message(auto& link, message const& m) -> void { handle_message(link, m); }
    constexpr auto on_event(auto& link, event const& e) -> void { handle_event(link, e); }
};

struct no_name {
    static constexpr auto view() -> std::string_view { return {}; }
};

struct ignore_messages {
    constexpr auto operator()(auto&, message const&) const -> void {}
};
} // namespace detail

/// A service with a name: `endpoint<"rpmsg-echo">(handler)`. It is announced when the link comes up, and bound by the peer's
/// announcement of the same name or by the peer's first message. A handler without captures takes no memory.
template <fixed_name Name, endpoint_addresses Addresses = endpoint_addresses{}, typename OnMessage,
          typename OnEvent = ignore_events>
[[nodiscard]] constexpr auto endpoint(OnMessage on_message, OnEvent on_event = {}) -> endpoint_description auto{
    constexpr bool hears_messages = requires(archetypes::link & link, message const& m) { on_message(link, m); };
    constexpr bool handles_events = requires(archetypes::link & link, event const& e) { on_event(link, e); };
    static_assert(hears_messages,
                  "a handler is called with its link and a message: [](auto& link, rpmsg::message const& m) { ... }");
    static_assert(handles_events,
                  "an event handler is called with its link and an event: [](auto& link, rpmsg::event const& e) { ... }");
    if constexpr (hears_messages and handles_events) {
        return detail::described_endpoint<Name, Addresses, OnMessage, OnEvent>{std::move(on_message), std::move(on_event)};
    } else { // so that no other error follows
        return detail::described_endpoint<Name, Addresses, detail::ignore_messages, ignore_events>{};
    }
}

/// A service with an address, without name service: `endpoint<0x100, 0x200>(handler)`. With a peer address it is bound while
/// the link is up, and messages from other addresses are dropped; without one, the first message binds it.
template <std::uint32_t Local, std::uint32_t Peer = 0xffff'ffff, typename OnMessage, typename OnEvent = ignore_events>
[[nodiscard]] constexpr auto endpoint(OnMessage on_message, OnEvent on_event = {}) -> endpoint_description auto{
    static_assert(address{Local} != any_address and address{Local} != name_service_address,
                  "the local address of an endpoint is fixed and not 53, which belongs to the name service");
    constexpr auto addresses = endpoint_addresses{address{Local}, address{Peer}};
    constexpr bool hears_messages = requires(archetypes::link & link, message const& m) { on_message(link, m); };
    constexpr bool handles_events = requires(archetypes::link & link, event const& e) { on_event(link, e); };
    static_assert(hears_messages,
                  "a handler is called with its link and a message: [](auto& link, rpmsg::message const& m) { ... }");
    static_assert(handles_events,
                  "an event handler is called with its link and an event: [](auto& link, rpmsg::event const& e) { ... }");
    if constexpr (hears_messages and handles_events) {
        return detail::described_endpoint<detail::no_name{}, addresses, OnMessage, OnEvent>{std::move(on_message),
                                                                                            std::move(on_event)};
    } else { // so that no other error follows
        return detail::described_endpoint<detail::no_name{}, addresses, detail::ignore_messages, ignore_events>{};
    }
}

namespace detail {
/// Whether a service, or a table that has one, sends what the peer waits for: see `endpoint_link::send_credit`.
template <typename T> constexpr auto uses_credits() -> bool {
    if constexpr (requires { T::has_credits; }) {
        return T::has_credits;
    } else {
        return false;
    }
}
} // namespace detail

/// A reference to an object of the user's that is a service: a class with `static name()` and `on_message(link, m)`, and
/// optionally `addresses()`, `on_event(link, e)` and the functions of framework/service_hook.hpp. The object must outlive the
/// channel.
template <typename Service> class ref {
    static constexpr bool has_name = requires {
        { Service::name() } -> std::convertible_to<std::string_view>;
    };
    static constexpr bool has_handler = requires(Service & it, archetypes::link& link, message const& m) {
        it.on_message(link, m);
    };
    static_assert(has_name and has_handler, "a service has static name() and on_message(link, message)");

    Service* service_;

  public:
    static constexpr bool has_credits = detail::uses_credits<Service>();

    constexpr explicit ref(Service& service) : service_{&service} {}

    static constexpr auto name() -> std::string_view {
        if constexpr (has_name) {
            return Service::name();
        } else {
            return {};
        }
    }
    static constexpr auto addresses() -> endpoint_addresses {
        if constexpr (requires { Service::addresses(); }) {
            return Service::addresses();
        } else {
            return {};
        }
    }
    constexpr auto on_message(auto& link, message const& m) -> void {
        if constexpr (has_handler) {
            service_->on_message(link, m);
        }
    }
    constexpr auto on_event(auto& link, event const& e) -> void {
        if constexpr (requires { service_->on_event(link, e); }) {
            service_->on_event(link, e);
        }
    }
    constexpr auto on_poll(auto& link, ticks now) -> void requires requires(Service& it) { it.on_poll(link, now); }
    { service_->on_poll(link, now); }
    constexpr auto next_deadline(ticks now) -> poll_deadline requires requires(Service& it) { it.next_deadline(now); }
    { return service_->next_deadline(now); }
    constexpr auto is_pending() -> bool requires requires(Service& it) { it.is_pending(); }
    { return service_->is_pending(); }
};

} // namespace rpmsg
