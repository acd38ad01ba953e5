// State searches of links in the dialect of Linux, without and with the buffer sizes of 2026.
#include <catch2/catch_test_macros.hpp>

#include "known.hpp"
#include "worlds.hpp"

namespace {
using namespace rpmsg::searched;
namespace dialects = rpmsg::wire::dialects;
} // namespace

TEST_CASE("Linux, endpoints that come and go: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::linux_virtio, 4)>, pooled>, 40'000) == "");
}

TEST_CASE("Linux, endpoints that come and go: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::linux_virtio, 4)>, pooled>) == "");
}

TEST_CASE("Linux, four buffers with an event index: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::linux_virtio, 4, 1, true)>, named>, 40'000) == "");
}

TEST_CASE("Linux, four buffers with an event index: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::linux_virtio, 4, 1, true)>, named>) == "");
}

TEST_CASE("Linux, two buffers in batches: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::linux_virtio, 2, 2)>, addressed>, 40'000) == "");
}

TEST_CASE("Linux, two buffers in batches: every four calls keep the promises") {
    CHECK(searched_all(make<rings<small(dialects::linux_virtio, 2, 2)>, addressed>, 4) == "");
}

TEST_CASE("Linux, two buffers in batches: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::linux_virtio, 2, 2)>, addressed>) == "");
}

TEST_CASE("Linux, two buffers in batches: every five calls keep the promises", "[.nightly]") {
    CHECK(searched_all(make<rings<small(dialects::linux_virtio, 2, 2)>, addressed>, 5) == "");
}

TEST_CASE("Linux with sizes, four buffers: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::linux_bufsz, 4)>, addressed>, 40'000) == "");
}

TEST_CASE("Linux with sizes, four buffers: every four calls keep the promises") {
    CHECK(searched_all(make<rings<small(dialects::linux_bufsz, 4)>, addressed>, 4) == "");
}

TEST_CASE("Linux with sizes, four buffers: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::linux_bufsz, 4)>, addressed>) == "");
}

TEST_CASE("Linux with sizes, four buffers: every five calls keep the promises", "[.nightly]") {
    CHECK(searched_all(make<rings<small(dialects::linux_bufsz, 4)>, addressed>, 5) == "");
}

TEST_CASE("Linux with sizes, two buffers with an event index, endpoints that come and go: whatever both ends call, the "
          "promises hold") {
    CHECK(searched(make<rings<small(dialects::linux_bufsz, 2, 1, true)>, pooled>, 40'000) == "");
}

TEST_CASE("Linux with sizes, two buffers with an event index, endpoints that come and go: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::linux_bufsz, 2, 1, true)>, pooled>) == "");
}

// Regression tests of faults that the search has found.

TEST_CASE("beside Linux a device that closes twice before it polls comes up again") {
    CHECK(run(make<rings<small(dialects::linux_virtio, 4)>, pooled>, play{beginning::linked,
                                                                          0,
                                                                          {
                                                                              {remote, act::close, 0},
                                                                              {remote, act::start, 0},
                                                                              {remote, act::close, 0},
                                                                          }}) == "");
}

TEST_CASE("beside Linux a device that is reset after a restart, and closes before it polls, comes up again") {
    CHECK(run(make<rings<small(dialects::linux_virtio, 4)>, pooled>, play{beginning::linked,
                                                                          0,
                                                                          {
                                                                              {host, act::reset, 0},
                                                                              {host, act::poll, 0},
                                                                              {remote, act::ring, 3},
                                                                              {remote, act::close, 0},
                                                                          }}) == "");
}

TEST_CASE("Linux with sizes, rings of two counts: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<uneven(dialects::linux_bufsz, 4, 2)>, addressed>, 20'000) == "");
    CHECK(searched(make<rings<uneven(dialects::linux_bufsz, 2, 4, 1, true)>, pooled>, 20'000) == "");
}
