#include <rpmsg/framework/channel.hpp>
#include <rpmsg/host/capture/pcapng.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/transport/tap_ring.hpp>
#include <rpmsg/transport/tapped.hpp>

#include <catch2/catch_test_macros.hpp>

#include "capture/folder.hpp"
#include "capture/reader.hpp"
#include "check.hpp"
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <thread>
#include <type_traits>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {
using namespace rpmsg;
using host::pcapng;
using host::pcapng_link;
using end = testing::loopback<>;
using ends = testing::loopback_memory<>;

constexpr auto to_peer = wire::header{.source = address{1024}, .destination = address{1025}, .length = 3};
constexpr auto from_peer = wire::header{.source = address{1025}, .destination = address{1024}, .length = 3};

auto has(std::string const& text, std::string_view part) -> bool { return text.find(part) != std::string::npos; }
auto send(pcapng_link& link, const_bytes payload, bool accepted = true) -> void {
    auto header = to_peer;
    header.length = static_cast<std::uint16_t>(payload.size());
    link.sending(header, payload);
    link.sent(accepted);
}
auto since_1970() -> std::uint64_t {
    auto time = timespec{};
    clock_gettime(CLOCK_REALTIME, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(time.tv_nsec);
}

/// A capture of one link in a file, read back when it is finished.
struct captured {
    capture::folder folder{};
    std::string path = folder.path("x.pcapng");
    pcapng all{std::move(*pcapng::create(path))};
    pcapng_link link{std::move(*all.add_link("one", "nuttx"))};

    auto read() -> capture::file {
        all.finish();
        CHECK(all.error().empty());
        return capture::read(path);
    }
};

/// A peer whose message `receive` drops.
struct dropping : end {
    using end::end;
    bool drops = true;
    auto receive() -> rx_buffer {
        auto got = end::receive();
        if (got.outcome == rx_outcome::message and drops) {
            end::release(got.token);
            count(counter::bad_length);
            return {.outcome = rx_outcome::dropped};
        }
        return got;
    }
};
} // namespace

TEST_CASE("a capture names its program, its links and their dialects, with nanoseconds and the link type for private use") {
    auto it = captured{};
    REQUIRE(it.all.add_link("two", "linux"));
    auto const read = it.read();
    REQUIRE(read.about.find(4) != nullptr);
    CHECK(read.about.find(4)->text() == "rpmsg");
    REQUIRE(read.interfaces.size() == 2);
    CHECK(read.interfaces[0].link_type == 147);
    CHECK(read.interfaces[0].snap == 0);
    CHECK(read.interfaces[0].extra.find(2)->text() == "one");
    CHECK(read.interfaces[0].extra.comments() == "RPMsg, dialect nuttx");
    CHECK(read.interfaces[0].extra.find(9)->number<std::uint8_t>() == 9);
    CHECK(read.interfaces[1].extra.find(2)->text() == "two");
    CHECK(read.interfaces[1].extra.comments() == "RPMsg, dialect linux");
}

TEST_CASE("a packet is the header and the payload, with the direction as seen from this side") {
    auto it = captured{};
    send(it.link, "abc"_payload);
    it.link.received(from_peer, "xyz"_payload);
    auto const read = it.read();
    REQUIRE(read.packets.size() == 2);
    CHECK(read.packets[0].is_outbound());
    CHECK(read.packets[0].header() == to_peer);
    CHECK(same(read.packets[0].payload(), "abc"_payload));
    CHECK(read.packets[1].is_inbound());
    CHECK(read.packets[1].header() == from_peer);
    CHECK(same(read.packets[1].payload(), "xyz"_payload));
    for (auto const& each : read.packets) {
        CHECK(each.original == 19);
        CHECK(each.missing() == 0);
        CHECK(each.extra.comments().empty());
    }
    REQUIRE(read.summaries.size() == 1);
    CHECK(read.summaries[0].extra.find(4)->number<std::uint64_t>() == 1);
    CHECK(read.summaries[0].extra.find(5)->number<std::uint64_t>() == 0);
    CHECK(read.summaries[0].extra.find(7)->number<std::uint64_t>() == 0);
}

TEST_CASE("payloads of each length are recorded whole, the empty one too") {
    auto it = captured{};
    auto const longest = std::vector<std::byte>(0xffff, std::byte{7});
    constexpr std::size_t small = 9;
    for (std::size_t size = 0; size < small; ++size) {
        send(it.link, const_bytes{longest}.first(size));
    }
    send(it.link, longest);
    auto const read = it.read();
    REQUIRE(read.packets.size() == small + 1);
    for (std::size_t size = 0; size < small; ++size) {
        CHECK(same(read.packets[size].payload(), const_bytes{longest}.first(size)));
    }
    CHECK(same(read.packets[small].payload(), longest));
}

