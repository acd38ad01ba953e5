// A transport that owns the names: it passes the announcements of this side on, and those of the peer come as messages.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/listener.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using rpmsg::address;
using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::error;
using rpmsg::message;
using rpmsg::testing::loopback;
using rpmsg::testing::loopback_memory;
using rpmsg::testing::recorder;
namespace wire = rpmsg::wire;

struct registry {
    std::vector<std::string> names{};
    std::uint32_t refusals{};
};

/// Passes names to a registry beside the link, as a device node of Linux does.
struct naming_transport : loopback<true, 4> {
    registry* names;

    naming_transport(loopback_memory<4>& shared, std::uint32_t end, registry& where)
        : loopback<true, 4>{shared, end}, names{&where} {}

    auto announce(wire::announcement const& a) -> rpmsg::status {
        if (names->refusals > 0) {
            --names->refusals;
            return error::no_buffer;
        }
        names->names.push_back((a.kind == wire::announcement_kind::destroy ? "-" : "+") + std::string{a.service()});
        return {};
    }
};
static_assert(rpmsg::transport<naming_transport>);

TEST_CASE("Names go to the transport that owns them, are repeated when it has no room, and taken back at the close") {
    auto memory = loopback_memory<4>{};
    auto names = registry{.refusals = 2};
    auto log = recorder{};
    auto side = channel{naming_transport{memory, 0, names},
                        endpoints{endpoint<"a">(log.messages(), log.events()), endpoint<"b">(log.messages())}};
    auto peer = loopback<true, 4>{memory, 1};
    REQUIRE(side.start());
    REQUIRE(peer.start());
    for (int i = 0; i < 8; ++i) {
        (void)side.poll();
        (void)peer.poll(0);
    }
    CHECK(names.names == std::vector<std::string>{"+a", "+b"});
    CHECK(peer.receive().outcome == rpmsg::rx_outcome::none);

    auto const announced = wire::announce("a", address{77}, wire::announcement_kind::acknowledge);
    auto const content = std::bit_cast<std::array<std::byte, sizeof(announced)>>(announced);
    auto const room = peer.reserve();
    rpmsg::copy(content, room.space);
    REQUIRE(peer.commit(room, {.source = address{77}, .destination = rpmsg::name_service_address, .length = 40}));
    (void)side.poll();
    CHECK(side.get<"a">().peer() == address{77});
    CHECK(log.count(rpmsg::event_kind::bound) == 1);
    side.close();
    CHECK(names.names == std::vector<std::string>{"+a", "+b", "-a", "-b"});
}

} // namespace
