#pragma once

#include <rpmsg/core/byte_ring.hpp>
#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/service/read_header.hpp>
#include <rpmsg/wire/service/socket.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rpmsg {

/// What a socket carries: bytes without bounds, or messages that keep theirs.
enum class socket_kind : std::uint8_t { stream, datagram };

/// Why the connection of a socket ended.
enum class socket_end : std::uint8_t {
    none,         ///< it has not ended
    peer_closed,  ///< the peer closed its socket
    link_down,    ///< the link went down
    name_in_use,  ///< this side has another endpoint of this name
    overrun,      ///< the peer sent more than the window
    bad_position, ///< the peer acknowledged what was not sent, or returned to a position more than a window ago
    bad_length,   ///< the length in a message is not the one of the message
    bad_window,   ///< the peer announced a window of 0
    early_data,   ///< data came before the peer announced its window
    second_sync,  ///< the peer announced its window twice
};

/// Returns one readable line for the end of a connection.
[[nodiscard]] constexpr auto describe(socket_end end) -> std::string_view {
    constexpr std::string_view text[] = {"not ended",
                                         "closed by the peer",
                                         "link down",
                                         "name in use: another endpoint of this side has this name",
                                         "overrun: the peer sent more than the window",
                                         "bad position: the peer acknowledged what was not sent",
                                         "bad length: a length differs from the one of its message",
                                         "bad window: the peer has no room for data",
                                         "early data: the peer has not announced its window",
                                         "second sync: the peer announced its window twice"};
    return text[static_cast<std::uint8_t>(end)];
}

/// The owner of a socket, as its side says it. 0 where there are no processes.
struct socket_credentials {
    std::uint32_t process{};
    std::uint32_t user{};
    std::uint32_t group{};

    auto operator==(socket_credentials const&) const -> bool = default;
};

