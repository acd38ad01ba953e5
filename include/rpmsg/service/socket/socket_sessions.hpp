#pragma once

#include <rpmsg/core/atomic_word.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/endpoint_link.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/framework/service_hook.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/service/socket/socket_table.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace rpmsg::detail {

/// The sockets as the service of a link: what the polling context does. `Self` is the class of the user's object.
template <typename Self, socket_config Config, typename OnReadiness, lock_policy Lock>
class socket_sessions : protected socket_table<Config> {
  protected:
    using table = socket_table<Config>;
    using table::connections_;
    using table::places_;
    using table::servers_;
    using typename table::connection;
    using typename table::phase;
    using typename table::server;

  private:
    /// A number that several contexts read without the lock.
    class flag {
        std::uint32_t value_{};

      public:
        [[nodiscard]] constexpr auto is_set() const -> bool {
            return std::is_constant_evaluated() ? value_ != 0 : atomic_load<__ATOMIC_RELAXED>(value_) != 0;
        }
        constexpr auto operator=(bool is_set) -> flag& {
            if (std::is_constant_evaluated()) {
                value_ = is_set ? 1 : 0;
            } else {
                atomic_store<__ATOMIC_RELAXED>(value_, is_set ? 1u : 0u);
            }
            return *this;
        }
    };

    std::uint32_t numbers_{}; ///< counts the connections of this side
    std::uint32_t orders_{};
    flag has_work_{}; ///< the next poll has something to do
    flag has_owed_{}; ///< something waits for a buffer, a session, an acknowledgement or its time

  protected:
    bool must_rescan_{}; ///< a name of the peer may be accepted now
    socket_credentials own_{};
    [[no_unique_address]] OnReadiness on_readiness_{};
    [[no_unique_address]] Lock lock_{};

    constexpr socket_sessions() = default;
    constexpr explicit socket_sessions(OnReadiness on_readiness) : on_readiness_{std::move(on_readiness)} {}

    /// The link as the user has it: the channel, or the link of a handler.
    [[nodiscard]] static constexpr auto endpoint_of(auto& link, connection const& it) {
        if constexpr (requires { link.at(it.endpoint); }) {
            return link.at(it.endpoint);
        } else {
            return endpoint_link{link.channel(), it.endpoint};
        }
    }
    /// Requests a poll.
    constexpr auto call_poller(auto& link) -> void {
        has_work_ = true;
        if constexpr (requires { link.waiting(); }) {
            link.waiting().wake();
        } else {
            link.wake();
        }
    }

    constexpr auto release(connection& it) -> void {
        it.state = phase::free;
        must_rescan_ = true;
        has_work_ = true;
    }
    /// The session of a connection is over; what was received can still be read.
    constexpr auto finish(connection& it) -> void {
        places_[it.session - 1] = 0;
        it.session = 0;
        it.state = phase::ended;
        if (it.server != 0 and not it.flow.is_synchronized()) {
            release(it); // nobody has seen it
        }
    }

    /// Tells the user what a connection can do since the last time.
    constexpr auto tell(auto& link, connection& it) -> void {
        auto which = this->handle_of(it);
        auto now = socket_readiness{};
        {
            auto const guard = lock_guard{lock_};
            if (it.state == phase::free or it.state == phase::leaves) {
                return;
            }
            if (it.server != 0) {
                auto& at = servers_[it.server - 1];
                if (at.is_told or this->first_at(at) == nullptr) {
                    return;
                }
                at.is_told = true;
                which = this->handle_of(at);
                now.readable = true;
            } else {
                now = this->readiness_of(it);
                auto const& told = it.told;
                auto const is_news = (now.readable and not told.readable) or (now.writable and not told.writable) or
                                     (now.hung_up and not told.hung_up);
                it.told = now;
                if (not is_news) {
                    return;
                }
            }
        }
        link.wake();
        on_readiness_(link, static_cast<Self&>(*this), which, now);
    }

    constexpr auto open(auto& link, connection& it) -> void {
        auto const is_stream = it.flow.kind() == socket_kind::stream;
        auto name = it.name;
        if (is_stream) {
            wire::append_connection(name, Config.first_connection + numbers_++);
        }
        auto const made = link.open(wire::view_of(name));
        if (made) {
            it.session = *made + 1;
            it.endpoint = link.session(*made).id();
            it.is_own = true;
            it.state = phase::opened;
            places_[*made] = static_cast<std::uint16_t>(this->handle_of(it).place + 1);
        } else if (made.error() == error::name_in_use and not is_stream) {
            it.flow.fail(socket_end::name_in_use);
            it.state = phase::ended;
        } else {
            has_owed_ = true; // the next number, or the next session that ends
            if (made.error() == error::name_in_use) {
                has_work_ = true;
            }
        }
    }
    /// Sends a message that goes on when it finds no buffer.
    template <typename Message> constexpr auto send_owed(auto const& endpoint, Message const& what) -> bool {
        auto const raw = std::bit_cast<std::array<std::byte, sizeof(Message)>>(what);
        auto const is_sent = endpoint.send_credit(raw).has_value();
        if (not is_sent) {
            has_owed_ = true;
        }
        return is_sent;
    }
    constexpr auto acknowledge(auto const& endpoint, connection& it) -> void {
        it.must_acknowledge = not send_owed(endpoint, it.flow.acknowledgement());
        if (not it.must_acknowledge) {
            it.flow.note_acknowledged();
        }
    }
    /// Directions that can be shut down now. NuttX drops what its program has not read when it hears of the end.
    constexpr auto due_directions(connection& it, ticks now) -> std::uint32_t {
        auto const all = it.must_shut_down;
        if ((all & wire::socket_direction::send) == 0 or it.flow.unacknowledged() == 0) {
            return all;
        }
        it.asked_at = it.is_new_shutdown ? now : not_ahead(it.asked_at, now);
        it.is_new_shutdown = false;
        if (it.flow.may_be_consumed() and has_passed(it.asked_at + Config.shutdown_delay, now)) {
            return all;
        }
        has_owed_ = true;
        return all & ~wire::socket_direction::send;
    }
    constexpr auto serve_bound(auto& link, connection& it, ticks now) -> void {
        auto const endpoint = endpoint_of(link, it);
        if (it.must_sync) {
            // NuttX answers with its own only if it has heard the name or its acknowledgement before.
            if (not link.is_announced(it.session - 1)) {
                has_owed_ = true;
                return;
            }
            it.must_sync = not send_owed(
                endpoint,
                wire::socket_sync{.window = Config.window, .process = own_.process, .user = own_.user, .group = own_.group});
        }
        if (not it.is_connected()) {
            return;
        }
        if (it.must_acknowledge or it.flow.needs_acknowledgement()) {
            acknowledge(endpoint, it);
        }
        if (it.must_shut_down != 0) {
            auto const due = due_directions(it, now);
            if (due != 0 and send_owed(endpoint, wire::socket_shutdown{.directions = due})) {
                it.must_shut_down &= ~due;
            }
        }
    }
    constexpr auto close_left(auto& link, connection& it) -> void {
        auto const guard = lock_guard{lock_};
        if (it.state == phase::leaves) {
            link.close(it.session - 1);
            finish(it);
            release(it);
        }
    }
    constexpr auto serve(auto& link, connection& it, ticks now) -> void {
        auto const guard = lock_guard{lock_};
        if (it.state == phase::wishes) {
            open(link, it);
        } else if (it.state == phase::bound) {
            serve_bound(link, it, now);
        }
    }

