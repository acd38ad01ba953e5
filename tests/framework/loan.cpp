#include <rpmsg/framework/loan.hpp>

#include <catch2/catch_test_macros.hpp>

#include <type_traits>
#include <utility>

namespace {
using namespace rpmsg;

struct owner_of_messages : message_owner {
    int released = 0;
    constexpr auto lend() -> held_message {
        constexpr auto give_back = [](message_owner& owner, rx_buffer const&, std::uint32_t) {
            ++static_cast<owner_of_messages&>(owner).released;
        };
        return {*this, give_back, {}, 0};
    }
};

consteval auto goes_back_once() -> bool {
    auto owner = owner_of_messages{};
    {
        auto first = owner.lend();
        auto second = std::move(first);
        if (first or not second or owner.released != 0) {
            return false;
        }
    }
    if (owner.released != 1) {
        return false;
    }
    auto third = owner.lend();
    third.release();
    third.release();
    return owner.released == 2 and not third;
}

consteval auto goes_back_when_another_takes_its_place() -> bool {
    auto owner = owner_of_messages{};
    auto kept = owner.lend();
    kept = owner.lend();
    return owner.released == 1 and static_cast<bool>(kept);
}
} // namespace

TEST_CASE("a held message goes back once, at its end or when told") { STATIC_REQUIRE(goes_back_once()); }

TEST_CASE("a held message goes back when another takes its place") {
    STATIC_REQUIRE(goes_back_when_another_takes_its_place());
}

TEST_CASE("loans cannot be copied") {
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<held_message>);
    STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<held_message>);
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<tx_loan<owner_of_messages>>);
}

TEST_CASE("an empty held message has no payload") {
    STATIC_REQUIRE(held_message{}.payload().empty());
    STATIC_REQUIRE_FALSE(static_cast<bool>(held_message{}));
}