/// The protocol of one connection without its link: the windows of both directions, the bytes that were not read yet, and the
/// checks of what the peer sends. Positions count all bytes modulo 2^32. For one context at a time.
template <std::uint32_t Window> class socket_flow {
    static constexpr std::uint32_t window_limit = 0x4000'0000;
    static constexpr std::uint32_t length_size = sizeof(std::uint32_t);
    static_assert(Window > length_size and Window <= window_limit, "a window has 5 bytes to 1 GiB");

    struct counts {
        std::uint32_t peer_window{}; ///< 0 until the peer announced it
        std::uint32_t sent{};
        std::uint32_t acknowledged{}; ///< of these, what the peer has consumed
        std::uint32_t consumed{};
        std::uint32_t announced{}; ///< of these, what the peer knows
        socket_credentials peer{};
        std::uint8_t peer_directions{}; ///< those that the peer has shut down, as in `socket_direction`
        std::uint8_t own_directions{};
        socket_kind kind{};
        socket_end end{};
    };
    byte_ring<Window> ring_{};
    counts it_{};

    constexpr auto acknowledge(std::uint32_t position) -> void {
        if (it_.acknowledged - position <= it_.peer_window) {
            return; // composed before an acknowledgement that overtook it
        }
        if (position - it_.acknowledged > it_.sent - it_.acknowledged) {
            fail(socket_end::bad_position);
            return;
        }
        it_.acknowledged = position;
    }
    constexpr auto on_sync(const_bytes payload) -> void {
        auto sync = wire::socket_sync{};
        if (payload.size() != sizeof sync or not wire::read_header(payload, 0, sync)) {
            fail(socket_end::bad_length);
        } else if (it_.peer_window != 0) {
            fail(socket_end::second_sync);
        } else if (sync.window == 0) {
            fail(socket_end::bad_window);
        } else {
            it_.peer_window = std::min(sync.window, window_limit);
            it_.peer = {sync.process, sync.user, sync.group};
        }
    }
    constexpr auto keep(const_bytes data) -> void {
        auto const occupied = static_cast<std::uint32_t>(data.size()) + (it_.kind == socket_kind::datagram ? length_size : 0);
        if (occupied > ring_.free()) {
            fail(socket_end::overrun);
        } else if (not may_receive()) {
            it_.consumed += occupied;
        } else {
            if (it_.kind == socket_kind::datagram) {
                auto length = std::array<std::byte, length_size>{};
                store(length, static_cast<std::uint32_t>(data.size()));
                ring_.push(length);
            }
            ring_.push(data);
        }
    }
    constexpr auto on_data(const_bytes payload) -> void {
        auto front = wire::socket_datagram{};
        auto const is_known = wire::read_header(payload, 0, front.head);
        auto const size = payload.size() - sizeof front.head;
        if (not is_known) {
            fail(socket_end::bad_length);
        } else if (it_.peer_window == 0) {
            fail(socket_end::early_data);
        } else if (size == 0) {
            front.head.length == 0 ? acknowledge(front.head.position) : fail(socket_end::bad_length);
        } else if (it_.kind == socket_kind::stream) {
            if (front.head.length != size) {
                return fail(socket_end::bad_length);
            }
            acknowledge(front.head.position);
            keep(payload.subspan(sizeof front.head));
        } else {
            if (not wire::read_header(payload, 0, front) or front.head.length != size - length_size or
                front.length != front.head.length) {
                return fail(socket_end::bad_length);
            }
            acknowledge(front.head.position);
            keep(payload.subspan(sizeof front));
        }
    }
    constexpr auto on_shutdown(const_bytes payload) -> void {
        auto shutdown = wire::socket_shutdown{};
        if (payload.size() != sizeof shutdown or not wire::read_header(payload, 0, shutdown)) {
            return fail(socket_end::bad_length);
        }
        it_.peer_directions |= static_cast<std::uint8_t>(shutdown.directions & 3);
    }
    /// The length of the oldest datagram.
    [[nodiscard]] constexpr auto datagram_length() const -> std::uint32_t {
        auto length = std::array<std::byte, length_size>{};
        ring_.peek(0, length_size).copy_to(length);
        return load<std::uint32_t>(length);
    }

  public:
    /// A new connection in the same memory.
    constexpr auto begin(socket_kind kind) -> void {
        ring_.clear();
        it_ = {.kind = kind};
    }

    [[nodiscard]] constexpr auto kind() const -> socket_kind { return it_.kind; }
    [[nodiscard]] constexpr auto end() const -> socket_end { return it_.end; }
    /// Ends the connection; the first reason stays. What was received is still readable.
    constexpr auto fail(socket_end reason) -> void { it_.end = it_.end == socket_end::none ? reason : it_.end; }
    /// Whether the peer has announced its window.
    [[nodiscard]] constexpr auto is_synchronized() const -> bool { return it_.peer_window != 0; }
    [[nodiscard]] constexpr auto credentials() const -> socket_credentials const& { return it_.peer; }

    /// A message of the peer. It may change while it is read: each field is read once.
    constexpr auto on_message(const_bytes payload) -> void {
        auto command = std::uint32_t{};
        if (not wire::read_header(payload, 0, command)) {
            fail(socket_end::bad_length);
        } else if (command == wire::socket_command::sync) {
            on_sync(payload);
        } else if (command == wire::socket_command::data) {
            on_data(payload);
        } else if (command == wire::socket_command::shutdown) {
            on_shutdown(payload);
        } // of another version: NuttX ignores it, too
    }

    /// Bytes that the peer has room for; 0 after the end.
    [[nodiscard]] constexpr auto credit() const -> std::uint32_t {
        return it_.end == socket_end::none ? it_.peer_window - (it_.sent - it_.acknowledged) : 0;
    }
    /// Bytes of data that can be sent now.
    [[nodiscard]] constexpr auto room() const -> std::uint32_t {
        auto const left = credit();
        return it_.kind == socket_kind::stream ? left : left > length_size ? left - length_size : 0;
    }
    /// The largest datagram that the peer ever has room for.
    [[nodiscard]] constexpr auto largest_datagram() const -> std::uint32_t {
        return it_.peer_window > length_size ? it_.peer_window - length_size : 0;
    }
    /// Bytes that the peer has not acknowledged. It acknowledges them when it has consumed more than half of its window.
    [[nodiscard]] constexpr auto unacknowledged() const -> std::uint32_t { return it_.sent - it_.acknowledged; }
    /// Whether the peer may have consumed all that was sent: then it has acknowledged it, or need not do so yet.
    [[nodiscard]] constexpr auto may_be_consumed() const -> bool { return unacknowledged() <= it_.peer_window / 2; }
    /// The bytes in front of data.
    [[nodiscard]] constexpr auto front_size() const -> std::uint32_t {
        return it_.kind == socket_kind::stream ? sizeof(wire::socket_data) : sizeof(wire::socket_datagram);
    }
    /// Writes the front of `size` bytes of data.
    constexpr auto write_front(bytes to, std::uint32_t size) const -> void {
        auto const head = wire::socket_data{.position = it_.consumed, .length = size};
        if (it_.kind == socket_kind::stream) {
            store(to, head);
        } else {
            store(to, wire::socket_datagram{.head = head, .length = size});
        }
    }
    /// Data of `size` bytes was sent, with the front above.
    constexpr auto note_sent(std::uint32_t size) -> void {
        it_.sent += it_.kind == socket_kind::stream ? size : size + length_size;
        it_.announced = it_.consumed;
    }
    /// Whether the peer needs an acknowledgement to go on. A datagram may need the whole window.
    [[nodiscard]] constexpr auto needs_acknowledgement() const -> bool {
        auto const unknown = it_.consumed - it_.announced;
        return unknown > Window / 2 or (unknown != 0 and it_.kind == socket_kind::datagram and ring_.size() == 0);
    }
    [[nodiscard]] constexpr auto acknowledgement() const -> wire::socket_data { return {.position = it_.consumed}; }
    constexpr auto note_acknowledged() -> void { it_.announced = it_.consumed; }

    /// Bytes that can be read: of a stream all, of datagrams those of the oldest one. An empty datagram counts as readable.
    [[nodiscard]] constexpr auto peek() const -> split_bytes {
        if (it_.kind == socket_kind::stream or ring_.size() == 0) {
            return ring_.peek(0, ring_.size());
        }
        return ring_.peek(length_size, datagram_length());
    }
    [[nodiscard]] constexpr auto is_readable() const -> bool { return ring_.size() != 0; }
    /// Removes the first bytes of a stream, at most those of `peek`, or the oldest datagram.
    constexpr auto consume(std::uint32_t size) -> void {
        auto const occupied = it_.kind == socket_kind::stream or ring_.size() == 0 ? size : datagram_length() + length_size;
        ring_.pop(occupied);
        it_.consumed += occupied;
    }

    /// Whether a direction is at its end, as seen from this side.
    [[nodiscard]] constexpr auto may_send() const -> bool {
        return it_.end == socket_end::none and (it_.own_directions & wire::socket_direction::send) == 0 and
               (it_.peer_directions & wire::socket_direction::receive) == 0;
    }
    /// Whether more data may come.
    [[nodiscard]] constexpr auto may_receive() const -> bool {
        return it_.end == socket_end::none and (it_.own_directions & wire::socket_direction::receive) == 0 and
               (it_.peer_directions & wire::socket_direction::send) == 0;
    }
    /// Ends directions on this side. What was received and not read is dropped with `socket_direction::receive`.
    constexpr auto shut_down(std::uint32_t directions) -> void {
        it_.own_directions |= static_cast<std::uint8_t>(directions & 3);
        if ((directions & wire::socket_direction::receive) != 0) {
            it_.consumed += ring_.size();
            ring_.clear();
        }
    }
};

} // namespace rpmsg
