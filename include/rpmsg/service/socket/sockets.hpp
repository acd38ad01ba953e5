#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/listener.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/service/socket/socket_transfers.hpp>
#include <rpmsg/wire/service/socket.hpp>

#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg {

/// Sockets between the two sides of a link, byte for byte those of NuttX (net/rpmsg/rpmsg_sockif.c): `sockets<{.window =
/// 8192}> net;` in `endpoints{group_of(net)}`. All storage is in the object. The first argument of the calls is the channel,
/// or the link of any handler of it.
///
/// No call but those named `_until` blocks. Work that only the poller may do, as to open a connection, is done by the next
/// poll, and `is_pending` tells so. `OnReadiness` is called as handler(link, sockets, handle, readiness) by the poll after a
/// socket became readable or writable or has hung up. `Lock` excludes other contexts that use the sockets from the poller. It
/// is held for one message; the lock of the link is taken inside.
///
/// A message that no correct peer sends ends its connection with a reason; the others go on. A peer cannot take more memory
/// than the window of its connection.
template <socket_config Config = socket_config{}, typename OnReadiness = ignore_readiness, lock_policy Lock = no_lock>
class sockets : public detail::socket_transfers<sockets<Config, OnReadiness, Lock>, Config, OnReadiness, Lock> {
    using transfers = detail::socket_transfers<sockets, Config, OnReadiness, Lock>;
    using transfers::connections_;
    using transfers::lock_;
    using transfers::must_rescan_;
    using transfers::own_;
    using transfers::servers_;
    using typename transfers::connection;
    using typename transfers::phase;
    using typename transfers::server;

    static auto wait_for(auto& link, ticks deadline, auto attempt) -> decltype(attempt()) {
        auto outcome = attempt();
        auto const is_done = [&] {
            outcome = attempt();
            return outcome or outcome.error() != error::would_block;
        };
        if (outcome or outcome.error() != error::would_block) {
            return outcome;
        }
        auto const waited = link.wait_until(deadline, is_done);
        return waited ? outcome : waited.error();
    }
    constexpr auto bind_server(std::string_view name) -> result<socket_handle> {
        auto const guard = lock_guard{lock_};
        if (not wire::is_socket_name(name)) {
            return error::malformed;
        }
        auto const endpoint = wire::socket_endpoint(name);
        server* free = nullptr;
        for (auto& each : servers_) {
            if (each.is_used and each.name == endpoint) {
                return error::name_in_use;
            }
            free = each.is_used or free != nullptr ? free : &each;
        }
        if (free == nullptr) {
            return error::no_endpoint;
        }
        *free = {.name = endpoint, .use = free->use + 1, .is_used = true};
        return this->handle_of(*free);
    }

  public:
    constexpr sockets() = default;
    constexpr explicit sockets(OnReadiness on_readiness) : transfers{std::move(on_readiness)} {}

    /// What the peers of all connections hear of this side. Call it before the link starts.
    constexpr auto set_credentials(socket_credentials own) -> void { own_ = own; }

    /// A socket with a name: for `listen`, or a datagram socket, which the peer's datagram socket of the same name finds.
    /// Errors: `malformed` unless the name has 1 to 107 printable characters; `name_in_use`, also for two long names with the
    /// same check value; `no_endpoint` when all places are taken.
    constexpr auto bind(auto& link, socket_kind kind, std::string_view name) -> result<socket_handle> {
        return kind == socket_kind::stream ? bind_server(name) : connect(link, kind, name);
    }
    /// Accepts connections of the peer, at most `backlog` before `accept` takes them; more wait until then. Errors:
    /// `no_endpoint` unless the socket is a bound stream socket; `malformed` for a backlog of 0.
    constexpr auto listen(auto& link, socket_handle which, std::uint32_t backlog) -> status {
        auto const guard = lock_guard{lock_};
        auto* const at = this->find_server(which);
        if (at == nullptr or backlog == 0) {
            return at == nullptr ? error::no_endpoint : error::malformed;
        }
        at->backlog = backlog;
        must_rescan_ = true;
        this->call_poller(link);
        return {};
    }
    /// The oldest connection that was not accepted yet. It may have ended, and still be read. Errors: `would_block` when there
    /// is none; `no_endpoint` unless the socket listens.
    constexpr auto accept(auto& link, socket_handle which) -> result<socket_handle> {
        auto const guard = lock_guard{lock_};
        auto* const at = this->find_server(which);
        if (at == nullptr or at->backlog == 0) {
            return error::no_endpoint;
        }
        auto* const first = this->first_at(*at);
        if (first == nullptr) {
            at->is_told = false;
            return error::would_block;
        }
        first->server = 0;
        must_rescan_ = true;
        this->call_poller(link);
        return this->handle_of(*first);
    }
    /// Begins a connection to the peer's server or datagram socket of a name, which may come later. It is connected when it
    /// becomes writable; it has failed when it hangs up. Errors as of `bind`.
    constexpr auto connect(auto& link, socket_kind kind, std::string_view name) -> result<socket_handle> {
        auto const guard = lock_guard{lock_};
        if (not wire::is_socket_name(name)) {
            return error::malformed;
        }
        auto const endpoint = wire::socket_endpoint(name);
        for (auto const& each : connections_) {
            auto const is_live = each.state != phase::free and each.state != phase::ended and each.state != phase::leaves;
            if (kind == socket_kind::datagram and is_live and each.flow.kind() == kind and each.name == endpoint) {
                return error::name_in_use;
            }
        }
        auto* const it = this->free_connection();
        if (it == nullptr) {
            return error::no_endpoint;
        }
        this->begin(*it, kind, phase::wishes);
        it->name = endpoint;
        this->call_poller(link);
        return this->handle_of(*it);
    }

