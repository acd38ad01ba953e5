#include <rpmsg/core/id_set.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

namespace {
using rpmsg::detail::id_set;

/// Fills a set one by one and empties it again from the lowest member on.
template <std::uint32_t Size> consteval auto gives_all_members_in_order() -> bool {
    auto set = id_set<Size>{};
    if (set.first() != Size or set.count() != 0 or not set.is_empty()) {
        return false;
    }
    set.fill();
    if (set.count() != Size or set.is_empty()) {
        return false;
    }
    for (std::uint32_t id = 0; id < Size; ++id) {
        if (not set.contains(id) or set.first() != id) {
            return false;
        }
        if (set.take_first() != id or set.contains(id)) {
            return false;
        }
    }
    return set.first() == Size and set.is_empty();
}

consteval auto keeps_others() -> bool {
    auto set = id_set<64>{};
    set.insert(5);
    set.insert(5);
    set.insert(40);
    set.erase(6);
    return set.count() == 2 and set.contains(5) and set.contains(40) and not set.contains(37) and set.first() == 5;
}
} // namespace

TEST_CASE("a set of any size gives its members from the lowest on") {
    STATIC_REQUIRE(gives_all_members_in_order<1>());
    STATIC_REQUIRE(gives_all_members_in_order<2>());
    STATIC_REQUIRE(gives_all_members_in_order<8>());
    STATIC_REQUIRE(gives_all_members_in_order<16>());
    STATIC_REQUIRE(gives_all_members_in_order<32>());
    STATIC_REQUIRE(gives_all_members_in_order<33>());
    STATIC_REQUIRE(gives_all_members_in_order<256>());
    STATIC_REQUIRE(gives_all_members_in_order<1100>());
}

/// One by one, over the borders of words and of the sets above them.
template <std::uint32_t Size> constexpr auto finds_the_next_from_anywhere() -> bool {
    auto set = id_set<Size>{};
    for (std::uint32_t const id : {std::uint32_t{3}, Size / 2, Size - 1}) {
        set.insert(id);
    }
    for (std::uint32_t start = 0; start <= Size; ++start) {
        auto const next = start <= 3 ? 3 : start <= Size / 2 ? Size / 2 : start < Size ? Size - 1 : Size;
        if (set.first(start) != next) {
            return false;
        }
    }
    set.erase(Size / 2);
    return set.first(4) == Size - 1;
}

TEST_CASE("a set finds the next member from any number on") {
    STATIC_REQUIRE(finds_the_next_from_anywhere<8>());
    STATIC_REQUIRE(finds_the_next_from_anywhere<32>());
    STATIC_REQUIRE(finds_the_next_from_anywhere<64>());
    STATIC_REQUIRE(finds_the_next_from_anywhere<1000>());
    CHECK(finds_the_next_from_anywhere<16384>());
}

TEST_CASE("a member comes and goes without touching the others") { STATIC_REQUIRE(keeps_others()); }

consteval auto flags_are_set_alone() -> bool {
    auto flags = rpmsg::detail::id_flags<16>{};
    flags.fill();
    flags.erase(3);
    auto const all_but_3 = flags.contains(2) and not flags.contains(3) and flags.contains(15);
    flags.clear();
    flags.insert(3);
    return all_but_3 and flags.contains(3) and not flags.contains(2) and not flags.contains(15);
}

TEST_CASE("a flag is set and cleared without touching the others") { STATIC_REQUIRE(flags_are_set_alone()); }

TEST_CASE("a set takes a bit for each number, and one for each word of many") {
    STATIC_REQUIRE(sizeof(id_set<8>) == 1);
    STATIC_REQUIRE(sizeof(id_set<16>) == 2);
    STATIC_REQUIRE(sizeof(id_set<256>) == 36);
}

namespace {
/// Takes all in order, from the middle on, then a hole here and there.
template <std::uint32_t Size> constexpr auto free_numbers_are_found() -> bool {
    auto ids = rpmsg::detail::free_ids<Size>{};
    for (std::uint32_t i = 0; i < Size; ++i) {
        if (ids.first() != i or ids.first(Size) != Size) {
            return false;
        }
        ids.take(i);
    }
    if (ids.first() != Size or ids.first(Size / 2) != Size) {
        return false;
    }
    for (auto const hole : {Size - 1, Size / 2, std::uint32_t{0}}) {
        ids.give_back(hole);
        if (ids.first(hole) != hole or ids.first() != hole) {
            return false;
        }
    }
    ids.take(0);
    return ids.first() == Size / 2 and ids.first(Size / 2 + 1) == Size - 1;
}
} // namespace

TEST_CASE("free numbers are found from anywhere, however many are taken") {
    STATIC_REQUIRE(free_numbers_are_found<3>());
    STATIC_REQUIRE(free_numbers_are_found<32>());
    STATIC_REQUIRE(free_numbers_are_found<64>());
    STATIC_REQUIRE(free_numbers_are_found<1025>());
    CHECK(free_numbers_are_found<16384>());
}

template <std::uint32_t Size> consteval auto takes_in_all_of_another() -> bool {
    auto set = id_set<Size>{};
    auto others = id_set<Size>{};
    set.insert(1);
    others.insert(0);
    others.insert(Size - 1);
    set.insert_all(others);
    return set.count() == 3 and set.contains(0) and set.contains(1) and set.contains(Size - 1) and others.count() == 2;
}

TEST_CASE("a set of any size takes in all members of another") {
    STATIC_REQUIRE(takes_in_all_of_another<3>());
    STATIC_REQUIRE(takes_in_all_of_another<32>());
    STATIC_REQUIRE(takes_in_all_of_another<40>());
    STATIC_REQUIRE(takes_in_all_of_another<64>());
}
