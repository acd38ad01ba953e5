#include <rpmsg/service/device/device_handles.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {
using rpmsg::detail::device_handles;
using rpmsg::wire::device_number;

constexpr auto only_open_handles_are_found() -> bool {
    auto it = device_handles<2>{};
    auto const first = it.add(7, 1);
    auto const second = it.add(8, 2);
    check(not it.has_room() and it.find(first)->file == 7 and it.find(second)->file == 8);
    for (auto const wrong :
         {std::uint64_t{}, std::uint64_t{1}, first.value() + 1, first.value() + 2, second.value() + 0xffff'ffff,
          ~std::uint64_t{}, std::uint64_t{0x1'8000'0000}, std::uint64_t{3} << 32}) {
        check(it.find(device_number{wrong}) == nullptr);
    }
    *it.find(first) = {};
    check(it.has_room() and it.find(first) == nullptr);
    auto const third = it.add(9, 3);
    check(it.find(first) == nullptr and it.find(third)->file == 9 and it.find(second)->file == 8);
    auto files = 0u;
    it.for_each([&](auto const& each) { files = files * 10 + each.file; });
    check(files == 98);
    return true;
}
} // namespace

TEST_CASE("a handle is found while it is open, and no other number") { STATIC_REQUIRE(only_open_handles_are_found()); }
