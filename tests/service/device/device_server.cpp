#include <rpmsg/service/device/device_server.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "service/device/memory_files.hpp"
#include "service/raw_peer.hpp"
#include <array>
#include <cstdint>
#include <string_view>

namespace {
using namespace rpmsg;
namespace command = wire::device_command;
namespace failure = wire::device_error;
constexpr auto config = device_server_config{.sessions = 2, .handles = 2, .waiting = 2, .control_size = 8};
using server_type = device_server<config, memory_files>;
using end = rpmsg::testing::loopback<true, 4, 64>; // 36 bytes of data fit into an answer

template <fixed_name Name> struct named_peer {
    static constexpr auto name() -> std::string_view { return Name.view(); }
};
using memory_peer = raw_peer<named_peer<"rpdev/dev/memory">>;
using pipe_peer = raw_peer<named_peer<"rpdev/dev/pipe">>;

/// A server, and a peer that uses two devices.
struct served {
    memory_files::state files{};
    server_type service{memory_files{&files}};
    memory_peer memory_log{};
    pipe_peer pipe_log{};
    rpmsg::testing::loopback_memory<4, 64> link_memory{};
    channel<end, endpoints<decltype(group_of(service))>> side{end{link_memory, 0}, endpoints{group_of(service)}};
    channel<end, endpoints<ref<memory_peer>, ref<pipe_peer>>> peer{end{link_memory, 1},
                                                                   endpoints{ref{memory_log}, ref{pipe_log}}};

