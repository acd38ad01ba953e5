#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/simulator/ring_wire.hpp>
#include <rpmsg/testing/simulator/world.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

/// Two cores with a wire between them: the first one sends a number each millisecond, the second one answers it.
namespace two_cores {
using namespace rpmsg::testing::simulator;
using namespace std::chrono_literals;

struct log {
    std::uint64_t answers{};
    std::uint32_t lives{};
};
struct asking {
    log* to{};
    rpmsg::ticks next_at{};

    static constexpr auto name() -> std::string_view { return "echo"; }
    auto on_message(auto&, rpmsg::message const&) -> void { ++to->answers; }
    auto on_poll(auto& link, rpmsg::ticks now) -> void {
        if (rpmsg::has_passed(next_at, now) or rpmsg::until(next_at, now) > 1'000) { // or the clock was put back
            next_at = now + 1'000;
            auto const content = std::array<std::byte, 16>{};
            (void)link.send(content);
        }
    }
    auto next_deadline(rpmsg::ticks now) -> rpmsg::poll_deadline {
        return {.is_set = true, .at = rpmsg::until(next_at, now) > 1'000 ? now : next_at};
    }
};
template <typename Transport> class client {
    asking service_;
    rpmsg::channel<Transport, rpmsg::endpoints<rpmsg::ref<asking>>> link_;

  public:
    client(log& to, rpmsg::ticks now, Transport transport)
        : service_{&to, now}, link_{std::move(transport), rpmsg::endpoints{rpmsg::ref{service_}}} {
        ++to.lives;
    }
    auto links() { return std::tie(link_); }
};
struct answering {
    static constexpr auto name() -> std::string_view { return "echo"; }
    auto on_message(auto& link, rpmsg::message const& m) -> void { (void)link.reply(m, m.payload); }
};
template <typename Transport> class server {
    answering service_{};
    rpmsg::channel<Transport, rpmsg::endpoints<rpmsg::ref<answering>>> link_;

  public:
    explicit server(Transport transport) : link_{std::move(transport), rpmsg::endpoints{rpmsg::ref{service_}}} {}
    auto links() { return std::tie(link_); }
};

/// Adds both cores; `first(wire)` and `second(wire)` make the transports.
template <typename Wire> auto connect(world& all, Wire& line, log& to, auto first, auto second) -> void {
    auto& a = all.add_core("client", {}, [&line, &to, first](core& me) { return client{to, me.now(), first(line)}; });
    auto& b = all.add_core("server", {}, [&line, second](core&) { return server{second(line)}; });
    line.connect(a, 0, b, 0);
}

constexpr auto rings = rpmsg::vring_config{.buffers = 4, .buffer_size = 64};
inline auto connect_rings(world& all, log& to) -> ring_wire<rings>& {
    auto& line = all.add_wire<ring_wire<rings>>("rings");
    connect(
        all, line, to, [](auto& it) { return it.driver(); }, [](auto& it) { return it.device(); });
    return line;
}

/// A program with no link that runs as its test says.
struct loner {
    std::function<void(rpmsg::ticks)> act{};
    bool pends{};
    rpmsg::poll_deadline due{};

    auto start() -> rpmsg::status { return {}; }
    auto poll(rpmsg::ticks now) -> void {
        if (act) {
            act(now);
        }
    }
    auto is_pending() -> bool { return pends; }
    auto next_deadline(rpmsg::ticks) -> rpmsg::poll_deadline { return due; }
    auto notify(std::uint32_t, std::uint32_t) -> void {}
    auto reset(std::uint32_t) -> void {}
    auto close() -> void {}
    auto link_count() -> std::uint32_t { return 0; }
};
/// The failure of a world that runs for ten seconds.
inline auto failure_of(std::function<void(world&)> build) -> std::string {
    auto all = world{1};
    build(all);
    all.run_for(10s);
    return all.failure();
}

} // namespace two_cores
