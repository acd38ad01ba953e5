#include <rpmsg/platform/spi_port.hpp>
#include <rpmsg/transport/spi.hpp>
#include <rpmsg/transport/spi/storage.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

namespace {
constexpr auto lined = rpmsg::spi_config{.frame_size = 96, .transmit_buffers = 2, .receive_buffers = 3, .alignment = 32};
constinit auto frames = rpmsg::spi_storage<lined>{};
} // namespace

TEST_CASE("the frames of a link are its buffers and one for commands, each on lines of its own") {
    STATIC_REQUIRE(sizeof(frames.transmit) == (2 + 1) * 96);
    STATIC_REQUIRE(sizeof(frames.receive) == 3 * 96);
    STATIC_REQUIRE(alignof(rpmsg::spi_storage<lined>) == 32);
    CHECK(reinterpret_cast<std::uintptr_t>(&frames.transmit) % 32 == 0);
    CHECK(reinterpret_cast<std::uintptr_t>(&frames.receive) % 32 == 0);
    CHECK(frames.transmit.back().content.size() == lined.frame_size);
}

TEST_CASE("What a link over SPI remembers lies beside its frames; a link that is made at run time begins anew") {
    using link = rpmsg::spi<lined, rpmsg::archetypes::spi_port>;
    STATIC_REQUIRE(sizeof(link) <= 2 * sizeof(void*));
    auto storage = rpmsg::spi_storage<lined>{};
    auto first = link{storage};
    first.count(rpmsg::counter::bad_frame);
    CHECK(first.counts()[rpmsg::counter::bad_frame] == 1);
    auto const second = link{storage};
    CHECK(second.counts()[rpmsg::counter::bad_frame] == 0);
}
