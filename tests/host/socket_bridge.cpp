// Programs that know nothing of RPMsg talk over a link: socat, curl and iperf3 of the distribution.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/host/socket_bridge.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {
using namespace rpmsg;
using host::local_address;
using host::socket_bridge;

constexpr auto config = socket_config{.connections = 64, .servers = 4, .window = 65536};
using net_type = sockets<config>;
using end = rpmsg::testing::loopback<true, 16, 4096>;
using table = endpoints<decltype(group_of(rpmsg::detail::lent<net_type&>()))>;
using link_type = channel<end, table>;

/// A folder that is removed with all in it.
struct folder {
    std::string path;
    folder() {
        auto name = std::string{"/tmp/rpmsg-bridge-XXXXXX"};
        check(mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~folder() { (void)std::system(("rm -rf " + path).c_str()); }
};

auto place(std::string const& text) -> local_address {
    auto made = local_address::parse(text);
    check(made.has_value());
    return *made;
}
/// A port that was free just now.
auto free_port() -> std::uint16_t {
    auto listening = place("tcp:0").listen();
    return local_address::port_of(*listening);
}

/// Two bridges with a link between them: programs connect at `here`, and listen at `there`. A thread keeps both going.
struct world {
    folder files{};
    std::unique_ptr<rpmsg::testing::loopback_memory<16, 4096>> memory =
        std::make_unique<rpmsg::testing::loopback_memory<16, 4096>>();
    struct side {
        net_type net{};
        link_type link;
        socket_bridge<net_type, link_type> bridge{net, link};
        side(rpmsg::testing::loopback_memory<16, 4096>& shared, std::uint32_t which)
            : link{end{shared, which}, table{group_of(net)}} {
            check(link.start().has_value());
        }
    };
    std::unique_ptr<side> here = std::make_unique<side>(*memory, 0);
    std::unique_ptr<side> there = std::make_unique<side>(*memory, 1);
    std::atomic<bool> stop{};
    std::atomic<bool> must_restart{};
    std::atomic<std::uint32_t> restarts{};
    std::thread pump{};
    std::string where_programs_listen{};

    auto run() -> void {
        pump = std::thread{[this] {
            while (not stop) {
                auto const now = host::steady_clock::now();
                if (must_restart.exchange(false)) {
                    there = std::make_unique<side>(*memory, 1);
                    publish();
                    ++restarts;
                }
                auto has_moved = here->bridge.turn();
                has_moved = there->bridge.turn() or has_moved;
                auto const handled = here->link.poll(now) + there->link.poll(now);
                if (not has_moved and handled == 0 and not here->link.is_pending() and not there->link.is_pending()) {
                    here->bridge.wait(-1, 1);
                }
            }
        }};
    }
    auto publish() -> void {
        auto const made = there->bridge.publish("service", place(where_programs_listen));
        check(made.has_value());
    }
    /// Runs a script; `$here` and `$there` are where socat connects and listens.
    auto script(std::string const& text, std::string const& at, std::string const& listens) const -> int {
        auto const all = "cd " + files.path + "; here='" + at + "'; there='" + listens + "'; " +
                         "await() { while [ ! -S \"$1\" ]; do sleep 0.05; done; }; " + text;
        return std::system(("timeout 60 sh -c \"$(cat <<'script'\n" + all + "\nscript\n)\"").c_str());
    }
    ~world() {
        stop = true;
        if (pump.joinable()) {
            pump.join();
        }
    }
};

/// Programs connect by TCP, and listen at a Unix socket.
struct from_tcp : world {
    std::uint16_t port{};
    from_tcp() {
        where_programs_listen = "unix:" + files.path + "/there";
        port = *here->bridge.open(place("tcp:0"), "service");
        publish();
        run();
    }
    auto script(std::string const& text) const -> int {
        return world::script(text, "TCP:127.0.0.1:" + std::to_string(port), "UNIX-LISTEN:there");
    }
};
/// Programs connect to a Unix socket, and listen by TCP.
struct to_tcp : world {
    std::uint16_t port = free_port();
    to_tcp() {
        where_programs_listen = "tcp:" + std::to_string(port);
        (void)*here->bridge.open(place("unix:" + files.path + "/here"), "service");
        publish();
        run();
    }
    auto script(std::string const& text) const -> int {
        return world::script("port=" + std::to_string(port) + "; " + text, "UNIX-CONNECT:here",
                             "TCP-LISTEN:" + std::to_string(port) + ",reuseaddr");
    }
};
} // namespace

TEST_CASE("100 MiB pass from socat to socat, and have the same hash") {
    auto it = from_tcp{};
    CHECK(it.script("head -c 104857600 /dev/urandom >in; socat -u $there CREATE:out & await there; "
                    "socat -u FILE:in $here; wait; [ \"$(sha256sum <in)\" = \"$(sha256sum <out)\" ]") == 0);
    CHECK(it.here->bridge.joined() == 1);
}

TEST_CASE("bytes pass from a Unix socket to TCP, and back") {
    auto it = to_tcp{};
    CHECK(it.script("head -c 3000000 /dev/urandom >in; socat $there EXEC:cat & sleep 0.3; "
                    "socat -t 30 - $here <in >out; [ \"$(sha256sum <in)\" = \"$(sha256sum <out)\" ]") == 0);
}

TEST_CASE("50 programs use the link at once") {
    auto it = from_tcp{};
    CHECK(it.script("head -c 200000 /dev/urandom >in; socat -L lock $there,fork,backlog=100 EXEC:cat & server=$!; await there; "
                    "for i in $(seq 50); do (socat -t 30 - $here <in | cmp - in && echo $i >>done) & all=\"$all $!\"; done; "
                    "wait $all; kill $server; [ $(wc -l <done) = 50 ]") == 0);
    CHECK(it.here->bridge.joined() == 50);
}

TEST_CASE("curl reads from a server behind the link") {
    auto it = world{};
    auto const port = free_port();
    it.where_programs_listen = "tcp:" + std::to_string(port);
    auto const at = *it.here->bridge.open(place("tcp:0"), "service");
    it.publish();
    it.run();
    CHECK(it.script("mkdir www; head -c 5000000 /dev/urandom >www/file; python3 -m http.server --bind 127.0.0.1 -d www " +
                        std::to_string(port) +
                        " 2>log & server=$!; for i in 1 2 3; do "
                        "curl -s --retry 20 --retry-all-errors --retry-delay 1 -o out http://127.0.0.1:" +
                        std::to_string(at) + "/file && cmp out www/file || exit 1; done; kill $server",
                    "", "") == 0);
}

TEST_CASE("iperf3 measures the link") {
    auto it = world{};
    auto const port = free_port();
    it.where_programs_listen = "tcp:" + std::to_string(port);
    auto const at = *it.here->bridge.open(place("tcp:0"), "service");
    it.publish();
    it.run();
    CHECK(it.script("iperf3 -s -1 -p " + std::to_string(port) + " >server & sleep 0.5; iperf3 -c 127.0.0.1 -n 50M -p " +
                        std::to_string(at) + " >client && grep -q receiver client; outcome=$?; wait; exit $outcome",
                    "", "") == 0);
}

TEST_CASE("a program that is killed ends the one at the other side, and the next two are joined") {
    auto it = from_tcp{};
    CHECK(
        it.script("socat -u $there CREATE:/dev/null & server=$!; await there; socat -u FILE:/dev/zero $here 2>log & client=$!; "
                  "sleep 0.3; kill -9 $server; wait $client; rm -f there; " // the sender gets an error
                  "socat -u $there CREATE:out & server=$!; await there; socat -u FILE:/dev/zero $here & client=$!; "
                  "sleep 0.3; kill -9 $client; wait $server && [ -s out ]; rm -f there; " // the receiver gets the end
                  "socat -u $there CREATE:last & await there; echo hello | socat -u - $here; wait; grep -q hello last") == 0);
    CHECK(it.here->bridge.size() == 0);
}

TEST_CASE("a side of the link that is killed ends its programs, and serves again when it comes back") {
    auto it = from_tcp{};
    auto killer = std::thread{[&] {
        usleep(500'000);
        it.must_restart = true;
    }};
    CHECK(it.script("socat -u $there CREATE:/dev/null & await there; socat -u FILE:/dev/zero $here 2>log & wait; rm -f there; "
                    "socat -u $there CREATE:last & await there; echo hello | socat -u - $here; wait; grep -q hello last") == 0);
    killer.join();
    CHECK(it.restarts == 1);
}

TEST_CASE("messages of Unix sockets keep their bounds") {
    auto it = world{};
    auto const here = "packets:" + it.files.path + "/here";
    it.where_programs_listen = "packets:" + it.files.path + "/there";
    auto listening = place(it.where_programs_listen).listen();
    REQUIRE(listening);
    REQUIRE(it.here->bridge.open(place(here), "service"));
    it.publish();
    it.run();
    auto client = place(here).connect();
    REQUIRE(client);
    auto const accept = [&] {
        auto made = host::descriptor{};
        while (not made) {
            made = host::descriptor{accept4(listening->number(), nullptr, nullptr, SOCK_CLOEXEC)};
        }
        return made;
    };
    auto const server = accept();
    for (std::size_t i = 1; i <= 500; ++i) {
        auto const size = 1 + i * 37 % 4000;
        auto const sent = std::vector<std::byte>(size, static_cast<std::byte>(i));
        auto const file = client->number();
        while (::send(file, sent.data(), size, MSG_NOSIGNAL) != static_cast<ssize_t>(size)) {
            std::this_thread::yield();
        }
        auto got = std::vector<std::byte>(5000);
        got.resize(static_cast<std::size_t>(::recv(server.number(), got.data(), got.size(), 0)));
        CHECK(got == sent);
    }
}
