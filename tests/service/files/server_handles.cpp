#include <rpmsg/service/files/ram_store.hpp>
#include <rpmsg/service/files/server_handles.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {
using namespace rpmsg;
using handles_type = detail::server_handles<ram_store<>, 3, 2>;

constexpr auto numbers_are_not_used_again_soon() -> bool {
    auto store = ram_store<>{};
    auto handles = handles_type{};
    auto const first = handles.add(0, handles_type::open_file{});
    check(first > 0 and handles.find_file(0, first) != nullptr and handles.find_file(1, first) == nullptr);
    check(handles.find_directory(0, first) == nullptr and not handles.close_directory(store, 0, first));
    auto last = first;
    for (auto i = 0; i < 1000; ++i) {
        check(handles.close(store, 0, last) and not handles.close(store, 0, last));
        last = handles.add(0, handles_type::open_file{});
        check(last > 0 and last != first);
    }
    check(handles.add(0, handles_type::open_directory{}) > 0 and not handles.has_room(0) and handles.has_room(1));
    check(handles.add(1, handles_type::open_directory{}) > 0 and not handles.has_room(1) and handles.count() == 3);
    handles.close_all(store, 0);
    check(handles.count() == 1 and handles.has_room(0));
    return true;
}
} // namespace

TEST_CASE("The number of a handle is not used again soon, and belongs to its session") {
    STATIC_REQUIRE(numbers_are_not_used_again_soon());
}
