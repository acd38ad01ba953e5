#include <rpmsg/platform/doorbell.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
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

namespace {
/// A mailbox that NXP's message unit serves as a model of.
struct message_unit {
    std::uint32_t* message;
    bool* is_full;
    constexpr auto ring(rpmsg::notify_id id) -> bool {
        if (not *is_full) {
            *message = static_cast<std::uint32_t>(id) << 16;
        }
        return not *is_full;
    }
};
struct message_register {
    static constexpr auto ring(rpmsg::notify_id) -> void {}
};
using numbered = rpmsg::numbered_doorbell<message_unit, std::array{2u, 3u}>;

consteval auto carries_the_id_of_the_ring() -> bool {
    auto message = std::uint32_t{};
    auto is_full = false;
    auto bell = numbered{message_unit{&message, &is_full}};
    auto carries = bell.ring(0) and message == 2u << 16;
    carries = carries and bell.ring(1) and message == 3u << 16;
    is_full = true;
    return carries and not bell.ring(0) and message == 3u << 16;
}
} // namespace

TEST_CASE("a message of the mailbox carries the notify id of the ring, and a full mailbox is told") {
    STATIC_REQUIRE(rpmsg::doorbell<numbered>);
    STATIC_REQUIRE_FALSE(rpmsg::doorbell<message_unit>);
    STATIC_REQUIRE(carries_the_id_of_the_ring());
}

TEST_CASE("an id that arrives is that of a ring of this link, or of none") {
    STATIC_REQUIRE(numbered::ring_of(rpmsg::notify_id{2}) == 0);
    STATIC_REQUIRE(numbered::ring_of(rpmsg::notify_id{3}) == 1);
    STATIC_REQUIRE(numbered::ring_of(rpmsg::notify_id{0}) == 2);
    STATIC_REQUIRE(numbered::ring_of(rpmsg::notify_id{0xffff}) == 2);
}

TEST_CASE("a doorbell with ids takes no more memory than its mailbox") {
    STATIC_REQUIRE(sizeof(numbered) == sizeof(message_unit));
    STATIC_REQUIRE(std::is_empty_v<rpmsg::numbered_doorbell<message_register, std::array{0u, 1u}>>);
}

TEST_CASE("a doorbell that answers anything else is none") { STATIC_REQUIRE_FALSE(rpmsg::doorbell<that_counts>); }
