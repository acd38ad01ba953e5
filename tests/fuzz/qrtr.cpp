// A node of qrtr whose neighbour says what the input says.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/service/qrtr/qrtr_node.hpp>
#include <rpmsg/testing/loopback.hpp>

#include "ring_play.hpp"
#include <algorithm>
#include <array>
#include <cstdint>

namespace {
using namespace rpmsg;
using end = testing::loopback<true, 4, 64>;

/// What each port may see: data of 1 to 32 bytes from nobody knows where, and servers that come before they go.
struct observer {
    std::uint32_t heard{};
    std::int64_t servers{};

    auto node() {
        return make_qrtr_node<qrtr_config{.node = 7, .servers = 3, .flows = 2, .resumes = 2}>(
            qrtr_service<15>(
                [this](auto& link, qrtr_message const& m) {
                    expects(not m.data.empty() and m.data.size() <= 48);
                    ++heard;
                    (void)link.send(m.source, m.data);
                },
                [this](auto&, qrtr_event const& e) {
                    servers += e.kind == qrtr_event_kind::server_found ? 1 : 0;
                    servers -= e.kind == qrtr_event_kind::server_gone ? 1 : 0;
                    expects(servers >= 0 and servers <= 3);
                }),
            qrtr_client([this](auto&, qrtr_message const&) { ++heard; }));
    }
};

/// A neighbour that counts what it gets and checks that Linux would take it.
struct neighbour {
    std::uint32_t confirmed{};

    static constexpr auto name() -> std::string_view { return wire::qrtr_name; }
    auto on_message(auto&, message const& m) -> void {
        auto packet = wire::qrtr_packet{};
        expects(wire::read_qrtr(m.payload, packet) and packet.source.node == 7);
        confirmed += packet.kind == wire::qrtr_kind::resume ? 1u : 0u;
    }
};

auto play(fuzz::input bytes) -> void {
    auto seen = observer{};
    auto node = seen.node();
    auto other = neighbour{};
    auto memory = testing::loopback_memory<4, 64>{};
    auto side = channel<end, endpoints<ref<decltype(node)>>>{end{memory, 0}, endpoints{ref{node}}};
    auto peer = channel<end, endpoints<ref<neighbour>>>{end{memory, 1}, endpoints{ref{other}}};
    expects(side.start().has_value() and peer.start().has_value());
    auto const turn = [&](unsigned times) {
        for (; times > 0; --times) {
            (void)side.poll();
            (void)peer.poll();
        }
    };
    turn(6);
    std::uint32_t asked = 0;
    auto was_restarted = false;
    while (not bytes.is_empty()) {
        auto const what = bytes.take() % 16u;
        auto message = std::array<std::byte, 64>{};
        auto const fill = [&](std::size_t from) {
            for (auto i = from; i < message.size(); ++i) {
                message[i] = bytes.is_empty() ? std::byte{} : static_cast<std::byte>(bytes.take());
            }
        };
        if (what < 4) { // anything
            fill(0);
            (void)peer.at(0).send(const_bytes{message}.first(bytes.take() % 65u));
        } else if (what < 8) { // a valid front
            auto const size = 1u + bytes.take() % 32u;
            auto const confirms = bytes.take() % 2u;
            fill(32);
            auto const head = wire::qrtr_header{.source = {1, 0x4000u + bytes.take() % 4u},
                                                .confirms = confirms,
                                                .size = size,
                                                .destination = {7, 0x4000u + bytes.take() % 2u}};
            auto const whole = wire::write_qrtr_header(message, head);
            asked += peer.at(0).send(const_bytes{message}.first(whole)) ? confirms : 0;
        } else if (what < 12) { // a packet of the name service
            auto const kind = wire::qrtr_kind{2u + bytes.take() % 7u};
            auto const at = qrtr_address{bytes.take() % 3u, 0x4000u + bytes.take() % 4u};
            auto const content = wire::qrtr_control{kind, {bytes.take() % 4u, 0x4000u + bytes.take() % 4u, at}};
            (void)peer.at(0).send(wire::make_qrtr_control({1, wire::qrtr_control_port}, {7, wire::qrtr_control_port}, content));
        } else if (what == 12) {
            (void)node.send(side.at(0), bytes.take() % 3u, {1, 0x4000u + bytes.take() % 4u},
                            const_bytes{message}.first(bytes.take() % 40u));
        } else if (what == 13 and bytes.take() % 4u == 0) {
            peer.close();
            turn(2);
            expects(seen.servers == 0 and not node.find(1) and not node.find(2));
            expects(peer.start().has_value());
            turn(6);
            was_restarted = true;
        } else {
            turn(bytes.take() % 4u);
        }
    }
    turn(8);
    // Each packet that asked is confirmed, or counted.
    expects(was_restarted or other.confirmed + node.counts().full >= asked);
    auto const before = seen.heard;
    for (auto i = 0; i < 20; ++i) { // it still serves
        expects(peer.at(0)
                    .send(std::array<std::byte, 36>{std::byte{1}, {},
                                                    {},           {},
                                                    std::byte{1}, {},
                                                    {},           {},
                                                    std::byte{1}, {},
                                                    {},           {},
                                                    {},           std::byte{0x40},
                                                    {},           {},
                                                    {},           {},
                                                    {},           {},
                                                    std::byte{4}, {},
                                                    {},           {},
                                                    std::byte{7}, {},
                                                    {},           {},
                                                    std::byte{1}, std::byte{0x40}})
                    .has_value());
        turn(2);
    }
    expects(seen.heard == before + 20);
}
} // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    play({data, size});
    return 0;
}
