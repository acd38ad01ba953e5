#include <rpmsg/testing/explorer/fiber.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <vector>

using rpmsg::testing::fiber;

// Frames must lie on the fibers' own stacks, where a copy finds them.
extern "C" auto __asan_default_options() -> char const* { return "detect_stack_use_after_return=0"; }

namespace {

struct counting {
    fiber context{};
    int seen{};

    static auto run(void* self) -> void {
        auto& own = *static_cast<counting*>(self);
        for (auto i = 1;; ++i) {
            own.seen = i;
            own.context.suspend();
        }
    }
};

} // namespace

TEST_CASE("a fiber goes on where it suspended") {
    auto each = counting{};
    each.context.start(&counting::run, &each);
    for (auto i = 1; i <= 3; ++i) {
        each.context.resume();
        REQUIRE(each.seen == i);
    }
}

TEST_CASE("a fiber starts anew") {
    auto each = counting{};
    for (auto i = 0; i < 2; ++i) {
        each.context.start(&counting::run, &each);
        each.context.resume();
        REQUIRE(each.seen == 1);
    }
}

TEST_CASE("a fiber whose bytes are put back does the same again") {
    auto each = counting{};
    each.context.start(&counting::run, &each);
    each.context.resume();
    each.context.unguard();
    auto const live = each.context.live();
    auto const copy = std::vector<std::byte>(live.begin(), live.end());
    each.context.resume();
    each.context.resume();
    REQUIRE(each.seen == 3);

    each.context.unguard();
    auto const room = each.context.rewind(copy.size());
    std::copy(copy.begin(), copy.end(), room.begin());
    each.context.resume();
    REQUIRE(each.seen == 2);
}
