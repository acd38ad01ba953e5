#include <rpmsg/platform/doorbell.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

namespace {
struct busy_mailbox {
    std::uint32_t last = 99;
    bool is_free = true;
    constexpr auto ring(std::uint32_t queue) -> bool {
        last = is_free ? queue : last;
        return is_free;
    }
};

consteval auto rings_the_one_it_points_to() -> bool {
    auto mailbox = busy_mailbox{};
    auto bell = rpmsg::doorbell_ref{mailbox};
    auto const rang = bell.ring(1);
    mailbox.is_free = false;
    return rang and mailbox.last == 1 and not bell.ring(0) and mailbox.last == 1;
}
} // namespace

TEST_CASE("a reference rings the doorbell it points to and passes its answer on") {
    STATIC_REQUIRE(rpmsg::doorbell<rpmsg::doorbell_ref<busy_mailbox>>);
    STATIC_REQUIRE(rings_the_one_it_points_to());
}

TEST_CASE("a peer that polls counts as called") { STATIC_REQUIRE(rpmsg::no_doorbell{}.ring(0)); }