    constexpr served() {
        for (auto i = std::size_t{}; i < files.memory.size(); ++i) {
            files.memory[i] = static_cast<std::byte>(i);
        }
        check(side.start().has_value() and peer.start().has_value());
        turn(4);
        check(peer.at(0).is_bound() and peer.at(1).is_bound());
    }
    constexpr auto turn(int times = 1) -> void {
        for (; times > 0; --times) {
            (void)side.poll();
            (void)peer.poll();
        }
    }
    constexpr auto answers(std::uint32_t device = 0) const -> std::uint32_t {
        return device == 0 ? memory_log.log.message_count() : pipe_log.log.message_count();
    }
    constexpr auto last(std::uint32_t device = 0) const -> const_bytes {
        auto const& log = device == 0 ? memory_log.log : pipe_log.log;
        return log.payload(log.message_count() - 1);
    }
    constexpr auto send(std::uint32_t device, auto const& request, const_bytes data = {}) -> void {
        auto raw_bytes = std::array<std::byte, 64>{};
        store(bytes{raw_bytes}, request);
        copy(data, bytes{raw_bytes}.subspan(sizeof request));
        check(peer.at(device).send(const_bytes{raw_bytes}.first(sizeof request + data.size())).has_value());
    }
    /// Sends a request and returns the result of its only answer, which has its size, command and cookie.
    constexpr auto ask(std::uint32_t device, auto request, const_bytes data = {}, std::size_t answer_data = 0) -> std::int32_t {
        auto const before = answers(device);
        auto& front = front_of(request);
        front.head.cookie = 0xdead'beef'1234'5678;
        send(device, request, data);
        turn(2);
        check(answers(device) == before + 1 and last(device).size() == sizeof request + answer_data);
        auto const head = load<wire::device_header>(last(device));
        check(head.command == front.head.command and head.cookie == front.head.cookie);
        return head.result;
    }
    static constexpr auto front_of(wire::device_close& it) -> wire::device_close& { return it; }
    static constexpr auto front_of(auto& it) -> wire::device_close& { return it.front; }
    static constexpr auto front(std::uint32_t what, wire::device_number handle = {}) -> wire::device_close {
        return {.head = {.command = what}, .handle = handle};
    }
    constexpr auto open(std::uint32_t device = 0) -> wire::device_number {
        check(ask(device, wire::device_open{.front = front(command::open), .flags = 0x802}) == 0);
        return load<wire::device_open>(last(device)).front.handle;
    }
    constexpr auto transfer(std::uint32_t device, std::uint32_t what, wire::device_number handle, std::uint32_t count,
                            const_bytes data = {}, std::size_t answered = 0) -> std::int32_t {
        return ask(device, wire::device_transfer{.front = front(what, handle), .count = count}, data, answered);
    }
};

constexpr auto requests_are_answered_as_nuttx_answers_them() -> bool {
    auto it = served{};
    constexpr auto open_request = raw(1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 2, 8, 0, 0);
    check(it.peer.at(0).send(open_request).has_value());
    it.turn();
    check(same(it.last(), raw(1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 1, 0, 0, 0, 2, 8, 0, 0)));
    constexpr auto read_request = raw(3, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0);
    check(it.peer.at(0).send(read_request).has_value());
    it.turn();
    check(same(it.last(), raw(3, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 0, 1, 2, 3)));
    constexpr auto close_request = raw(2, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 1, 0, 0, 0);
    check(it.peer.at(0).send(close_request).has_value());
    it.turn();
    check(same(it.last(), close_request) and it.service.open_files() == 0 and it.files.closed == 1);
    return true;
}

constexpr auto a_file_is_read_written_and_moved() -> bool {
    auto it = served{};
    auto const handle = it.open();
    check(it.transfer(0, command::write, handle, 3, "abc"_payload) == 3);
    check(it.transfer(0, command::write, handle, 2, "defg"_payload) == 2); // two of the four bytes
    check(it.files.memory[4] == std::byte{'e'} and it.files.memory[5] == std::byte{5});
    auto const seek = [&](std::int64_t offset, std::int32_t whence) {
        return it.ask(0, wire::device_seek{.front = served::front(command::seek, handle),
                                           .offset = static_cast<std::uint64_t>(offset),
                                           .whence = whence});
    };
    check(seek(-3, 1) == 0 and load<wire::device_seek>(it.last()).offset == wire::device_number{2u});
    check(it.transfer(0, command::read_one, handle, 3, {}, 3) == 3 and same(it.last().subspan(28), "cde"_payload));
    check(seek(-1, 0) == failure::invalid and seek(0, 7) == failure::invalid);
    check(seek(0, 2) == 0 and load<wire::device_seek>(it.last()).offset == wire::device_number{200u});
    check(it.transfer(0, command::read, handle, 3) == 0);
    check(it.transfer(0, command::write, handle, 1, "x"_payload) == 0);
    return true;
}

constexpr auto a_long_read_is_answered_in_pieces() -> bool {
    auto it = served{};
    auto const handle = it.open();
    it.send(0, wire::device_transfer{.front = served::front(command::read, handle), .count = 100});
    it.turn();
    check(it.side.is_pending());
    it.turn(4);
    check(it.answers() == 4 and not it.side.is_pending()); // the opening, 36, 36 and 28 bytes
    check(it.memory_log.log.size(1) == 64 and it.memory_log.log.size(2) == 64 and it.memory_log.log.size(3) == 56);
    check(load<wire::device_transfer>(it.last()).count == 100 and it.last()[28] == std::byte{72});
    // The end of the device ends a read, too; read_one has one answer.
    it.send(0, wire::device_transfer{.front = served::front(command::read, handle), .count = 0xffff'ffff});
    it.turn(6);
    check(it.answers() == 8 and it.last().size() == 28 and load<wire::device_header>(it.last()).result == 0);
    auto const again = it.open();
    check(it.transfer(0, command::read_one, again, 0x8000'0000, {}, 36) == 36);
    it.turn(3);
    check(it.answers() == 10);
    return true;
}

constexpr auto control_requests_pass_by_the_rules() -> bool {
    auto it = served{};
    auto const handle = it.open();
    auto const control = [&](std::int32_t request, std::uint32_t size, const_bytes data, std::size_t answered) {
        return it.ask(0,
                      wire::device_control{.front = served::front(command::control, handle),
                                           .value = std::uint64_t{0x1'0000'0002},
                                           .size = size,
                                           .request = request},
                      data, answered);
    };
    check(control(0x101, 4, raw(0, 1, 2, 0xff), 4) == 0 and same(it.last().subspan(40), raw(0xff, 0xfe, 0xfd, 0)));
    check(load<wire::device_control>(it.last()).size == 4);
    check(control(0x102, 0, {}, 0) == 5 and it.files.value == 0x1'0000'0002);
    check(control(0x103, 4, raw(0, 1, 2, 3), 0) == failure::no_control);
    check(control(0x102, 4, raw(0, 1, 2, 3), 0) == failure::invalid);
    check(control(0x101, 0, {}, 0) == failure::invalid);
    check(control(0x101, 4, raw(0, 1, 2), 0) == failure::invalid);
    check(control(0x101, 9, raw(0, 1, 2, 3, 4, 5, 6, 7, 8), 0) == failure::invalid);
    check(control(0x101, 0xffff'ffff, raw(0, 1, 2, 3), 0) == failure::invalid);
    return true;
}

constexpr auto wrong_handles_and_counts_get_their_error() -> bool {
    auto it = served{};
    auto const handle = it.open();
    auto const other = it.open(1);
    auto const closed = it.open();
    check(it.ask(0, served::front(command::close, closed)) == 0);
    for (auto const wrong : {wire::device_number{}, closed, other, wire::device_number{handle.value() ^ 1},
                             wire::device_number{~std::uint64_t{}}}) {
        check(it.transfer(0, command::read, wrong, 4) == failure::bad_handle);
        check(it.transfer(0, command::read_one, wrong, 4) == failure::bad_handle);
        check(it.transfer(0, command::write, wrong, 4, "abcd"_payload) == failure::bad_handle);
        check(it.ask(0, served::front(command::close, wrong)) == failure::bad_handle);
        check(it.ask(0, wire::device_seek{.front = served::front(command::seek, wrong)}) == failure::bad_handle);
        check(it.ask(0, wire::device_control{.front = served::front(command::control, wrong), .size = 4, .request = 0x101},
                     "abcd"_payload) == failure::bad_handle);
        check(it.ask(0, wire::device_poll{.front = served::front(command::poll, wrong), .setup = 1}) == failure::bad_handle);
    }
    check(it.service.open_files() == 2 and it.files.places[0].position == 0);
    check(it.transfer(0, command::read, handle, 0) == 0);
    check(it.transfer(0, command::write, handle, 0) == 0);
    for (auto const count : {4u, 0x7fff'ffffu, 0x8000'0000u, 0xffff'ffffu}) {
        check(it.transfer(0, command::write, handle, count, "abc"_payload) == failure::invalid);
    }
    check(it.files.places[0].position == 0);
    (void)it.open();
    check(it.ask(0, wire::device_open{.front = served::front(command::open)}) == failure::too_many_files);
    (void)it.open(1); // the others have handles of their own
    return true;
}

constexpr auto unknown_and_short_messages_are_counted_and_not_answered() -> bool {
    auto it = served{};
    auto wrong = 0u;
    auto message_bytes = std::array<std::byte, 64>{};
    for (auto const what : {0u, 9u, 10u, 77u, 0x8000'0001u, 0xffff'ffffu}) {
        store(bytes{message_bytes}, what);
        check(it.peer.at(0).send(message_bytes).has_value());
        it.turn();
        check(it.service.counts() == device_server_counts{.malformed = ++wrong});
    }
    constexpr auto sizes = std::array<std::size_t, 9>{0, 28, 24, 28, 28, 28, 36, 40, 40};
    for (auto what = 1u; what <= 8; ++what) {
        store(bytes{message_bytes}, what);
        for (auto const size : {std::size_t{}, std::size_t{3}, std::size_t{15}, sizes[what] - 1}) {
            check(it.peer.at(0).send(const_bytes{message_bytes}.first(size)).has_value());
            it.turn();
            check(it.service.counts() == device_server_counts{.malformed = ++wrong});
        }
    }
    check(it.answers() == 0 and it.answers(1) == 0);
    return true;
}

constexpr auto a_client_is_told_of_its_events_once() -> bool {
    auto it = served{};
    auto const handle = it.open(1);
    auto const poll = [&](std::uint32_t setup, std::uint64_t token) {
        return it.ask(1, wire::device_poll{.front = served::front(command::poll, handle),
                                           .events = wire::device_event::readable,
                                           .setup = setup,
                                           .token = token});
    };
    check(it.transfer(1, command::read, handle, 4) == failure::try_again);
    check(poll(1, 0) == failure::invalid);
    check(poll(1, 0xabcd'0000'1234) == 0);
    it.turn(3);
    auto const before = it.answers(1);
    it.files.in_pipe = 3;
    it.service.changed();
    check(it.side.is_pending());
    it.turn(3);
    check(it.answers(1) == before + 1);
    check(same(it.last(1).first(4), raw(9, 0, 0, 0)) and it.last(1).size() == 28);
    check(same(it.last(1).subspan(16), raw(0x34, 0x12, 0, 0, 0xcd, 0xab, 0, 0, 1, 0, 0, 0)));
    check(it.transfer(1, command::read, handle, 3, {}, 3) == 3 and poll(0, 1) == 0);
    it.files.in_pipe = 3;
    it.service.changed();
    it.turn(3);
    check(it.answers(1) == before + 3);
    // Without a cookie a poll has no answer.
    it.send(1, wire::device_poll{.front = served::front(command::poll, handle), .events = 5, .setup = 1, .token = 7u});
    it.turn(3);
    check(it.answers(1) == before + 4 and load<wire::device_notify>(it.last(1)).events == 5);
    return true;
}

constexpr auto answers_wait_for_buffers_in_their_order() -> bool {
    auto it = served{};
    auto const handle = it.open();
    it.memory_log.keeps = true;
    for (auto i = 0; i < 4; ++i) {
        check(it.transfer(0, command::read, handle, 1, {}, 1) == 1);
    }
    it.send(0, wire::device_transfer{.front = served::front(command::read, handle), .count = 40});
    it.turn(2);
    check(it.answers() == 5 and it.files.places[0].position == 4); // nothing is done without a buffer for the answer
    it.memory_log.release_one();
    it.send(0, wire::device_transfer{.front = served::front(command::write, handle), .count = 1}, "x"_payload);
    it.turn(2);
    check(it.answers() == 6 and it.files.places[0].position == 40); // the older one has the buffer
    it.send(0, wire::device_transfer{.front = served::front(command::read, handle), .count = 1});
    it.turn(2);
    check(it.service.counts().lost == 1 and not it.side.is_pending());
    it.memory_log.release_all();
    it.turn(6);
    check(it.answers() == 8 and it.files.places[0].position == 45 and it.files.memory[44] == std::byte{'x'});
    check(it.transfer(0, command::read, handle, 1, {}, 1) == 1);
    return true;
}

constexpr auto the_end_of_a_session_closes_its_files() -> bool {
    auto it = served{};
    (void)it.open();
    auto const handle = it.open(1);
    check(it.service.open_files() == 2);
    it.pipe_log.keeps = true;
    for (auto i = 0; i < 5; ++i) { // one waits
        it.send(1, wire::device_transfer{.front = served::front(command::read, handle), .count = 1});
        it.turn();
    }
    it.pipe_log.release_all();
    it.side.close();
    check(it.service.open_files() == 0 and it.files.opened == 2 and it.files.closed == 2);
    check(it.side.start().has_value());
    it.turn(8);
    check(it.transfer(1, command::read, handle, 4) == failure::bad_handle);
    auto const next = it.open(1);
    check(next != handle);
    for (auto i = 0; i < 8; ++i) { // all buffers are back
        check(it.transfer(1, command::read, next, 4) == failure::try_again);
    }
    return true;
}

constexpr auto a_name_without_a_path_opens_nothing() -> bool {
    using peer_type = raw_peer<named_peer<"rpdev">>;
    auto files = memory_files::state{};
    auto service = server_type{memory_files{&files}};
    auto log = peer_type{};
    auto shared = rpmsg::testing::loopback_memory<4, 64>{};
    auto side = channel{end{shared, 0}, endpoints{group_of(service)}};
    auto peer = channel{end{shared, 1}, endpoints{ref{log}}};
    check(side.start().has_value() and peer.start().has_value());
    auto const turn = [&] {
        for (auto i = 0; i < 4; ++i) {
            (void)side.poll();
            (void)peer.poll();
        }
    };
    turn();
    auto request = std::array<std::byte, 28>{std::byte{1}};
    check(peer.at(0).send(request).has_value());
    turn();
    check(load<wire::device_header>(log.log.payload(0)).result == failure::no_entry and files.opened == 0);
    return true;
}
} // namespace

TEST_CASE("requests to a device server are answered as NuttX answers them") {
    STATIC_REQUIRE(requests_are_answered_as_nuttx_answers_them());
}
TEST_CASE("a file of the server is read, written and moved") { CHECK(a_file_is_read_written_and_moved()); }
TEST_CASE("a long read is answered in pieces, one with a limit of 2^31 up to the end of the file") {
    STATIC_REQUIRE(a_long_read_is_answered_in_pieces());
}
TEST_CASE("only control requests of the list pass, with data of exactly their size") {
    CHECK(control_requests_pass_by_the_rules());
}
TEST_CASE("handles of others, of before and invented ones, and wrong counts get their error") {
    CHECK(wrong_handles_and_counts_get_their_error());
}
TEST_CASE("unknown and short messages are counted and not answered") {
    CHECK(unknown_and_short_messages_are_counted_and_not_answered());
}
TEST_CASE("a client is told once of the events that it waits for") { STATIC_REQUIRE(a_client_is_told_of_its_events_once()); }
TEST_CASE("requests wait for buffers and are served in their order") {
    STATIC_REQUIRE(answers_wait_for_buffers_in_their_order());
}
TEST_CASE("the end of a session closes its files, and its handles are gone") {
    STATIC_REQUIRE(the_end_of_a_session_closes_its_files());
}
TEST_CASE("a name without a path opens nothing") { CHECK(a_name_without_a_path_opens_nothing()); }
