#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/service/socket/sockets.hpp>
#include <rpmsg/testing/loopback.hpp>

#include "ring_play.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {
using namespace rpmsg;
using end = rpmsg::testing::loopback<true, 4, 96>;
constexpr std::uint32_t window = 100;
using net_type = sockets<socket_config{.connections = 2, .window = window, .shutdown_delay = 10}>;
using table = endpoints<decltype(group_of(rpmsg::detail::lent<net_type&>()))>;

/// What a socket must have made of the messages of its peer. Positions do not wrap here.
struct model {
    bool is_datagram{};
    socket_end end{};
    std::uint64_t peer_window{};
    std::uint64_t sent = std::uint64_t{1} << 32;
    std::uint64_t acknowledged = std::uint64_t{1} << 32;
    std::vector<std::vector<std::byte>> unread{}; ///< datagrams, or pieces of the stream
    bool peer_sends = true;
    bool peer_receives = true;
    bool reads = true;

    [[nodiscard]] auto occupied() const -> std::size_t {
        std::size_t total = 0;
        for (auto const& each : unread) {
            total += each.size() + (is_datagram ? 4 : 0);
        }
        return total;
    }
    auto fail(socket_end why) -> void { end = end == socket_end::none ? why : end; }
    auto acknowledge(std::uint32_t position) -> void {
        auto const high = acknowledged & ~std::uint64_t{0xffff'ffff};
        for (std::uint64_t const at :
             {high - (std::uint64_t{1} << 32) + position, high + position, high + (std::uint64_t{1} << 32) + position}) {
            if (at <= sent and at + peer_window >= acknowledged) {
                acknowledged = std::max(acknowledged, at);
                return;
            }
        }
        fail(socket_end::bad_position);
    }
    auto hear(std::vector<std::byte> const& m) -> void {
        auto const word = [&](std::size_t at) {
            return at + 4 <= m.size() ? load<std::uint32_t>(const_bytes{m}.subspan(at)) : 0u;
        };
        if (end != socket_end::none) {
            return;
        }
        if (m.size() < 4) {
            return fail(socket_end::bad_length);
        }
        if (word(0) == 1) {
            if (m.size() != 20 or peer_window != 0 or word(4) == 0) {
                return fail(m.size() != 20     ? socket_end::bad_length
                            : peer_window != 0 ? socket_end::second_sync
                                               : socket_end::bad_window);
            }
            peer_window = std::min(word(4), 0x4000'0000u);
        } else if (word(0) == 2) {
            auto const front = is_datagram ? std::size_t{16} : std::size_t{12};
            auto const is_acknowledgement = m.size() == 12 and word(8) == 0;
            auto const is_right =
                is_acknowledgement or (m.size() >= front + (is_datagram ? 0 : 1) and word(8) == m.size() - front and
                                       (not is_datagram or word(12) == word(8)));
            if (m.size() < 12 or peer_window == 0 or not is_right) {
                return fail(m.size() < 12 or peer_window != 0 ? socket_end::bad_length : socket_end::early_data);
            }
            acknowledge(word(4));
            if (end != socket_end::none or is_acknowledgement) {
                return;
            }
            if (occupied() + m.size() - 12 > window) {
                return fail(socket_end::overrun);
            }
            if (peer_sends and reads) {
                unread.emplace_back(m.begin() + static_cast<std::ptrdiff_t>(front), m.end());
            }
        } else if (word(0) == 3) {
            if (m.size() != 8) {
                return fail(socket_end::bad_length);
            }
            peer_receives = peer_receives and (word(4) & 1) == 0;
            peer_sends = peer_sends and (word(4) & 2) == 0;
        }
    }
    [[nodiscard]] auto readable() const -> std::vector<std::byte> {
        auto all = std::vector<std::byte>{};
        for (auto const& each : unread) {
            all.insert(all.end(), each.begin(), each.end());
            if (is_datagram) {
                break;
            }
        }
        return all;
    }
    auto consume(std::size_t size) -> void {
        if (is_datagram and not unread.empty()) {
            unread.erase(unread.begin());
        }
        while (not is_datagram and size > 0) {
            auto& first = unread.front();
            auto const some = std::min(size, first.size());
            first.erase(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(some));
            size -= some;
            if (first.empty()) {
                unread.erase(unread.begin());
            }
        }
    }
};

struct play {
    struct handler {
        std::vector<held_message> kept{};
        bool keeps{};
        auto operator()(link_ref link, message const& m) -> void {
            auto const command = m.payload.size() >= 4 ? load<std::uint32_t>(m.payload) : 0;
            expects(command >= 1 and command <= 3);
            expects(command != 1 or m.payload.size() == 20);
            expects(command != 3 or m.payload.size() == 8);
            if (keeps) {
                kept.push_back(link.hold(m));
            }
        }
    };
    fuzz::input bytes;
    rpmsg::testing::loopback_memory<4, 96> memory{};
    net_type net{};
    handler ear{};
    channel<end, table> side{end{memory, 0}, table{group_of(net)}};
    channel<end, endpoint_pool<4>> peer{end{memory, 1}, endpoint_pool<4>{}};
    model expected{};
    socket_handle server{};
    socket_handle socket{};
    std::uint32_t endpoint{};
    std::uint32_t names{};
    bool is_accepted{};
    ticks now{};

    explicit play(fuzz::input input, bool is_datagram) : bytes{input} {
        expected.is_datagram = is_datagram;
        expects(side.start().has_value() and peer.start().has_value());
        turn(4);
        if (is_datagram) {
            auto const made = net.bind(side, socket_kind::datagram, "d");
            expects(made.has_value());
            socket = *made;
            is_accepted = true;
        } else {
            auto const made = net.bind(side, socket_kind::stream, "s");
            expects(made.has_value() and net.listen(side, *made, 2).has_value());
            server = *made;
        }
        announce();
    }
    auto turn(unsigned times = 1) -> void {
        for (; times > 0; --times) {
            (void)side.poll(now);
            (void)peer.poll(now);
        }
    }
    auto announce() -> void {
        auto const name = expected.is_datagram ? std::string{"s:d"} : "s:s:" + std::to_string(names++ % 10);
        auto const made = peer.create(name, ear);
        expects(made.has_value());
        endpoint = *made;
        turn(4);
    }
    auto tell(std::vector<std::byte> const& what) -> void {
        auto const was_bound = peer.at(endpoint).is_bound();
        if (peer.at(endpoint).send(what).has_value() and was_bound) {
            turn(2);
            expected.hear(what);
            accept();
            compare();
        }
    }
    auto accept() -> void {
        if (is_accepted) {
            return;
        }
        if (auto const made = net.accept(side, server)) {
            socket = *made;
            is_accepted = true;
        }
    }
    auto compare() -> void {
        if (not is_accepted) {
            return;
        }
        expects(net.end(socket) == expected.end);
        auto into = std::vector<std::byte>(window);
        auto const size = net.peek(socket).copy_to(into);
        auto const all = expected.readable();
        expects(size == all.size() and std::equal(all.begin(), all.end(), into.begin()));
        expects(net.unacknowledged(socket) == static_cast<std::uint32_t>(expected.sent - expected.acknowledged));
    }
    auto message_of(std::uint32_t command, std::size_t size) -> std::vector<std::byte> {
        auto const front = expected.is_datagram ? std::size_t{16} : std::size_t{12};
        auto made = std::vector<std::byte>(front + size);
        auto const behind = static_cast<std::uint32_t>(bytes.take() % 8);
        store(rpmsg::bytes{made}, wire::socket_data{.command = command,
                                                    .position = static_cast<std::uint32_t>(expected.sent) - behind,
                                                    .length = static_cast<std::uint32_t>(size)});
        if (expected.is_datagram) {
            store(rpmsg::bytes{made}.subspan(12), static_cast<std::uint32_t>(size));
        }
        for (std::size_t i = front; i < made.size(); ++i) {
            made[i] = static_cast<std::byte>(bytes.take());
        }
        return made;
    }
    auto sync_of(std::uint32_t size) -> std::vector<std::byte> {
        auto made = std::vector<std::byte>(20);
        store(rpmsg::bytes{made}, wire::socket_sync{.window = size});
        return made;
    }
    auto act() -> void {
        switch (bytes.take() % 14) {
        case 0: {
            auto made = std::vector<std::byte>(bytes.take() % 97u);
            for (auto& each : made) {
                each = static_cast<std::byte>(bytes.take());
            }
            return tell(made);
        }
        case 1:
        case 2:
        case 3: return tell(message_of(2, bytes.take() % 60u));
        case 4: {
            auto made = message_of(2, bytes.take() % 40u);
            made[bytes.take() % made.size()] ^= static_cast<std::byte>(bytes.take());
            return tell(made);
        }
        case 5: return tell(sync_of(bytes.take() % 4u == 0 ? bytes.number() : 80u));
        case 6: {
            auto made = std::vector<std::byte>(8);
            store(rpmsg::bytes{made}, wire::socket_shutdown{.directions = bytes.take() % 8u});
            return tell(made);
        }
        case 7: {
            auto const data = std::vector<std::byte>(1 + bytes.take() % 60u);
            if (auto const sent = net.send(side, socket, data); sent and *sent != 0) {
                expects(expected.end == socket_end::none and expected.peer_receives);
                expected.sent += *sent + (expected.is_datagram ? 4 : 0);
                expects(expected.sent - expected.acknowledged <= expected.peer_window);
            }
            return;
        }
        case 8: {
            auto into = std::vector<std::byte>(1 + bytes.take() % 50u);
            if (auto const got = net.receive(side, socket, into); got and not expected.unread.empty()) {
                expected.consume(*got);
            }
            return compare();
        }
        case 9:
            if (net.shut_down(side, socket, 1)) {
                expected.reads = false;
                expected.unread.clear();
            }
            return;
        case 10: ear.keeps = not ear.keeps; return;
        case 11: ear.kept.clear(); return;
        case 12: now += bytes.take(); return;
        default: turn(bytes.take() % 4); return;
        }
    }
    /// Whatever was said, the next connection works.
    auto settle() -> void {
        ear.keeps = false;
        ear.kept.clear();
        turn(20);
        (void)peer.destroy(endpoint);
        turn(10);
        accept();
        (void)net.close(side, socket);
        turn(20);
        while (auto const rest = net.accept(side, server)) {
            (void)net.close(side, *rest);
        }
        turn(20);
        expects(not side.is_pending());
        auto fresh = model{};
        fresh.is_datagram = expected.is_datagram;
        expected = fresh;
        if (expected.is_datagram) {
            auto const made = net.bind(side, socket_kind::datagram, "d");
            expects(made.has_value());
            socket = *made;
        }
        is_accepted = expected.is_datagram;
        announce();
        tell(sync_of(80));
        tell(message_of(2, 30));
        turn(10);
        accept();
        expects(is_accepted and net.readiness(socket).readable and net.readiness(socket).writable);
        compare();
    }
};
} // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    if (size > 0) {
        auto it = play{fuzz::input{data + 1, size - 1}, data[0] % 2 != 0};
        while (not it.bytes.is_empty()) {
            it.act();
        }
        it.settle();
    }
    return 0;
}
