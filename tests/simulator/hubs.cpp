// Hubs between edges over links of any kind, under faults of links, edges and the hub. The edges know nothing of the hub: each
// talks to a partner, and sees the names of all others. A failure prints the command that runs it again.
#include <rpmsg/framework/router/hub.hpp>
#include <rpmsg/transport/transport_ref.hpp>

#include <catch2/catch_test_macros.hpp>

#include "campaigns.hpp"
#include "kinds_of_lines.hpp"
#include "kinds_of_rings.hpp"
#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace {
using namespace rpmsg::traffic;
namespace dialects = rpmsg::wire::dialects;
using rpmsg::hub_limits;
using rpmsg::ticks;
using simulator::campaign_settings;

using own_rings = simulator::ring_wire<rings_of(dialects::rpmsg, 4)>;
using serial = simulator::serial_wire<rpmsg::uart_config{.tx_buffers = 4,
                                                         .rx_buffers = 4,
                                                         .payload = 48,
                                                         .profile = rpmsg::uart_profile::reliable,
                                                         .connect_ticks = 500,
                                                         .resend_ticks = 600}>;
using spi =
    simulator::spi_wire<rpmsg::spi_config{.frame_size = 96, .transmit_buffers = 4, .receive_buffers = 6, .retry_ticks = 20}>;
using loop = simulator::loopback_wire<true>;
using silent_loop = simulator::loopback_wire<false>;

auto hub_end(auto& line) {
    if constexpr (requires { line.driver(); }) {
        return line.driver();
    } else if constexpr (requires { line.controller(); }) {
        return line.controller();
    } else {
        return line.first();
    }
}
auto edge_end(auto& line) {
    if constexpr (requires { line.device(); }) {
        return line.device();
    } else if constexpr (requires { line.peripheral(); }) {
        return line.peripheral();
    } else {
        return line.second();
    }
}

/// The name of edge I.
template <std::size_t I> constexpr char edge_letters[3] = {'e', static_cast<char>('0' + I), '\0'};
template <std::size_t I> constexpr auto edge_name = rpmsg::fixed_name<3>{edge_letters<I>};

using any_end = rpmsg::transport_ref<128>;
using silent_end = rpmsg::transport_ref<128, false>;
template <typename Transport> using end_of = std::conditional_t<Transport::acknowledged, any_end, silent_end>;

/// The program of a hub's core. Its links are type-erased, so that the compiler sees one of each kind.
template <hub_limits Limits, typename... Transports> class hub_program {
    template <std::size_t... I> static auto make(std::tuple<Transports...>& in, std::index_sequence<I...>) {
        return rpmsg::router_hub{rpmsg::plain_edge<edge_name<I>, Limits>(end_of<Transports>{std::get<I>(in)})...};
    }
    using all = std::index_sequence_for<Transports...>;

    std::tuple<Transports...> links_;
    decltype(make(std::declval<std::tuple<Transports...>&>(), all{})) hub_;

  public:
    explicit hub_program(Transports... links) : links_{std::move(links)...}, hub_{make(links_, all{})} {}

    auto start() -> rpmsg::status { return hub_.start(); }
    auto poll(ticks now) -> void { (void)hub_.poll(now, 4); }
    auto is_pending() -> bool { return hub_.is_pending(); }
    auto next_deadline(ticks now) -> rpmsg::poll_deadline { return hub_.next_deadline(now); }
    auto notify(std::uint32_t link, std::uint32_t signal) -> void { hub_.notify(link, signal); }
    auto reset(std::uint32_t) -> void {} // all of these links detect a restart
    auto close() -> void { hub_.close(); }
    auto link_count() -> std::uint32_t { return sizeof...(Transports); }
};

