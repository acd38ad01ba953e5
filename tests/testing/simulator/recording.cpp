#include <rpmsg/testing/simulator/recording.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_cores.hpp"

using namespace two_cores;

TEST_CASE("the messages of all links become packets of a capture") {
    auto found = two_cores::log{};
    auto all = world{1};
    connect_rings(all, found);
    auto links = recording{};
    all.record_to(&links);
    all.run_for(20ms);
    auto const file = links.content();
    auto blocks = std::array<std::uint32_t, 8>{};
    std::size_t at = 0;
    while (at + 12 <= file.size()) {
        auto const type = rpmsg::load<std::uint32_t>(file.subspan(at, 4));
        auto const size = rpmsg::load<std::uint32_t>(file.subspan(at + 4, 4));
        REQUIRE(size >= 12);
        REQUIRE(at + size <= file.size());
        CHECK(rpmsg::load<std::uint32_t>(file.subspan(at + size - 4, 4)) == size);
        ++blocks[type & 7];
        at += size;
    }
    CHECK(at == file.size());
    CHECK(blocks[rpmsg::host::pcapng_code::interface] == 2);
    CHECK(blocks[rpmsg::host::pcapng_code::packet] >= 2 * all.messages());
}
