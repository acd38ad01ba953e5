#include <rpmsg/framework/link_state.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

using rpmsg::counter;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::link_event;
using rpmsg::message;
using rpmsg::testing::loopback;
using rpmsg::testing::loopback_memory;

constexpr auto ignore = [](auto&, message const&) {};
using table = decltype(endpoints{endpoint<"x">(ignore), endpoint<"y">(ignore)});
using state = rpmsg::detail::link_state<loopback<>, table, rpmsg::no_lock, rpmsg::no_wait>;

/// Access to protected members of a link.
struct opened : state {
    constexpr explicit opened(loopback<> end)
        : state{end, endpoints{endpoint<"x">(ignore), endpoint<"y">(ignore)}, rpmsg::no_lock{}, rpmsg::no_wait{}} {}
    [[nodiscard]] constexpr auto generation() const -> std::uint32_t { return generation_; }
};

constexpr auto a_link_that_comes_back_has_another_generation() -> bool {
    auto memory = loopback_memory<>{};
    auto link = opened{loopback<>{memory, 0}};
    auto other = loopback<>{memory, 1};
    check(link.locked()->start().has_value() and other.start().has_value());
    check(not link.is_up() and link.generation() == 0);
    auto const poll = [&] { return link.poll_transport(0).event; };
    check(poll() == link_event::up and link.is_up() and link.generation() == 1);
    check(poll() == link_event::none and link.is_up());
    other.close();
    check(poll() == link_event::down and not link.is_up() and link.generation() == 2);
    check(other.start().has_value() and poll() == link_event::up and link.generation() == 3);
    return true;
}

constexpr auto who_polls_is_called_and_what_happens_is_counted() -> bool {
    auto memory = loopback_memory<>{};
    auto link = opened{loopback<>{memory, 0}};
    check(not link.pending().is_set());
    link.call_poller();
    check(link.pending().is_set());
    link.count(counter::no_endpoint);
    check(link.transport().counts()[counter::no_endpoint] == 1);
    check(link.find(1) == 1 and link.id_at(1) == 1); // in a static table an id is an index
    check(not link.take_starved(1) and not link.take_writable());
    return true;
}

TEST_CASE("A link that comes back has another generation") {
    STATIC_REQUIRE(a_link_that_comes_back_has_another_generation());
    CHECK(a_link_that_comes_back_has_another_generation());
}

TEST_CASE("Who polls is called, and what happens is counted") {
    STATIC_REQUIRE(who_polls_is_called_and_what_happens_is_counted());
    CHECK(who_polls_is_called_and_what_happens_is_counted());
}

} // namespace
