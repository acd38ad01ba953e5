// State searches of links between two ends of this library in its own dialect.
#include <catch2/catch_test_macros.hpp>

#include "known.hpp"
#include "worlds.hpp"

namespace {
using namespace rpmsg::searched;
namespace dialects = rpmsg::wire::dialects;
} // namespace

TEST_CASE("our own dialect, endpoints that come and go: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::rpmsg, 4)>, pooled>, 40'000) == "");
}

TEST_CASE("our own dialect, endpoints that come and go: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::rpmsg, 4)>, pooled>) == "");
}

TEST_CASE("our own dialect, two buffers in batches with an event index: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::rpmsg, 2, 2, true)>, addressed>, 40'000) == "");
}

TEST_CASE("our own dialect, two buffers in batches with an event index: every four calls keep the promises") {
    CHECK(searched_all(make<rings<small(dialects::rpmsg, 2, 2, true)>, addressed>, 4) == "");
}

TEST_CASE("our own dialect, two buffers in batches with an event index: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::rpmsg, 2, 2, true)>, addressed>) == "");
}

TEST_CASE("our own dialect, two buffers in batches with an event index: every five calls keep the promises", "[.nightly]") {
    CHECK(searched_all(make<rings<small(dialects::rpmsg, 2, 2, true)>, addressed>, 5) == "");
}

TEST_CASE("our own dialect, eight buffers, batches of four: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::rpmsg, 8, 4)>, named>, 40'000) == "");
}

TEST_CASE("our own dialect, eight buffers, batches of four: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::rpmsg, 8, 4)>, named>) == "");
}

TEST_CASE("our own dialect, two buffers, endpoints that come and go: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<small(dialects::rpmsg, 2)>, pooled>, 40'000) == "");
}

TEST_CASE("our own dialect, two buffers, endpoints that come and go: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<small(dialects::rpmsg, 2)>, pooled>) == "");
}

TEST_CASE("our own dialect, two buffers to the host and four back: whatever both ends call, the promises hold") {
    CHECK(searched(make<rings<uneven(dialects::rpmsg, 2, 4)>, pooled>, 20'000) == "");
    CHECK(searched(make<rings<uneven(dialects::rpmsg, 4, 2, 2, true)>, named>, 20'000) == "");
}

TEST_CASE("our own dialect, four buffers to the host and two back: every three calls keep the promises") {
    CHECK(searched_all(make<rings<uneven(dialects::rpmsg, 4, 2)>, addressed>, 3) == "");
}

TEST_CASE("our own dialect, rings of two counts: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<rings<uneven(dialects::rpmsg, 4, 2, 2, true)>, named>) == "");
}

// Regression tests of faults that the search has found.

TEST_CASE("a message that comes after the look that a small budget stopped at is delivered") {
    CHECK(run(make<rings<small(dialects::rpmsg, 4)>, pooled>, play{beginning::linked,
                                                                   0,
                                                                   {
                                                                       {host, act::send, 0},
                                                                       {host, act::send, 0},
                                                                       {remote, act::poll, 1},
                                                                       {host, act::send, 0},
                                                                   }}) == "");
}

TEST_CASE("an event handler that creates its name once more does not leave two ends bound crosswise") {
    for (auto const make_world :
         {make<rings<small(dialects::rpmsg, 2)>, pooled>, make<rings<small(dialects::rpmsg, 4)>, pooled>}) {
        for (auto const& before : {step{host, act::kill, 1}, step{host, act::destroy, 0}}) {
            for (auto turns = 0; turns < 4; ++turns) { // so that each place of the pool comes first
                auto it = play{beginning::linked, 0, {before}};
                for (auto i = 0; i < turns; ++i) {
                    it.steps.insert(
                        it.steps.end(),
                        {{remote, act::destroy, 0}, {remote, act::poll, 0}, {remote, act::create, 0}, {remote, act::poll, 0}});
                }
                it.steps.push_back({remote, act::destroy, 0});
                it.steps.push_back({remote, act::create, 0, moment::link_up, act::create, 0, 0});
                CHECK(run(make_world, it) == "");
            }
        }
    }
}

TEST_CASE("an endpoint that was destroyed receives no event of a close or of the peer's restart") {
    for (auto const what : {act::close, act::reset}) {
        for (auto const end : {host, remote}) {
            CHECK(run(make<rings<small(dialects::rpmsg, 4)>, pooled>, play{beginning::linked,
                                                                           0,
                                                                           {
                                                                               {host, act::destroy, 0},
                                                                               {end, what, 0},
                                                                           }}) == "");
        }
    }
}
