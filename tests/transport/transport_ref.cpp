#include <rpmsg/framework/channel.hpp>
#include <rpmsg/testing/regions/array_region.hpp>
#include <rpmsg/transport/transport_ref.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>

namespace {
using namespace rpmsg;

constexpr auto small = vring_config{.buffers = 4, .buffer_size = 64, .alignment = 16};
using block = vring_layout<small>;
using side = testing::array_region<block::size()>;
} // namespace

TEST_CASE("two channels over references hold a conversation, and both ends have one type") {
    auto memory = testing::array_memory<block::size()>{};
    auto device = vring_device<small, side>{memory};
    auto driver = vring_driver<small, side>{memory};
    auto answers = 0;
    channel remote{transport_ref<64>{device},
                   endpoints{endpoint<"x">([](auto& it, message const& m) { it.reply(m, m.payload); })}};
    channel host{transport_ref<64>{driver},
                 endpoints{endpoint<"x">([&](auto&, message const& m) { answers += m.payload.size() == 3 ? 1 : 0; })}};
    STATIC_REQUIRE(std::is_same_v<decltype(transport_ref<64>{device}), decltype(transport_ref<64>{driver})>);
    REQUIRE(remote.start());
    REQUIRE(host.start());
    auto const turn = [&] {
        host.poll();
        remote.poll();
    };
    for (int i = 0; i < 4; ++i) {
        turn();
    }
    auto const text = std::array<std::byte, 3>{};
    auto it = host.get<"x">();
    REQUIRE(it.is_bound());
    for (int i = 0; i < 10; ++i) {
        CHECK(it.send(text));
        auto room = it.reserve();
        REQUIRE(room);
        CHECK(it.commit(std::move(room), 3));
        { auto const unused = it.reserve(); }
        turn();
        turn();
    }
    CHECK(answers == 20);
    CHECK(host.counts()[counter::stale_loan] == 0);
    remote.close();
    turn();
    turn();
    CHECK_FALSE(host.is_up());
}

TEST_CASE("limits, counters and deadlines are those of the target") {
    auto memory = testing::array_memory<block::size()>{};
    auto device = vring_device<small, side>{memory};
    auto through = transport_ref<512>{device};
    CHECK(through.tx_limit() == 48);
    CHECK(through.rx_limit() == 48);
    CHECK(&through.counts() == &device.counts());
    CHECK_FALSE(through.next_deadline(0).is_set);
    CHECK_FALSE(through.writable());
}
