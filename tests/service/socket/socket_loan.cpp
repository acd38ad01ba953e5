#include <rpmsg/service/socket/socket_loan.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_ends.hpp"
#include <utility>

namespace {
using namespace rpmsg;
} // namespace

TEST_CASE("data can be written where it is sent from") {
    auto it = connected<two_ends<socket_config{.window = 20}>>{};
    auto room = it.b.reserve(it.at_b, it.client);
    REQUIRE(room);
    CHECK(room.payload().size() == 20);
    copy("in place"_payload, room.payload());
    CHECK(it.b.commit(it.at_b, it.client, std::move(room), 8));
    it.turn();
    CHECK(it.reads("in place"_payload));
}
