#include <rpmsg/host/vhost/socket.hpp>

#include <catch2/catch_test_macros.hpp>

#include "host/vhost/front_end.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <string>
#include <sys/socket.h>
#include <utility>

using rpmsg::host::descriptor;
using rpmsg::host::vhost_message;
using rpmsg::host::vhost_request;
using rpmsg::host::vhost_socket;

namespace {
struct connection {
    descriptor far{};
    vhost_socket near{};
    connection() {
        auto ends = std::array{-1, -1};
        (void)!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data());
        far = descriptor{ends[0]};
        near = vhost_socket{descriptor{ends[1]}};
    }
    auto hears(rpmsg::const_bytes content, std::initializer_list<int> files = {}) -> bool {
        return front_end::send(far.number(), content, files);
    }
};
auto open_descriptors() -> int {
    auto count = 0;
    for (auto number = 0; number < 256; ++number) {
        count += fcntl(number, F_GETFD) >= 0 ? 1 : 0;
    }
    return count;
}
} // namespace

TEST_CASE("a message comes whole, however it was cut, with its descriptors") {
    auto link = connection{};
    auto got = vhost_message{};
    CHECK_FALSE(link.near.receive(got));
    auto const content = front_end::message_of(vhost_request::set_ring_kick, 1, std::uint64_t{1});
    for (std::size_t i = 0; i < content.size(); ++i) {
        CHECK_FALSE(link.near.receive(got));
        auto const one = rpmsg::const_bytes{content}.subspan(i, 1);
        REQUIRE((i == 3 ? link.hears(one, {0}) : link.hears(one)));
    }
    REQUIRE(link.near.receive(got));
    CHECK(got.about.request == vhost_request::set_ring_kick);
    CHECK(got.as<std::uint64_t>() == 1);
    CHECK(got.file_count == 1);
    CHECK(fcntl(got.files[0].number(), F_GETFD) >= 0);
    CHECK_FALSE(link.near.receive(got));
    CHECK_FALSE(link.near.has_ended());
}

TEST_CASE("messages one after the other stay apart") {
    auto link = connection{};
    auto got = vhost_message{};
    for (auto i = std::uint64_t{0}; i < 3; ++i) {
        link.hears(front_end::message_of(vhost_request::set_features, 1, i));
        link.hears(front_end::message_of(vhost_request::set_owner, 1));
    }
    for (auto i = std::uint64_t{0}; i < 3; ++i) {
        REQUIRE(link.near.receive(got));
        CHECK(got.as<std::uint64_t>() == i);
        REQUIRE(link.near.receive(got));
        CHECK(got.about.request == vhost_request::set_owner);
        CHECK(got.as<std::uint64_t>() == 0);
    }
}

TEST_CASE("what is no message ends the connection in one line") {
    auto link = connection{};
    auto got = vhost_message{};
    auto const refused = [&](std::string const& why) {
        CHECK_FALSE(link.near.receive(got));
        CHECK(link.near.has_ended());
        CHECK(link.near.why().find(why) != std::string::npos);
        CHECK_FALSE(link.near.receive(got));
    };
    SECTION("another version") {
        link.hears(front_end::message_of(vhost_request::set_owner, 2));
        refused("does not speak version 1");
    }
    SECTION("more than a message may hold") {
        link.hears(front_end::message_of(vhost_request::set_memory_table, 1, std::array<std::byte, 300>{}));
        refused("sends request 5 with 300 bytes, the most is 264");
    }
    SECTION("the end in the middle") {
        link.hears(rpmsg::const_bytes{front_end::message_of(vhost_request::set_features, 1, std::uint64_t{})}.first(15));
        CHECK_FALSE(link.near.receive(got));
        link.far.close();
        refused("ends in the middle of a message");
    }
    SECTION("too many descriptors, of which none stays open") {
        auto const before = open_descriptors();
        link.hears(front_end::message_of(vhost_request::set_owner, 1), {0, 0, 0, 0, 0, 0, 0, 0, 0});
        refused("sends more than 8 descriptors");
        link.near = {};
        CHECK(open_descriptors() == before - 1);
    }
}

TEST_CASE("a front end that leaves between two messages leaves in order") {
    auto link = connection{};
    auto got = vhost_message{};
    link.far.close();
    CHECK_FALSE(link.near.receive(got));
    CHECK(link.near.has_ended());
    CHECK(link.near.why().empty());
}

TEST_CASE("answers that nobody reads end the connection, and do not wait") {
    auto link = connection{};
    auto sent = 0;
    while (sent < 1'000'000 and link.near.send({vhost_request::get_features, 5, 8}, 1)) {
        ++sent;
    }
    CHECK(sent > 10);
    CHECK(link.near.has_ended());
    CHECK(link.near.why() == "does not take its answers");
}

TEST_CASE("whether more was said is seen without taking it") {
    auto test = connection{};
    CHECK_FALSE(test.near.has_more());
    REQUIRE(test.hears(front_end::message_of(vhost_request::set_owner, 1)));
    CHECK(test.near.has_more());
    auto message = vhost_message{};
    CHECK(test.near.receive(message));
    CHECK_FALSE(test.near.has_more());
    test.far.close();
    CHECK(test.near.has_more());
}
