#include "campaign.hpp"
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <utility>

/// What is not in the noise: each fault alone, lying credits, restarts and closes at any time.
namespace {
using namespace spi_tests;
using rpmsg::counter;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::message;

enum class fault { flip, slip, garbage, low, high, abort, missed_edge };

/// Wires with one fault, at the n-th transfer.
struct one_fault : rpmsg::testing::sound_wires {
    fault what{};
    std::uint32_t from{};
    std::uint32_t at{};
    std::uint32_t transfer{};
    bool happened{};

    auto reach(std::size_t size) -> std::size_t {
        ++transfer;
        auto const is_now = transfer == at and what == fault::abort;
        happened = happened or is_now;
        return is_now ? size / 3 : size;
    }
    auto carry(std::uint32_t sender, rpmsg::bytes frame) -> void {
        if (transfer != at or sender != from) {
            return;
        }
        happened = true;
        for (std::size_t i = 0; i < frame.size(); ++i) {
            switch (what) {
            case fault::flip: frame[i] ^= i == 9 ? std::byte{4} : std::byte{}; break;
            case fault::slip: frame[i] = i + 2 < frame.size() ? frame[i + 2] : std::byte{}; break;
            case fault::garbage: frame[i] = static_cast<std::byte>(i * i + 7 * at); break;
            case fault::low: frame[i] = std::byte{}; break;
            case fault::high: frame[i] = std::byte{0xff}; break;
            case fault::abort:
            case fault::missed_edge: break;
            }
        }
    }
    auto passes_edge(std::uint32_t sender) -> bool {
        auto const is_now = what == fault::missed_edge and sender == from and transfer + 1 == at and not happened;
        happened = happened or is_now;
        return not is_now;
    }
};

/// One fault while both sides send: what is lost, and how many transfers brought nothing.
template <spi_config Config>
auto loses_at_most(fault what, std::uint32_t from, std::uint32_t at, std::uint32_t messages) -> void {
    INFO("fault " << static_cast<int>(what) << " from " << from << " at transfer " << at);
    auto pair = bus_of_two<Config, one_fault>{};
    pair.bus.wires().what = what;
    pair.bus.wires().from = from;
    pair.bus.wires().at = at;
    auto heard = tally{};
    auto heard_there = tally{};
    auto a = rpmsg::channel{pair.controller(),
                            endpoints{endpoint<0x100, 0x100>([&](auto&, message const& m) { heard.hear(m.payload); })}};
    auto b = rpmsg::channel{pair.peripheral(),
                            endpoints{endpoint<0x100, 0x100>([&](auto&, message const& m) { heard_there.hear(m.payload); })}};
    REQUIRE((a.start().has_value() and b.start().has_value()));
    std::uint32_t sent = 0;
    std::uint32_t sent_there = 0;
    for (rpmsg::ticks now = 0; now < 6000; now += 10) {
        sent += sent < 30 and a.at(0).send(numbered<24>(sent)) ? 1u : 0u;
        sent_there += sent_there < 30 and b.at(0).send(numbered<24>(sent_there)) ? 1u : 0u;
        (void)pair.turn(a, b, now);
    }
    REQUIRE((sent == 30 and sent_there == 30 and pair.bus.wires().happened));
    CHECK(30 - heard.heard <= messages);
    CHECK(30 - heard_there.heard <= messages);
    CHECK(heard.corrupt + heard_there.corrupt + heard.again + heard_there.again == 0);
    CHECK(a.counts()[counter::bad_frame] <= 1);
    CHECK(b.counts()[counter::bad_frame] <= 1);
    CHECK(a.counts()[counter::link_down] + b.counts()[counter::link_down] == 0);
}

/// Wires on which the peripheral always says that it has so much room.
template <spi_config Config, std::uint16_t Claim> struct lying_wires : rpmsg::testing::sound_wires {
    using format = typename rpmsg::detail::checked_spi_config<Config>::format;
    auto carry(std::uint32_t from, rpmsg::bytes frame) -> void {
        auto content = format::read(frame);
        if (from == 1 and content.command != rpmsg::wire::spi_command::none) {
            content.available = Claim;
            format::finish(frame, content);
        }
    }
};

/// A receiver that holds all it gets, behind a lie. Answers what was heard of what was sent, once all was let go.
template <spi_config Config, std::uint16_t Claim> auto over_a_lie(std::uint32_t messages) -> outcome {
    auto found = outcome{};
    auto pair = bus_of_two<Config, lying_wires<Config, Claim>>{};
    auto kept = std::array<rpmsg::held_message, Config.receive_buffers>{};
    auto holds = true;
    auto count = 0u;
    auto a = rpmsg::channel{pair.controller(), endpoints{endpoint<0x100, 0x100>([](auto&, message const&) {})}};
    auto b = rpmsg::channel{pair.peripheral(), endpoints{endpoint<0x100, 0x100>([&](auto& link, message const& m) {
                                found.at_peripheral.hear(m.payload);
                                if (holds) {
                                    kept[count++ % kept.size()] = link.hold(m);
                                }
                            })}};
    REQUIRE((a.start().has_value() and b.start().has_value()));
    rpmsg::ticks now = 0;
    for (auto turn = 0; turn < 4000; ++turn) {
        if (turn == 2000) {
            found.transfers = pair.bus.transfers();
        }
        holds = turn < 2000;
        if (turn % 200 == 199) {
            for (auto& each : kept) {
                each.release();
            }
        }
        while (found.sent < messages and a.at(0).send(numbered<24>(static_cast<std::uint32_t>(found.sent)))) {
            ++found.sent;
        }
        (void)pair.turn(a, b, now += 10);
    }
    found.at_controller.lost = b.counts()[counter::bad_frame]; // sent without credit
    return found;
}

/// Both sides restart, close and start at any time, a thousand times; after each the link comes up and carries messages.
template <spi_config Config> class restarts {
    struct side_log {
        std::uint32_t heard{};
    };
    /// By address: in NuttX's profile an announcement that the noise took is not repeated.
    static auto side(auto end, side_log& log) {
        return rpmsg::channel{std::move(end), endpoints{endpoint<0x100, 0x100>([&log](auto&, message const& m) {
                                  log.heard += same(m.payload, numbered<24>(rpmsg::load<std::uint32_t>(m.payload))) ? 1u : 0u;
                              })}};
    }
    using pair_type = bus_of_two<Config, rpmsg::testing::spi_noise>;
    using controller = decltype(side(std::declval<pair_type&>().controller(), std::declval<side_log&>()));
    using peripheral = decltype(side(std::declval<pair_type&>().peripheral(), std::declval<side_log&>()));

    pair_type pair_{};
    side_log log_{};
    side_log log_there_{};
    std::unique_ptr<controller> a_{new controller(side(pair_.controller(), log_))};
    std::unique_ptr<peripheral> b_{new peripheral(side(pair_.peripheral(), log_there_))};
    rpmsg::ticks now_{};
    std::uint32_t number_{};
    std::uint64_t random_;

    auto random(std::uint32_t below) -> std::uint32_t {
        random_ ^= random_ << 13;
        random_ ^= random_ >> 7;
        random_ ^= random_ << 17;
        return static_cast<std::uint32_t>(random_ >> 33) % below;
    }
    auto turn() -> void {
        if (a_->at(0).send(numbered<24>(number_))) {
            ++number_;
        }
        (void)b_->at(0).send(numbered<24>(number_));
        (void)pair_.turn(*a_, *b_, now_ += 10);
    }
    auto act() -> void {
        switch (random(5)) {
        case 0:
            a_.reset(new controller(side(pair_.controller(), log_)));
            CHECK(a_->start().has_value());
            break;
        case 1:
            b_.reset(new peripheral(side(pair_.peripheral(), log_there_)));
            CHECK(b_->start().has_value());
            break;
        case 2: a_->close(); break;
        case 3: b_->close(); break;
        default: pair_.bus.wires().set({.frames_per_garbage = 2, .transfers_per_abort = 3}); break;
        }
    }

  public:
    explicit restarts(std::uint64_t seed) : random_{seed} {}

    /// The worst number of turns until messages cross in both directions.
    auto run(std::uint32_t times) -> std::uint32_t {
        CHECK((a_->start().has_value() and b_->start().has_value()));
        std::uint32_t worst = 0;
        for (std::uint32_t i = 0; i < times; ++i) {
            for (auto n = 1 + random(3); n > 0; --n) {
                act();
                for (auto turns = random(20); turns > 0; --turns) {
                    turn();
                }
            }
            pair_.bus.wires().set({});
            CHECK((a_->start().has_value() and b_->start().has_value()));
            auto const heard = log_.heard;
            auto const heard_there = log_there_.heard;
            std::uint32_t turns = 0;
            while ((log_.heard < heard + 3 or log_there_.heard < heard_there + 3) and turns < 2000) {
                turn();
                ++turns;
            }
            worst = std::max(worst, turns);
        }
        return worst;
    }
};
} // namespace

