// Groups under random names, closes, polls of any budget and restarts: what must always hold, and what holds after a rest.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/framework/listener.hpp>
#include <rpmsg/framework/named.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using rpmsg::channel;
using rpmsg::endpoint_pool;
using rpmsg::endpoints;
using rpmsg::listener;
using rpmsg::message;
using rpmsg::named;
using rpmsg::testing::loopback;
using rpmsg::testing::loopback_memory;

constexpr std::uint32_t sessions = 3;
constexpr auto ignore = [](auto, message const&) {};

/// Each session is open or not, and is called only while it is open.
struct checked_server {
    std::array<bool, sessions> is_open{};
    std::array<std::string, sessions> names{};
    std::uint32_t opened{};
    bool closes_at_random{};
    std::minstd_rand* random;

    explicit checked_server(std::minstd_rand& source) : random{&source} {}

    auto on_open(auto& link, std::uint32_t session) -> void {
        check(session < sessions and not is_open[session] and link.is_bound() and link.name().starts_with("fs-"));
        is_open[session] = true;
        names[session] = link.name();
        ++opened;
        if ((*random)() % 16 == 0) {
            is_open[session] = false;
            link.close();
        }
    }
    auto on_message(auto& link, std::uint32_t session, message const& m) -> void {
        check(is_open[session] and link.name() == names[session]);
        (void)link.send(m.payload);
        if (closes_at_random and (*random)() % 8 == 0) {
            is_open[session] = false;
            link.close();
        }
    }
    auto on_close(auto& link, std::uint32_t session) -> void {
        check(is_open[session] and link.name() == names[session]);
        is_open[session] = false;
        if ((*random)() % 8 == 0) {
            link.close(); // it ends in any case
        }
    }
};

template <bool Acknowledged> auto play(std::uint32_t seed) -> void {
    auto random = std::minstd_rand{seed};
    auto memory = loopback_memory<4, 64>{};
    auto server = checked_server{random};
    using link = loopback<Acknowledged, 4, 64>;
    auto side = channel{link{memory, 0}, endpoints{listener<"fs-", sessions>(server), named<2>{}}};
    auto peer = channel{link{memory, 1}, endpoint_pool<8>{}};
    auto of_peer = std::vector<std::uint32_t>{};
    auto of_side = std::vector<std::uint32_t>{};
    check(side.start().has_value() and peer.start().has_value());
    auto const rest = [&] {
        for (int i = 0; i < 60; ++i) {
            (void)side.poll();
            (void)peer.poll();
        }
    };
    for (int step = 0; step < 300; ++step) {
        server.closes_at_random = step < 250;
        switch (random() % 12) {
        case 0:
        case 1:
            if (auto const made = peer.create("fs-" + std::to_string(random() % 4), ignore); made) {
                of_peer.push_back(*made);
            }
            break;
        case 2:
            if (auto const made = side.create("name-" + std::to_string(random() % 3), ignore); made) {
                of_side.push_back(*made);
            }
            break;
        case 3:
            if (not of_peer.empty()) {
                std::swap(of_peer[random() % of_peer.size()], of_peer.back());
                check(peer.destroy(of_peer.back()).has_value());
                of_peer.pop_back();
            }
            break;
        case 4:
            if (not of_side.empty()) {
                check(side.destroy(of_side.back()).has_value());
                of_side.pop_back();
            }
            break;
        case 5:
            if (not of_peer.empty()) {
                (void)peer.at(of_peer[random() % of_peer.size()]).send("hello"_payload);
            }
            break;
        case 6:
            if (random() % 8 == 0) {
                auto const by_side = random() % 2 == 0;
                if (by_side) {
                    side.close();
                    check(server.is_open == std::array<bool, sessions>{});
                    check(side.start().has_value());
                } else {
                    peer.close();
                    check(peer.start().has_value());
                }
            }
            break;
        case 7: (void)side.poll({.messages = 1}); break;
        case 8: (void)peer.poll({.messages = 1}); break;
        case 9: (void)side.poll(); break;
        default: (void)peer.poll(); break;
        }
    }
    // A rest: as many names of the peer are served as there are sessions, and the last ones that wait get what becomes free.
    server.closes_at_random = false;
    rest();
    check(not side.is_pending() and not peer.is_pending() and side.is_up());
    auto const open = [&] { return static_cast<std::size_t>(std::count(server.is_open.begin(), server.is_open.end(), true)); };
    std::uint32_t used = 0;
    for (std::uint32_t i = 0; i < sessions; ++i) {
        used += side.endpoint_table().is_used(i) ? 1u : 0u;
        check(side.endpoint_table().is_used(i) == server.is_open[i]);
    }
    check(used == open() and open() <= of_peer.size());
    for (auto const id : of_peer) {
        check(peer.destroy(id).has_value());
    }
    rest();
    check(open() == 0);
    for (std::uint32_t i = 0; i < sessions; ++i) { // all sessions serve again
        check(peer.create("fs-last" + std::to_string(i), ignore).has_value());
        rest();
    }
    for (int tries = 0; tries < 500 and open() < sessions; ++tries) { // a session may close itself when it opens
        auto const before = open();
        auto const made = peer.create("fs-more" + std::to_string(tries), ignore);
        check(made.has_value());
        rest();
        if (open() == before) {
            check(peer.destroy(*made).has_value());
            rest();
        }
    }
    check(open() == sessions);
}

TEST_CASE("Whatever names do in whatever order, sessions open and close in pairs and serve again after a rest") {
    for (std::uint32_t seed = 1; seed <= (is_sanitized ? 300u : 1000u); ++seed) {
        CAPTURE(seed);
        play<true>(seed);
        play<false>(seed);
        CHECK(true);
    }
}

} // namespace