  public:
    static constexpr bool has_credits = true;
    static constexpr std::uint32_t capacity = Config.connections;

    [[nodiscard]] constexpr auto accepts(std::string_view name) -> std::uint32_t {
        auto const guard = lock_guard{lock_};
        auto const is_taken = this->server_for(name) != nullptr and this->free_connection() != nullptr;
        return is_taken ? static_cast<std::uint32_t>(name.size()) + 1 : 0;
    }
    constexpr auto on_open(auto& link, std::uint32_t session) -> void {
        auto const guard = lock_guard{lock_};
        auto* it = this->of_session(session);
        if (it == nullptr) {
            auto* const at = this->server_for(link.name());
            it = this->free_connection();
            if (at == nullptr or it == nullptr) {
                return link.close(); // the server was closed meanwhile
            }
            this->begin(*it, socket_kind::stream, phase::bound);
            it->session = session + 1;
            it->endpoint = link.id();
            it->server = this->number_of(*at);
            it->order = orders_++;
            places_[session] = static_cast<std::uint16_t>(this->handle_of(*it).place + 1);
        }
        it->state = it->state == phase::leaves ? phase::leaves : phase::bound;
        it->must_sync = true;
        has_owed_ = true;
    }
    constexpr auto on_message(auto& link, std::uint32_t session, message const& m) -> void {
        connection* it = nullptr;
        {
            auto const guard = lock_guard{lock_};
            it = this->of_session(session);
            if (it == nullptr or it->state != phase::bound) {
                return;
            }
            it->flow.on_message(m.payload);
            if (it->flow.may_receive() and it->flow.may_send() and it->told.readable and it->told.writable) [[likely]] {
                return; // the user knows
            }
            if (it->flow.end() != socket_end::none) {
                finish(*it);
                link.close();
            } else if (it->flow.needs_acknowledgement()) { // of what was dropped after a shutdown
                has_owed_ = true;
            }
        }
        tell(link, *it);
    }
    constexpr auto on_close(auto& link, std::uint32_t session) -> void {
        connection* it = nullptr;
        {
            auto const guard = lock_guard{lock_};
            it = this->of_session(session);
            if (it == nullptr) {
                return;
            }
            it->flow.fail(link.channel().is_up() ? socket_end::peer_closed : socket_end::link_down);
            auto const was_left = it->state == phase::leaves;
            finish(*it);
            if (it->is_own) {
                link.close();
            }
            if (was_left) {
                release(*it);
            }
        }
        tell(link, *it);
    }
    constexpr auto on_event(auto& link, std::uint32_t session, event const& e) -> void {
        auto* const it = this->of_session(session);
        if (e.kind == event_kind::writable and it != nullptr) {
            tell(link, *it);
        }
    }
    constexpr auto on_poll(auto& link, ticks now) -> void {
        if (not has_work_.is_set() and not has_owed_.is_set()) {
            return;
        }
        has_work_ = false;
        has_owed_ = false;
        for (auto& each : connections_) {
            close_left(link, each); // a new socket may have its name
        }
        for (auto& each : connections_) {
            serve(link, each, now);
            tell(link, each);
        }
        auto const must_rescan = [&] {
            auto const guard = lock_guard{lock_};
            return std::exchange(must_rescan_, false);
        }();
        if (must_rescan) {
            link.rescan();
        }
    }
    constexpr auto next_deadline(ticks now) -> poll_deadline {
        auto first = poll_deadline{};
        if (has_owed_.is_set()) {
            auto const guard = lock_guard{lock_};
            for (auto const& each : connections_) {
                auto const waits = each.state == phase::bound and each.must_shut_down != 0 and not each.is_new_shutdown and
                                   each.flow.may_be_consumed();
                if (waits) {
                    first = earlier(first, {.is_set = true, .at = each.asked_at + Config.shutdown_delay}, now);
                }
            }
        }
        return first;
    }
    [[nodiscard]] constexpr auto is_pending() -> bool { return has_work_.is_set(); }
};

} // namespace rpmsg::detail
