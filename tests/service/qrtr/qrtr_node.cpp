#include <rpmsg/service/qrtr/qrtr_node.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "service/raw_peer.hpp"
#include <array>
#include <cstdint>

namespace {
using namespace rpmsg;
using wire::qrtr_control;
using wire::qrtr_header;
using wire::qrtr_kind;

/// What the ports of a node were told, in static storage of the test.
struct notes {
    std::uint32_t heard{};
    std::uint32_t last_size{};
    qrtr_address from{};
    std::array<std::uint32_t, 5> events{};
    qrtr_event last{};
    bool echoes = true;
};

/// A node with an echo server 15 of instance 3 and a client.
struct echo_node {
    notes* log;
    static constexpr std::uint32_t number = 7;
    struct hears {
        notes* log;
        constexpr auto operator()(auto& link, qrtr_message const& m) const -> void {
            ++log->heard;
            log->last_size = static_cast<std::uint32_t>(m.data.size());
            log->from = m.source;
            if (log->echoes) {
                (void)link.send(m.source, m.data);
            }
        }
    };
    struct is_told {
        notes* log;
        constexpr auto operator()(auto&, qrtr_event const& e) const -> void {
            ++log->events[static_cast<std::size_t>(e.kind)];
            log->last = e;
        }
    };
    static constexpr auto make(notes& log) {
        return make_qrtr_node<qrtr_config{.node = number, .servers = 2, .flows = 2, .resumes = 2}>(
            qrtr_service<15, 3>(hears{&log}, is_told{&log}), qrtr_client(hears{&log}));
    }
};
using node_type = decltype(echo_node::make(detail::lent<notes&>()));

constexpr auto of_linux = qrtr_address{1, wire::qrtr_control_port};
constexpr auto to_control = qrtr_address{echo_node::number, wire::qrtr_control_port};
constexpr auto to_server = qrtr_address{echo_node::number, 0x4000};
constexpr auto a_program = qrtr_address{1, 0x4001};

/// The node beside a peer that is Linux.
struct world {
    notes log{};
    struct made : node_type {
        constexpr explicit made(notes* log) : node_type{echo_node::make(*log)} {}
    };
    beside_a_peer<made, 4, 64> pair{&log};