TEST_CASE("a fault costs nothing but the messages of its transfer, and the next frame is sound") {
    for (auto const what :
         {fault::flip, fault::slip, fault::garbage, fault::low, fault::high, fault::abort, fault::missed_edge}) {
        for (auto const from : {0u, 1u}) {
            for (auto at = 4u; at < 24; ++at) {
                loses_at_most<nuttx>(what, from, at, 1);
                loses_at_most<reliable>(what, from, at, 0);
            }
        }
    }
}

TEST_CASE("credits that lie upwards cost messages, which the reliable profile sends again") {
    auto const over_nuttx = over_a_lie<nuttx, 0xffff>(400);
    CHECK(over_nuttx.at_peripheral.corrupt + over_nuttx.at_peripheral.again == 0);
    CHECK(over_nuttx.at_controller.lost > 0);
    CHECK(over_nuttx.at_peripheral.heard + over_nuttx.at_controller.lost == 400);
    auto const over_reliable = over_a_lie<reliable, 0xffff>(400);
    CHECK(over_reliable.at_controller.lost > 0);
    CHECK(over_reliable.at_peripheral.heard == 400);
    CHECK(over_reliable.at_peripheral.lost + over_reliable.at_peripheral.corrupt + over_reliable.at_peripheral.again == 0);
}

TEST_CASE("credits that lie downwards stop the sender, and no storm follows") {
    auto const found = over_a_lie<reliable, 0>(400);
    CHECK(found.at_peripheral.heard == 0);
    CHECK(found.sent == reliable.transmit_buffers);
    CHECK(found.transfers < 2 * 20'000 / reliable.retry_ticks + 20);
}

TEST_CASE("a thousand restarts, closes and bursts of noise in any order, and the link is back every time") {
    auto const worst_nuttx = restarts<nuttx>{1}.run(1000);
    auto const worst_reliable = restarts<reliable>{2}.run(1000);
    std::printf("a thousand restarts: messages both ways after %u turns at worst, reliable %u\n", worst_nuttx, worst_reliable);
    CHECK(worst_nuttx < 200);
    CHECK(worst_reliable < 200);
}
