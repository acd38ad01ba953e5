// Remote files in a program with threads: calls that wait, while another thread polls the link.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/host/condition_wait.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/platform/lock_ref.hpp>
#include <rpmsg/service/files/file_server.hpp>
#include <rpmsg/service/files/ram_store.hpp>
#include <rpmsg/service/files/remote_files.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {
using namespace rpmsg;
using host::condition_wait;
using host::steady_clock;

using end = rpmsg::testing::loopback<true, 4, 160>;
using store_type = ram_store<8, 2000>;
using server_type = file_server<store_type>;
using client_type = file_client<file_client_config{.calls = 4}, "rpmsgfs-0", std::mutex>;
using server_table = endpoints<decltype(group_of(rpmsg::detail::lent<server_type&>()))>;

/// A link whose two ends one thread polls; other threads wait for answers. One mutex is the lock of both ends, for the
/// loopback is that of one thread.
struct world {
    rpmsg::testing::loopback_memory<4, 160> memory{};
    std::mutex mutex{};
    condition_wait::shared state{};
    store_type store{};
    server_type server{store};
    client_type client{};
    channel<end, server_table, lock_ref<std::mutex>> there{end{memory, 0}, server_table{group_of(server)}, lock_ref{mutex}};
    channel<end, endpoints<ref<client_type>>, lock_ref<std::mutex>, condition_wait> here{
        end{memory, 1}, endpoints<ref<client_type>>{ref{client}}, lock_ref{mutex}, condition_wait{state}};
    std::atomic<bool> stop{};
    std::atomic<bool> is_served = true;
    std::thread poller{};

    explicit world(bool is_polled = true) {
        check(there.start().has_value() and here.start().has_value());
        if (not is_polled) {
            turn();
            return;
        }
        poller = std::thread{[this] {
            while (not stop) {
                turn();
                std::this_thread::yield();
            }
        }};
        while (not here.at(0).is_bound()) {
            std::this_thread::yield();
        }
    }
    ~world() {
        stop = true;
        if (poller.joinable()) {
            poller.join();
        }
    }
    auto turn() -> void {
        (void)here.poll(steady_clock::now());
        if (is_served) {
            (void)there.poll(steady_clock::now());
        }
    }
    auto files(ticks timeout = 60'000) { return remote_files{here, client, timeout}; }
};
} // namespace

TEST_CASE("threads write and read remote files, and wait for the answers", "[threads]") {
    auto it = world{};
    auto threads = std::vector<std::thread>{};
    auto right = std::atomic<int>{};
    for (auto i = 0; i < 3; ++i) {
        threads.emplace_back([&, i] {
            auto files = it.files();
            auto const path = "/" + std::to_string(i);
            auto data = std::array<std::byte, 1500>{};
            data.fill(static_cast<std::byte>(i + 1));
            auto const file = files.open(path, {.read = true, .write = true, .create = true});
            auto into = std::array<std::byte, 1500>{};
            auto const is_right = file and files.write(*file, data).has_value() and
                                  files.call(file_calls::seek(*file, 0)).has_value() and files.read(*file, into).has_value() and
                                  into == data and files.close(*file) == file_error::none;
            right += is_right ? 1 : 0;
        });
    }
    for (auto& each : threads) {
        each.join();
    }
    CHECK(right == 3);
    CHECK(it.files().open("/n", {.read = true}).error() == file_error::no_entry);
    CHECK(it.files().close({}) == file_error::stale);
}

TEST_CASE("a call waits for a place while others have all of the client's", "[threads]") {
    auto it = world{};
    it.is_served = false;
    auto threads = std::vector<std::thread>{};
    auto opened = std::atomic<int>{};
    auto begun = std::atomic<int>{};
    for (auto i = 0; i < 6; ++i) {
        threads.emplace_back([&, i] {
            auto files = it.files();
            ++begun;
            opened += files.open("/" + std::to_string(i), {.write = true, .create = true}) ? 1 : 0;
        });
    }
    while (begun < 6 or it.client.under_way() < 4) {
        std::this_thread::yield();
    }
    it.is_served = true;
    for (auto& each : threads) {
        each.join();
    }
    CHECK(opened == 6);
    CHECK(it.client.under_way() == 0);
}

TEST_CASE("several pieces of a write are under way, and what is told is what was written", "[threads]") {
    auto it = world{};
    auto files = it.files();
    auto data = std::array<std::byte, 3000>{};
    for (std::size_t i = 0; i < data.size(); ++i) {
        data[i] = static_cast<std::byte>(i * 7 + i / 256);
    }
    auto const file = files.open("/f", {.read = true, .write = true, .create = true});
    REQUIRE(file.has_value());
    it.is_served = false;
    auto written = file_result<std::uint32_t>{0u};
    auto writer = std::thread{[&] { written = files.write(*file, const_bytes{data}.first(1000)); }};
    while (it.client.under_way() < 3) {
        std::this_thread::yield();
    }
    it.is_served = true;
    writer.join();
    REQUIRE(written.has_value());
    CHECK(*written == 1000);
    CHECK(*files.write(*file, const_bytes{data}.subspan(1000)) == 1000); // the store has room for 2000
    CHECK(files.call(file_calls::seek(*file, 0, seek_from::position))->result == 2000);
    CHECK(files.write(*file, data).error() == file_error::no_space);
    REQUIRE(files.call(file_calls::seek(*file, 0)).has_value());
    auto into = std::array<std::byte, 3000>{};
    CHECK(*files.read(*file, into) == 2000);
    CHECK(std::equal(into.begin(), into.begin() + 2000, data.begin()));
}

TEST_CASE("a wait for remote files ends at its deadline and with the link", "[threads]") {
    auto it = world{};
    it.is_served = false;
    CHECK(it.files(20).open("/f", {.read = true}).error() == file_error::timed_out);
    auto ender = std::thread{[&] {
        while (it.client.under_way() == 0) {
            std::this_thread::yield();
        }
        auto const guard = std::lock_guard{it.mutex};
        it.memory.lives[0] = 0; // the other end has left
    }};
    auto const file = it.files().open("/f", {.read = true});
    ender.join();
    CHECK(file.error() == file_error::connection_reset);
    CHECK(it.client.under_way() == 0);
}

TEST_CASE("the context that polls does not wait for remote files") {
    auto it = world{false};
    CHECK(it.files().open("/f", {.read = true}).error() == file_error::would_deadlock);
}
