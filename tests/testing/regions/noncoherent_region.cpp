#include <rpmsg/framework/channel.hpp>
#include <rpmsg/testing/regions/noncoherent_region.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "transport/device_table.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace {
using namespace rpmsg;

struct outcome {
    bool bound{};
    int answers{};
    bool garbled{};
    std::string_view complaint{};
};

/// A hundred questions and answers between two cores, each with a cache of its own.
template <vring_config Config, std::uint32_t Line, template <std::uint32_t, std::uint32_t> typename Region>
auto converse(bool evicts) -> outcome {
    constexpr auto size = align_up(vring_layout<Config>::size(), Line);
    using side = Region<size, Line>;
    auto memory = testing::noncoherent_memory<size, Line>{};
    auto raw = testing::noncoherent_region<size, Line>{memory};
    put_device_table<Config>([&](std::uint32_t at, std::uint32_t word) { raw.template store<site::own_entry>(at, word); });
    auto near = testing::noncoherent_cache<size, Line>{memory};
    auto far = testing::noncoherent_cache<size, Line>{memory};
    auto seen = outcome{};

    channel remote{vring_device<Config, side>{side{far}},
                   endpoints{endpoint<"x">([](auto& it, message const& m) { it.reply(m, m.payload); })}};
    channel host{vring_driver<Config, side>{side{near}}, endpoints{endpoint<"x">([&](auto&, message const& m) {
                     ++seen.answers;
                     auto const wanted = static_cast<std::byte>(seen.answers);
                     seen.garbled = seen.garbled or
                                    std::any_of(m.payload.begin(), m.payload.end(), [&](std::byte it) { return it != wanted; });
                 })}};
    auto const turn = [&] {
        if (evicts) {
            near.evict_all();
        }
        remote.poll();
        if (evicts) {
            far.evict_all();
        }
        host.poll();
    };
    REQUIRE(remote.start());
    REQUIRE(host.start());
    for (int i = 0; i < 8; ++i) {
        remote.notify(0); // the first doorbell, for the dialect that waits for it
        turn();
    }
    auto question = host.template get<"x">();
    seen.bound = question.is_bound();
    auto text = std::array<std::byte, 30>{};
    for (std::uint32_t i = 1; i <= 100 and seen.bound; ++i) {
        text.fill(static_cast<std::byte>(i));
        if (not question.send(const_bytes{text}.first(i % 31))) {
            break;
        }
        turn();
    }
    seen.complaint = memory.complaint;
    return seen;
}

/// A side that forgets to invalidate what is shorter than a line: the index and the flags of the peer.
template <std::uint32_t Size, std::uint32_t Line> struct forgetful_region : testing::noncoherent_region<Size, Line> {
    using testing::noncoherent_region<Size, Line>::noncoherent_region;
    constexpr auto invalidate(std::uint32_t, std::uint32_t) -> void {}
};
/// A side that does not write back.
template <std::uint32_t Size, std::uint32_t Line> struct lazy_region : testing::noncoherent_region<Size, Line> {
    using testing::noncoherent_region<Size, Line>::noncoherent_region;
    constexpr auto clean(std::uint32_t, std::uint32_t) -> void {}
};

template <vring_config Config> auto holds_without_coherence() -> void {
    for (auto const evicts : {false, true}) {
        for (auto const& seen : {converse<Config, 32, testing::noncoherent_region>(evicts),
                                 converse<Config, 64, testing::noncoherent_region>(evicts)}) {
            CHECK(seen.bound);
            CHECK(seen.answers == 100);
            CHECK_FALSE(seen.garbled);
            CHECK(seen.complaint == "");
        }
    }
}

constexpr auto small = vring_config{.buffers = 4, .buffer_size = 64, .alignment = 64};
} // namespace

TEST_CASE("every dialect holds a conversation without cache coherence, for lines of 32 and 64 bytes") {
    holds_without_coherence<small>();
    holds_without_coherence<vring_config{.buffers = 4, .buffer_size = 64, .alignment = 64, .batch = 2, .event_index = true}>();
    holds_without_coherence<vring_config{
        .buffers = 4, .buffer_size = 64, .alignment = 64, .dialect = wire::dialects::openamp}>();
    holds_without_coherence<vring_config{
        .buffers = 4, .buffer_size = 64, .alignment = 64, .dialect = wire::dialects::rpmsg_lite}>();
    holds_without_coherence<vring_config{
        .buffers = 4, .buffer_size = 64, .alignment = 64, .dialect = wire::dialects::linux_virtio}>();
    holds_without_coherence<vring_config{
        .buffers = 4, .buffer_size = 64, .alignment = 64, .dialect = wire::dialects::linux_bufsz}>();
}

TEST_CASE("a missing invalidate shows as a link that does not come up") {
    CHECK_FALSE(converse<small, 64, forgetful_region>(false).bound);
}

TEST_CASE("a missing clean shows as a link that does not come up") {
    CHECK_FALSE(converse<small, 64, lazy_region>(false).bound);
}
