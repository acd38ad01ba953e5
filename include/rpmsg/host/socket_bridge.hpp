#pragma once

#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/local_address.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/service/socket/sockets.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/uio.h>
#include <utility>
#include <vector>

namespace rpmsg::host {

/// Joins the sockets of a link to TCP on loopback and to Unix sockets, so that programs of this host use the link without
/// knowing it: `socket_bridge{net, link}`. Bytes are read into the buffers of the link and written from the window of the
/// socket. A side that reads slowly stops its peer, and nobody else. Call it from the thread that polls the link.
template <typename Net, typename Link> class socket_bridge {
    /// Programs of this host connect to `file`, and are joined to the peer's socket `name`.
    struct door {
        descriptor file;
        std::string name;
        socket_kind kind;
    };
    /// The peer connects to `listening`, and is joined to a program of this host.
    struct gate {
        socket_handle listening;
        local_address where;
    };
    struct joint {
        descriptor file;
        socket_handle socket;
        bool keeps_bounds{};
        bool is_file_at_end{};
        bool is_socket_at_end{};
        bool is_broken{};
        bool waits_to_write{};
    };

    Net* net_;
    Link* link_;
    std::vector<door> doors_{};
    std::vector<gate> gates_{};
    std::vector<joint> joints_{};
    std::vector<pollfd> polled_{};
    std::uint64_t joined_{};

    /// Whether an error of a file is more than that nothing is ready.
    [[nodiscard]] static auto is_over() -> bool {
        return errno != EAGAIN and errno != EWOULDBLOCK and errno != EINTR and errno != EINPROGRESS and errno != ENOTCONN;
    }
    auto join(descriptor file, socket_handle socket, bool keeps_bounds) -> void {
        joints_.push_back({.file = std::move(file), .socket = socket, .keeps_bounds = keeps_bounds});
        ++joined_;
    }
    auto open_door(door& it) -> bool {
        auto const socket = net_->connect(*link_, it.kind, it.name);
        if (not socket) {
            return false; // the program waits until a place is free
        }
        auto file = descriptor{accept4(it.file.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (not file) {
            (void)net_->close(*link_, *socket);
            return false;
        }
        join(std::move(file), *socket, it.kind == socket_kind::datagram);
        return true;
    }
    auto open_gate(gate& it) -> bool {
        auto const socket = net_->accept(*link_, it.listening);
        if (not socket) {
            return false;
        }
        auto file = it.where.connect();
        if (not file) {
            (void)net_->close(*link_, *socket);
        } else {
            join(std::move(*file), *socket, false);
        }
        return true;
    }

    /// From the program into a buffer of the link.
    auto send_one(joint& it) -> bool {
        if (it.is_file_at_end) {
            return false;
        }
        auto room = net_->reserve(*link_, it.socket);
        if (not room) {
            it.is_broken = it.is_broken or room.refusal() == error::closed;
            return false;
        }
        auto const space = room.payload();
        if (it.keeps_bounds and net_->unacknowledged(it.socket) != 0 and
            recv(it.file.number(), nullptr, 0, MSG_PEEK | MSG_TRUNC) > static_cast<ssize_t>(space.size())) {
            return false; // a larger window comes
        }
        auto part = iovec{.iov_base = space.data(), .iov_len = space.size()};
        auto head = msghdr{};
        head.msg_iov = &part;
        head.msg_iovlen = 1;
        auto const size = recvmsg(it.file.number(), &head, 0);
        if (size > 0) {
            auto const is_whole = (head.msg_flags & MSG_TRUNC) == 0; // a message that no buffer holds is dropped
            return is_whole and net_->commit(*link_, it.socket, std::move(room), static_cast<std::uint32_t>(size)).has_value();
        }
        if (size == 0) {
            it.is_file_at_end = true;
            return net_->shut_down(*link_, it.socket, wire::socket_direction::send).has_value();
        }
        it.is_broken = it.is_broken or is_over();
        return false;
    }
    /// From the window of the socket to the program.
    auto write_one(joint& it) -> bool {
        if (it.is_socket_at_end) {
            return false;
        }
        auto const data = net_->peek(it.socket);
        auto const is_there = net_->readiness(it.socket).readable;
        if (data.size() == 0) {
            if (net_->consume(*link_, it.socket, 0)) {
                return true; // an empty datagram
            }
            if (is_there) { // the end, of whatever kind
                it.is_socket_at_end = true;
                (void)::shutdown(it.file.number(), SHUT_WR);
                it.is_broken = it.is_broken or net_->end(it.socket) != socket_end::none;
            }
            return is_there;
        }
        auto const base = [](const_bytes part) { return const_cast<std::byte*>(part.data()); };
        auto parts = std::array<iovec, 2>{iovec{.iov_base = base(data.first), .iov_len = data.first.size()},
                                          iovec{.iov_base = base(data.second), .iov_len = data.second.size()}};
        auto head = msghdr{};
        head.msg_iov = parts.data();
        head.msg_iovlen = data.second.empty() ? 1 : 2;
        auto const size = sendmsg(it.file.number(), &head, MSG_NOSIGNAL);
        it.waits_to_write = size < 0 and not is_over();
        it.is_broken = it.is_broken or (size < 0 and not it.waits_to_write);
        return size > 0 and net_->consume(*link_, it.socket, static_cast<std::uint32_t>(size)).has_value();
    }
    auto move(joint& it) -> bool {
        auto has_moved = false;
        constexpr auto most = 64; // then the others
        for (auto i = 0; i < most and send_one(it); ++i) {
            has_moved = true;
        }
        for (auto i = 0; i < most and write_one(it); ++i) {
            has_moved = true;
        }
        return has_moved;
    }

    auto watch(descriptor const& file, short what) -> void {
        polled_.push_back({.fd = file.number(), .events = what, .revents = 0});
    }

  public:
    socket_bridge(Net& net, Link& link) : net_{&net}, link_{&link} {}

    /// Programs that connect to `where` reach the peer's socket `name`. Of an address that keeps bounds each message is a
    /// datagram, and one program at a time is joined. Returns the port of a TCP address. Fails when the address is in use.
    auto open(local_address const& where, std::string_view name) -> outcome<std::uint16_t> {
        auto file = where.listen();
        if (not file) {
            return failure{file.error()};
        }
        auto const port = local_address::port_of(*file);
        auto const kind = where.keeps_bounds() ? socket_kind::datagram : socket_kind::stream;
        doors_.push_back({.file = std::move(*file), .name = std::string{name}, .kind = kind});
        return port;
    }
    /// The peer's connections to the server `name` reach the program that listens at `where`. An address that keeps bounds is
    /// joined at once. Errors are those of `sockets::bind` and of the address.
    auto publish(std::string_view name, local_address const& where) -> outcome<socket_handle> {
        auto const kind = where.keeps_bounds() ? socket_kind::datagram : socket_kind::stream;
        auto const made = net_->bind(*link_, kind, name);
        if (not made) {
            return failure{"the name '" + std::string{name} + "' cannot be used: " + std::string{describe(made.error())}};
        }
        if (kind == socket_kind::stream) {
            (void)net_->listen(*link_, *made, Net::capacity);
            gates_.push_back({.listening = *made, .where = where});
            return *made;
        }
        auto file = where.connect();
        if (not file) {
            (void)net_->close(*link_, *made);
            return failure{file.error()};
        }
        join(std::move(*file), *made, true);
        return *made;
    }

    /// Moves what can be moved, and returns whether anything was. Poll the link between two calls.
    auto turn() -> bool {
        auto has_moved = false;
        for (auto& each : doors_) {
            auto waiting = pollfd{.fd = each.file.number(), .events = POLLIN, .revents = 0};
            while (::poll(&waiting, 1, 0) == 1 and open_door(each)) {
                has_moved = true;
            }
        }
        for (auto& each : gates_) {
            while (open_gate(each)) {
                has_moved = true;
            }
        }
        for (std::size_t i = 0; i < joints_.size();) {
            auto& it = joints_[i];
            has_moved = move(it) or has_moved;
            if (it.is_broken or (it.is_file_at_end and it.is_socket_at_end)) {
                (void)net_->close(*link_, it.socket);
                std::swap(it, joints_.back());
                joints_.pop_back();
                has_moved = true;
            } else {
                ++i;
            }
        }
        return has_moved;
    }
    /// Sleeps until a program has something to do, `bell` is readable, or `longest` milliseconds have passed.
    auto wait(int bell, ticks longest) -> void {
        polled_.clear();
        for (auto const& each : doors_) {
            watch(each.file, POLLIN);
        }
        for (auto const& each : joints_) {
            auto const ready = net_->readiness(each.socket);
            auto const reads = ready.writable and not each.is_file_at_end;
            auto const events = (reads ? POLLIN : 0) | (each.waits_to_write ? POLLOUT : 0);
            if (events != 0) {
                watch(each.file, static_cast<short>(events));
            }
        }
        if (bell >= 0) {
            polled_.push_back({.fd = bell, .events = POLLIN, .revents = 0});
        }
        (void)::poll(polled_.data(), polled_.size(), static_cast<int>(longest));
    }

    /// Connections that are joined now, and all that were.
    [[nodiscard]] auto size() const -> std::size_t { return joints_.size(); }
    [[nodiscard]] auto joined() const -> std::uint64_t { return joined_; }
};

} // namespace rpmsg::host
