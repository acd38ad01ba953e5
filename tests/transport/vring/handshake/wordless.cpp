#include <rpmsg/transport/vring/handshake/wordless.hpp>

#include <catch2/catch_test_macros.hpp>

#include "transport/two_sides.hpp"

namespace {

constexpr auto config = rpmsg::vring_config{.buffers = 4, .buffer_size = 64, .dialect = rpmsg::wire::dialects::linux_virtio};

constexpr auto a_driver_attaches_at_once_and_writes_nothing() -> bool {
    using handshake = rpmsg::detail::wordless_driver;
    constexpr auto place = rpmsg::vring_layout<config>{};
    auto shared = two_sides<config>{};
    auto const before = shared.memory.content;
    auto memory = shared.driver_region();
    handshake::start(memory, place);
    auto const attaches = handshake::advance(memory, place, true, false) == rpmsg::detail::handshake_step::attach;
    handshake::attached(memory, place);
    handshake::restart(memory, place);
    return attaches and handshake::is_established(memory, place) and shared.memory.content == before and
           handshake::mismatch(memory, place) == rpmsg::config_mismatch::none;
}

TEST_CASE("A driver without words attaches at once and writes nothing") {
    STATIC_REQUIRE(a_driver_attaches_at_once_and_writes_nothing());
}

} // namespace
