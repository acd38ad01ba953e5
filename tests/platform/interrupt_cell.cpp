#include <rpmsg/platform/interrupt_cell.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

constexpr auto a_cell_holds_what_was_stored_and_counts_to_its_end() -> bool {
    auto cell = rpmsg::interrupt_byte{};
    check(cell.load() == 0);
    cell.store(0xfe);
    cell.count();
    check(cell.load() == 0xff);
    cell.count();
    check(cell.load() == 0xff);
    return true;
}

} // namespace

TEST_CASE("A cell holds what was stored, and as a counter stops at its greatest value") {
    STATIC_REQUIRE(a_cell_holds_what_was_stored_and_counts_to_its_end());
    CHECK(a_cell_holds_what_was_stored_and_counts_to_its_end());
}
