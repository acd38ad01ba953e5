#include <rpmsg/platform/spi_port.hpp>
#include <rpmsg/transport/spi.hpp>
#include <rpmsg/transport/spi/state.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

constexpr auto lined = rpmsg::spi_config{.frame_size = 96, .transmit_buffers = 2, .receive_buffers = 3, .alignment = 32};

constexpr auto a_side_without_progress_asks_at_intervals() -> bool {
    auto it = rpmsg::detail::spi_state<lined>{};
    it.session.start();
    check(it.wants_transfer());
    for (auto i = 1; i < lined.patience; ++i) {
        check(not it.count_fruitless());
    }
    check(not it.count_fruitless()); // it is not connected: there is nothing to give up
    it.date();
    return not it.wants_transfer() and not it.is_overdue();
}

} // namespace

TEST_CASE("A side that makes no progress requests transfers at intervals only") {
    STATIC_REQUIRE(a_side_without_progress_asks_at_intervals());
    CHECK(a_side_without_progress_asks_at_intervals());
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
