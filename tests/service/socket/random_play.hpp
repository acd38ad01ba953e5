#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/service/socket/sockets.hpp>

#include "check.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// Random programs on both sides of a link, against a model that knows all that was sent.
namespace socket_play {
using namespace rpmsg;

/// How often each thing happened, over all plays.
struct counts {
    std::uint64_t connected{}, accepted{}, sent{}, read{}, datagrams{}, refused{}, in_place{}, shutdowns{}, closed{}, ends{},
        link_downs{}, restarts{}, downs{}, leftovers{};

    [[nodiscard]] auto has_zero() const -> bool {
        auto const all = {connected, accepted, sent, read,       datagrams, refused, in_place,
                          shutdowns, closed,   ends, link_downs, restarts,  downs,   leftovers};
        return std::find(all.begin(), all.end(), 0u) != all.end();
    }
};

class random {
    std::uint64_t state_;

  public:
    explicit random(std::uint64_t seed) : state_{seed * 0x9e37'79b9'7f4a'7c15 + 1} {}
    auto below(std::size_t limit) -> std::size_t {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<std::size_t>(state_ >> 20) % limit;
    }
};

/// Both sides connect to a server of the same name.
constexpr auto config_of(std::uint32_t side) -> socket_config {
    return {.connections = 6, .servers = 1, .window = 150, .first_connection = side << 31, .shutdown_delay = 20};
}

/// What both programs of a connection have done. Each byte follows from the connection, its direction and its place; the
/// first four of a client are the number of the connection.
struct conversation {
    std::array<std::uint32_t, 2> sent{}; ///< by the client, by the server
    std::array<bool, 2> has_failed{};    ///< one side has seen the end of the link, or restarted
};

struct open_socket {
    socket_handle handle{};
    std::uint32_t number = 0xffff'ffff; ///< of its conversation, once known
    std::uint32_t sent{};
    std::uint32_t read{};
    std::array<std::byte, 4> front{};
    bool is_client{};
    bool is_datagram{};
    bool is_shut[2]{}; ///< it receives no more, it sends no more
    bool is_over{};
    bool was_connected{};
};

/// A side of a link that can be restarted: everything of it is made anew.
template <typename Transport, std::uint32_t Number> struct side {
    using net_type = sockets<config_of(Number)>;
    using table = endpoints<decltype(group_of(rpmsg::detail::lent<net_type&>()))>;
    struct life {
        net_type net{};
        channel<Transport, table> at;
        explicit life(Transport transport) : at{std::move(transport), table{group_of(net)}} {}
    };
    std::unique_ptr<life> now{};
    std::vector<open_socket> open{};
    socket_handle server{};
    bool is_closed{};
};

template <typename World> class play {
    World world_{};
    random random_;
    counts& counts_;
    std::vector<conversation> all_{};
    std::array<std::uint32_t, 2> datagram_rounds_{};
    side<typename World::first, 0> a_{};
    side<typename World::second, 1> b_{};

    static auto byte_of(std::uint32_t number, bool of_client, std::uint32_t at) -> std::byte {
        if (of_client and at < 4) {
            return static_cast<std::byte>(number >> (8 * at));
        }
        return static_cast<std::byte>((number * 2 + (of_client ? 1u : 0u)) * 0x9e37'79b1u + at * 0x85eb'ca6bu + (at >> 7));
    }

    auto restart(auto& it, auto transport) -> void {
        fail_all(it);
        it.now.reset();
        it.now = std::make_unique<typename std::remove_reference_t<decltype(it)>::life>(std::move(transport));
        check(it.now->at.start().has_value());
        it.is_closed = false;
        it.server = {};
    }
    auto fail_all(auto& it) -> void {
        for (auto const& each : it.open) {
            if (each.number < all_.size()) {
                all_[each.number].has_failed[each.is_client ? 0 : 1] = true;
            }
        }
        it.open.clear();
    }
    auto listen(auto& it) -> void {
        auto& [net, at] = *it.now;
        if (auto const made = net.bind(at, socket_kind::stream, "server")) {
            check(net.listen(at, *made, 1 + static_cast<std::uint32_t>(random_.below(3))).has_value());
            it.server = *made;
        } else {
            (void)net.close(at, it.server);
        }
    }
    auto connect(auto& it) -> void {
        auto& [net, at] = *it.now;
        auto const made = net.connect(at, socket_kind::stream, "server");
        if (made) {
            auto fresh = open_socket{.handle = *made, .number = static_cast<std::uint32_t>(all_.size()), .is_client = true};
            it.open.push_back(fresh);
            all_.emplace_back();
        }
    }
    auto accept(auto& it) -> void {
        auto& [net, at] = *it.now;
        if (auto const made = net.accept(at, it.server)) {
            ++counts_.accepted;
            it.open.push_back({.handle = *made});
        }
    }
    /// Both sides have one of the name, when both want.
    auto open_datagrams(auto& it) -> void {
        auto& [net, at] = *it.now;
        if (auto const made = net.bind(at, socket_kind::datagram, "datagrams")) {
            it.open.push_back({.handle = *made, .is_datagram = true});
        }
    }
    auto send(auto& it, open_socket& socket) -> void {
        auto& [net, at] = *it.now;
        if (not socket.is_client and socket.number >= all_.size() and not socket.is_datagram) {
            return; // it does not know yet what to say
        }
        auto data = std::vector<std::byte>(1 + random_.below(socket.is_datagram ? 100 : 400));
        for (std::size_t i = 0; i < data.size(); ++i) {
            auto const place = socket.is_datagram ? i : socket.sent + i;
            data[i] = byte_of(socket.is_datagram ? static_cast<std::uint32_t>(data.size()) : socket.number,
                              socket.is_client or socket.is_datagram, static_cast<std::uint32_t>(place));
        }
        auto size = std::uint32_t{};
        if (random_.below(4) == 0) {
            auto room = net.reserve(at, socket.handle);
            size = static_cast<std::uint32_t>(std::min(data.size(), room.payload().size()));
            if (not room or (socket.is_datagram and size < data.size())) {
                return;
            }
            copy(const_bytes{data}.first(size), room.payload());
            if (not net.commit(at, socket.handle, std::move(room), size)) {
                return;
            }
            ++counts_.in_place;
        } else {
            auto const sent = net.send(at, socket.handle, data);
            check(sent.has_value() or sent.error() == error::would_block or sent.error() == error::closed or
                  sent.error() == error::too_large);
            counts_.refused += sent.error() == error::would_block ? 1u : 0u;
            size = sent ? *sent : 0;
        }
        socket.sent += size;
        counts_.sent += size;
        if (not socket.is_datagram) {
            all_[socket.number].sent[socket.is_client ? 0 : 1] = socket.sent;
        }
    }
    /// Compares what was read; the first bytes of a client say which conversation it is.
    auto compare(open_socket& socket, const_bytes data) -> void {
        for (auto const each : data) {
            if (not socket.is_client and socket.read < 4) {
                socket.front[socket.read] = each;
                if (socket.read == 3) {
                    socket.number = load<std::uint32_t>(socket.front);
                    check(socket.number < all_.size());
                }
            } else {
                check(each == byte_of(socket.number, not socket.is_client, socket.read));
            }
            ++socket.read;
        }
        counts_.read += data.size();
        check(socket.number >= all_.size() or socket.read <= all_[socket.number].sent[socket.is_client ? 1 : 0]);
    }
    auto read(auto& it, open_socket& socket, std::size_t most) -> bool {
        auto& [net, at] = *it.now;
        auto into = std::vector<std::byte>(most);
        auto got = result<std::uint32_t>{error::would_block};
        if (random_.below(3) == 0 and net.peek(socket.handle).size() != 0) {
            got = net.peek(socket.handle).copy_to(into);
            check(net.consume(at, socket.handle, *got).has_value());
        } else {
            got = net.receive(at, socket.handle, into);
        }
        if (got and socket.is_datagram) {
            ++counts_.datagrams;
            return true; // it may be cut here
        }
        if (got and *got != 0) {
            compare(socket, const_bytes{into}.first(*got));
            return true;
        }
        if (got or got.error() == error::closed) {
            end(it, socket, got.has_value());
        }
        return false;
    }
    /// An orderly end comes after all that the peer sent.
    auto end(auto& it, open_socket& socket, bool is_orderly) -> void {
        auto& [net, at] = *it.now;
        auto const why = net.end(socket.handle);
        check(why == socket_end::none or why == socket_end::peer_closed or why == socket_end::link_down);
        counts_.link_downs += why == socket_end::link_down ? 1u : 0u;
        if (not is_orderly or socket.is_shut[0] or socket.is_over) {
            socket.is_over = true;
            return;
        }
        socket.is_over = true;
        ++counts_.ends;
        if (socket.number < all_.size()) {
            check(socket.read == all_[socket.number].sent[socket.is_client ? 1 : 0]);
        }
    }
    auto act_on(auto& it) -> void {
        auto& [net, at] = *it.now;
        auto const what = random_.below(20);
        if (what == 0) {
            return connect(it);
        }
        if (what == 1) {
            return random_.below(4) == 0 ? listen(it) : open_datagrams(it);
        }
        if (what == 2) {
            return accept(it);
        }
        if (it.open.empty()) {
            return connect(it);
        }
        auto const chosen = random_.below(it.open.size());
        auto& socket = it.open[chosen];
        if (net.readiness(socket.handle).writable and not std::exchange(socket.was_connected, true)) {
            ++counts_.connected;
        }
        if (what < 10) {
            send(it, socket);
        } else if (what < 17) {
            (void)read(it, socket, 1 + random_.below(200));
        } else if (what == 17) {
            auto const how = 1 + static_cast<std::uint32_t>(random_.below(3));
            if (random_.below(4) == 0 and net.shut_down(at, socket.handle, how)) {
                socket.is_shut[0] = socket.is_shut[0] or (how & 1) != 0;
                socket.is_shut[1] = socket.is_shut[1] or (how & 2) != 0;
                ++counts_.shutdowns;
            }
        } else if (socket.is_over or random_.below(4) == 0) {
            check(net.close(at, socket.handle).has_value());
            it.open.erase(it.open.begin() + static_cast<std::ptrdiff_t>(chosen));
            ++counts_.closed;
        }
    }
    auto disturb() -> void {
        auto const what = random_.below(6);
        if (what == 0) {
            ++counts_.restarts;
            restart(a_, world_.make_first());
        } else if (what == 1) {
            ++counts_.restarts;
            restart(b_, world_.make_second());
        } else {
            ++counts_.downs;
            auto const toggle = [](auto& it) {
                it.is_closed ? static_cast<void>(it.now->at.start()) : it.now->at.close();
                it.is_closed = not it.is_closed;
            };
            what % 2 == 0 ? toggle(a_) : toggle(b_);
        }
    }
    auto turn(std::size_t times) -> void {
        for (; times > 0; --times) {
            world_.turn(a_.now->at, b_.now->at);
        }
    }
    /// Everything is read until nothing comes any more; both sides come to rest.
    auto settle() -> void {
        for (auto* const each : {&a_.is_closed, &b_.is_closed}) {
            if (*each) {
                (void)(each == &a_.is_closed ? a_.now->at.start() : b_.now->at.start());
                *each = false;
            }
        }
        for (auto quiet = 0; quiet < 8;) {
            turn(30);
            auto is_moving = false;
            auto const drain = [&](auto& it) {
                accept(it);
                for (auto& each : it.open) {
                    while (read(it, each, 100)) {
                        is_moving = true;
                    }
                }
            };
            drain(a_);
            drain(b_);
            quiet = is_moving ? 0 : quiet + 1;
        }
        check(a_.now->at.is_up() and b_.now->at.is_up());
        auto const finish = [&](auto& it, auto& other) {
            for (auto const& each : it.open) {
                if (each.is_datagram or each.number >= all_.size() or each.is_over or each.is_shut[0]) {
                    continue;
                }
                for (auto const& peer : other.open) { // what one side has sent and not lost the other has read
                    if (peer.number == each.number and peer.is_client != each.is_client) {
                        check(each.read == peer.sent);
                        ++counts_.leftovers;
                    }
                }
            }
        };
        finish(a_, b_);
        finish(b_, a_);
        check(not a_.now->at.is_pending() and not b_.now->at.is_pending());
    }
    auto close_all(auto& it) -> void {
        auto& [net, at] = *it.now;
        for (auto const& each : it.open) {
            check(net.close(at, each.handle).has_value());
        }
        (void)net.close(at, it.server);
        it.open.clear();
        it.server = {};
    }
    /// No place has leaked.
    auto count_places(auto& it) -> void {
        auto& [net, at] = *it.now;
        for (auto i = 0u; i < config_of(0).connections; ++i) {
            check(net.connect(at, socket_kind::stream, "nobody").has_value());
        }
    }

  public:
    play(std::uint64_t seed, counts& all) : random_{seed}, counts_{all} {
        restart(a_, world_.make_first());
        restart(b_, world_.make_second());
        turn(20);
    }
    auto run(std::size_t operations) -> void {
        for (auto phase = 0; phase < 3; ++phase) {
            listen(a_);
            listen(b_);
            for (std::size_t i = 0; i < operations; ++i) {
                random_.below(2) == 0 ? act_on(a_) : act_on(b_);
                if (random_.below(300) == 0) {
                    disturb();
                }
                turn(random_.below(3));
            }
            settle();
        }
        close_all(a_);
        close_all(b_);
        turn(60);
        count_places(a_);
        count_places(b_);
    }
};

} // namespace socket_play