TEST_CASE("the time is that of this machine, in order, and a message is stamped before the peer can have it") {
    auto const before = since_1970();
    auto it = captured{};
    it.link.sending(to_peer, "abc"_payload);
    auto const passed = since_1970();
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
    it.link.sent(true);
    it.link.received(from_peer, "xyz"_payload);
    auto const read = it.read();
    constexpr std::uint64_t tolerance = 1'000'000;
    CHECK(read.packets[0].time + tolerance > before);
    CHECK(read.packets[0].time < passed + tolerance);
    CHECK(read.packets[1].time >= read.packets[0].time + tolerance);
    CHECK(read.packets[1].time < since_1970() + tolerance);
}

TEST_CASE("a message that was refused is not in the capture, and the next packet tells why") {
    auto it = captured{};
    send(it.link, "abc"_payload, false);
    it.link.counted(counter::closed, 1);
    it.link.counted(counter::no_buffer, 1);
    it.link.counted(counter::no_buffer, 2);
    send(it.link, "def"_payload);
    send(it.link, "ghi"_payload);
    it.link.counted(counter::too_large, 1);
    auto const read = it.read();
    REQUIRE(read.packets.size() == 2);
    CHECK(same(read.packets[0].payload(), "def"_payload));
    CHECK(read.packets[0].extra.comments() == "counter: no buffer, 3 times\ncounter: closed");
    CHECK(read.packets[1].extra.comments().empty());
    CHECK(read.summaries[0].extra.comments() == "counter: too large"); // no packet followed
}

TEST_CASE("a message that the transport dropped is an event with its reason and counted as missing, not a message") {
    auto it = captured{};
    it.link.dropped(counter::bad_length);
    send(it.link, "abc"_payload);
    auto const read = it.read();
    REQUIRE(read.packets.size() == 2);
    CHECK(read.packets[0].data.empty());
    CHECK(read.packets[0].is_inbound());
    CHECK(read.packets[0].missing() == 1);
    CHECK(read.packets[0].extra.comments() == "dropped: bad length");
    CHECK(read.packets[1].missing() == 0);
    CHECK(read.summaries[0].extra.find(4)->number<std::uint64_t>() == 0);
    CHECK(read.summaries[0].extra.find(5)->number<std::uint64_t>() == 1);
}

TEST_CASE("a message that no endpoint takes is in the capture, and an event tells that it was not delivered") {
    auto it = captured{};
    it.link.received(from_peer, "xyz"_payload);
    it.link.counted(counter::no_endpoint, 1);
    it.link.counted(counter::bad_announcement, 4);
    auto const read = it.read();
    REQUIRE(read.packets.size() == 3);
    CHECK(same(read.packets[0].payload(), "xyz"_payload));
    CHECK(read.packets[1].data.empty());
    CHECK(read.packets[1].missing() == 0);
    CHECK(read.packets[1].extra.comments() == "not delivered: no endpoint");
    CHECK(read.packets[2].extra.comments() == "not delivered: bad announcement, 4 times");
}

TEST_CASE("changes of the link are events in words") {
    auto it = captured{};
    it.link.changed({.event = link_event::up});
    it.link.counted(counter::link_down, 1);
    it.link.counted(counter::lost_in_flight, 3);
    it.link.changed({.event = link_event::down, .reason = down_reason::peer_restarted, .unreturned = 3});
    it.link.changed({.event = link_event::refused, .reason = down_reason::incompatible});
    for (auto i = 0; i <= static_cast<int>(down_reason::reset_asked); ++i) {
        it.link.changed({.event = link_event::down, .reason = static_cast<down_reason>(i)});
    }
    auto const read = it.read();
    REQUIRE(read.packets.size() == 11);
    CHECK(read.packets[0].extra.comments() == "link up");
    CHECK(read.packets[1].extra.comments() == "link down: peer restarted, 3 messages not returned");
    CHECK(read.packets[2].extra.comments() == "link refused: incompatible");
    CHECK(read.packets[10].extra.comments() == "link down: reset requested");
    for (auto const& each : read.packets) {
        CHECK(each.data.empty());
        CHECK(each.flags() == 0);
    }
}

