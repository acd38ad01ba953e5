#include <rpmsg/service/tty/raw_tty.hpp>
#include <rpmsg/service/tty/tty.hpp>

#include "service_play.hpp"
#include <algorithm>
#include <cstdint>

namespace {
using namespace rpmsg;
constexpr auto config = tty_config{.receive = 30, .send = 70};

/// No message makes more or less of the bytes that a terminal keeps.
template <typename Terminal> auto play(fuzz::input input) -> void {
    auto it = fuzz::service_play<Terminal>{input};
    while (not it.bytes.is_empty()) {
        auto const what = it.bytes.take() % 12u;
        if (what < 8) {
            it.act(what);
            continue;
        }
        auto const size = it.bytes.take() % 65u;
        auto piece = it.take_payload();
        if (what == 8) {
            auto const room = it.service.writable();
            expects(it.service.write(it.side, const_bytes{piece}.first(size)) == std::min(room, size));
        } else if (what == 9) {
            auto const readable = it.service.readable();
            expects(it.service.read(it.side, bytes{piece}.first(size)) == std::min(readable, size));
        } else if (what == 10) { // a response to what was heard last
            auto response = it.other.last;
            store(bytes{response}, wire::tty_command::response);
            store(bytes{response}.subspan(4), size == 64 ? 0xffff'fffau : size);
            (void)it.send(const_bytes{response}.first(24));
        } else { // a write of about as many bytes as it says
            store(bytes{piece}, std::uint32_t{});
            store(bytes{piece}.subspan(16), std::max(size, 24u) - 24 + (piece[0] == std::byte{1} ? 1u : 0u));
            (void)it.send(const_bytes{piece}.first(size));
        }
        expects(it.service.readable() <= config.receive and it.service.writable() <= config.send);
    }
    auto piece = fuzz::payload{};
    for (auto i = 0; i < 8; ++i) { // what is held is read
        it.turn();
        (void)it.service.read(it.side, piece);
    }
    it.settle();
}
} // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    if (size > 0) {
        auto const input = fuzz::input{data + 1, size - 1};
        data[0] % 4 != 0 ? play<tty<"rpmsg-tty0", config>>(input) : play<raw_tty<"rpmsg-tty", config>>(input);
    }
    return 0;
}
