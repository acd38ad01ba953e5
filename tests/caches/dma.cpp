// A DMA that copies memory itself, behind the caches of both cores: what it reads and writes is what the other end sees.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/dma_receiver.hpp>
#include <rpmsg/framework/dma_sender.hpp>
#include <rpmsg/platform/cached_dma.hpp>
#include <rpmsg/testing/regions/noncoherent_region.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace {
using namespace rpmsg;

constexpr std::uint32_t line = 64;
constexpr auto rings = vring_config{.buffers = 4, .buffer_size = 256};
constexpr auto block_size = vring_layout<rings>::size();
using block_memory = testing::noncoherent_memory<block_size, line>;
using block_cache = testing::noncoherent_cache<block_size, line>;
using side = testing::noncoherent_region<block_size, line>;

/// Memory of one core alone, in front of it a cache: the core sees `seen`, a DMA sees `content`.
struct private_memory {
    alignas(line) std::array<std::byte, 512> seen{};
    std::array<std::byte, 512> content{};

    auto clean(std::size_t from, std::size_t size) -> void {
        copy(bytes{seen}.subspan(from, size), bytes{content}.subspan(from));
    }
    auto invalidate(std::size_t from, std::size_t size) -> void {
        copy(bytes{content}.subspan(from, size), bytes{seen}.subspan(from));
    }
};

/// One core: its part of the caches, and where an address of it lies in memory.
struct core {
    block_memory* block;
    block_cache* cache;
    private_memory own{};

    /// The place of an address in the block, or in this core's own memory.
    struct place {
        bool is_shared;
        std::size_t offset;
    };
    auto place_of(std::uintptr_t start) -> place {
        auto const shared = reinterpret_cast<std::uintptr_t>(cache->view(0, 0).data());
        auto const is_shared = start >= shared and start - shared < block_size;
        return {is_shared, is_shared ? start - shared : start - reinterpret_cast<std::uintptr_t>(own.seen.data())};
    }
    auto behind(const_bytes part) -> bytes {
        auto const [is_shared, offset] = place_of(reinterpret_cast<std::uintptr_t>(part.data()));
        return (is_shared ? bytes{block->content} : bytes{own.content}).subspan(offset, part.size());
    }
};

struct cache_of {
    static constexpr std::uint32_t line = ::line;
    core* of;

    auto clean(std::uintptr_t start, std::uint32_t size) -> void {
        auto const [is_shared, offset] = of->place_of(start);
        is_shared ? of->cache->clean(static_cast<std::uint32_t>(offset), size) : of->own.clean(offset, size);
    }
    auto invalidate(std::uintptr_t start, std::uint32_t size) -> void {
        auto const [is_shared, offset] = of->place_of(start);
        if (is_shared) {
            of->cache->invalidate(static_cast<std::uint32_t>(offset), size);
            (void)of->cache->view(static_cast<std::uint32_t>(offset), size); // the span of a loan stays in use
        } else {
            of->own.invalidate(offset, size);
        }
    }
};

/// A channel that copies in memory, past the caches, when the test lets it.
struct memory_dma {
    core* of;
    bytes source{};
    bytes target{};
    bool is_running{};

    auto start(const_bytes from, bytes to) -> dma_start {
        source = of->behind(from);
        target = of->behind(to).first(from.size());
        is_running = true;
        return dma_start::started;
    }
    auto progress() -> dma_progress { return is_running ? dma_progress::running : dma_progress::done; }
    auto abort() -> bool {
        is_running = false;
        return true;
    }
    auto finish() -> void {
        if (std::exchange(is_running, false)) {
            copy(source, target);
        }
    }
    auto stop_half_way() -> void {
        if (is_running) {
            copy(source.first(source.size() / 2), target);
        }
    }
};
using channel_of_dma = cached_dma<dma_ref<memory_dma>, cache_of>;

struct user {
    std::uint32_t sent{};
    std::uint32_t received{};
    std::uint32_t wrong{};
};
auto fill(bytes part, std::uint32_t number) -> void {
    for (std::size_t i = 0; i < part.size(); ++i) {
        part[i] = static_cast<std::byte>(number * 7 + i);
    }
}
auto is_filled(const_bytes part, std::uint32_t number) -> bool {
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (part[i] != static_cast<std::byte>(number * 7 + i)) {
            return false;
        }
    }
    return not part.empty();
}
constexpr auto ignore = [](auto&, message const&) {};

/// What happens to the lines of a transfer while it runs.
enum class meanwhile { nothing, lines_are_fetched, lines_are_evicted };

