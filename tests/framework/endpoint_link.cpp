#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint_link.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <utility>

#include "transport/shared_block.hpp"

namespace {
using namespace rpmsg;
constexpr auto ours = vring_config{.buffers = 4, .buffer_size = 64, .alignment = 16};
constexpr auto text = std::array{std::byte{1}, std::byte{2}, std::byte{3}};

/// What a handler can do with its link, each once: the constant is the number of bytes that came back.
consteval auto every_call_of_a_handler() -> std::size_t {
    auto shared = shared_block<ours>{};
    auto came_back = std::size_t{};
    channel remote{shared.device(), endpoints{endpoint<"x">([&](auto& it, message const& m) {
                       auto const kept = it.hold(m);
                       it.reply(m, kept.payload());                                  // 3
                       (void)it.send(m.payload.first(2));                            // 2
                       (void)it.send_to(it.peer(), m.payload.first(1));              // 1
                       auto room = it.reserve();
                       copy(m.payload, room.payload());
                       (void)it.commit(std::move(room), 3);                          // 3
                   })}};
    channel host{shared.driver(),
                 endpoints{endpoint<"x">([&](auto&, message const& m) { came_back += m.payload.size(); })}};
    (void)remote.start();
    (void)host.start();
    settle(shared, host, remote);
    (void)host.get<"x">().send(text);
    settle(shared, host, remote);
    return came_back;
}

consteval auto knows_itself() -> bool {
    auto shared = shared_block<ours>{};
    channel remote{shared.device(), endpoints{endpoint<0x20, 0x30>([](auto&, message const&) {})}};
    channel host{shared.driver(), endpoints{endpoint<0x30, 0x20>([](auto&, message const&) {})}};
    auto const before = remote.at(0).is_bound();
    (void)remote.start();
    (void)host.start();
    settle(shared, host, remote);
    return not before and remote.at(0).is_bound() and remote.at(0).self() == address{0x20} and
           remote.at(0).peer() == address{0x30};
}
} // namespace

TEST_CASE("a handler can reply, send, fill in place and hold") { STATIC_REQUIRE(every_call_of_a_handler() == 9); }

TEST_CASE("an endpoint knows its own address and its peer's") { STATIC_REQUIRE(knows_itself()); }
