#include <rpmsg/service/ping/hold_test.hpp>
#include <rpmsg/service/ping/pinger.hpp>

#include "service_play.hpp"
#include <cstdint>

namespace {
namespace command = rpmsg::wire::ping_command;
/// The second byte of the cookie of a valid request, whose first byte is the size of its answer.
constexpr std::uint64_t marked = 0xa5;

/// Checks each ping.
struct ping_ear {
    std::uint32_t answers{};
    fuzz::payload last_ping{};

    auto operator()(rpmsg::const_bytes payload) -> void {
        auto head = rpmsg::wire::ping_header{};
        rpmsg::expects(rpmsg::wire::read_header(payload, 1, head) and head.length == payload.size());
        if (rpmsg::wire::kind_of(head) == command::response) {
            rpmsg::expects(head.command == command::response);
            rpmsg::expects((head.cookie >> 8 & 0xff) != marked or payload.size() == (head.cookie & 0xff));
            ++answers;
        } else {
            rpmsg::copy(payload, last_ping);
        }
    }
};

auto play_ping(fuzz::input input) -> void {
    auto it = fuzz::service_play<rpmsg::pinger<>, ping_ear>{input};
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
            auto made = it.other.ear.last_ping;
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
        rpmsg::expects(it.other.ear.answers == answers.answered and answers.unexpected == 0);
        rpmsg::expects(answers.answered + answers.lost >= requests);
    }
    it.settle();
}

auto play_hold_test(fuzz::input input) -> void {
    auto it = fuzz::service_play<rpmsg::hold_test<3>>{input};
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
