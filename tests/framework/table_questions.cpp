#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/framework/table_questions.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <cstdint>

namespace {
using namespace rpmsg;

/// As much of a channel's core as is asked.
template <typename Table, bool Acknowledged> struct core_of {
    using table_type = Table;
    static constexpr bool acknowledged = Acknowledged;
    Table* it;
    constexpr auto table() -> Table& { return *it; }
};
template <typename Core> using questions = detail::table_questions<Core>;
constexpr auto plain_table() {
    return endpoints{endpoint<"x">([](auto&, message const&) {})};
}
} // namespace

TEST_CASE("a table of plain endpoints has constant answers") {
    STATIC_REQUIRE([] {
        auto table = plain_table();
        using core = core_of<decltype(table), true>;
        auto it = core{&table};
        check(questions<core>::is_used(it, 0) and not questions<core>::is_accepted(it, 0) and
              not questions<core>::was_opened(it, 0));
        return questions<core>::next_pending(it, 7) == 7;
    }());
}

TEST_CASE("how an endpoint was bound is kept where names are acknowledged") {
    STATIC_REQUIRE([] {
        auto table = plain_table();
        using core = core_of<decltype(table), true>;
        auto it = core{&table};
        questions<core>::set_by_name(it, 0, true);
        return table.state(0).is_bound_by_name;
    }());
}

TEST_CASE("a place of a pool is used from its creation on") {
    auto pool = endpoint_pool<2>{};
    using core = core_of<endpoint_pool<2>, true>;
    auto it = core{&pool};
    CHECK_FALSE(questions<core>::is_used(it, 0));
    REQUIRE(pool.create("x", {}, nullptr, nullptr));
    CHECK(questions<core>::is_used(it, 0));
}
