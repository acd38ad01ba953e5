#include <rpmsg/transport/uart/reliable_session.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

using rpmsg::detail::reliable_session;
using step = reliable_session::step;

constexpr auto hello_of(reliable_session const& it) { return rpmsg::wire::reliable_hello{.id = it.own(), .heard = it.peer()}; }

constexpr auto made(std::uint32_t id) -> reliable_session {
    auto session = reliable_session{};
    session.identify(id);
    session.renew();
    return session;
}

constexpr auto two_hellos_make_a_session() -> bool {
    auto a = made(1);
    auto b = made(2);
    check(b.receive(hello_of(a)) == step::hello and not b.is_established());
    check(a.receive(hello_of(b)) == step::up and a.is_established());
    check(b.is_current(a.sent()) and not b.is_established());
    check(b.receive(hello_of(a)) == step::up and b.is_established() and a.is_current(b.sent()));
    check(a.receive(hello_of(b)) == step::acknowledge);
    check(not a.is_current(a.sent()) and a.receive(hello_of(a)) == step::nothing); // a line that echoes
    return true;
}

constexpr auto a_new_life_ends_the_session_once() -> bool {
    auto a = made(1);
    auto b = made(2);
    (void)b.receive(hello_of(a));
    (void)a.receive(hello_of(b));
    (void)b.receive(hello_of(a));
    auto const old = b.sent();
    auto again = made(3);
    check(a.receive(hello_of(again)) == step::restart);
    a.renew();
    check(not a.is_established() and not a.is_current(old) and not a.is_current(again.sent()));
    check(a.receive(hello_of(again)) == step::hello and again.receive(hello_of(a)) == step::up);
    check(a.receive(hello_of(again)) == step::up and not a.is_current(old));
    return true;
}

constexpr auto no_life_is_like_another() -> bool {
    auto a = made(7);
    auto last = a.own();
    for (int i = 0; i < 1000; ++i) {
        a.renew();
        check(a.own() != last and a.own() != 0);
        last = a.own();
    }
    return true;
}

} // namespace

TEST_CASE("A session is up when each end knows that the other knows it") { STATIC_REQUIRE(two_hellos_make_a_session()); }

TEST_CASE("A restart of one end ends the session once, and nothing of the old one is valid") {
    STATIC_REQUIRE(a_new_life_ends_the_session_once());
    CHECK(a_new_life_ends_the_session_once());
}

TEST_CASE("Every start has another session id") { CHECK(no_life_is_like_another()); }

TEST_CASE("Frames belong to the session with the peer that was received, whatever its number, and to none before") {
    for (auto const id : {1u, 2u, 0xffff'ffffu}) {
        auto session = made(7);
        CHECK_FALSE(session.is_current(session.received()));
        CHECK(session.receive({.id = id, .heard = session.own()}) == step::up);
        CHECK(session.is_current(rpmsg::wire::session_from(id, session.own())));
        CHECK_FALSE(session.is_current(rpmsg::wire::session_from(id + 1, session.own())));
    }
}
