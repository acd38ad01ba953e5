#include <rpmsg/service/qrtr/qrtr_flows.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <cstdint>

namespace {
using flows = rpmsg::detail::qrtr_flows<2>;
using rpmsg::wire::qrtr_address;

constexpr auto one_asks_at_5_and_stops_at_10_until_it_resumes() -> bool {
    auto it = flows{};
    auto const to = qrtr_address{1, 0x4000};
    for (int i = 1; i <= 10; ++i) {
        check(it.may_send(to) and it.asks(to) == (i == 5));
        it.note_sent(to);
    }
    check(not it.may_send(to) and it.may_send({1, 0x4001}));
    check(it.resume(to) and it.may_send(to) and not it.resume(to));
    it.note_sent(to);
    check(not it.resume(to)); // nobody was refused
    return true;
}

constexpr auto a_port_without_room_asks_each_time_until_another_is_forgotten() -> bool {
    auto it = flows{};
    it.note_sent({1, 1});
    it.note_sent({2, 1});
    check(it.asks({3, 1}));
    it.note_sent({3, 1});
    check(it.asks({3, 1}) and it.may_send({3, 1}));
    it.forget([](qrtr_address at) { return at.node == 2; });
    check(not it.asks({3, 1}));
    return true;
}
} // namespace

TEST_CASE("a flow of qrtr asks at 5 packets and stops at 10 until it resumes") {
    STATIC_REQUIRE(one_asks_at_5_and_stops_at_10_until_it_resumes());
}
TEST_CASE("a port without room for its flow asks each time, until another one is forgotten") {
    STATIC_REQUIRE(a_port_without_room_asks_each_time_until_another_is_forgotten());
}