    /// Ends directions: bits of `wire::socket_direction`. The peer hears of the end of `send` once it has acknowledged all
    /// data, or need not acknowledge it. Errors: `no_endpoint`; `not_bound` before the socket is connected; `closed` after the
    /// end of the connection.
    constexpr auto shut_down(auto& link, socket_handle which, std::uint32_t directions) -> status {
        auto const guard = lock_guard{lock_};
        auto* const it = this->find(which);
        if (it == nullptr) {
            return error::no_endpoint;
        }
        if (not it->is_connected()) {
            return it->state == phase::ended ? error::closed : error::not_bound;
        }
        it->flow.shut_down(directions);
        it->must_shut_down |= directions & 3;
        it->is_new_shutdown = true;
        this->call_poller(link);
        return {};
    }
    /// Closes a socket. The peer still reads all that was sent. A server closes the connections that it has not accepted.
    /// Error: `no_endpoint`.
    constexpr auto close(auto& link, socket_handle which) -> status {
        auto const guard = lock_guard{lock_};
        auto const leave = [&](connection& it) {
            it.server = 0;
            if (it.session != 0) {
                it.state = phase::leaves;
            } else {
                this->release(it);
            }
        };
        if (auto* const it = this->find(which); it != nullptr) {
            leave(*it);
        } else if (auto* const at = this->find_server(which); at != nullptr) {
            for (auto& each : connections_) {
                if (each.state != phase::free and each.server == this->number_of(*at)) {
                    leave(each);
                }
            }
            *at = {.use = at->use};
        } else {
            return error::no_endpoint;
        }
        this->call_poller(link);
        return {};
    }

    /// What a socket can do now; nothing when it was closed.
    [[nodiscard]] constexpr auto readiness(socket_handle which) -> socket_readiness {
        auto const guard = lock_guard{lock_};
        if (auto* const it = this->find(which); it != nullptr) {
            return this->readiness_of(*it);
        }
        auto* const at = this->find_server(which);
        return {.readable = at != nullptr and this->first_at(*at) != nullptr};
    }
    /// Why the connection of a socket ended.
    [[nodiscard]] constexpr auto end(socket_handle which) -> socket_end {
        auto const guard = lock_guard{lock_};
        auto* const it = this->find(which);
        return it != nullptr ? it->flow.end() : socket_end::none;
    }
    /// The owner of the peer's socket, known once connected.
    [[nodiscard]] constexpr auto credentials(socket_handle which) -> socket_credentials {
        auto const guard = lock_guard{lock_};
        auto* const it = this->find(which);
        return it != nullptr ? it->flow.credentials() : socket_credentials{};
    }
    /// The bytes that the peer has not acknowledged: it does so when it has consumed more than half of its window.
    [[nodiscard]] constexpr auto unacknowledged(socket_handle which) -> std::uint32_t {
        auto const guard = lock_guard{lock_};
        auto* const it = this->find(which);
        return it != nullptr ? it->flow.unacknowledged() : 0;
    }

    // The same with a deadline, for channels with a wait policy. Other errors are those of `channel::wait_until`.

    /// Waits until all data was accepted, and returns how many bytes were when it ends before.
    auto send_until(auto& link, socket_handle which, const_bytes data, ticks deadline) -> result<std::uint32_t> {
        auto total = std::uint32_t{};
        auto const last = wait_for(link, deadline, [&]() -> result<std::uint32_t> {
            auto const sent = this->send(link, which, data.subspan(total));
            total += sent ? *sent : 0;
            return sent and total < data.size() ? error::would_block : sent;
        });
        return last or total != 0 ? result<std::uint32_t>{total} : last;
    }
    auto receive_until(auto& link, socket_handle which, bytes into, ticks deadline) -> result<std::uint32_t> {
        return wait_for(link, deadline, [&] { return this->receive(link, which, into); });
    }
    auto accept_until(auto& link, socket_handle which, ticks deadline) -> result<socket_handle> {
        return wait_for(link, deadline, [&] { return accept(link, which); });
    }
    /// Waits until a socket is connected; `closed` when the connection ended before. Close the socket after an error.
    auto connect_until(auto& link, socket_handle which, ticks deadline) -> status {
        auto const last = wait_for(link, deadline, [&]() -> result<bool> {
            auto const guard = lock_guard{lock_};
            auto* const it = this->find(which);
            if (it == nullptr or it->state == phase::ended) {
                return it == nullptr ? error::no_endpoint : error::closed;
            }
            return it->is_connected() ? result<bool>{true} : error::would_block;
        });
        return last ? status{} : last.error();
    }
};

/// The group of the endpoints of sockets, for the table of a channel. The sockets must outlive the channel.
template <socket_config Config, typename OnReadiness, typename Lock>
[[nodiscard]] constexpr auto group_of(sockets<Config, OnReadiness, Lock>& net) -> endpoint_group auto{
    return listener<Config.connections>(net);
}

} // namespace rpmsg
