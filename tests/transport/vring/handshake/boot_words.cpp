#include <rpmsg/testing/regions/array_region.hpp>
#include <rpmsg/transport/vring/handshake/boot_words.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <cstddef>
#include <cstdint>

namespace {

using rpmsg::vring_config;
using rpmsg::detail::handshake_step;
namespace dialects = rpmsg::wire::dialects;

constexpr auto nuttx = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::nuttx};
using boot_place = rpmsg::vring_layout<nuttx>;
constexpr auto boot = std::uint32_t{boot_place::boot()};
constexpr auto own_word = boot + std::uint32_t{offsetof(rpmsg::wire::boot_block, driver_state)};
constexpr auto device_word = boot + std::uint32_t{offsetof(rpmsg::wire::boot_block, device_state)};
constexpr auto first_command =
    boot + std::uint32_t{sizeof(rpmsg::wire::boot_block) + offsetof(rpmsg::wire::resource_table, reserved)};

/// Memory that checks the command words whenever the driver writes `runs`.
struct watching_region : rpmsg::testing::array_region<boot_place::size()> {
    std::uint32_t left = 0xffff'ffff;

    using array_region::array_region;
    template <rpmsg::site Site, typename T> constexpr auto store(std::uint32_t offset, T value) -> void {
        if (offset == own_word and value == rpmsg::wire::boot_state::runs) {
            left = word(first_command) | word(first_command + 4);
        }
        array_region::store<Site>(offset, value);
    }
    constexpr auto word(std::uint32_t offset) -> std::uint32_t {
        return load<rpmsg::site::control_load, std::uint32_t>(offset);
    }
    constexpr auto put(std::uint32_t offset, std::uint32_t value) -> void { store<rpmsg::site::control_store>(offset, value); }
};
constexpr auto no_command_of_a_dead_peer_stands_when_the_driver_runs() -> bool {
    using handshake = rpmsg::detail::boot_words_driver<nuttx>;
    auto content = rpmsg::testing::array_memory<boot_place::size()>{};
    auto memory = watching_region{content};
    handshake::start(memory, boot_place{});
    memory.put(first_command, 0xdead'0001);
    memory.put(first_command + 4, 0xdead'0002);
    handshake::attached(memory, boot_place{});
    check(memory.left == 0 and memory.word(own_word) == rpmsg::wire::boot_state::runs);
    return memory.word(first_command) == 0 and memory.word(first_command + 4) == 0;
}
constexpr auto a_driver_whose_word_another_wrote_begins_again() -> bool {
    using handshake = rpmsg::detail::boot_words_driver<nuttx>;
    auto content = rpmsg::testing::array_memory<boot_place::size()>{};
    auto memory = watching_region{content};
    auto const advance = [&] { return handshake::advance(memory, boot_place{}, true, true); };
    handshake::start(memory, boot_place{});
    check(memory.word(own_word) == rpmsg::wire::boot_state::boots and advance() == handshake_step::none);
    memory.put(own_word, rpmsg::wire::boot_state::needs_reset);
    check(advance() == handshake_step::answered and memory.word(own_word) == rpmsg::wire::boot_state::boots);
    check(advance() == handshake_step::none);
    memory.put(device_word, rpmsg::wire::boot_state::boots);
    return advance() == handshake_step::attach;
}

TEST_CASE("No command of an earlier peer is left when the driver writes runs") {
    STATIC_REQUIRE(no_command_of_a_dead_peer_stands_when_the_driver_runs());
    CHECK(no_command_of_a_dead_peer_stands_when_the_driver_runs());
}

TEST_CASE("A driver whose boot word another side wrote begins again") {
    STATIC_REQUIRE(a_driver_whose_word_another_wrote_begins_again());
    CHECK(a_driver_whose_word_another_wrote_begins_again());
}

} // namespace
