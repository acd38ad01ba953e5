#pragma once

#include <rpmsg/core/byte_ring.hpp>
#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/service/socket/socket_loan.hpp>
#include <rpmsg/service/socket/socket_sessions.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace rpmsg::detail {

/// The calls that move data, for every context.
template <typename Self, socket_config Config, typename OnReadiness, lock_policy Lock>
class socket_transfers : public socket_sessions<Self, Config, OnReadiness, Lock> {
    using sessions = socket_sessions<Self, Config, OnReadiness, Lock>;

  protected:
    using sessions::lock_;
    using typename sessions::connection;

  private:
    /// The reason why nothing can be sent now; none when there is room for data.
    [[nodiscard]] static constexpr auto refusal_to_send(connection const& it) -> error {
        if (not it.flow.may_send()) {
            return error::closed;
        }
        return it.is_connected() and it.flow.credit() != 0 ? error{} : error::would_block;
    }
    [[nodiscard]] static constexpr auto refused(connection& it, error why) -> error {
        it.told.writable = it.told.writable and why != error::no_buffer and why != error::would_block;
        return why == error::no_buffer ? error::would_block : why == error::not_bound ? error::closed : why;
    }
    /// Sends one message; returns how many bytes of the data it has.
    static constexpr auto send_one(auto const& endpoint, connection& it, const_bytes data) -> result<std::uint32_t> {
        auto const is_stream = it.flow.kind() == socket_kind::stream;
        if (auto const why = refusal_to_send(it); why != error{}) {
            return refused(it, why);
        }
        if (not is_stream and data.size() > it.flow.largest_datagram()) {
            return error::too_large;
        }
        if (not is_stream and data.size() > it.flow.room()) {
            return refused(it, error::would_block);
        }
        auto size = std::uint32_t{};
        if (is_stream and data.empty()) {
            return size;
        }
        auto const sent = endpoint.send_filled([&](bytes room) -> std::size_t {
            auto const front = std::size_t{it.flow.front_size()};
            auto const space = room.size() > front ? room.size() - front : 0;
            if (space == 0 or (not is_stream and data.size() > space)) {
                return 0;
            }
            size = static_cast<std::uint32_t>(std::min(std::min(data.size(), space), std::size_t{it.flow.room()}));
            it.flow.write_front(room, size);
            copy(data.first(size), room.subspan(front));
            return front + size;
        });
        if (not sent) {
            return refused(it, sent.error());
        }
        if (size == 0 and not data.empty()) {
            return error::too_large;
        }
        it.flow.note_sent(size);
        return size;
    }

    constexpr auto take(auto& link, connection& it, std::uint32_t size) -> void {
        it.flow.consume(size);
        it.told.readable = it.told.readable and it.flow.is_readable();
        if (it.is_connected() and it.flow.needs_acknowledgement()) {
            this->acknowledge(this->endpoint_of(link, it), it);
        }
    }
    static constexpr auto end_of(connection& it) -> result<std::uint32_t> {
        auto const is_stream = it.flow.kind() == socket_kind::stream;
        if (it.flow.end() == socket_end::none and (not it.flow.is_synchronized() or it.flow.may_receive())) {
            it.told.readable = false;
            return error::would_block;
        }
        auto const is_orderly = it.flow.end() == socket_end::none or it.flow.end() == socket_end::peer_closed;
        return is_stream and is_orderly ? result<std::uint32_t>{0u} : error::closed;
    }

  protected:
    using sessions::sessions;

