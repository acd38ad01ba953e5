#include <rpmsg/transport/uart.hpp>
#include <rpmsg/transport/uart/storage.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstddef>
#include <cstdint>

namespace {

constexpr auto config = rpmsg::uart_config{.tx_buffers = 2, .rx_buffers = 4, .payload = 50};
constinit auto storage = rpmsg::uart_storage<config>{};

} // namespace

TEST_CASE("Each frame has its own bytes, and their headers are aligned") {
    for (std::uint32_t i = 0; i < 2; ++i) {
        CHECK(storage.sent(i).size() == config.frame_size());
        CHECK(reinterpret_cast<std::uintptr_t>(storage.sent(i).data()) % 8 == 0);
    }
    CHECK(storage.received(3).data() - storage.received(0).data() == 3 * 80);
    CHECK(storage.received(0).data() - storage.sent(0).data() == 2 * 80);
}

TEST_CASE("What a line remembers lies beside its frames; a link that is made at run time begins anew") {
    using line = rpmsg::uart<config, rpmsg::archetypes::byte_stream>;
    STATIC_REQUIRE(sizeof(line) <= 2 * sizeof(void*));
    auto frames = rpmsg::uart_storage<config>{};
    auto first = line{frames};
    first.count(rpmsg::counter::bad_frame);
    first.feed(std::array{std::byte{config.dialect.suspend}});
    CHECK((first.counts()[rpmsg::counter::bad_frame] == 1 and first.is_peer_suspended()));
    auto const second = line{frames};
    CHECK((second.counts()[rpmsg::counter::bad_frame] == 0 and not second.is_peer_suspended()));
}
