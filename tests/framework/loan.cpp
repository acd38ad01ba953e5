#include <rpmsg/framework/loan.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <type_traits>
#include <utility>

namespace {

using rpmsg::error;
using rpmsg::held_message;
using rpmsg::message_owner;
using rpmsg::rx_token;

/// Lends buffers and counts the returned ones.
struct lender {
    using loan = rpmsg::tx_loan<lender>;
    int returned{};
    std::uint32_t last{};
    std::array<std::byte, 8> space{};

    constexpr auto lend(std::uint32_t token) -> loan { return loan{*this, {.space = space, .token = token}, 3}; }
    constexpr auto give_back(loan& given) -> void {
        auto const left = given.leave();
        check(left.generation == 3);
        last = left.room.token;
        ++returned;
    }
};

constexpr auto a_loan_comes_back_once() -> bool {
    auto from = lender{};
    {
        auto one = from.lend(1);
        check(one and one.payload().size() == 8);
        auto two = std::move(one);
        check(not one and one.payload().empty() and two); // NOLINT(bugprone-use-after-move)
        check(one.refusal() == error::closed and from.returned == 0);
    }
    check(from.returned == 1 and from.last == 1);
    {
        auto one = from.lend(1);
        one = from.lend(2);
        check(from.returned == 2 and from.last == 1 and one);
        auto const refused = lender::loan{error::no_buffer};
        check(not refused and refused.refusal() == error::no_buffer and refused.payload().empty());
    }
    check(from.returned == 3 and from.last == 2);
    {
        auto one = from.lend(5);
        one = error::too_large;
        check(from.returned == 4 and one.refusal() == error::too_large);
    }
    return from.returned == 4;
}

constexpr auto a_parked_loan_comes_back_when_it_is_resumed() -> bool {
    auto from = lender{};
    auto one = from.lend(7);
    auto const kept = one.park();
    check(not one and one.payload().empty() and from.returned == 0);
    {
        auto const again = lender::loan{kept};
        check(again and again.payload().data() == from.space.data() and from.returned == 0);
    }
    auto const nothing = lender::loan{lender::loan::parked{}};
    check(not nothing and nothing.refusal() == error::closed);
    return from.returned == 1 and from.last == 7;
}

/// The owner of a held message.
struct keeper : message_owner {
    int returned{};
    std::uint32_t last{};
    constexpr auto hold(std::uint32_t token, rpmsg::const_bytes payload) -> held_message {
        return {*this,
                [](message_owner& owner, rx_token const& received, std::uint32_t generation) {
                    check(generation == 3 and received.capacity == 64);
                    auto& self = static_cast<keeper&>(owner);
                    ++self.returned;
                    self.last = received.id;
                    return true;
                },
                {.source = rpmsg::address{9}, .payload = payload},
                {.id = token, .capacity = 64},
                3};
    }
};

constexpr auto a_parked_message_comes_back_when_it_is_resumed() -> bool {
    auto from = keeper{};
    auto one = from.hold(7, "kept"_payload);
    auto const kept = one.park();
    check(not one and not one.release() and from.returned == 0);
    auto again = held_message{kept};
    check(again and same(again.payload(), "kept"_payload));
    check(again.release() and not again.release());
    return from.returned == 1 and from.last == 7;
}

constexpr auto a_held_message_comes_back_once() -> bool {
    auto from = keeper{};
    auto empty = held_message{};
    check(not empty and empty.payload().empty());
    empty.release();
    {
        auto one = from.hold(1, "text"_payload);
        check(one and one.source() == rpmsg::address{9} and same(one.payload(), "text"_payload));
        empty = std::move(one);
        check(not one and empty and from.returned == 0); // NOLINT(bugprone-use-after-move)
    }
    check(from.returned == 0);
    empty.release();
    empty.release();
    check(from.returned == 1 and not empty and empty.payload().empty());
    {
        auto one = from.hold(2, {});
        one = from.hold(3, {});
        check(from.last == 2 and from.returned == 2);
    }
    return from.returned == 3 and from.last == 3;
}

TEST_CASE("A loan comes back exactly once, however it ends") {
    STATIC_REQUIRE(a_loan_comes_back_once());
    CHECK(a_loan_comes_back_once());
    STATIC_REQUIRE(not std::is_copy_constructible_v<lender::loan>);
    STATIC_REQUIRE(not std::is_copy_assignable_v<lender::loan>);
    STATIC_REQUIRE(std::is_nothrow_move_constructible_v<lender::loan>);
}

TEST_CASE("A held message comes back exactly once, however it ends") {
    STATIC_REQUIRE(a_held_message_comes_back_once());
    CHECK(a_held_message_comes_back_once());
    STATIC_REQUIRE(not std::is_copy_constructible_v<held_message>);
    STATIC_REQUIRE(std::is_nothrow_move_assignable_v<held_message>);
}

} // namespace

TEST_CASE("a parked loan or message comes back when it is resumed, and needs no destructor") {
    STATIC_REQUIRE(a_parked_loan_comes_back_when_it_is_resumed());
    STATIC_REQUIRE(a_parked_message_comes_back_when_it_is_resumed());
    STATIC_REQUIRE(std::is_trivially_destructible_v<lender::loan::parked>);
    STATIC_REQUIRE(std::is_trivially_destructible_v<held_message::parked>);
}
