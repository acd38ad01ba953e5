#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/message.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Bytes from pairs of hexadecimal digits, as traffic is kept in the fixtures of live peers.
inline auto from_digits(std::string_view digits) -> std::string {
    auto const value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    auto text = std::string{};
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        text += static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1]));
    }
    return text;
}

/// The end that talked to a live NuttX when the traffic of the fixtures was kept: it answers the requests of the service
/// "rpmsg-ping" (NuttX, drivers/rpmsg/rpmsg_ping.c), and sends three of its own, one after the other, each time when it is bound.
class live_ping {
    static constexpr std::uint32_t length = 40;
    static constexpr std::uint32_t response = 0x20;
    static constexpr std::size_t command_size = 4;
    static constexpr std::size_t head_size = 16;

    std::uint64_t sent_{};
    std::uint32_t of_binding_{};

    auto ask(auto& link) -> void {
        auto request = std::array<std::byte, length>{};
        ++sent_;
        rpmsg::store(request, std::uint32_t{3}); // answer wanted, data to be checked
        rpmsg::store(rpmsg::bytes{request}.subspan(command_size), length);
        rpmsg::store(rpmsg::bytes{request}.subspan(2 * command_size), sent_);
        for (auto& each : rpmsg::bytes{request}.subspan(head_size)) {
            each = static_cast<std::byte>(sent_);
        }
        told += link.send(request) ? "" : "refused ";
    }

  public:
    std::string told{}; ///< what happened, word by word

    static constexpr auto name() -> std::string_view { return "rpmsg-ping"; }
    auto on_message(auto& link, rpmsg::message const& m) -> void {
        if ((rpmsg::load<std::uint32_t>(m.payload) & 0xf0) == response) {
            auto const is_right = m.payload.size() == length and rpmsg::load<std::uint64_t>(m.payload.subspan(8)) == sent_ and
                                  m.payload[length - 1] == static_cast<std::byte>(sent_);
            told += is_right ? "pong " : "wrong ";
            if (++of_binding_ < 3) {
                ask(link);
            }
            return;
        }
        auto answer = std::array<std::byte, 512>{};
        rpmsg::copy(m.payload, answer);
        rpmsg::store(answer, response);
        told += link.reply(m, rpmsg::const_bytes{answer}.first(m.payload.size())) ? "answered " : "refused ";
    }
    auto on_event(auto& link, rpmsg::event const& e) -> void {
        switch (e.kind) {
        case rpmsg::event_kind::link_up: told += "up "; break;
        case rpmsg::event_kind::refused:
            told += e.reason == rpmsg::down_reason::incompatible ? "incompatible " : "refused ";
            break;
        case rpmsg::event_kind::link_down:
            told += e.reason == rpmsg::down_reason::peer_restarted  ? "restarted "
                    : e.reason == rpmsg::down_reason::peer_stopped  ? "stopped "
                    : e.reason == rpmsg::down_reason::incompatible  ? "incompatible "
                    : e.reason == rpmsg::down_reason::peer_panicked ? "panicked "
                    : e.reason == rpmsg::down_reason::reset_asked   ? "told_to_reset "
                                                                    : "down ";
            told += std::to_string(e.unreturned) + " ";
            break;
        case rpmsg::event_kind::bound:
            told += "bound " + std::to_string(static_cast<std::uint32_t>(e.peer)) + " ";
            of_binding_ = 0;
            ask(link);
            break;
        case rpmsg::event_kind::unbound: told += "unbound "; break;
        default: break;
        }
    }
};
