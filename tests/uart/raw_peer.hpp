#pragma once

#include <rpmsg/testing/lines/serial_line.hpp>
#include <rpmsg/transport/uart.hpp>

#include "check.hpp"
#include <array>
#include <cstdint>
#include <initializer_list>

/// One end of a line, and the bare bytes at the other.
template <rpmsg::uart_config Config, typename Power = rpmsg::always_on> struct raw_peer {
    using wire = rpmsg::testing::line<2048>;

    wire sent{};
    rpmsg::uart_storage<Config> storage{};
    rpmsg::uart<Config, rpmsg::byte_stream_ref<wire>, Power> end;
    rpmsg::ticks now{};

    constexpr explicit raw_peer(Power power = {}) : end{storage, rpmsg::byte_stream_ref{sent}, power} {}

    constexpr auto poll(rpmsg::ticks passed = 0) -> rpmsg::link_change { return end.poll(now += passed); }
    constexpr auto say(std::initializer_list<int> codes) -> void {
        for (auto const code : codes) {
            auto const byte = static_cast<std::byte>(code);
            end.feed({&byte, 1});
        }
    }
    /// Whether exactly these bytes have come from the end since the last time.
    constexpr auto heard(rpmsg::const_bytes expected) -> bool {
        auto got = std::array<std::byte, 2048>{};
        return same(rpmsg::const_bytes{got}.first(sent.read(got)), expected);
    }
    constexpr auto heard(std::initializer_list<int> codes) -> bool {
        auto expected = std::array<std::byte, 64>{};
        std::size_t count = 0;
        for (auto const code : codes) {
            expected[count++] = static_cast<std::byte>(code);
        }
        return heard(rpmsg::const_bytes{expected}.first(count));
    }
    /// From now on the line takes nothing, until `sent.pace(0)`.
    constexpr auto block() -> void {
        sent.pace(1);
        auto const last = std::byte{};
        check(sent.write({&last, 1}) == 1);
        sent.lose();
    }
    /// The peer sends a message as NuttX writes it, with this check; with the right one where there is none.
    constexpr auto say_frame(rpmsg::const_bytes payload, int with_check = -1) -> void {
        auto frame = std::array<std::byte, 128>{};
        auto const size = 24 + payload.size();
        rpmsg::store(frame, rpmsg::wire::port_header{.length = static_cast<std::uint16_t>(size)});
        rpmsg::store(rpmsg::bytes{frame}.subspan(8), rpmsg::wire::header{.source = rpmsg::address{1024},
                                                                         .destination = rpmsg::address{1025},
                                                                         .length = static_cast<std::uint16_t>(payload.size())});
        rpmsg::copy(payload, rpmsg::bytes{frame}.subspan(24));
        rpmsg::wire::seal<rpmsg::wire::crc<Config.dialect.check>>(rpmsg::bytes{frame}.first(size));
        if (with_check >= 0) {
            rpmsg::store(frame, static_cast<std::uint16_t>(with_check));
        }
        auto stuffed = std::array<std::byte, 260>{};
        auto writer = rpmsg::wire::uart_writer<Config.dialect>{};
        end.feed(rpmsg::const_bytes{stuffed}.first(writer.write(rpmsg::const_bytes{frame}.first(size), stuffed)));
    }
    /// The peer asks for the connection and gets it.
    constexpr auto connect() -> void {
        check(end.start().has_value());
        (void)poll();
        say({Config.dialect.connect});
        check(poll().event == rpmsg::link_event::up);
        sent.lose();
    }
    /// Sends a payload to an address.
    constexpr auto send(rpmsg::const_bytes payload, std::uint32_t from = 1024, std::uint32_t to = 1025) -> bool {
        auto const room = end.reserve();
        if (not room) {
            return false;
        }
        rpmsg::copy(payload, room.space);
        return end.commit(room, {.source = rpmsg::address{from},
                                 .destination = rpmsg::address{to},
                                 .length = static_cast<std::uint16_t>(payload.size())});
    }
};
