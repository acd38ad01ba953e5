#include <rpmsg/service/device/device_client.hpp>
#include <rpmsg/service/device/device_server.hpp>

#include "../service/device/memory_files.hpp"
#include "service_play.hpp"
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace {
using namespace rpmsg;
namespace command = wire::device_command;
constexpr auto config = device_server_config{.sessions = 2, .handles = 2, .waiting = 2, .control_size = 8};
using client_type = device_client<"rpdev/dev/memory">;

/// Each answer of a server has the size that the table says.
struct server_ear {
    std::uint64_t handle{}; ///< of the last file that was opened
    std::uint32_t answers{};
    auto operator()(const_bytes payload) -> void {
        ++answers;
        auto head = wire::device_header{};
        expects(wire::read_header(payload, 0, head));
        auto const data = static_cast<std::size_t>(std::max(head.result, 0));
        switch (head.command) {
        case command::open:
            expects(payload.size() == 28);
            handle = head.result == 0 ? load<wire::device_open>(payload).front.handle.value() : handle;
            break;
        case command::close: expects(payload.size() == 24); break;
        case command::read:
        case command::read_one: expects(payload.size() == 28 + data); break;
        case command::write: expects(payload.size() == 28); break;
        case command::seek: expects(payload.size() == 36); break;
        case command::control: expects(payload.size() == 40 or payload.size() == 44); break;
        case command::poll: expects(payload.size() == 40); break;
        default: expects(head.command == command::notify and payload.size() == 28); break;
        }
    }
};
auto play_server(fuzz::input input) -> void {
    auto files = memory_files::state{};
    auto it = fuzz::service_play<device_server<config, memory_files>, server_ear, client_type>{input, memory_files{&files}};
    while (not it.bytes.is_empty()) {
        auto const what = it.bytes.take() % 16u;
        if (what < 8) {
            it.act(what);
        } else { // a request, often with a handle that is open and one that is complete
            auto piece = it.take_payload();
            auto const size = it.bytes.take() % 2 == 0 ? 44u : it.bytes.take() % 65u;
            store(bytes{piece}, it.bytes.take() % 9u);
            store(bytes{piece}.subspan(16), it.other.ear.handle + it.bytes.take() / 200u);
            if (it.bytes.take() % 2 == 0) { // a number of a control request, or the size of its data
                store(bytes{piece}.subspan(24), it.bytes.number());
                store(bytes{piece}.subspan(32), it.bytes.take() % 2 == 0 ? 4u : 0u);
                store(bytes{piece}.subspan(36), 0x101u + it.bytes.take() % 3u);
            }
            (void)it.send(const_bytes{piece}.first(size));
        }
        expects(it.service.open_files() == files.opened - files.closed and it.service.open_files() <= 2);
    }
    it.peer.close();
    it.turn(8);
    expects(it.service.open_files() == 0);
    expects(it.peer.start().has_value());
    it.turn(6);
    it.settle();
    for (auto i = 0u; i < 6; ++i) { // each buffer carries answers
        auto const before = it.other.ear.answers;
        (void)it.send(
            std::bit_cast<std::array<std::byte, 28>>(wire::device_open{.front = {.head = {.command = command::open}}}));
        it.turn(2);
        expects(it.other.ear.answers == before + 1);
    }
}

auto play_client(fuzz::input input) -> void {
    auto it = fuzz::service_play<client_type>{input, ticks{50}};
    auto memory = std::array<std::byte, 40>{};
    while (not it.bytes.is_empty()) {
        auto const what = it.bytes.take() % 16u;
        auto const size = it.bytes.take() % 41u;
        auto const own = bytes{memory}.first(size);
        switch (what) {
        case 8: (void)it.service.open(0); break;
        case 9: (void)it.service.read(own); break;
        case 10: (void)it.service.write(own); break;
        case 11: (void)it.service.seek(size, 0); break;
        case 12: (void)it.service.control(1, 0, own); break;
        case 13: size < 4 ? (void)it.service.close() : (void)it.service.watch(size % 3); break;
        case 14:
        case 15: { // an answer, sometimes damaged
            auto answer = it.other.last;
            auto const number = load<std::uint32_t>(answer);
            constexpr auto sizes = std::array<std::uint8_t, 10>{0, 28, 24, 28, 28, 28, 36, 40, 40, 28};
            store(bytes{answer}.subspan(4), size < 38 ? size : ~size);
            answer[it.bytes.take() % 64] ^= static_cast<std::byte>(what == 14 ? 0 : it.bytes.take());
            auto const front = sizes[number % 10] + (number == command::read or number == command::control ? size : 0u);
            (void)it.send(const_bytes{answer}.first(std::min(front, 64u)));
            break;
        }
        default: it.act(what); break;
        }
        expects(not it.service.is_running() or it.side.next_deadline(it.now).is_set);
    }
    it.other.keeps = false;
    it.other.kept.clear();
    it.turn(2);
    it.now += 50;
    it.turn(2);
    expects(not it.service.is_running());
    it.settle();
}
} // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    if (size > 0) {
        auto const input = fuzz::input{data + 1, size - 1};
        data[0] % 2 != 0 ? play_client(input) : play_server(input);
    }
    return 0;
}
