#include <rpmsg/testing/regions/array_region.hpp>
#include <rpmsg/testing/regions/hostile_region.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

using namespace rpmsg;
using testing::access_kind;
using testing::memory_access;
using memory = testing::array_memory<64>;
using plain = testing::array_region<64>;

/// Writes down what it is told, and changes one byte before the access of a number.
struct meddler {
    memory* content;
    std::uint32_t at{};
    std::uint32_t place{};
    std::uint32_t accesses{};
    memory_access last{};

    constexpr auto operator()(memory_access const& what) -> void {
        if (accesses++ == at) {
            content->content[place] = std::byte{0xee};
        }
        last = what;
    }
};

constexpr auto the_script_hears_every_access_before_it_happens() -> bool {
    auto content = memory{};
    auto script = meddler{.content = &content, .at = 1, .place = 8};
    auto shared = testing::hostile_region{plain{content}, script};
    shared.store<site::own_entry>(8, std::uint16_t{1});
    check(script.last.kind == access_kind::store and script.last.where == site::own_entry and script.last.offset == 8 and
          script.last.size == 2);
    // The store came after the script; what the script writes before this load is what the load sees.
    check(shared.load<site::peer_entry, std::uint16_t>(8) == 0x00ee);
    check(script.last.kind == access_kind::load);
    shared.fence<site::arm_fence>();
    check(script.last.kind == access_kind::fence and script.last.where == site::arm_fence);
    check(shared.view(4, 8).size() == 8 and script.last.kind == access_kind::view and script.last.size == 8);
    check(shared.view(60, 8).empty() and shared.size() == 64);
    shared.clean(0, 64);
    shared.invalidate(0, 64);
    check(script.accesses == 5);
    return true;
}

constexpr auto a_field_can_change_between_two_loads() -> bool {
    auto content = memory{};
    auto script = meddler{.content = &content, .at = 1, .place = 0};
    auto shared = testing::hostile_region{plain{content}, script};
    auto const first = shared.load<site::header_load, std::uint32_t>(0);
    auto const second = shared.load<site::header_load, std::uint32_t>(0);
    return first == 0 and second == 0xee;
}

} // namespace

TEST_CASE("A script hears of every access before it happens, and may change the memory") {
    STATIC_REQUIRE(the_script_hears_every_access_before_it_happens());
    CHECK(the_script_hears_every_access_before_it_happens());
}

TEST_CASE("What a consumer reads twice can differ") {
    STATIC_REQUIRE(a_field_can_change_between_two_loads());
    CHECK(a_field_can_change_between_two_loads());
}
