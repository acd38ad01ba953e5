#include <rpmsg/framework/channel.hpp>
#include <rpmsg/service/ping/hold_test.hpp>
#include <rpmsg/service/ping/pinger.hpp>
#include <rpmsg/testing/loopback.hpp>

#include "ring_play.hpp"
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace {
namespace command = rpmsg::wire::ping_command;
using payload = std::array<std::byte, 64>;
/// The second byte of the cookie of a valid request, whose first byte is the size of its answer.
constexpr std::uint64_t marked = 0xa5;
using end = rpmsg::testing::loopback<true, 4, 64>;

/// The peer: keeps what it receives while `keeps` is set, and checks each ping.
template <typename Service> struct peer_of {
    std::vector<rpmsg::held_message> kept{};
    std::uint32_t answers{};
    payload last_ping{};
    bool keeps{};
    bool checks_pings{};

    static constexpr auto name() -> std::string_view { return Service::name(); }
    auto on_message(auto& link, rpmsg::message const& m) -> void {
        auto head = rpmsg::wire::ping_header{};
        if (checks_pings) {
            rpmsg::expects(rpmsg::wire::read_header(m.payload, 1, head) and head.length == m.payload.size());
            if (rpmsg::wire::kind_of(head) == command::response) {
                rpmsg::expects(head.command == command::response);
                rpmsg::expects((head.cookie >> 8 & 0xff) != marked or m.payload.size() == (head.cookie & 0xff));
                ++answers;
            } else {
                rpmsg::copy(m.payload, last_ping);
            }
        }
        if (keeps) {
            kept.push_back(link.hold(m));
        }
    }
    auto on_event(auto&, rpmsg::event const&) -> void {}
};

/// A service and its peer, which says what the input says.
template <typename Service> struct play {
    fuzz::input bytes;
    Service service{};
    peer_of<Service> other{};
    rpmsg::testing::loopback_memory<4, 64> memory{};
    rpmsg::channel<end, rpmsg::endpoints<rpmsg::ref<Service>>> side{end{memory, 0}, rpmsg::endpoints{rpmsg::ref{service}}};
    rpmsg::channel<end, rpmsg::endpoints<rpmsg::ref<peer_of<Service>>>> peer{end{memory, 1},
                                                                             rpmsg::endpoints{rpmsg::ref{other}}};
    rpmsg::ticks now{};
    std::uint32_t restarts{};

    explicit play(fuzz::input input) : bytes{input} {
        rpmsg::expects(side.start().has_value() and peer.start().has_value());
        turn(4);
    }

    auto turn(unsigned times = 1) -> void {
        for (; times > 0; --times) {
            (void)side.poll(now);
            (void)peer.poll(now);
        }
    }
    auto take_payload() -> payload {
        auto made = payload{};
        for (auto& each : made) {
            each = bytes.is_empty() ? std::byte{0x55} : static_cast<std::byte>(bytes.take());
        }
        return made;
    }
    auto send(rpmsg::const_bytes what) -> bool { return peer.at(0).send(what).has_value(); }

    /// What both services have in common.
    auto act(unsigned what) -> void {
        switch (what) {
        case 0: {
            auto made = take_payload();
            made[9] = std::byte{};
            (void)send(rpmsg::const_bytes{made}.first(bytes.take() % 65));
            break;
        }
        case 1: other.keeps = not other.keeps; break;
        case 2: other.kept.clear(); break;
        case 3: now += bytes.take(); break;
        case 4:
            if (bytes.take() % 8 == 0) {
                other.kept.clear();
                peer.close();
                rpmsg::expects(peer.start().has_value());
                turn(6);
                ++restarts;
            }
            break;
        default: turn(bytes.take() % 4); break;
        }
    }
    /// Nothing is lost: each side has all its buffers.
    auto settle() -> void {
        other.keeps = false;
        other.kept.clear();
        turn(8);
        for (auto i = 0; i < 4; ++i) {
            rpmsg::expects(send({}));
        }
        turn(4);
        auto rooms = std::vector<decltype(side.at(0).reserve())>{};
        for (auto i = 0; i < 4; ++i) {
            rooms.push_back(side.at(0).reserve());
            rpmsg::expects(static_cast<bool>(rooms.back()));
        }
    }
};

auto play_ping(fuzz::input input) -> void {
    auto it = play<rpmsg::pinger<>>{input};
    it.other.checks_pings = true;
    std::uint32_t requests = 0;
    while (not it.bytes.is_empty()) {
        auto const what = it.bytes.take() % 16u;
        if (what == 8 or what == 9) { // a valid request
            auto made = it.take_payload();
            auto const size = 17u + it.bytes.take() % 48;
            auto const word = rpmsg::load<std::uint32_t>(made) & ~(what == 8 ? command::response : 0xf0u);
            rpmsg::store(rpmsg::bytes{made}, word);
            rpmsg::store(rpmsg::bytes{made}.subspan(4), size);
            made[8] = static_cast<std::byte>((word & command::kind_mask) == 0 ? size : 17);
            made[9] = static_cast<std::byte>(marked);
            requests += it.send(rpmsg::const_bytes{made}.first(size)) and (word & 1) != 0 ? 1 : 0;
        } else if (what == 10 or what == 11) { // an answer, sometimes damaged
            auto made = it.other.last_ping;
            auto const size = rpmsg::load<rpmsg::wire::ping_header>(made).length;
            rpmsg::store(rpmsg::bytes{made}, command::response);
            made[it.bytes.take() % 64] ^= static_cast<std::byte>(what == 10 ? 0 : it.bytes.take());
            (void)it.send(rpmsg::const_bytes{made}.first(size % 65));
        } else if (what == 12) {
            auto const options = rpmsg::ping_options{.count = it.bytes.take() % 8u,
                                                     .size = 10u + it.bytes.take() % 60,
                                                     .command = it.bytes.take() | 0x100u,
                                                     .timeout = it.bytes.take(),
                                                     .period = it.bytes.take() % 16u,
                                                     .seed = it.bytes.take()};
            (void)it.service.start(options);
        } else {
            it.act(what);
        }
        auto const& counts = it.service.counts();
        rpmsg::expects(counts.answered + counts.lost + counts.corrupted <= counts.sent);
        rpmsg::expects(it.service.times().count() == counts.answered and it.service.responder().waiting() <= 2);
    }
    // Each run ends: at its last time-out, if the peer answers nothing.
    it.other.keeps = false;
    it.other.kept.clear();
    for (auto i = 0; i < 100 and it.service.is_running(); ++i) {
        it.turn(2);
        auto const due = it.side.next_deadline(it.now);
        rpmsg::expects(not it.service.is_running() or due.is_set);
        it.now = rpmsg::has_passed(due.at, it.now) ? it.now : due.at;
    }
    rpmsg::expects(not it.service.is_running());
    it.turn(8);
    rpmsg::expects(it.service.responder().waiting() == 0);
    if (it.restarts == 0) {
        auto const& answers = it.service.responder().counts();
        rpmsg::expects(it.other.answers == answers.answered and answers.unexpected == 0);
        rpmsg::expects(answers.answered + answers.lost >= requests);
    }
    it.settle();
}

auto play_hold_test(fuzz::input input) -> void {
    auto it = play<rpmsg::hold_test<3>>{input};
    while (not it.bytes.is_empty()) {
        auto const what = it.bytes.take() % 12u;
        if (what == 8 or what == 9) {
            auto made = it.take_payload();
            auto const size = 24u + it.bytes.take() % 41;
            rpmsg::store(rpmsg::bytes{made}.subspan(16), 0x1'0000u + it.bytes.take() % 2);
            rpmsg::store(rpmsg::bytes{made}.subspan(20), size - 24);
            (void)it.send(rpmsg::const_bytes{made}.first(size));
        } else if (what == 10) {
            (void)rpmsg::hold_test<3>::send(it.side.at(0));
        } else {
            it.act(what);
        }
        rpmsg::expects(it.service.held() <= 3);
    }
    it.turn(2);
    it.now += 1000; // the patience
    it.turn(2);
    rpmsg::expects(it.service.held() == 0);
    it.settle();
}

} // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    if (size > 0) {
        auto const input = fuzz::input{data + 1, size - 1};
        data[0] % 4 != 0 ? play_ping(input) : play_hold_test(input);
    }
    return 0;
}
