#include <rpmsg/platform/doorbell.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace {
struct busy_mailbox {
    std::uint32_t last = 99;
    bool is_free = true;
    constexpr auto ring(std::uint32_t queue) -> bool {
        last = is_free ? queue : last;
        return is_free;
    }
};

struct register_write {
    std::uint32_t last = 99;
    constexpr auto ring(std::uint32_t queue) -> void { last = queue; }
};
struct that_counts {
    constexpr auto ring(std::uint32_t) -> int { return 1; }
};

consteval auto rings_the_one_it_points_to() -> bool {
    auto mailbox = busy_mailbox{};
    auto bell = rpmsg::doorbell_ref{mailbox};
    auto const rang = bell.ring(1);
    mailbox.is_free = false;
    return rang and mailbox.last == 1 and not bell.ring(0) and mailbox.last == 1;
}

consteval auto rings_one_that_cannot_fail() -> bool {
    auto mailbox = register_write{};
    rpmsg::doorbell_ref{mailbox}.ring(1);
    return mailbox.last == 1;
}
} // namespace

TEST_CASE("a reference rings the doorbell it points to and passes its answer on") {
    STATIC_REQUIRE(rpmsg::doorbell<rpmsg::doorbell_ref<busy_mailbox>>);
    STATIC_REQUIRE(rings_the_one_it_points_to());
}

TEST_CASE("a doorbell that cannot fail answers nothing, also by reference") {
    STATIC_REQUIRE(rpmsg::doorbell<register_write>);
    STATIC_REQUIRE(std::is_void_v<decltype(std::declval<rpmsg::doorbell_ref<register_write>&>().ring(0))>);
    STATIC_REQUIRE(rings_one_that_cannot_fail());
}

TEST_CASE("a peer that polls needs no call, and none can fail") {
    STATIC_REQUIRE(std::is_void_v<decltype(rpmsg::no_doorbell{}.ring(0))>);
}

TEST_CASE("a doorbell that answers anything else is none") { STATIC_REQUIRE_FALSE(rpmsg::doorbell<that_counts>); }
