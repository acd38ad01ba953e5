#include <rpmsg/framework/worker_link.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <cstdint>

namespace {

constexpr auto only_the_current_message_is_kept_once() -> bool {
    auto from = rpmsg::message_owner{};
    auto const current = rpmsg::message{.source = rpmsg::address{9}, .payload = "text"_payload};
    auto const other = rpmsg::message{.source = rpmsg::address{9}, .payload = "else"_payload};
    auto held = rpmsg::held_message{
        from, [](rpmsg::message_owner&, rpmsg::rx_token const&, std::uint32_t) { return true; }, current, {}, 0};
    check(not rpmsg::detail::keep(held, other) and held);
    auto const kept = rpmsg::detail::keep(held, current);
    check(kept and kept.source() == rpmsg::address{9} and not held);
    return not rpmsg::detail::keep(held, current);
}

TEST_CASE("A handler that a table calls later keeps its own message, once") {
    STATIC_REQUIRE(only_the_current_message_is_kept_once());
    CHECK(only_the_current_message_is_kept_once());
}

} // namespace
