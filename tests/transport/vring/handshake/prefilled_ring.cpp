#include <rpmsg/transport/vring/handshake/prefilled_ring.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <cstdint>

namespace {

using rpmsg::vring_config;
using rpmsg::detail::handshake_step;

constexpr auto lite = vring_config{.buffers = 4, .buffer_size = 64, .dialect = rpmsg::wire::dialects::rpmsg_lite};
using place = rpmsg::vring_layout<lite>;

constexpr auto the_masters_memory_attaches() -> bool {
    using handshake = rpmsg::detail::prefilled_ring_device<lite>;
    auto shared = two_sides<lite>{};
    auto memory = shared.device_region();
    auto const advance = [&] { return handshake::advance(memory, place{}, true, false); };
    check(advance() == handshake_step::early); // the rings are not initialised
    shared.put(place::parts(0).available + 2, std::uint16_t{4});
    shared.put(place::parts(0).available, rpmsg::wire::suppress_doorbell);
    for (std::uint16_t given = 0; given < 4; ++given) {
        shared.put(place::parts(1).used + 2, given);
        check(advance() == handshake_step::none); // the master is still initialising them
    }
    shared.put(place::parts(1).used + 2, std::uint16_t{4});
    return advance() == handshake_step::attach;
}

TEST_CASE("The memory that rpmsg-lite's master leaves attaches once it is whole") {
    STATIC_REQUIRE(the_masters_memory_attaches());
    CHECK(the_masters_memory_attaches());
}

} // namespace
