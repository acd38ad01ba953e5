#include <rpmsg/framework/router/hub_ports.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <cstdint>

namespace {
using namespace rpmsg;
template <std::uint32_t Payload> using end_of = testing::loopback<true, 4, Payload>;
template <std::uint32_t Payload> using memory_of = testing::loopback_memory<4, Payload>;

/// Five links; those at both ends of the pack carry less.
struct memories {
    memory_of<40> first{};
    memory_of<64> middle{};
    memory_of<48> last{};
};
template <typename... Edges> struct ports : detail::hub_ports<Edges...> {
    using base = detail::hub_ports<Edges...>;
    using base::count;
    using base::index_of;
    using base::path;
    using base::turn_;
    using base::visit;
    using base::visit_all;
    constexpr explicit ports(Edges... edges) : base{std::move(edges)...} {}
};
constexpr auto five(memories& in) {
    return ports{nuttx_edge<"a">(end_of<40>{in.first, 0}), nuttx_edge<"b">(end_of<64>{in.middle, 0}),
                 nuttx_edge<"c">(end_of<64>{in.middle, 0}), nuttx_edge<"d">(end_of<64>{in.middle, 0}),
                 nuttx_edge<"e">(end_of<48>{in.last, 0})};
}
} // namespace

TEST_CASE("a link is found by its number and by the name of its edge") {
    STATIC_REQUIRE([] {
        auto in = memories{};
        auto all = five(in);
        for (std::uint32_t i = 0; i < 5; ++i) {
            std::uint32_t seen = 9;
            all.visit(i, [&](auto&, auto at) { seen = at; });
            check(seen == i);
            all.count(i, counter::no_buffer);
            all.visit(i, [&](auto& at, auto) { check(at.link.counts()[counter::no_buffer] == 1); });
        }
        return all.template index_of<"a">() == 0 and all.template index_of<"e">() == 4 and all.template index_of<"x">() == 5;
    }());
}

TEST_CASE("all links are visited once, from the one whose turn it is") {
    STATIC_REQUIRE([] {
        auto in = memories{};
        auto all = five(in);
        all.turn_ = 3;
        std::uint32_t order = 0;
        all.visit_all([&](auto&, auto at) { order = order * 10 + at; });
        return order == 34012;
    }());
}

TEST_CASE("a path carries what both of its links carry") {
    STATIC_REQUIRE([] {
        auto in = memories{};
        auto all = five(in);
        return all.path(0, 4).tx == 40 and all.path(0, 4).rx == 40 and all.path(4, 1).tx == 48 and all.path(1, 2).rx == 64;
    }());
}
