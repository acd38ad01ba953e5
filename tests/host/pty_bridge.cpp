#include <rpmsg/framework/channel.hpp>
#include <rpmsg/host/pty_bridge.hpp>
#include <rpmsg/service/tty/raw_tty.hpp>
#include <rpmsg/service/tty/tty.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace {
using namespace rpmsg;
constexpr auto total = std::size_t{1} << 20;
constexpr auto byte_at(std::size_t i) -> std::byte { return static_cast<std::byte>(i * 7 + i / 256); }

/// Firmware, a host beside it, and a program on the pseudo terminal.
template <typename Terminal> struct joined {
    using end = rpmsg::testing::loopback<true, 4, 400>;
    rpmsg::testing::loopback_memory<4, 400> shared{};
    Terminal firmware{};
    Terminal terminal{};
    channel<end, endpoints<ref<Terminal>>> there{end{shared, 0}, endpoints{ref{firmware}}};
    channel<end, endpoints<ref<Terminal>>> here{end{shared, 1}, endpoints{ref{terminal}}};
    host::pty_bridge<Terminal, channel<end, endpoints<ref<Terminal>>>> bridge{terminal, here, std::move(*host::pty::open())};
    host::outcome<host::tty> program = host::tty::open(bridge.path(), 115'200);

    joined() { check(program and there.start().has_value() and here.start().has_value()); }
    auto turn() -> void {
        there.poll();
        here.poll();
        (void)bridge.poll();
    }
};

/// Firmware and program send and receive `total` bytes each.
template <typename Terminal> auto pass_through() -> void {
    auto it = joined<Terminal>{};
    auto sent = std::array<std::size_t, 2>{};
    auto received = std::array<std::size_t, 2>{};
    auto wrong = std::size_t{};
    auto piece = std::array<std::byte, 1000>{};
    auto const send = [&](std::size_t& done, auto write) {
        auto const size = std::min(piece.size(), total - done);
        for (auto i = std::size_t{}; i < size; ++i) {
            piece[i] = byte_at(done + i);
        }
        done += write(const_bytes{piece}.first(size));
    };
    auto const compare = [&](std::size_t& done, std::size_t size) {
        for (auto i = std::size_t{}; i < size; ++i) {
            wrong += piece[i] != byte_at(done + i) ? 1u : 0u;
        }
        done += size;
    };
    for (auto idle = 0; idle < 1000 and (received[0] < total or received[1] < total);) {
        auto const before = received[0] + received[1];
        send(sent[0], [&](const_bytes data) { return it.firmware.write(it.there, data); });
        send(sent[1], [&](const_bytes data) { return it.program->write(data); });
        it.turn();
        compare(received[0], it.firmware.read(it.there, piece));
        compare(received[1], it.program->read(piece));
        idle = received[0] + received[1] != before ? 0 : idle + 1;
    }
    CHECK((received[0] == total and received[1] == total and wrong == 0));
    CHECK((it.terminal.counts().lost == 0 and it.firmware.counts().lost == 0));
}
} // namespace

TEST_CASE("1 MiB passes a pseudo terminal and a terminal of a link in both directions") {
    pass_through<tty<"rpmsg-tty0", tty_config{.receive = 1024, .send = 1024}>>();
}
TEST_CASE("1 MiB passes a raw terminal") {
    pass_through<raw_tty<"rpmsg-tty", tty_config{.receive = 1024, .send = 1024, .held = 4}>>();
}
TEST_CASE("a program that does not read stops the firmware, and reads on later") {
    auto it = joined<tty<"rpmsg-tty0">>{};
    auto sent = std::size_t{};
    auto const turn = [&] {
        auto const piece = std::array<std::byte, 100>{};
        sent += it.firmware.write(it.there, piece);
        it.turn();
    };
    for (auto i = 0; i < 1000; ++i) {
        turn();
    }
    CHECK((it.bridge.is_blocked() and it.firmware.writable() == 0));
    auto const before = sent;
    turn();
    CHECK(sent == before);
    auto received = std::size_t{};
    for (auto i = 0; i < 1000 and received < before; ++i) {
        auto piece = std::array<std::byte, 1000>{};
        received += it.program->read(piece);
        it.turn();
    }
    CHECK((received == before and not it.bridge.is_blocked()));
}
