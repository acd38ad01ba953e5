// The doctor must find no fault in running links of this library, at any moment.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/transport/vring/shared_block_plan.hpp>
#include <rpmsg/wire/virtio/dialect.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include <catch2/catch_test_macros.hpp>

#include "../../examples/tool/shared_block/doctor.hpp"
#include "check.hpp"
#include "transport/two_sides.hpp"
#include <cstdint>
#include <string>

namespace {
namespace dialects = rpmsg::wire::dialects;
using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::message;

template <rpmsg::vring_config Rings> auto diagnose(two_sides<Rings>& shared) -> doctor::diagnosis {
    auto const link = rpmsg::shared_block{.rings = Rings, .size = rpmsg::vring_layout<Rings>::size()};
    return doctor::diagnose(link, rpmsg::const_bytes{shared.memory.content});
}

template <rpmsg::vring_config Rings> auto check_healthy(two_sides<Rings>& shared) -> void {
    auto const result = diagnose(shared);
    auto text = result.refusal;
    for (auto const& one : result.found) {
        text += one.field + ": " + one.text + "\n";
    }
    INFO(text);
    CHECK(result.is_healthy());
}

template <rpmsg::vring_config Rings> auto stays_healthy() -> void {
    auto shared = two_sides<Rings>{};
    if constexpr (Rings.dialect.status_in_table and Rings.dialect.attach != rpmsg::wire::attach_rule::boot_words) {
        constexpr auto link = rpmsg::shared_block{.rings = Rings, .size = rpmsg::vring_layout<Rings>::size()};
        rpmsg::store(shared.memory.content, rpmsg::resource_table_of<link>());
    }
    auto echo =
        channel{shared.device(), endpoints{endpoint<"echo">([](auto& link, message const& m) { link.reply(m, m.payload); })}};
    auto host = channel{shared.driver(), endpoints{endpoint<"echo">([](auto&, message const&) {})}};
    REQUIRE(echo.start().has_value());
    REQUIRE(host.start().has_value());
    settle(shared, host, echo);
    check_healthy(shared);
    for (int round = 0; round < 50; ++round) {
        for (int i = 0; i <= round % 6; ++i) {
            (void)host.at(0).send("hello"_payload); // refused when the ring is full
            auto const result = diagnose(shared);
            for (auto const& one : result.found) { // a full ring makes no progress until the device polls
                INFO(one.field << ": " << one.text);
                CHECK(one.how != doctor::weight::wrong);
            }
        }
        settle(shared, host, echo);
        check_healthy(shared);
    }
    echo.close();
    host.close();
}
} // namespace

TEST_CASE("the doctor finds a link of each dialect healthy") {
    constexpr auto with = [](rpmsg::wire::dialect dialect) {
        return rpmsg::vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialect};
    };
    constexpr auto in_pages = rpmsg::vring_config{
        .buffers = 4, .host_to_remote = 256, .remote_to_host = 768, .alignment = 4096, .dialect = dialects::linux_bufsz};
    stays_healthy<with(dialects::rpmsg)>();
    stays_healthy<with(dialects::openamp)>();
    stays_healthy<with(dialects::rpmsg_lite)>();
    stays_healthy<with(dialects::linux_virtio)>();
    stays_healthy<in_pages>();
    stays_healthy<with(dialects::nuttx)>();
    stays_healthy<with(dialects::openvela)>();
}

TEST_CASE("the doctor finds a link with batches and event indices healthy") {
    stays_healthy<rpmsg::vring_config{
        .buffers = 8, .host_to_remote = 128, .remote_to_host = 64, .batch = 4, .event_index = true}>();
}
