// Sockets in programs with threads: calls that wait, while another thread polls the link.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/host/condition_wait.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/platform/lock_ref.hpp>
#include <rpmsg/service/socket/sockets.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "thread_region.hpp"
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace {
using namespace rpmsg;
using host::condition_wait;
using host::steady_clock;

constexpr auto rings = vring_config{.buffers = 4, .buffer_size = 128};
using net_type = sockets<socket_config{.window = 500}, ignore_readiness, std::mutex>;
using table = endpoints<decltype(group_of(rpmsg::detail::lent<net_type&>()))>;

/// A doorbell that calls a function of another thread's channel.
struct thread_bell {
    std::function<void(std::uint32_t)>* target{};
    auto ring(std::uint32_t queue) -> bool {
        (*target)(queue);
        return true;
    }
};

/// A side of the link, with a thread that polls it.
template <typename Transport> struct polled_side {
    condition_wait::shared state{};
    std::mutex mutex{};
    net_type net{};
    channel<Transport, table, lock_ref<std::mutex>, condition_wait> at;
    std::atomic<bool> stop{};
    std::atomic<bool> must_close{};
    std::thread poller{};

    explicit polled_side(Transport transport)
        : at{std::move(transport), table{group_of(net)}, lock_ref{mutex}, condition_wait{state}} {}
    auto run() -> void {
        poller = std::thread{[this] {
            check(at.start().has_value());
            while (not stop) {
                auto const ticket = at.waiting().ticket();
                auto const now = steady_clock::now();
                if (must_close.exchange(false)) {
                    at.close();
                }
                (void)at.poll(now);
                auto const due = at.next_deadline(now);
                if (not at.is_pending() and not stop and not must_close) {
                    (void)at.waiting().wait(ticket, due.is_set ? due.at : now + 60'000);
                }
            }
        }};
    }
    auto end() -> void {
        stop = true;
        at.waiting().wake();
        poller.join();
    }
};

struct world {
    alignas(64) std::array<std::byte, vring_layout<rings>::size()> memory{};
    std::function<void(std::uint32_t)> to_a{};
    std::function<void(std::uint32_t)> to_b{};
    using driver = vring_driver<rings, thread_region, thread_bell>;
    using device = vring_device<rings, thread_region, thread_bell>;
    polled_side<driver> a{driver{region(), thread_bell{&to_b}}};
    polled_side<device> b{device{region(), thread_bell{&to_a}}};

    auto region() -> thread_region { return {memory.data(), static_cast<std::uint32_t>(memory.size())}; }
    world() {
        to_a = [this](std::uint32_t queue) { a.at.notify(queue); };
        to_b = [this](std::uint32_t queue) { b.at.notify(queue); };
        a.run();
        b.run();
        while (not a.at.is_up() or not b.at.is_up()) {
            std::this_thread::yield();
        }
    }
    /// Each thread rings the doorbell of the other one until it has ended.
    ~world() {
        a.end();
        b.end();
    }
    auto listen() -> socket_handle {
        auto const made = a.net.bind(a.at, socket_kind::stream, "server");
        check(made.has_value() and a.net.listen(a.at, *made, 2).has_value());
        return *made;
    }
    auto connect() -> socket_handle {
        auto const made = b.net.connect(b.at, socket_kind::stream, "server");
        check(made.has_value() and b.net.connect_until(b.at, *made, far()).has_value());
        return *made;
    }
    static auto far() -> ticks { return steady_clock::now() + 120'000; }
};
} // namespace

TEST_CASE("threads on both sides send, receive, accept and connect, and wait for each other", "[threads]") {
    auto it = world{};
    auto const listening = it.listen();
    constexpr auto total = std::size_t{40'000};
    auto server = std::thread{[&] { // sends back all that it receives
        auto const socket = it.a.net.accept_until(it.a.at, listening, world::far());
        check(socket.has_value());
        auto into = std::array<std::byte, 777>{};
        for (auto got = it.a.net.receive_until(it.a.at, *socket, into, world::far()); got and *got != 0;
             got = it.a.net.receive_until(it.a.at, *socket, into, world::far())) {
            check(*it.a.net.send_until(it.a.at, *socket, const_bytes{into}.first(*got), world::far()) == *got);
        }
        check(it.a.net.close(it.a.at, *socket).has_value());
    }};
    auto const client = it.connect();
    auto data = std::vector<std::byte>(total);
    for (std::size_t i = 0; i < total; ++i) {
        data[i] = static_cast<std::byte>(i * 7 + i / 256);
    }
    auto sender = std::thread{[&] {
        check(*it.b.net.send_until(it.b.at, client, data, world::far()) == total);
        check(it.b.net.shut_down(it.b.at, client, wire::socket_direction::send).has_value());
    }};
    auto read = std::vector<std::byte>{};
    auto into = std::array<std::byte, 333>{};
    for (auto got = it.b.net.receive_until(it.b.at, client, into, world::far()); got and *got != 0;
         got = it.b.net.receive_until(it.b.at, client, into, world::far())) {
        read.insert(read.end(), into.begin(), into.begin() + static_cast<std::ptrdiff_t>(*got));
    }
    sender.join();
    server.join();
    CHECK(read == data);
}

TEST_CASE("a wait ends at its deadline", "[threads]") {
    auto it = world{};
    auto const listening = it.listen();
    CHECK(it.a.net.accept_until(it.a.at, listening, steady_clock::now() + 5).error() == error::timed_out);
    auto const client = it.connect();
    auto into = std::array<std::byte, 8>{};
    CHECK(it.b.net.receive_until(it.b.at, client, into, steady_clock::now() + 5).error() == error::timed_out);
    auto const nobody = it.b.net.connect(it.b.at, socket_kind::stream, "nobody");
    CHECK(it.b.net.connect_until(it.b.at, *nobody, steady_clock::now() + 5).error() == error::timed_out);
    auto const much = std::array<std::byte, 600>{};
    auto sent = std::size_t{};
    while (sent < 500) { // the window of a reader that does not read
        auto const more =
            it.b.net.send_until(it.b.at, client, const_bytes{much}.first(much.size() - sent), steady_clock::now() + 20);
        sent += more ? *more : 0;
    }
    CHECK(it.b.net.send_until(it.b.at, client, much, steady_clock::now() + 5).error() == error::timed_out);
    CHECK(sent == 500);
}

TEST_CASE("each call that waits for a side that goes ends before its deadline, with a reason", "[threads]") {
    auto it = world{};
    auto const listening = it.listen();
    auto const client = it.connect();
    auto const server = it.a.net.accept_until(it.a.at, listening, world::far());
    REQUIRE(server);
    auto waiting = std::atomic<int>{};
    auto ended = std::array<error, 4>{};
    auto threads = std::vector<std::thread>{};
    threads.emplace_back([&] {
        auto into = std::array<std::byte, 8>{};
        ++waiting;
        auto const got = it.b.net.receive_until(it.b.at, client, into, world::far());
        ended[0] = got and *got == 0 ? error::closed : got.error();
    });
    threads.emplace_back([&] {
        auto const much = std::array<std::byte, 2000>{};
        ++waiting;
        auto sent = it.b.net.send_until(it.b.at, client, much, world::far());
        while (sent and *sent == much.size()) { // as fast as they are read
            sent = it.b.net.send_until(it.b.at, client, much, world::far());
        }
        ended[1] = sent ? error::closed : sent.error();
    });
    threads.emplace_back([&] {
        auto into = std::array<std::byte, 8>{};
        ++waiting;
        auto got = it.a.net.receive_until(it.a.at, *server, into, world::far());
        while (got and *got != 0) {
            got = it.a.net.receive_until(it.a.at, *server, into, world::far());
        }
        ended[2] = got.error();
    });
    threads.emplace_back([&] {
        ++waiting;
        ended[3] = it.a.net.accept_until(it.a.at, listening, world::far()).error();
    });
    while (waiting < 4) {
        std::this_thread::yield();
    }
    it.a.must_close = true; // the side of the server goes
    it.a.at.waiting().wake();
    for (auto& each : threads) {
        each.join();
    }
    for (auto const each : ended) {
        CHECK(each == error::closed);
    }
    CHECK(it.b.net.end(client) != socket_end::none);
}

TEST_CASE("nobody waits while the link is down", "[threads]") {
    auto memory = std::array<std::byte, vring_layout<rings>::size()>{};
    auto state = condition_wait::shared{};
    auto net = net_type{};
    auto at = channel{vring_device<rings, thread_region>{thread_region{memory.data(), std::uint32_t{sizeof memory}}},
                      table{group_of(net)}, no_lock{}, condition_wait{state}};
    REQUIRE(at.start());
    (void)at.poll();
    auto const socket = net.connect(at, socket_kind::stream, "server");
    CHECK(net.connect_until(at, *socket, steady_clock::now() + 100'000).error() == error::closed); // the link is down
}