TEST_CASE("two channels hold a conversation, and both captures have the same messages in opposite directions") {
    auto folder = capture::folder{};
    auto all = pcapng::create(folder.path("x"));
    REQUIRE(all);
    auto host_link = std::move(*all->add_link("host", "rpmsg"));
    auto remote_link = std::move(*all->add_link("remote", "rpmsg"));
    auto memory = ends{};
    channel remote{tapped{end{memory, 0}, remote_link},
                   endpoints{endpoint<"x">([](auto& it, message const& m) { it.reply(m, m.payload); })}};
    channel host{tapped{end{memory, 1}, host_link}, endpoints{endpoint<"x">([](auto&, message const&) {})}};
    REQUIRE((remote.start() and host.start()));
    for (auto turn = 0; turn < 14; ++turn) {
        if (turn < 10) {
            (void)host.get<"x">().send("hello"_payload);
        }
        host.poll();
        remote.poll();
    }
    host.close();
    remote.poll();
    all->finish();
    auto const read = capture::read(folder.path("x"));
    auto sides = std::array<std::array<std::vector<capture::packet>, 2>, 2>{};
    for (auto const& each : read.packets) {
        if (not each.data.empty()) {
            sides[each.interface][each.is_outbound() ? 1 : 0].push_back(each);
        }
    }
    for (auto const side : {0u, 1u}) {
        auto const& in = sides[side][0];
        auto const& out = sides[1 - side][1];
        REQUIRE(in.size() == out.size());
        REQUIRE(in.size() > 5);
        for (std::size_t i = 0; i < in.size(); ++i) {
            CHECK(in[i].data == out[i].data);
            CHECK(in[i].time >= out[i].time);
        }
        CHECK(read.summaries[side].extra.find(4)->number<std::uint64_t>() == in.size());
    }
    CHECK(std::count_if(read.packets.begin(), read.packets.end(), [](auto const& each) {
              return each.interface == 0 and each.extra.comments() == "link down: closed";
          }) == 1);
}

TEST_CASE("a message that a transport drops in a live link is never recorded as delivered") {
    auto it = captured{};
    auto memory = ends{};
    auto peer = end{memory, 0};
    auto self = tapped{dropping{memory, 1}, it.link};
    REQUIRE((peer.start() and self.start()));
    (void)peer.poll(0);
    (void)self.poll(0);
    for (auto i = 0; i < 3; ++i) {
        auto const room = peer.reserve();
        copy("abc"_payload, room.space);
        REQUIRE(peer.commit(room, from_peer));
        self.drops = i < 2;
        CHECK(self.receive().outcome == (i < 2 ? rx_outcome::dropped : rx_outcome::message));
    }
    auto const read = it.read();
    REQUIRE(read.packets.size() == 4); // up, two drops, one message
    CHECK(read.packets[1].extra.comments() == "dropped: bad length");
    CHECK(read.packets[2].extra.comments() == "dropped: bad length");
    CHECK(read.packets[3].payload().size() == 3);
    CHECK(read.summaries[0].extra.find(4)->number<std::uint64_t>() == 1);
    CHECK(read.summaries[0].extra.find(5)->number<std::uint64_t>() == 2);
}

TEST_CASE("names that a reader cannot show are refused in words") {
    auto it = captured{};
    for (auto const& name : {std::string{}, std::string(256, 'x'), std::string{"a\nb"}, std::string{"a\0b", 3}}) {
        CHECK(has(it.all.add_link(name, "linux").error(), "1 to 255 characters"));
        CHECK(has(it.all.add_link("x", name).error(), "1 to 255 characters"));
    }
    CHECK(it.all.add_link(std::string(255, 'x'), "linux"));
    it.all.finish();
    CHECK(has(it.all.add_link("late", "linux").error(), "the link late cannot be captured: the capture is finished"));
}

TEST_CASE("a capture that cannot begin is refused in words") {
    CHECK(has(pcapng::create("/dev/full").error(), "No space left"));
    CHECK(has(pcapng::create("").error(), "No such file"));
    CHECK(has(pcapng::on(host::descriptor{}).error(), "descriptor -1: Bad file descriptor"));
}

TEST_CASE("a reader that is behind costs packets, which are counted, and the link does not wait") {
    auto pipe = std::array<int, 2>{};
    REQUIRE(pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) == 0);
    auto reader = host::descriptor{pipe[0]};
    auto all = pcapng::on(host::descriptor{pipe[1]});
    REQUIRE(all);
    auto link = std::move(*all->add_link("one", "linux"));
    auto const payload = std::vector<std::byte>(4000, std::byte{1});
    auto sent = 0u;
    while (all->unrecorded() < 7 and sent < 10'000) {
        send(link, payload);
        ++sent;
    }
    CHECK(all->unrecorded() == 7);
    CHECK(has(all->error(), "too slow"));
    auto raw = capture::content{};
    auto part = std::array<std::byte, 65'536>{};
    auto const read_all = [&] {
        for (auto got = ::read(pipe[0], part.data(), part.size()); got > 0; got = ::read(pipe[0], part.data(), part.size())) {
            raw.insert(raw.end(), part.begin(), part.begin() + got);
        }
    };
    read_all();
    send(link, "abc"_payload);
    auto until_end = std::thread{[&] {
        fcntl(pipe[0], F_SETFL, 0);
        read_all();
    }};
    all->finish();
    until_end.join();
    auto const read = capture::parse(raw);
    REQUIRE(read.packets.size() == sent - 7 + 1);
    CHECK(read.packets.back().missing() == 7);
    CHECK(same(read.packets.back().payload(), "abc"_payload));
    CHECK(read.summaries[0].extra.find(7)->number<std::uint64_t>() == 7);
    send(link, "abc"_payload); // after the end
    CHECK(all->unrecorded() == 8);
}

