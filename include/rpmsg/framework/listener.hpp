#pragma once

#include <rpmsg/core/fixed_name.hpp>
#include <rpmsg/framework/endpoint_group.hpp>
#include <rpmsg/framework/grouped_endpoints.hpp>
#include <rpmsg/framework/service_hook.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace rpmsg {

namespace detail {
template <typename Service>
concept takes_session_messages = requires(Service& service, archetypes::group_link& link, std::uint32_t session,
                                          message const& m) {
    service.on_message(link, session, m);
};
template <typename Service>
concept handles_session_messages = requires(Service& service, archetypes::group_link& link, std::uint32_t session,
                                            message const& m) {
    service(link, session, m);
};
template <typename Service>
concept accepts_names = requires(Service& service, std::string_view name) {
    { service.accepts(name) } -> std::same_as<std::uint32_t>;
};

template <typename Service>
concept takes_session_events = requires(Service& service, archetypes::group_link& link, std::uint32_t session) {
    service.on_open(link, session);
}
or requires(Service& service, archetypes::group_link& link, std::uint32_t session) { service.on_close(link, session); }
or requires(Service& service, archetypes::group_link& link, std::uint32_t session, event const& e) {
    service.on_event(link, session, e);
};

/// The prefix of a listener whose service decides.
struct asks_service {};

/// What a listener keeps of a service: nothing of one without state, so that a link in static memory needs no initial value.
template <typename Service>
using kept_service = std::conditional_t<std::is_empty_v<std::remove_cvref_t<Service>> and
                                            std::is_trivially_copyable_v<std::remove_cvref_t<Service>>,
                                        std::remove_cvref_t<Service>, Service>;

/// `Service` is a reference when the service belongs to the user.
template <auto Prefix, std::uint32_t Sessions, typename Service> class listener_group {
    [[no_unique_address]] Service service_;

  public:
    static constexpr std::uint32_t capacity = Sessions;
    static constexpr bool has_credits = uses_credits<std::remove_reference_t<Service>>();
    static constexpr bool handles_events = takes_session_events<std::remove_reference_t<Service>>;

    constexpr explicit listener_group(Service service) : service_{std::forward<Service>(service)} {}

    [[nodiscard]] constexpr auto accepts(std::string_view name) -> std::uint32_t {
        if constexpr (std::same_as<std::remove_const_t<decltype(Prefix)>, asks_service>) {
            return service_.accepts(name);
        } else {
            return match_prefix(name, Prefix.view());
        }
    }
    constexpr auto on_message(auto& link, std::uint32_t session, message const& m) -> void {
        if constexpr (takes_session_messages<std::remove_reference_t<Service>>) {
            service_.on_message(link, session, m);
        } else {
            service_(link, session, m);
        }
    }
    constexpr auto on_event(auto& link, std::uint32_t session, event const& e) -> void {
        if (e.kind == event_kind::bound) {
            if constexpr (requires { service_.on_open(link, session); }) {
                service_.on_open(link, session);
            }
        } else if (e.kind == event_kind::unbound) {
            if constexpr (requires { service_.on_close(link, session); }) {
                service_.on_close(link, session);
            }
        } else if constexpr (requires { service_.on_event(link, session, e); }) {
            service_.on_event(link, session, e);
        }
    }
    constexpr auto on_poll(auto& link, ticks now) -> void requires requires(std::remove_reference_t<Service>& it) {
        it.on_poll(link, now);
    }
    { service_.on_poll(link, now); }
    constexpr auto next_deadline(ticks now) -> poll_deadline requires requires(std::remove_reference_t<Service>& it) {
        it.next_deadline(now);
    }
    { return service_.next_deadline(now); }
    constexpr auto is_pending() -> bool requires requires(std::remove_reference_t<Service>& it) { it.is_pending(); }
    { return service_.is_pending(); }
};
} // namespace detail

/// A service for names of the peer that begin with a prefix: `listener<"rpmsgfs-", 4>(server)` serves up to 4 of them at a
/// time. `server` is a handler, called as handler(link, session, message), or an object with `on_message(link, session, m)`
/// and, if it needs them, `on_open(link, session)`, `on_close(link, session)`, `on_event(link, session, e)` and the functions
/// of a service hook. A session is a number below 4; `link.name()` is the whole name. An object of the user's is referred to,
/// and has to outlive the channel; a temporary is moved in. A name that comes while all sessions are taken waits for the next
/// session that ends.
template <fixed_name Prefix, std::uint32_t Sessions, typename Service>
[[nodiscard]] constexpr auto listener(Service&& service) -> endpoint_group auto{
    static_assert(Sessions > 0, "a listener has at least one session");
    static_assert(detail::takes_session_messages<std::remove_reference_t<Service>> or
                      detail::handles_session_messages<std::remove_reference_t<Service>>,
                  "a listener is called with its link, the number of the session and a message: "
                  "[](auto& link, std::uint32_t session, rpmsg::message const& m) { ... }");
    return detail::listener_group<Prefix, Sessions, detail::kept_service<Service>>{std::forward<Service>(service)};
}

/// A service that decides at run time which names it takes: `service.accepts(name)` is that of an `endpoint_group`. It calls
/// `link.rescan()` when it takes more names than before.
template <std::uint32_t Sessions, typename Service>
[[nodiscard]] constexpr auto listener(Service&& service) -> endpoint_group auto{
    static_assert(Sessions > 0, "a listener has at least one session");
    static_assert(detail::accepts_names<std::remove_reference_t<Service>>,
                  "a listener without a prefix asks its service: accepts(std::string_view) returns a std::uint32_t");
    return detail::listener_group<detail::asks_service{}, Sessions, detail::kept_service<Service>>{
        std::forward<Service>(service)};
}

} // namespace rpmsg
