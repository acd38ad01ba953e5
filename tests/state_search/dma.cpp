// State searches of links whose users send and receive by DMA: the transfers end late, never, twice, after a restart, or with an
// error.
#include <catch2/catch_test_macros.hpp>

#include "dma_way.hpp"
#include "known.hpp"
#include "worlds.hpp"

namespace {
using namespace rpmsg::searched;
namespace dialects = rpmsg::wire::dialects;
} // namespace

TEST_CASE("DMA, four buffers: whatever both ends call, and however transfers end, the promises hold") {
    CHECK(searched(make<rings<small(dialects::rpmsg, 4)>, addressed, dma_way>, 40'000) == "");
}

TEST_CASE("DMA, two buffers in batches: whatever both ends call, and however transfers end, the promises hold") {
    CHECK(searched(make<rings<small(dialects::rpmsg, 2, 2, true)>, addressed, dma_way>, 40'000) == "");
}

TEST_CASE("DMA, two buffers in batches: every four calls keep the promises") {
    CHECK(searched_all(make<rings<small(dialects::rpmsg, 2, 2, true)>, addressed, dma_way>, 4) == "");
}

TEST_CASE("DMA, four buffers: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::rpmsg, 4)>, addressed, dma_way>) == "");
}
