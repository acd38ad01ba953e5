#pragma once

#include <rpmsg/wire/crc.hpp>
#include <rpmsg/wire/header.hpp>
#include <rpmsg/wire/name_service.hpp>
#include <rpmsg/wire/port_header.hpp>
#include <rpmsg/wire/spi/content.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// Differences between NuttX and openvela on SPI (NuttX, drivers/rpmsg/rpmsg_port_spi.c).
struct spi_dialect {
    crc_code check{};
    crc_step step = crc_step::nibble;
    bool is_checked = true;         ///< false: sends a check of 0 and accepts every check
    bool has_time_stamps = true;    ///< the last 16 bytes hold the times of sending and of receiving, in nanoseconds
    bool has_short_commands = true; ///< the length and the check of a frame without a message cover only its port header
};

namespace spi_dialects {
/// NuttX (github.com/apache/nuttx).
inline constexpr auto nuttx = spi_dialect{.check = crc16_arc};
/// openvela (github.com/open-vela/nuttx).
inline constexpr auto openvela = spi_dialect{.check = crc16_xmodem, .has_time_stamps = false, .has_short_commands = false};
} // namespace spi_dialects

/// The frame format of NuttX's and openvela's SPI ports: port header, RPMsg header, payload; `connect` has the name of the
/// receiver at byte 8. All frames of a link have the same size, that of the span.
template <spi_dialect Dialect> struct spi_frame {
    using check = crc<Dialect.check, Dialect.step>;

    static constexpr std::uint32_t header_offset = port_header_size;
    static constexpr std::uint32_t payload_offset = header_offset + header_size;
    static constexpr std::uint32_t stamps_size = Dialect.has_time_stamps ? 16 : 0;
    static constexpr bool is_numbered = false;

    /// The largest payload that can be sent, and that can be received, in a frame of `size` bytes.
    [[nodiscard]] static constexpr auto tx_limit(std::uint32_t size) -> std::uint32_t {
        return size - payload_offset - stamps_size;
    }
    [[nodiscard]] static constexpr auto rx_limit(std::uint32_t size) -> std::uint32_t { return size - payload_offset; }

    /// Completes a frame whose message or name is already written.
    [[gnu::always_inline]] static constexpr auto finish(bytes frame, spi_content const& content) -> void {
        auto length = payload_offset + content.length;
        if (content.command != spi_command::data) {
            length = Dialect.has_short_commands ? port_header_size : static_cast<std::uint32_t>(frame.size());
        }
        set_port_field(frame, offsetof(port_header, command), static_cast<std::uint16_t>(content.command));
        set_port_field(frame, offsetof(port_header, available), content.available);
        set_port_field(frame, offsetof(port_header, length), static_cast<std::uint16_t>(length));
        if constexpr (Dialect.is_checked) {
            seal<check>(frame.first(length));
        } else {
            set_port_field(frame, offsetof(port_header, check), 0);
        }
    }

    /// Parses a received frame. Its length is checked before the check is computed over it.
    [[nodiscard, gnu::always_inline]] static constexpr auto read(const_bytes frame) -> spi_content {
        auto const length = port_field(frame, offsetof(port_header, length));
        auto const command = port_field(frame, offsetof(port_header, command));
        if (length < port_header_size or length > frame.size()) {
            return {};
        }
        if constexpr (Dialect.is_checked) {
            if (not is_intact<check>(frame.first(length))) {
                constexpr auto last = static_cast<std::uint16_t>(spi_command::shutdown);
                auto const has_none = port_field(frame, offsetof(port_header, check)) == 0;
                return {.is_unchecked = has_none and command > 0 and command <= last};
            }
        }
        auto content = spi_content{.command = static_cast<spi_command>(command),
                                   .available = port_field(frame, offsetof(port_header, available))};
        if (content.command == spi_command::data) {
            content.length = payload_length(frame.subspan(header_offset));
            if (length != payload_offset + content.length) {
                return {};
            }
        }
        return content.command <= spi_command::shutdown ? content : spi_content{};
    }

    /// Writes the time of sending or receiving to a frame that has space for it after its message.
    static constexpr auto stamp(bytes frame, std::uint64_t nanoseconds, bool is_received) -> void {
        if constexpr (Dialect.has_time_stamps) {
            if (port_field(frame, offsetof(port_header, length)) <= frame.size() - stamps_size) {
                store(frame.last(is_received ? sizeof(nanoseconds) : stamps_size), nanoseconds);
            }
        }
    }

    /// Writes the sender's name for the receiver to a `connect` frame.
    static constexpr auto name(bytes frame, padded_name const& receiver) -> void {
        store(frame.subspan(port_header_size), receiver);
    }
};

} // namespace rpmsg::wire