TEST_CASE("a link keeps its capture open, and the last one ends it with the summaries") {
    auto folder = capture::folder{};
    {
        auto all = pcapng::create(folder.path("x"));
        auto link = std::move(*all->add_link("one", "linux"));
        { auto const gone = std::move(*all); }
        send(link, "abc"_payload);
    }
    auto const read = capture::read(folder.path("x"));
    CHECK(read.packets.size() == 1);
    CHECK(read.summaries.size() == 1);
}

TEST_CASE("the records of a ring are added with their times, and a payload that was cut has its whole length") {
    struct counting_clock {
        ticks time{};
        auto now() -> ticks { return ++time; }
    };
    auto it = captured{};
    auto ring = tap_ring<8, 2, counting_clock>{};
    ring.changed({.event = link_event::up});
    ring.sending(to_peer, "abc"_payload);
    ring.sent(true);
    ring.received(from_peer, "xyz"_payload);
    ring.dropped(counter::bad_length);
    ring.counted(counter::no_endpoint, 1);
    ring.counted(counter::no_buffer, 2);
    ring.changed({.event = link_event::down, .reason = down_reason::reset_asked, .unreturned = 4});
    constexpr std::uint64_t second = 1'000'000'000;
    ring.for_each([&](tap_record const& each, const_bytes payload) { CHECK(it.link.add(each, payload, each.time * second)); });
    auto const read = it.read();
    REQUIRE(read.packets.size() == 6);
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(read.packets[i].time == (i + 1) * second);
    }
    CHECK(read.packets[0].extra.comments() == "link up");
    CHECK(read.packets[1].is_outbound());
    CHECK(read.packets[1].header() == to_peer);
    CHECK(read.packets[1].data.size() == 18);
    CHECK(read.packets[1].original == 19);
    CHECK(read.packets[2].is_inbound());
    CHECK(read.packets[2].data[17] == std::byte{'y'});
    CHECK(read.packets[3].extra.comments() == "dropped: bad length");
    CHECK(read.packets[4].extra.comments() == "not delivered: no endpoint");
    CHECK(read.packets[5].extra.comments() ==
          "link down: reset requested, 4 messages not returned\ncounter: no buffer, 2 times");
}

TEST_CASE("records of a damaged memory are not added") {
    auto it = captured{};
    auto const refused = [&](tap_record const& each, const_bytes payload = {}) { return not it.link.add(each, payload, 0); };
    CHECK(refused({.time = 0, .kind = static_cast<tap_kind>(5), .detail = 0, .amount = 0, .header = {}}));
    CHECK(refused({.time = 0, .kind = tap_kind::counted, .detail = 0xff, .amount = 1, .header = {}}));
    CHECK(refused({.time = 0,
                   .kind = tap_kind::dropped,
                   .detail = static_cast<std::uint8_t>(counter::count_),
                   .amount = 1,
                   .header = {}}));
    CHECK(refused({.time = 0, .kind = tap_kind::changed, .detail = 0x0f, .amount = 0, .header = {}}));
    CHECK(refused({.time = 0, .kind = tap_kind::changed, .detail = 0xf4, .amount = 0, .header = {}}));
    CHECK(refused({.time = 0, .kind = tap_kind::received, .detail = 0, .amount = 4, .header = from_peer}, "abcd"_payload));
    CHECK(it.read().packets.empty());
}

TEST_CASE("links that are polled by two threads share a capture", "[threads]") {
    auto folder = capture::folder{};
    auto all = pcapng::create(folder.path("x"));
    REQUIRE(all);
    constexpr auto count = 2000;
    auto const work = [&](std::string const& name) {
        auto link = std::move(*all->add_link(name, "linux"));
        for (auto i = 0; i < count; ++i) {
            send(link, "abc"_payload);
            link.received(from_peer, "xyz"_payload);
        }
    };
    auto other = std::thread{work, "a"};
    work("b");
    other.join();
    all->finish();
    CHECK(capture::read(folder.path("x")).packets.size() == 4 * count);
}
