#include <rpmsg/transport/vring/ring_setup.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <utility>

namespace {

using rpmsg::vring_config;
namespace dialects = rpmsg::wire::dialects;

/// Every byte of the rings is written, and no byte outside of them.
template <vring_config Config> constexpr auto a_ring_is_laid_out_over_anything(std::byte before) -> bool {
    using place = rpmsg::vring_layout<Config>;
    auto dirty = two_sides<Config>{};
    auto clean = two_sides<Config>{};
    for (auto& each : dirty.memory.content) {
        each = before;
    }
    auto into_dirty = dirty.driver_region();
    auto into_clean = clean.driver_region();
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        rpmsg::detail::lay_out_ring<Config>(into_dirty, place{}, ring, ring == 0);
        rpmsg::detail::lay_out_ring<Config>(into_clean, place{}, ring, ring == 0);
        auto const at = place::parts(ring);
        auto const words = Config.dialect.used_event_word ? 6u : 4u;
        for (auto const& [start, size] : {std::pair{at.descriptors, 16u * Config.count_of(ring)},
                                          std::pair{at.available, words + 2u * Config.count_of(ring)},
                                          std::pair{at.used, 6u + 8u * Config.count_of(ring)}}) {
            check(same(rpmsg::const_bytes{dirty.memory.content}.subspan(start, size),
                       rpmsg::const_bytes{clean.memory.content}.subspan(start, size)));
        }
        for (std::uint32_t id = 0; id < Config.count_of(ring); ++id) {
            auto const descriptor = rpmsg::load<rpmsg::wire::descriptor>(
                rpmsg::const_bytes{dirty.memory.content}.subspan(at.descriptors + 16 * id));
            check(descriptor.address == Config.device_base + place::buffer(ring, id));
            check(descriptor.length == Config.size_of(ring) and (descriptor.flags & ~2) == 0);
            check(ring == 1 or descriptor.flags == 2);
        }
    }
    for (std::uint32_t ring = 0; ring < 2; ++ring) { // padding between two parts is not written
        auto const at = place::parts(ring);
        auto const words = Config.dialect.used_event_word ? 6u : 4u;
        for (std::uint32_t gap = at.available + words + 2u * Config.count_of(ring); gap < at.used; ++gap) {
            check(dirty.memory.content[gap] == before);
        }
    }
    for (std::uint32_t at = place::buffers; at < place::size(); ++at) {
        check(dirty.memory.content[at] == before);
    }
    return true;
}

constexpr auto far_away = vring_config{.buffers = 4, .host_to_remote = 64, .remote_to_host = 32, .device_base = 0x12'3456'7800};
constexpr auto uneven = vring_config{.buffers = 4, .host_to_remote_buffers = 1, .buffer_size = 32};
constexpr auto single = vring_config{.buffers = 1, .buffer_size = 32, .dialect = dialects::linux_virtio};
constexpr auto lite = vring_config{.buffers = 2, .buffer_size = 32, .alignment = 4, .dialect = dialects::rpmsg_lite};

TEST_CASE("Rings are laid out over whatever lay there, and nothing beside them is written") {
    STATIC_REQUIRE(a_ring_is_laid_out_over_anything<far_away>(std::byte{0xff}));
    STATIC_REQUIRE(a_ring_is_laid_out_over_anything<single>(std::byte{0xa5}));
    STATIC_REQUIRE(a_ring_is_laid_out_over_anything<lite>(std::byte{0xa5}));
    STATIC_REQUIRE(a_ring_is_laid_out_over_anything<uneven>(std::byte{0xa5}));
    CHECK(a_ring_is_laid_out_over_anything<lite>(std::byte{0xff}));
}

TEST_CASE("A ring that rpmsg-lite's master sends through begins with all buffers used, each as long as it is, and without "
          "doorbells") {
    using place = rpmsg::vring_layout<lite>;
    auto shared = two_sides<lite>{};
    auto memory = shared.driver_region();
    rpmsg::detail::lay_out_ring<lite>(memory, place{}, 1, false);
    constexpr auto at = place::parts(1);
    CHECK(shared.at<std::uint16_t>(at.available) == 1);
    CHECK(shared.at<std::uint16_t>(at.used + 2) == lite.buffers);
    for (std::uint32_t id = 0; id < lite.buffers; ++id) {
        CHECK(shared.at<std::uint32_t>(at.used + 4 + 8 * id) == id);
        CHECK(shared.at<std::uint32_t>(at.used + 8 + 8 * id) == lite.size_of(1));
    }
}

} // namespace