/// `part` lies in the memory of the block.
auto disturb(core& it, const_bytes part, meanwhile what) -> void {
    if (what == meanwhile::lines_are_fetched) { // as a core that speculates does
        auto const offset = static_cast<std::uint32_t>(part.data() - it.block->content.data());
        (void)it.cache->read(offset, static_cast<std::uint32_t>(part.size()));
    } else if (what == meanwhile::lines_are_evicted) {
        it.cache->evict_all();
    }
}
/// By its interrupt, or half way by its deadline.
auto end_transfer(auto& policy, memory_dma& dma, bool is_aborted) -> void {
    if (is_aborted) {
        dma.stop_half_way();
        policy.poll(20);
    } else {
        dma.finish();
        policy.complete();
    }
    REQUIRE_FALSE(policy.is_running());
}
auto run(auto& first, auto& second) -> void {
    for (int i = 0; i < 6; ++i) {
        first.poll();
        second.poll();
    }
}
auto bring_up(auto& first, auto& second) -> void {
    REQUIRE(first.start());
    REQUIRE(second.start());
    run(first, second);
}
constexpr auto sizes = std::array<std::uint32_t, 6>{48, 64, 100, 112, 176, 240};

/// Sends messages whose payloads a DMA copies into the transmit buffers of the device.
auto sends_by_dma(meanwhile what, bool is_aborted) -> std::string {
    auto block = block_memory{};
    auto of_driver = block_cache{block};
    auto of_device = block_cache{block};
    auto sender_core = core{&block, &of_device};
    auto dma = memory_dma{&sender_core};
    auto seen = user{};
    channel far{vring_driver<rings, side>{side{of_driver}}, endpoints{endpoint<"x">([&](auto&, message const& m) {
                    seen.wrong += is_filled(m.payload, seen.received) ? 0u : 1u;
                    ++seen.received;
                })}};
    channel near{vring_device<rings, side>{side{of_device}}, endpoints{endpoint<"x">(ignore)}};
    auto const told = [&](status outcome) { seen.sent += outcome ? 1u : 0u; };
    bring_up(far, near);
    auto sender = dma_sender{near.template get<"x">(), 1, channel_of_dma{dma_ref{dma}, cache_of{&sender_core}}, told};
    for (auto number = 0u; number < 60; ++number) {
        if (auto dropped = near.template get<"x">().reserve(200)) { // leaves its lines written and not cleaned
            fill(dropped.payload(), number + 1);
        }
        auto const payload = bytes{sender_core.own.seen}.first(sizes[number % sizes.size()]);
        fill(payload, number);
        REQUIRE(sender.send(payload, {.is_set = true, .at = 10}));
        disturb(sender_core, dma.target, what);
        end_transfer(sender, dma, is_aborted);
        run(far, near);
    }
    CHECK(seen.sent == 60);
    CHECK(seen.received == 60);
    CHECK(seen.wrong == 0);
    return std::string{block.complaint};
}

/// Receives messages whose payloads a DMA copies out of the receive buffers of the driver.
auto receives_by_dma(meanwhile what, bool is_aborted) -> std::string {
    auto block = block_memory{};
    auto of_driver = block_cache{block};
    auto of_device = block_cache{block};
    auto receiver_core = core{&block, &of_driver};
    auto dma = memory_dma{&receiver_core};
    auto seen = user{};
    auto const told = [&](status outcome, bytes copied) {
        seen.wrong += outcome and is_filled(copied, seen.received) ? 0u : 1u;
        ++seen.received;
    };
    auto receiver =
        dma_receiver<channel_of_dma, decltype(told)>{1, channel_of_dma{dma_ref{dma}, cache_of{&receiver_core}}, told};
    channel near{vring_driver<rings, side>{side{of_driver}}, endpoints{endpoint<"x">([&](auto& link, message const& m) {
                     auto held = link.hold(m);
                     check(receiver.receive(held, receiver_core.own.seen, {.is_set = true, .at = 10}).has_value());
                 })}};
    channel far{vring_device<rings, side>{side{of_device}}, endpoints{endpoint<"x">(ignore)}};
    bring_up(near, far);
    auto payload = std::array<std::byte, 256>{};
    for (auto number = 0u; number < 60; ++number) {
        auto const part = bytes{payload}.first(sizes[number % sizes.size()]);
        fill(part, number);
        REQUIRE(far.template get<"x">().send(part));
        run(near, far);
        REQUIRE(receiver.is_running());
        disturb(receiver_core, dma.source, what);
        end_transfer(receiver, dma, is_aborted);
        run(near, far);
    }
    CHECK(seen.received == 60);
    CHECK(seen.wrong == 0);
    return std::string{block.complaint};
}
constexpr auto all = std::array{meanwhile::nothing, meanwhile::lines_are_fetched, meanwhile::lines_are_evicted};
} // namespace

TEST_CASE("what a DMA writes into a transmit buffer behind the cache is what the peer reads") {
    for (auto const what : all) {
        CHECK(sends_by_dma(what, false) == "");
    }
}

TEST_CASE("a payload whose transfer was aborted half way is copied by the core, past the cache, too") {
    for (auto const what : all) {
        CHECK(sends_by_dma(what, true) == "");
        CHECK(receives_by_dma(what, true) == "");
    }
}

TEST_CASE("what a DMA copies out of a receive buffer behind the cache is what the peer wrote") {
    for (auto const what : all) {
        CHECK(receives_by_dma(what, false) == "");
    }
}
