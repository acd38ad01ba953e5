// A block of memory shared with NuttX's simulator, as both sides wrote it: both starts, names, requests both ways, NuttX killed
// and started again, this end killed and started again, commands. The word of a panic was put by hand.
#include "interop/live_nuttx.hpp"

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/platform/counter_doorbell.hpp>
#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/runtime_layout.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "interop/live_ping.hpp"
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace {

using live_nuttx::step;

// The simulator's file, as golden_nuttx.cpp explains it.
constexpr auto config =
    rpmsg::vring_config{.buffers = 8, .buffer_size = 1536, .alignment = 8, .dialect = rpmsg::wire::dialects::nuttx};
constexpr std::uint32_t file_size = 197072;
constexpr std::uint32_t heap = 131980;
constexpr std::uint32_t device_bell = 8;
constexpr std::uint32_t driver_bell = 12;
constexpr auto at_device =
    rpmsg::runtime_layout{.buffers_per_ring = {8, 8},
                          .rings = {rpmsg::wire::place_vring(131532, 8, 8), rpmsg::wire::place_vring(131756, 8, 8)},
                          .window = heap,
                          .window_size = file_size - heap,
                          .status_offset = 24 + 131320 + 24,
                          .boot_offset = 0,
                          .config_size = 64};
constexpr auto at_driver = [] {
    auto layout = at_device;
    layout.ring_buffers = {0x203a0, 0x233a0};
    layout.buffer_sizes = {1536, 1536};
    (void)layout.rebase(0x7f12'3456'7000);
    return layout;
}();

using region = rpmsg::mapped_region<>;
using bell = rpmsg::counter_doorbell<region>;
template <bool Drives>
using transport = std::conditional_t<Drives, rpmsg::vring_driver<config, region, bell, rpmsg::runtime_layout>,
                                     rpmsg::vring_device<config, region, bell, rpmsg::runtime_layout>>;

/// The block as it is, and as it was when the traffic was kept.
class block {
    std::vector<std::uint64_t> words_ = std::vector<std::uint64_t>((file_size + 7) / 8);
    std::string then_ = std::string(file_size, '\0');

    [[nodiscard]] auto start() -> std::byte* { return reinterpret_cast<std::byte*>(words_.data()); }

  public:
    auto shared() -> region { return region{start(), file_size}; }
    auto put(step const& each) -> void {
        auto const text = from_digits(each.digits);
        if (each.what == live_nuttx::theirs) {
            rpmsg::copy(std::as_bytes(std::span{text}), rpmsg::bytes{start() + each.offset, text.size()});
        }
        then_.replace(each.offset, text.size(), text);
    }
    /// The first byte that differs, or nothing.
    [[nodiscard]] auto difference() -> std::string {
        auto const now = std::string_view{reinterpret_cast<char const*>(start()), file_size};
        auto const at = std::mismatch(now.begin(), now.end(), then_.begin()).first - now.begin();
        return at == file_size ? "" : "byte " + std::to_string(at);
    }
};

/// One life of this end beside what NuttX wrote; says what the endpoint was told.
template <bool Drives> auto replay(block& memory, std::span<step const> steps) -> std::string {
    auto const shared = memory.shared();
    auto const own = bell{shared, Drives ? driver_bell : device_bell, Drives ? device_bell : driver_bell};
    auto ping = live_ping{};
    auto link =
        rpmsg::channel{transport<Drives>{shared, own, Drives ? at_driver : at_device}, rpmsg::endpoints{rpmsg::ref(ping)}};
    for (std::size_t i = 0; i < steps.size(); ++i) {
        auto const& each = steps[i];
        switch (each.what) {
        case live_nuttx::start: CHECK(link.start().has_value()); break;
        case live_nuttx::rung:
            link.notify(0);
            link.notify(1);
            break;
        case live_nuttx::poll: do { (void)link.poll(each.at);
            } while (link.is_pending());
            break;
        case live_nuttx::theirs:
        case live_nuttx::ours: memory.put(each); break;
        }
        auto const is_settled = i + 1 == steps.size() or steps[i + 1].what != live_nuttx::ours;
        if (is_settled and each.what != live_nuttx::theirs and each.what != live_nuttx::rung) {
            INFO("step " << i << " at " << each.at << " ms");
            REQUIRE(memory.difference() == "");
        }
    }
    return ping.told;
}

constexpr auto first_life = "up bound 1025 pong pong pong answered answered unbound restarted 0 up bound 1025 pong pong pong ";
constexpr auto second_life = "up bound 1025 pong pong pong ";
constexpr auto commanded_life = "up bound 1025 pong pong pong unbound told_to_reset 0 up bound 1025 pong pong pong "
                                "unbound panicked 0 up bound 1025 pong pong pong ";

} // namespace

TEST_CASE("A device beside a live NuttX writes what it wrote, over two lives of NuttX and two of its own") {
    auto memory = block{};
    CHECK(replay<false>(memory, live_nuttx::device_0) == first_life);
    CHECK(replay<false>(memory, live_nuttx::device_1) == second_life);
}

TEST_CASE("A driver beside a live NuttX writes what it wrote, over two lives of NuttX and two of its own") {
    auto memory = block{};
    CHECK(replay<true>(memory, live_nuttx::driver_0) == first_life);
    CHECK(replay<true>(memory, live_nuttx::driver_1) == second_life);
}

TEST_CASE("NuttX tells this end to reset, later dies with the word that it panicked, and is back each time") {
    auto by_driver = block{};
    CHECK(replay<false>(by_driver, live_nuttx::commanded_device_0) == commanded_life);
    auto by_device = block{};
    CHECK(replay<true>(by_device, live_nuttx::commanded_driver_0) == commanded_life);
}
