// What the maintenance of caches costs per message, so that it does not grow unseen.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/testing/regions/noncoherent_region.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "transport/device_table.hpp"
#include <array>
#include <cstdint>

namespace {
using namespace rpmsg;

/// Maintenance calls, and bytes of the lines that they went over.
struct cost {
    std::uint32_t calls{};
    std::uint32_t bytes{};

    friend constexpr auto operator-(cost left, cost right) -> cost {
        return {left.calls - right.calls, left.bytes - right.bytes};
    }
    constexpr auto operator+=(cost other) -> cost& {
        calls += other.calls;
        bytes += other.bytes;
        return *this;
    }
};

/// Of all messages of one round through the ring, for an entry costs more where it begins another line.
struct round_costs {
    cost send{};
    cost first_send{}; ///< the entry lies beside the index
    cost receive{};    ///< a poll with one message and its return, less a poll with none
    cost idle_poll{};
    std::uint32_t received{};
};

constexpr auto for_ours = vring_config{};
constexpr auto for_openamp = vring_config{.dialect = wire::dialects::openamp};

/// Messages of 16 bytes from driver to device.
template <vring_config Config, std::uint32_t Line> auto costs_of_a_round() -> round_costs {
    constexpr auto size = vring_layout<Config>::size();
    using side = testing::noncoherent_region<size, Line>;
    auto memory = testing::noncoherent_memory<size, Line>{};
    auto raw = side{memory};
    put_device_table<Config>([&](std::uint32_t at, std::uint32_t word) { raw.template store<site::own_entry>(at, word); });
    auto near = testing::noncoherent_cache<size, Line>{memory};
    auto far = testing::noncoherent_cache<size, Line>{memory};
    auto seen = round_costs{};
    channel host{vring_driver<Config, side>{side{near}}, endpoints{endpoint<"x">([](auto&, message const&) {})}};
    channel remote{vring_device<Config, side>{side{far}},
                   endpoints{endpoint<"x">([&](auto&, message const&) { ++seen.received; })}};
    REQUIRE(remote.start());
    REQUIRE(host.start());
    for (int i = 0; i < 8; ++i) {
        remote.poll();
        host.poll();
    }
    auto const cost_of = [&](auto action) {
        auto const now = [&] { return cost{memory.cleans + memory.invalidates, memory.lines * Line}; };
        auto const before = now();
        action();
        return now() - before;
    };
    auto const text = std::array<std::byte, 16>{};
    for (std::uint32_t i = 0; i < 5u * Config.buffers; ++i) {
        if (i % Config.buffers == 0) {
            seen = {}; // the first rounds use what was never sent before
        }
        auto const sent = cost_of([&] { REQUIRE(host.template get<"x">().send(text)); });
        seen.send += sent;
        seen.first_send = i % Config.buffers == 0 ? sent : seen.first_send;
        auto const busy = cost_of([&] { remote.poll(); });
        auto const idle = cost_of([&] { remote.poll(); });
        seen.receive += busy - idle;
        seen.idle_poll += idle;
    }
    CHECK(seen.received == Config.buffers);
    CHECK(memory.complaint == "");
    return seen;
}

auto check_within(cost const& found, cost const& budget) -> void {
    CHECK(found.calls <= budget.calls);
    CHECK(found.bytes <= budget.bytes);
}
template <vring_config Config, std::uint32_t Line> auto stays_within(round_costs const& budget) -> void {
    auto const found = costs_of_a_round<Config, Line>();
    constexpr auto n = static_cast<double>(Config.buffers);
    WARN("lines of " << Line << ", " << (Config.dialect == wire::dialects::openamp ? "openamp" : "rpmsg") << ": send "
                     << found.send.calls / n << " calls over " << found.send.bytes / n << " bytes; receive and return "
                     << found.receive.calls / n << " over " << found.receive.bytes / n << "; a poll of nothing "
                     << found.idle_poll.calls / n << " over " << found.idle_poll.bytes / n);
    check_within(found.first_send, {.calls = 4, .bytes = 4 * Line});
    check_within(found.send, budget.send);
    check_within(found.receive, budget.receive);
    check_within(found.idle_poll, budget.idle_poll);
}
} // namespace

// Eight messages each. Where a line ends among the entries one more call is needed, or two lines for one entry.
TEST_CASE("a message costs no more cache maintenance than it did") {
    stays_within<for_ours, 64>({.send = {26, 27 * 64}, .receive = {32, 33 * 64}, .idle_poll = {16, 24 * 64}});
    stays_within<for_ours, 32>({.send = {30, 32 * 32}, .receive = {32, 34 * 32}, .idle_poll = {16, 40 * 32}});
    // Each poll of the device looks at the status and at its mark on the rings.
    stays_within<for_openamp, 64>({.send = {26, 27 * 64}, .receive = {40, 41 * 64}, .idle_poll = {24, 24 * 64}});
    stays_within<for_openamp, 32>({.send = {30, 32 * 32}, .receive = {40, 42 * 32}, .idle_poll = {24, 24 * 32}});
}
