#include <rpmsg/framework/name_index.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstdint>
#include <string_view>

namespace {

constexpr auto equal_names_are_found_in_their_order() -> bool {
    auto index = rpmsg::detail::name_index<4>{};
    auto const name = rpmsg::wire::pad("x");
    auto const other = rpmsg::wire::pad("y");
    index.insert(2, name);
    index.insert(0, name);
    index.insert(3, other);
    index.insert(1, rpmsg::wire::pad("")); // not found by its name
    auto found = std::array<std::uint32_t, 4>{};
    auto count = std::size_t{0};
    for (auto i = index.first(name); i != 0xffff'ffff; i = index.next(i)) {
        if (i != 3) { // another name may have the same hash
            found[count++] = i;
        }
    }
    check(count == 2 and found[0] == 2 and found[1] == 0);
    index.erase(2, name);
    index.erase(2, name);
    auto first = index.first(name);
    first = first == 3 ? index.next(first) : first;
    check(first == 0);
    index.erase(0, name);
    index.erase(3, other);
    check(index.first(name) == 0xffff'ffff and index.first(other) == 0xffff'ffff);
    return true;
}

TEST_CASE("Names are found in the order of their insertion, also equal ones, until they are erased") {
    STATIC_REQUIRE(equal_names_are_found_in_their_order());
}

} // namespace