    constexpr auto send(qrtr_header head, const_bytes data) -> void {
        auto message = std::array<std::byte, 64>{};
        head.size = static_cast<std::uint32_t>(data.size());
        auto const size = wire::write_qrtr_header(message, head);
        copy(data, bytes{message}.subspan(sizeof head));
        pair.receive(const_bytes{message}.first(size));
        pair.turn();
    }
    constexpr auto control(qrtr_control const& content) -> void {
        pair.receive(wire::make_qrtr_control(of_linux, to_control, content));
        pair.turn();
    }
    constexpr auto data(std::uint32_t confirms = 0, qrtr_address to = to_server, std::size_t size = 5) -> void {
        auto const text = std::array<std::byte, 24>{};
        send({.source = a_program, .confirms = confirms, .destination = to}, const_bytes{text}.first(size));
    }
    constexpr auto last() -> wire::qrtr_packet {
        auto packet = wire::qrtr_packet{};
        check(wire::read_qrtr(pair.answer(pair.answers() - 1), packet));
        return packet;
    }
    constexpr auto last_control() -> qrtr_control {
        auto content = qrtr_control{};
        check(wire::read_header(last().data, 0, content));
        return content;
    }
};

constexpr auto a_node_says_hello_once_and_announces_after_that_of_its_neighbour() -> bool {
    auto it = world{};
    check(it.pair.answers() == 1 and it.last().kind == qrtr_kind::hello);
    check(same(it.pair.answer(0),
               raw(1, 0, 0, 0, 2, 0, 0, 0, 7, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0, 20, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
                   0xfe, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)));
    for (std::uint32_t times = 2; times < 5; ++times) {
        it.control({.kind = qrtr_kind::hello});
        check(it.pair.answers() == times);
        check(it.last_control().kind == qrtr_kind::new_server and it.last_control().server == qrtr_server{15, 3, to_server});
    }
    return true;
}

constexpr auto data_reaches_its_port_and_is_answered() -> bool {
    auto it = world{};
    it.data();
    check(it.log.heard == 1 and it.log.last_size == 5 and it.log.from == a_program);
    check(it.last().kind == qrtr_kind::data and it.last().source == to_server and it.last().destination == a_program);
    check(it.last().data.size() == 5 and it.pair.answer(1).size() == 40 and not it.last().confirms);
    it.data(0, {7, 0x4001});
    check(it.log.heard == 2 and it.last().source == qrtr_address{7, 0x4001});
    return true;
}

constexpr auto padding_shows_nothing_of_an_earlier_packet() -> bool {
    auto it = world{};
    auto text = std::array<std::byte, 24>{};
    text.fill(std::byte{0xee});
    for (int i = 0; i < 8; ++i) { // through all buffers
        it.send({.source = a_program, .destination = to_server}, const_bytes{text}.first(i < 4 ? 24 : 5));
    }
    check(same(it.pair.answer(8).subspan(32), raw(0xee, 0xee, 0xee, 0xee, 0xee, 0, 0, 0)));
    return true;
}

constexpr auto a_packet_of_version_2_is_read() -> bool {
    auto it = world{};
    it.pair.receive(raw(3, 1, 1, 4, 3, 0, 0, 0, 1, 0, 1, 0x40, 7, 0, 0, 0x40, 9, 9, 9, 9, 'a', 'b', 'c', 0));
    it.pair.turn();
    check(it.log.heard == 1 and it.log.last_size == 3 and it.log.from == a_program);
    check(it.last_control().kind == qrtr_kind::resume);
    it.pair.receive(raw(3, 2, 0, 0, 20, 0, 0, 0, 1, 0, 0xfe, 0xff, 7, 0, 0xfe, 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                        0, 0, 0, 0, 0, 0));
    it.pair.turn();
    check(it.last_control().kind == qrtr_kind::new_server);
    return true;
}

constexpr auto what_asks_for_it_is_confirmed_after_its_handler() -> bool {
    auto it = world{};
    it.log.echoes = false;
    it.data(1);
    check(it.last().source == to_server and it.last().destination == a_program);
    check(it.last_control().kind == qrtr_kind::resume and it.last_control().client() == to_server);
    return true;
}

constexpr auto a_confirmation_waits_for_a_buffer() -> bool {
    auto it = world{};
    it.pair.other.keeps = true;
    while (it.pair.service.counts().received < 7) { // each answer takes a buffer, the last one is kept for confirmations
        it.data(it.pair.service.counts().received >= 3 ? 1 : 0);
    }
    auto const before = it.pair.answers();
    check(it.pair.service.counts().full == 1); // of four one was sent, and two can wait
    it.pair.other.release_all();
    it.pair.turn(6);
    check(it.pair.answers() >= before + 1 and it.last_control().kind == qrtr_kind::resume);
    return true;
}

constexpr auto a_sender_asks_at_5_and_stops_at_10() -> bool {
    auto it = world{};
    it.log.echoes = false;
    auto const text = raw(1, 2, 3);
    auto const send = [&] {
        auto const sent = it.pair.service.send(it.pair.side.at(0), 1, a_program, text);
        it.pair.turn();
        return sent.error();
    };
    for (auto i = 1; i <= 10; ++i) {
        check(send() == error{} and it.last().confirms == (i == 5));
    }
    check(send() == error::would_block and it.log.events[4] == 0);
    auto const other = qrtr_address{1, 0x4002};
    check(it.pair.service.send(it.pair.side.at(0), 1, other, text).has_value()); // another port has its own
    it.pair.turn();
    auto const content = qrtr_control{qrtr_kind::resume, {a_program.node, a_program.port, {}}};
    it.pair.receive(wire::make_qrtr_control(a_program, {7, 0x4001}, content));
    check(it.log.events[4] == 1 and it.log.last.about.at == a_program and send() == error{});
    return true;
}

constexpr auto without_room_for_a_flow_each_packet_asks() -> bool {
    auto it = world{};
    for (std::uint32_t i = 0; i < 4; ++i) {
        check(it.pair.service.send(it.pair.side.at(0), 0, {1, 0x4001 + i}, raw(1)).has_value());
        it.pair.turn();
        check(it.last().confirms == (i >= 2));
    }
    return true;
}

constexpr auto servers_of_others_are_found_until_they_go() -> bool {
    auto it = world{};
    auto const server = [](std::uint32_t service, std::uint32_t port) { return qrtr_server{service, 1, {1, port}}; };
    auto const& node = it.pair.service;
    check(not node.find(20));
    it.control({qrtr_kind::new_server, server(20, 0x4005)});
    check(node.find(20) == qrtr_address{1, 0x4005} and not node.find(20, 2) and node.find(20, 1) and it.log.events[0] == 1);
    it.control({qrtr_kind::new_server, server(21, 0x4005)}); // the same port
    check(not node.find(20) and node.find(21) and it.log.events[1] == 1);
    it.control({qrtr_kind::new_server, server(22, 0x4006)});
    it.control({qrtr_kind::new_server, server(23, 0x4007)});
    check(node.counts().full == 1 and not node.find(23));
    it.control({qrtr_kind::new_server, {15, 1, {7, 0x4000}}}); // nobody else has servers of this node
    check(node.counts().full == 1 and not node.find(15));
    it.control({qrtr_kind::delete_server, server(21, 0x4005)});
    check(not node.find(21) and node.find(22));
    it.control({qrtr_kind::delete_client, {2, 0x4006, {}}}); // of a node that it is not
    check(node.find(22) and it.log.events[2] == 0);
    it.control({qrtr_kind::delete_client, {1, 0x4006, {}}});
    check(not node.find(22) and it.log.events[2] == 1);
    it.control({qrtr_kind::new_server, server(20, 0x4005)});
    it.control({qrtr_kind::bye});
    check(not node.find(20) and it.log.events[3] == 1 and it.log.last.about.at.node == 1);
    it.control({qrtr_kind::new_server, server(20, 0x4005)});
    it.pair.peer.close();
    it.pair.turn(2);
    check(not node.find(20) and it.log.events[3] == 2);
    return true;
}

constexpr auto what_linux_would_drop_is_dropped() -> bool {
    auto it = world{};
    auto refused = 0u;
    auto const refuses = [&](const_bytes message) {
        it.pair.receive(message);
        check(it.log.heard == 0 and it.pair.service.counts().malformed == ++refused);
    };
    auto good =
        raw(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0x40, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 7, 0, 0, 0, 0, 0x40, 0, 0, 1, 2, 3, 0);
    auto const with = [&](std::size_t at, int value) {
        auto changed = good;
        changed[at] = static_cast<std::byte>(value);
        return changed;
    };
    refuses({});
    for (std::size_t size = 1; size < good.size(); ++size) {
        refuses(const_bytes{good}.first(size));
    }
    refuses(with(0, 0));
    refuses(with(0, 2));
    refuses(with(0, 3)); // a short header with a size that disagrees
    refuses(with(4, 2)); // HELLO for a port
    refuses(with(4, 7)); // RESUME_TX without its address
    for (auto const size : {0, 5, 0xfc, 0xff}) {
        refuses(with(20, size));
    }
    refuses(with(23, 0x80));
    it.pair.receive(with(24, 8));    // for another node
    it.pair.receive(with(28, 2));    // for a port that nobody has
    it.pair.receive(with(29, 0x3f)); // below the first one
    check(it.log.heard == 0 and it.pair.service.counts().foreign == 3);
    it.pair.receive(good);
    check(it.log.heard == 1);
    it.pair.receive(wire::make_qrtr_control(of_linux, to_control, {.kind = qrtr_kind{9}}));
    check(it.pair.service.counts().malformed == ++refused);
    return true;
}

constexpr auto a_send_refuses_in_words() -> bool {
    auto it = world{};
    auto const much = std::array<std::byte, 33>{};
    auto& node = it.pair.service;
    check(node.send(it.pair.side.at(0), 0, a_program, {}).error() == error::malformed);
    check(node.send(it.pair.side.at(0), 2, a_program, raw(1)).error() == error::no_endpoint);
    check(node.send(it.pair.side.at(0), 0, a_program, much).error() == error::too_large);
    check(node.send(it.pair.side.at(0), 0, a_program, const_bytes{much}.first(32)).has_value());
    return true;
}

constexpr auto two_nodes_find_each_other() -> bool {
    auto first = notes{};
    auto second = notes{.echoes = false};
    auto server = make_qrtr_node(qrtr_service<40>(echo_node::hears{&first}));
    auto client = make_qrtr_node<qrtr_config{.node = 3}>(qrtr_client(echo_node::hears{&second}));
    using end = testing::loopback<true, 4, 64>;
    auto memory = testing::loopback_memory<4, 64>{};
    auto a = channel<end, endpoints<ref<decltype(server)>>>{end{memory, 0}, endpoints{ref{server}}};
    auto b = channel<end, endpoints<ref<decltype(client)>>>{end{memory, 1}, endpoints{ref{client}}};
    check(a.start().has_value() and b.start().has_value());
    auto const turn = [&] {
        for (int i = 0; i < 6; ++i) {
            (void)a.poll();
            (void)b.poll();
        }
    };
    turn();
    auto const at = client.find(40);
    check(at == qrtr_address{2, 0x4000});
    for (std::uint32_t i = 1; i <= 30; ++i) { // more than are sent without a confirmation
        check(client.send(b.at(0), 0, *at, raw(4, 5, 6)).has_value());
        turn();
        check(second.heard == i and second.last_size == 3);
    }
    return true;
}
} // namespace

