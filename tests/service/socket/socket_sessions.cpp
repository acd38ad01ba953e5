#include <rpmsg/service/socket/socket_sessions.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_ends.hpp"
#include <string>
#include <vector>

namespace {
using namespace rpmsg;
namespace direction = wire::socket_direction;

constexpr auto without_acknowledged_names() -> bool {
    auto it = connected<two_ends<socket_config{}, false>>{};
    return it.send("hello"_payload) and it.reads("hello"_payload);
}

struct readiness_log {
    std::vector<std::string> lines{};
    auto operator()(auto&, auto&, socket_handle which, socket_readiness now) -> void {
        lines.push_back(std::to_string(which.place) + (now.readable ? " readable" : "") + (now.writable ? " writable" : "") +
                        (now.hung_up ? " hung up" : ""));
    }
};
std::vector<std::string> heard{};
struct log_readiness {
    auto operator()(auto&, auto&, socket_handle which, socket_readiness now) const -> void {
        auto log = readiness_log{};
        log(heard, heard, which, now);
        heard.push_back(log.lines.back());
    }
};
} // namespace

TEST_CASE("a stream needs no acknowledged names") { STATIC_REQUIRE(without_acknowledged_names()); }

TEST_CASE("either side may come first: a connection waits for the server of its name") {
    auto it = two_ends<>{};
    auto const client = it.connect("late");
    CHECK_FALSE(it.b.readiness(client).writable);
    auto const server = it.listen("late");
    it.turn();
    CHECK(it.b.readiness(client).writable);
    CHECK(it.a.readiness(server).readable);
}

TEST_CASE("a link that comes up later connects what was opened before") {
    auto it = two_ends<>{};
    it.at_a.close();
    it.turn();
    auto const client = it.connect("late");
    (void)it.listen("late");
    CHECK(it.at_a.start());
    it.turn();
    CHECK(it.b.readiness(client).writable);
}

TEST_CASE("the owner of a socket is told to the peer") {
    auto it = two_ends<>{};
    it.b.set_credentials({.process = 7, .user = 1000, .group = 100});
    auto const server = it.listen("server");
    (void)it.connect("server");
    CHECK(it.a.credentials(it.accept(server)) == socket_credentials{7, 1000, 100});
}

TEST_CASE("the peer is told of the end once it has acknowledged all data, or need not") {
    auto it = connected<two_ends<socket_config{.window = 40, .shutdown_delay = 50}>>{};
    CHECK(it.send("thirty bytes, more than a half"_payload));
    CHECK(it.b.shut_down(it.at_b, it.client, direction::send));
    it.turn();
    CHECK_FALSE(it.at_b.next_deadline(it.now).is_set); // the peer owes an acknowledgement
    it.now += 1000;
    it.turn();
    CHECK_FALSE(it.a.readiness(it.server).hung_up);
    CHECK(it.reads("thirty bytes, more than a half"_payload));
    CHECK(it.reads({}));

    auto other = connected<two_ends<socket_config{.window = 40, .shutdown_delay = 50}>>{};
    CHECK(other.send("ten bytes."_payload));
    CHECK(other.b.shut_down(other.at_b, other.client, direction::send));
    CHECK(other.at_b.is_pending());
    other.turn();
    CHECK(other.at_b.next_deadline(other.now).is_set);
    CHECK(other.at_b.next_deadline(other.now).at == 50);
    other.now += 49;
    other.turn();
    CHECK(other.reads("ten bytes."_payload));
    CHECK(other.error_of_read() == error::would_block);
    other.now += 1;
    other.turn();
    CHECK(other.reads({}));
}

TEST_CASE("a link that goes down ends the connections, and what was received is still read") {
    auto it = connected<>{};
    CHECK(it.send("last"_payload));
    it.at_b.close();
    it.turn();
    CHECK(it.b.end(it.client) == socket_end::link_down);
    CHECK(it.a.readiness(it.server).hung_up);
    CHECK(it.reads("last"_payload));
    CHECK(it.b.close(it.at_b, it.client));
    CHECK(it.at_b.start());
    it.turn();
    auto const next = it.connect("server");
    CHECK(it.b.readiness(next).writable);
}

TEST_CASE("readiness is told once for each change") {
    heard.clear();
    auto it = connected<two_ends<socket_config{.window = 8}, true, 4, 64, log_readiness>>{};
    CHECK(heard == std::vector<std::string>{"0 writable", "4 readable", "0 writable"}); // client, server, its connection
    heard.clear();
    CHECK(it.send("12345678"_payload));
    CHECK(it.b.send(it.at_b, it.client, "9"_payload).error() == error::would_block);
    it.turn();
    REQUIRE_FALSE(heard.empty());
    CHECK(heard.back() == "0 readable writable");
    heard.clear();
    CHECK(it.reads("12345678"_payload));
    CHECK(heard == std::vector<std::string>{"0 writable"});
    heard.clear();
    CHECK(it.b.close(it.at_b, it.client));
    it.turn();
    CHECK(heard == std::vector<std::string>{"0 readable hung up"});
}
