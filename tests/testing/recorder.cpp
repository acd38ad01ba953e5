#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {
using namespace rpmsg;

struct ear {
    int heard = 0;
    constexpr auto notify(std::uint32_t queue) -> void { heard += queue == 1 ? 10 : 1; }
};

consteval auto counts_and_forwards() -> bool {
    auto bell = testing::counting_bell{};
    auto to = ear{};
    check(bell.ring(1) and bell.ring(1) and bell.ring(0));
    check(bell.rings(1) == 2 and bell.rings(0) == 1);
    bell.forward(to);
    bell.forward(to);
    check(to.heard == 11); // once for each queue that rang
    bell.refuses = true;
    check(not bell.ring(0) and bell.rings(0) == 1);
    bell.forward(to);
    return to.heard == 11;
}

consteval auto keeps_messages_and_events() -> bool {
    auto log = testing::recorder{};
    auto nobody = 0;
    log.messages()(nobody, message{.source = address{7}, .payload = "hello"_payload});
    log.events()(nobody, event{.kind = event_kind::bound, .peer = address{7}});
    return log.count(event_kind::bound) == 1 and log.count(event_kind::unbound) == 0;
}
} // namespace

TEST_CASE("a bell counts what rang, refuses when told, and passes each ring on once") {
    STATIC_REQUIRE(counts_and_forwards());
}

TEST_CASE("a recorder keeps what an endpoint got") { STATIC_REQUIRE(keeps_messages_and_events()); }