TEST_CASE("a node says HELLO once and announces its servers after that of its neighbour") {
    STATIC_REQUIRE(a_node_says_hello_once_and_announces_after_that_of_its_neighbour());
}
TEST_CASE("data reaches its port and is answered from there") { STATIC_REQUIRE(data_reaches_its_port_and_is_answered()); }
TEST_CASE("the padding of a packet shows nothing of an earlier one") {
    STATIC_REQUIRE(padding_shows_nothing_of_an_earlier_packet());
}
TEST_CASE("a packet of version 2 is read") { STATIC_REQUIRE(a_packet_of_version_2_is_read()); }
TEST_CASE("a packet that asks for it is confirmed after its handler") {
    STATIC_REQUIRE(what_asks_for_it_is_confirmed_after_its_handler());
}
TEST_CASE("a confirmation waits for a buffer") { STATIC_REQUIRE(a_confirmation_waits_for_a_buffer()); }
TEST_CASE("a sender asks for a confirmation at 5 packets and stops at 10") {
    STATIC_REQUIRE(a_sender_asks_at_5_and_stops_at_10());
}
TEST_CASE("a packet that is not counted asks for a confirmation") {
    STATIC_REQUIRE(without_room_for_a_flow_each_packet_asks());
}
TEST_CASE("servers of other nodes are found until they go") { STATIC_REQUIRE(servers_of_others_are_found_until_they_go()); }
TEST_CASE("a packet that Linux would drop is dropped and counted") { STATIC_REQUIRE(what_linux_would_drop_is_dropped()); }
TEST_CASE("a send without data, from no port or of too much is refused in words") { STATIC_REQUIRE(a_send_refuses_in_words()); }
TEST_CASE("two nodes of this library find each other and talk") { STATIC_REQUIRE(two_nodes_find_each_other()); }