/// What outlives the programs: edge 2 n talks to edge 2 n + 1.
template <hub_limits Limits, typename... Wires> struct star {
    using links = std::vector<std::unique_ptr<any_link>>;
    static constexpr std::uint32_t count = sizeof...(Wires);

    std::tuple<Wires*...> lines{};
    std::vector<std::unique_ptr<topic>> topics{};
    std::array<links*, count> live{};

    template <std::size_t I> auto add_edge(world& all) -> void {
        auto& line = *std::get<I>(lines);
        auto* const first = topics[I / 2 * 2].get();
        auto* const second = topics[I / 2 * 2 + 1].get();
        auto const how = link_plan{&line, I % 2, {first, second}, 4, 1};
        auto& edge = all.add_core("edge" + std::to_string(I), settings(), [this, &line, how](core& me) {
            using transport = decltype(edge_end(line));
            auto made = links{};
            made.push_back(
                std::make_unique<named_link<transport, static_cast<char>('a' + I / 2 * 2)>>(me, how, edge_end(line)));
            return program{std::move(made), &live[I]};
        });
        line.connect(all.core_at(0), I, edge, 0);
        for (auto const* each : {first, second}) {
            auto const* const way = &each->from[I % 2];
            all.must_progress("messages from " + edge.name() + " through the hub", [way] { return way->delivered(); });
        }
        all.at_end([this]() -> std::string {
            auto& link = *live[I]->front();
            return not link.are_bound() ? "an endpoint is not bound, and nothing is due, at edge " + std::to_string(I)
                   : link.is_starved()  ? "a sender that found no buffer was never told of one, at edge " + std::to_string(I)
                   : link.free_buffers() < Limits.held ? "buffers are lost at edge " + std::to_string(I)
                                                       : std::string{};
        });
    }
    static auto settings() -> simulator::core_settings {
        return {.ticks_per_second = 10'000, .first_tick = 0u - 4'000u, .poll_time = std::chrono::microseconds{10}};
    }
    auto build(world& all) -> void {
        for (std::uint32_t i = 0; i < count; ++i) {
            topics.push_back(std::make_unique<topic>(true));
        }
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            lines = {&all.add_wire<Wires>("line" + std::to_string(I))...};
            all.add_core("hub", settings(), [this](core&) {
                return hub_program<Limits, decltype(hub_end(*std::get<I>(lines)))...>{hub_end(*std::get<I>(lines))...};
            });
            (add_edge<I>(all), ...);
        }
        (std::make_index_sequence<count>{});
    }
};
template <hub_limits Limits, typename... Wires> auto star_of() {
    return [](world& all) {
        auto const it = std::make_shared<star<Limits, Wires...>>();
        it->build(all);
        all.at_end([it] { return std::string{}; });
    };
}

auto outcome_of(std::string const& test, std::uint32_t seeds, std::function<void(world&)> build) -> std::string {
    auto const faults = common_faults() | ring_faults() | serial_faults() | bus_faults();
    auto const settings = campaign_settings{
        .command = "tests_simulator '" + test + "'",
        .seeds = seeds,
        .cores = 3,
        .phases = 1,
        .faults = faults,
        .must_see = {"a link came up", "an endpoint was bound", "a core waited for a buffer and did nothing else"},
        .must_count = {rpmsg::counter::no_buffer, rpmsg::counter::link_down, rpmsg::counter::lost_in_flight}};
    auto const report = simulator::campaign{settings, std::move(build)}.run();
    std::printf("%llu schedules, %llu steps, %llu messages\n%s\n", static_cast<unsigned long long>(report.runs),
                static_cast<unsigned long long>(report.steps), static_cast<unsigned long long>(report.messages),
                report.seen.text().c_str());
    return report.failure;
}
constexpr auto waits = hub_limits{.names = 4, .held = 1, .queue = 4, .policy = rpmsg::when_full::wait};
constexpr auto drops = hub_limits{.names = 16, .held = 1, .queue = 8};
} // namespace

TEST_CASE("two edges of a hub are bound and carry messages after any faults") {
    CHECK(outcome_of("two edges of a hub are bound and carry messages after any faults", 200,
                     star_of<waits, own_rings, serial>()) == "");
}

TEST_CASE("eight edges of a hub are bound and carry messages after any faults") {
    CHECK(outcome_of("eight edges of a hub are bound and carry messages after any faults", 20,
                     star_of<drops, own_rings, serial, spi, loop, loop, silent_loop, loop, silent_loop>()) == "");
}
