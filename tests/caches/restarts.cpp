// Lines that a core has in its cache from before a restart.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/testing/regions/noncoherent_region.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "transport/device_table.hpp"
#include <array>
#include <cstdint>
#include <memory>

namespace {
using namespace rpmsg;

constexpr auto rings = vring_config{.buffers = 16, .buffer_size = 64, .dialect = wire::dialects::openamp};
constexpr auto size = vring_layout<rings>::size();
using cache = testing::noncoherent_cache<size, 32>;
using side = testing::noncoherent_region<size, 32>;

/// A core with its cache, whose program starts anew as often as the test wants.
template <typename Transport> class core {
    static auto table(std::uint32_t& received) {
        return endpoints{endpoint<"x">([&received](auto&, message const&) { ++received; })};
    }
    cache cache_;

  public:
    std::uint32_t received{};
    std::unique_ptr<channel<Transport, decltype(table(received))>> now{};

    explicit core(testing::noncoherent_memory<size, 32>& memory) : cache_{memory} {}
    auto restart() -> void {
        now.reset();
        cache_.restart();
        received = 0;
        now = std::make_unique<typename decltype(now)::element_type>(Transport{side{cache_}}, table(received));
        REQUIRE(now->start());
    }
};

struct pair {
    testing::noncoherent_memory<size, 32> memory{};
    core<vring_driver<rings, side>> driver{memory};
    core<vring_device<rings, side>> device{memory};

    auto settle() -> void {
        for (ticks now = 0; now < 12; ++now) {
            driver.now->poll(now);
            device.now->poll(now);
        }
    }
    /// As many messages both ways as reach into other lines of the used rings.
    auto talk() -> void {
        settle();
        auto const text = std::array<std::byte, 8>{};
        auto const before = std::array{driver.received, device.received};
        for (int i = 0; i < 9; ++i) {
            REQUIRE(driver.now->get<"x">().send(text));
            REQUIRE(device.now->get<"x">().send(text));
            settle();
        }
        CHECK(driver.received == before[0] + 9);
        CHECK(device.received == before[1] + 9);
        CHECK(memory.complaint == "");
    }
};
} // namespace

TEST_CASE("after a restart nobody writes back what its cache held of the rings before") {
    auto it = pair{};
    auto raw = side{it.memory};
    put_device_table<rings>([&](std::uint32_t at, std::uint32_t word) { raw.store<site::own_entry>(at, word); });
    it.device.restart();
    it.driver.restart();
    for (int i = 0; i < 6; ++i) {
        it.talk();
        it.driver.restart();
        if (i % 2 == 1) { // a device that starts alone is not told the names again
            it.device.restart();
        }
    }
}
