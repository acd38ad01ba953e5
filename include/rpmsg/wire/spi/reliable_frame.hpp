#pragma once

#include <rpmsg/wire/crc.hpp>
#include <rpmsg/wire/header.hpp>
#include <rpmsg/wire/spi/content.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// The 16 bytes before the RPMsg header of a reliable frame on SPI. This format is private to this library.
struct spi_reliable_header {
    std::uint32_t check{};     ///< CRC-32C of the bytes after it, up to `length`
    std::uint16_t magic{};     ///< `spi_reliable_magic`; detects a frame that is shifted by some bits
    std::uint8_t version{};    ///< 1
    std::uint8_t command{};    ///< `spi_command`, without suspend and resume
    std::uint16_t length{};    ///< bytes of the frame, this header included
    std::uint16_t available{}; ///< credit: messages that may be sent to the sender
    std::uint16_t sequence{};  ///< the number of this message, modulo 65536
    std::uint16_t expected{};  ///< the number of the next message that the sender expects: all before it have arrived

    auto operator==(spi_reliable_header const&) const -> bool = default;
};
static_assert(sizeof(spi_reliable_header) == 16 and wire_format<spi_reliable_header>);
static_assert(offsetof(spi_reliable_header, magic) == 4 and offsetof(spi_reliable_header, command) == 7);
static_assert(offsetof(spi_reliable_header, length) == 8 and offsetof(spi_reliable_header, expected) == 14);

/// The bytes "rS" in memory.
inline constexpr std::uint16_t spi_reliable_magic = 0x5372;

/// The frame format of the reliable profile: the header above, RPMsg header, payload. Functions as in `spi_frame`.
template <crc_step Step = crc_step::nibble> class spi_reliable_frame {
    using check = crc<crc32c, Step>;
    using own_header = spi_reliable_header;

    static constexpr auto check_of(const_bytes frame) -> std::uint32_t {
        return check::of(frame.subspan(sizeof(own_header::check)));
    }

  public:
    static constexpr std::uint32_t header_offset = sizeof(own_header);
    static constexpr std::uint32_t payload_offset = header_offset + header_size;
    static constexpr bool is_numbered = true;

    [[nodiscard]] static constexpr auto tx_limit(std::uint32_t size) -> std::uint32_t { return size - payload_offset; }
    [[nodiscard]] static constexpr auto rx_limit(std::uint32_t size) -> std::uint32_t { return size - payload_offset; }

    [[gnu::always_inline]] static constexpr auto finish(bytes frame, spi_content const& content) -> void {
        auto const length = content.command == spi_command::data ? payload_offset + content.length : header_offset;
        store(frame, own_header{.magic = spi_reliable_magic,
                                .version = 1,
                                .command = static_cast<std::uint8_t>(content.command),
                                .length = static_cast<std::uint16_t>(length),
                                .available = content.available,
                                .sequence = content.sequence,
                                .expected = content.expected});
        store(frame, check_of(frame.first(length)));
    }

    [[nodiscard, gnu::always_inline]] static constexpr auto read(const_bytes frame) -> spi_content {
        auto const head = load<own_header>(frame);
        if (head.magic != spi_reliable_magic or head.version != 1 or head.length < header_offset or
            head.length > frame.size() or head.check != check_of(frame.first(head.length))) {
            return {};
        }
        auto content = spi_content{.command = static_cast<spi_command>(head.command),
                                   .available = head.available,
                                   .sequence = head.sequence,
                                   .expected = head.expected};
        if (content.command == spi_command::data) {
            content.length = payload_length(frame.subspan(header_offset));
            if (head.length != payload_offset + content.length) {
                return {};
            }
        }
        return content.command <= spi_command::shutdown ? content : spi_content{};
    }
};

} // namespace rpmsg::wire
