#include <rpmsg/transport/vring/handshake/first_doorbell.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <cstdint>

namespace {

using rpmsg::vring_config;
using rpmsg::detail::handshake_step;

constexpr auto for_linux = vring_config{.buffers = 4, .buffer_size = 64, .dialect = rpmsg::wire::dialects::linux_virtio};
using place = rpmsg::vring_layout<for_linux>;

constexpr auto a_doorbell_that_finds_buffers_attaches() -> bool {
    using handshake = rpmsg::detail::first_doorbell_device<for_linux>;
    auto shared = two_sides<for_linux>{};
    auto memory = shared.device_region();
    auto const advance = [&](bool rang) { return handshake::advance(memory, place{}, true, rang); };
    check(advance(true) == handshake_step::early); // the rings are not initialised yet
    shared.put(place::parts(0).available + 2, std::uint16_t{4});
    check(advance(false) == handshake_step::none); // the driver may be initialising them
    return advance(true) == handshake_step::attach;
}

TEST_CASE("A doorbell of ring 0 that finds buffers there attaches, one that finds none is older than the rings") {
    STATIC_REQUIRE(a_doorbell_that_finds_buffers_attaches());
    CHECK(a_doorbell_that_finds_buffers_attaches());
}

} // namespace
