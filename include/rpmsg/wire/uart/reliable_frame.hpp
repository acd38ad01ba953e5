#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/crc.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// The type of a frame of the reliable profile.
enum class reliable_kind : std::uint8_t {
    data = 1,    ///< the header, then an RPMsg header and its payload
    acknowledge, ///< the header alone
    resend,      ///< the header alone: the frames after the acknowledged ones have not arrived, send them again
    goodbye,     ///< the header alone: the sender closes
    hello = 'R', ///< a `reliable_hello`
};

/// The header of every frame of the reliable profile but a hello. This format is private to this library. A frame is followed
/// by a CRC-32C of all its bytes, then encoded with COBS. Sequence numbers count the data frames of a session from 0.
struct reliable_header {
    reliable_kind kind{};
    std::uint8_t window{};        ///< number of frames from `acknowledged` on for which the sender has room
    std::uint16_t sequence{};     ///< number of this data frame; in other frames, of the next data frame
    std::uint16_t acknowledged{}; ///< all frames before this one have arrived
    std::uint16_t length{};       ///< bytes between this header and the CRC
    std::uint32_t session{};      ///< `session_from` the ids of the sender and the receiver

    auto operator==(reliable_header const&) const -> bool = default;
};
static_assert(sizeof(reliable_header) == 12 and wire_format<reliable_header>);
static_assert(offsetof(reliable_header, sequence) == 2 and offsetof(reliable_header, acknowledged) == 4);
static_assert(offsetof(reliable_header, length) == 6 and offsetof(reliable_header, session) == 8);

/// The first bytes of a hello; the first one is its kind. No byte of it is 0 or a NuttX code: an end of the nuttx profile
/// receives these four bytes in a row.
inline constexpr std::uint32_t reliable_marker = 0x314d'5052; // "RPM1"

/// Starts a session. Each side sends its own id and the id that it has received; then the session is established.
struct reliable_hello {
    std::uint32_t marker = reliable_marker;
    std::uint16_t payload{}; ///< largest payload that the sender can receive, in bytes
    std::uint8_t window{};   ///< number of frames for which the sender has room
    std::uint8_t reserved{};
    std::uint32_t id{};    ///< id of the sender; differs after each restart
    std::uint32_t heard{}; ///< the id of the receiver as received by the sender, or 0

    auto operator==(reliable_hello const&) const -> bool = default;
};
static_assert(sizeof(reliable_hello) == 16 and wire_format<reliable_hello>);
static_assert(offsetof(reliable_hello, payload) == 4 and offsetof(reliable_hello, window) == 6);
static_assert(offsetof(reliable_hello, id) == 8 and offsetof(reliable_hello, heard) == 12);

inline constexpr std::uint32_t reliable_header_size = sizeof(reliable_header);
inline constexpr std::uint32_t reliable_check_size = 4;

/// The session mark of frames in one direction. The other direction has a different one: an echo of the line is not accepted.
[[nodiscard]] constexpr auto session_from(std::uint32_t sender, std::uint32_t receiver) -> std::uint32_t {
    return sender ^ std::rotl(receiver, 16);
}

} // namespace rpmsg::wire
