#pragma once

#include <rpmsg/core/expects.hpp>
#include <rpmsg/framework/endpoint_link.hpp>
#include <rpmsg/framework/loan.hpp>
#include <rpmsg/framework/message.hpp>

#include <cstdint>
#include <utility>

namespace rpmsg {

namespace detail {
/// Takes a message that a handler keeps longer; empty for any other message, or a second time.
constexpr auto keep(held_message& held, message const& current) -> held_message {
    if (not held or current.payload.data() != held.payload().data()) {
        return {};
    }
    return std::move(held);
}
} // namespace detail

/// The endpoint that a handler of a `dispatched` table receives when the poller calls it.
template <typename Channel> class queued_link : public handler_link<Channel> {
    held_message* held_;

  public:
    constexpr queued_link(Channel& channel, std::uint32_t id, held_message& held)
        : handler_link<Channel>{channel, id}, held_{&held} {}
    [[nodiscard]] constexpr auto hold(message const& current) -> held_message { return detail::keep(*held_, current); }
};

/// The endpoint that a handler of a `dispatched` table receives when a worker calls it, valid until the handler returns. It may
/// wait: `send_until` and `reserve_until` block only this worker. A handler that waits names its result, so that it is compiled
/// for workers alone: `[](auto& link, message const& m) -> void`. The table is changed by the polling context alone.
template <typename Channel> class worker_link : public endpoint_handle<Channel> {
    held_message* held_;

  public:
    constexpr worker_link(Channel& channel, std::uint32_t id, held_message& held)
        : endpoint_handle<Channel>{channel, id}, held_{&held} {}
    worker_link(worker_link const&) = delete;
    auto operator=(worker_link const&) -> worker_link& = delete;

    /// Keeps the message that is being delivered after its handler returns; empty for any other message, or a second time.
    [[nodiscard]] constexpr auto hold(message const& current) -> held_message { return detail::keep(*held_, current); }
    /// Whether the endpoint was not destroyed since.
    [[nodiscard]] constexpr auto is_live() const -> bool {
        auto const guard = this->owner().locked();
        return this->owner().find(this->id()) != no_index;
    }
    /// Ends the waits of other contexts on this link.
    constexpr auto wake() const -> void { this->owner().waiting().wake(); }

    template <typename... Arguments> auto close(Arguments&&...) const -> void {
        static_assert(detail::never<Arguments...>, "a worker opens and closes no session: the polling context does");
    }
    template <typename... Arguments> auto open(Arguments&&...) const -> result<std::uint32_t> {
        static_assert(detail::never<Arguments...>, "a worker opens and closes no session: the polling context does");
        return error::no_endpoint;
    }
};

} // namespace rpmsg