  public:
    /// Sends the first bytes of a stream's data, or one datagram, and returns how many bytes were accepted. Errors:
    /// `would_block` while the socket is not connected, the peer has no room or no buffer is free; `closed` after a shutdown
    /// or the end of the connection; `too_large` for a datagram that no window or no buffer holds; `no_endpoint`.
    constexpr auto send(auto& link, socket_handle which, const_bytes data) -> result<std::uint32_t> {
        auto const guard = lock_guard{lock_};
        auto* const it = this->find(which);
        if (it == nullptr) {
            return error::no_endpoint;
        }
        auto const endpoint = this->endpoint_of(link, *it);
        auto sent = send_one(endpoint, *it, data);
        if (not sent or it->flow.kind() == socket_kind::datagram) {
            return sent;
        }
        auto total = *sent;
        while (total < data.size()) {
            sent = send_one(endpoint, *it, data.subspan(total));
            if (not sent) {
                break;
            }
            total += *sent;
        }
        return total;
    }
    /// Reads bytes of a stream, or the oldest datagram, the rest of which is dropped, and returns their number. 0 means that
    /// the peer sends no more. Errors: `would_block` when there is nothing to read; `closed` when the connection ended in
    /// another way than by the peer's close, and at the end of datagrams; `no_endpoint`.
    constexpr auto receive(auto& link, socket_handle which, bytes into) -> result<std::uint32_t> {
        auto const guard = lock_guard{lock_};
        auto* const it = this->find(which);
        if (it == nullptr) {
            return error::no_endpoint;
        }
        if (not it->flow.is_readable()) {
            return end_of(*it);
        }
        auto const size = it->flow.peek().copy_to(into);
        take(link, *it, size);
        return size;
    }
    /// The bytes that `receive` would return, without a copy: of a stream all, of datagrams the oldest one. They are valid
    /// until the next call for this socket. Empty when there are none.
    [[nodiscard]] constexpr auto peek(socket_handle which) -> split_bytes {
        auto const guard = lock_guard{lock_};
        auto* const it = this->find(which);
        return it != nullptr ? it->flow.peek() : split_bytes{};
    }
    /// Gives the first bytes of `peek` back to the peer's window, or the oldest datagram. Errors: `no_endpoint`; `malformed`
    /// for more than `peek` has.
    constexpr auto consume(auto& link, socket_handle which, std::uint32_t size) -> status {
        auto const guard = lock_guard{lock_};
        auto* const it = this->find(which);
        if (it == nullptr or not it->flow.is_readable() or size > it->flow.peek().size()) {
            return it == nullptr ? error::no_endpoint : error::malformed;
        }
        take(link, *it, size);
        return {};
    }

    /// A transmit buffer for data of a socket, to be filled in place: as large as the buffer and the window allow. Errors as of
    /// `send`. An unused loan gives the buffer back.
    [[nodiscard]] constexpr auto reserve(auto& link, socket_handle which) {
        auto const guard = lock_guard{lock_};
        auto* const it = this->find(which);
        using loan = decltype(this->endpoint_of(link, *it).reserve());
        if (it == nullptr) {
            return socket_loan<loan>{loan{error::no_endpoint}, 0, 0};
        }
        if (auto const why = refusal_to_send(*it); why != error{}) {
            return socket_loan<loan>{loan{refused(*it, why)}, 0, 0};
        }
        auto room = this->endpoint_of(link, *it).reserve();
        if (not room) {
            return socket_loan<loan>{loan{refused(*it, room.refusal())}, 0, 0};
        }
        return socket_loan<loan>{std::move(room), it->flow.front_size(), it->flow.room()};
    }
    /// Sends the first `size` bytes of a loan. On an error the buffer is given back: `would_block` when other data took the
    /// window since; `too_large` for more than the loan has; the others are those of `send`.
    template <typename Loan>
    constexpr auto commit(auto& link, socket_handle which, socket_loan<Loan>&& given, std::uint32_t size) -> status {
        auto const guard = lock_guard{lock_};
        auto room = std::move(given).take();
        auto* const it = this->find(which);
        if (it == nullptr or not room) {
            return it == nullptr ? error::no_endpoint : room.refusal();
        }
        if (auto const why = refusal_to_send(*it); why != error{}) {
            return refused(*it, why);
        }
        auto const front = it->flow.front_size();
        if (room.payload().size() < front or size > room.payload().size() - front) {
            return error::too_large;
        }
        if (size > it->flow.room()) {
            return refused(*it, error::would_block);
        }
        if (size == 0 and it->flow.kind() == socket_kind::stream) {
            return {};
        }
        it->flow.write_front(room.payload(), size);
        auto const sent = this->endpoint_of(link, *it).commit(std::move(room), front + size);
        if (not sent) {
            return refused(*it, sent.error());
        }
        it->flow.note_sent(size);
        return {};
    }
};

} // namespace rpmsg::detail
