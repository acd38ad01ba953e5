#pragma once

#include <rpmsg/testing/lines/serial_line.hpp>
#include <rpmsg/transport/uart.hpp>

#include <array>
#include <cstdint>
#include <cstring>

/// What came of frames that two ends sent each other over lines that damage them.
struct campaign_result {
    std::uint64_t sent{};
    std::uint64_t delivered{};
    std::uint64_t corrupt{};     ///< delivered though never sent, or other bytes than were sent
    std::uint64_t out_of_turn{}; ///< delivered twice, late, or with a gap before it
    std::uint64_t downs{};
    std::uint64_t stalls{};        ///< times that nothing at all came through for long
    rpmsg::uart_counters counts{}; ///< of the first end
};

/// Sends numbered messages both ways as fast as they go and compares all that arrives. `Reliable` ends must deliver each
/// message once and in order as long as the link is up.
template <rpmsg::uart_config Config> class campaign {
    using wire = rpmsg::testing::line<8192>;
    using stream = rpmsg::testing::line_end<wire>;
    using end = rpmsg::uart<Config, stream>;
    static constexpr bool is_reliable = Config.profile == rpmsg::uart_profile::reliable;
    static constexpr std::uint32_t longest = 200;

    struct side {
        end link;
        std::uint64_t next_sent{};
        std::uint64_t next_expected{};
        bool is_up{};
    };

    wire there_{};
    wire back_{};
    rpmsg::uart_storage<Config> storage_a_{};
    rpmsg::uart_storage<Config> storage_b_{};
    side a_{end{storage_a_, stream{&there_, &back_}}};
    side b_{end{storage_b_, stream{&back_, &there_}}};
    rpmsg::ticks now_{};
    campaign_result result_{};

    /// The content of message `number`: its number, then bytes that follow from it, from among those that get escaped.
    static auto content_of(std::uint64_t number, std::array<std::byte, longest>& into) -> std::uint32_t {
        auto const mixed = (number + 1) * 0x9e37'79b9'7f4a'7c15;
        auto const size = static_cast<std::uint32_t>(16 + (mixed >> 40) % (longest - 15));
        std::memcpy(into.data(), &number, 8);
        for (std::uint32_t i = 8; i + 8 <= size; i += 8) {
            auto const word = mixed * (i + 1) ^ mixed >> 17;
            std::memcpy(into.data() + i, &word, 8);
        }
        for (auto i = size & ~7u; i < size; ++i) {
            into[i] = static_cast<std::byte>(0x6c + i);
        }
        return size;
    }

    auto look(side& it) -> void {
        auto const change = it.link.poll(now_);
        if (change.event == rpmsg::link_event::down) {
            ++result_.downs;
        }
        if (change.event != rpmsg::link_event::none) {
            it.is_up = change.event == rpmsg::link_event::up;
            if (is_reliable and it.is_up) { // what is sent from now on is of the new session
                (&it == &a_ ? b_ : a_).next_expected = it.next_sent;
            }
        }
    }
    auto send(side& it) -> bool {
        auto const room = it.link.reserve();
        if (not room) {
            return false;
        }
        auto content = std::array<std::byte, longest>{};
        auto const size = content_of(it.next_sent, content);
        std::memcpy(room.space.data(), content.data(), size);
        ++it.next_sent;
        ++result_.sent;
        return it.link.commit(
            room, {.source = rpmsg::address{1}, .destination = rpmsg::address{2}, .length = static_cast<std::uint16_t>(size)});
    }
    auto receive(side& it, side const& from) -> void {
        for (int i = 0; i < 32; ++i) {
            auto const got = it.link.receive();
            if (got.outcome == rpmsg::rx_outcome::none or got.outcome == rpmsg::rx_outcome::ended) {
                return;
            }
            if (got.outcome != rpmsg::rx_outcome::message) {
                continue;
            }
            auto number = std::uint64_t{};
            auto content = std::array<std::byte, longest>{};
            std::memcpy(&number, got.payload.data(), got.payload.size() < 8 ? 0 : 8);
            auto const is_right = got.payload.size() >= 8 and number < from.next_sent and
                                  content_of(number, content) == got.payload.size() and
                                  std::memcmp(content.data(), got.payload.data(), got.payload.size()) == 0 and
                                  got.source == rpmsg::address{1} and got.destination == rpmsg::address{2};
            ++result_.delivered;
            result_.corrupt += is_right ? 0 : 1;
            result_.out_of_turn += number < it.next_expected or (is_reliable and number != it.next_expected) ? 1 : 0;
            it.next_expected = number + 1;
            it.link.release(got.token);
        }
    }
    auto step() -> void {
        ++now_;
        for (auto* const it : {&a_, &b_}) {
            look(*it);
            for (int i = 0; i < 4 and send(*it); ++i) {}
            receive(*it, it == &a_ ? b_ : a_);
        }
    }

  public:
    campaign() {
        if constexpr (is_reliable) {
            a_.link.identify(0x1234'5678);
            b_.link.identify(0x9abc'def0);
        }
        (void)a_.link.start();
        (void)b_.link.start();
        for (int i = 0; i < 20; ++i) {
            step();
        }
    }

    /// Sends until so many frames more have gone, with these faults.
    auto run(rpmsg::testing::line_faults faults, std::uint64_t frames, std::uint64_t seed) -> campaign_result {
        there_.damage(faults, seed);
        back_.damage(faults, seed + 1);
        auto const before = result_;
        auto last = result_.delivered;
        auto last_at = now_;
        while (result_.sent - before.sent < frames) {
            step();
            if (result_.delivered != last) {
                last = result_.delivered;
                last_at = now_;
            } else if (now_ - last_at > 20'000) {
                ++result_.stalls;
                last_at = now_;
                if (result_.stalls > 3) {
                    break;
                }
            }
        }
        there_.repair();
        back_.repair();
        auto after = result_;
        after.sent -= before.sent;
        after.delivered -= before.delivered;
        after.counts = a_.link.uart_counters();
        return after;
    }
};
