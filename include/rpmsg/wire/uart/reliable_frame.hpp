#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/crc.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// What a frame of the reliable profile is.
enum class reliable_kind : std::uint8_t {
    data = 1,    ///< the header, then an RPMsg header and its payload
    acknowledge, ///< the header alone
    resend,      ///< the header alone: what follows the acknowledged frames has not arrived, send it again
    goodbye,     ///< the header alone: the sender ends
    hello = 'R', ///< a `reliable_hello`
};

/// The start of every frame of the reliable profile but a hello. Between COBS and the line a frame ends with a CRC-32C of
/// all that comes before it. Sequence numbers count the data frames of a session from 0.
struct reliable_header {
    reliable_kind kind{};
    std::uint8_t window{};        ///< how many frames from `acknowledged` on the sender has room for
    std::uint16_t sequence{};     ///< of this frame; of the next data frame where this is none
    std::uint16_t acknowledged{}; ///< all frames before this one have arrived
    std::uint16_t length{};       ///< bytes between this header and the check
    std::uint32_t session{};      ///< `session_from` the sender's and the receiver's ids

    auto operator==(reliable_header const&) const -> bool = default;
};
static_assert(sizeof(reliable_header) == 12 and wire_format<reliable_header>);
static_assert(offsetof(reliable_header, sequence) == 2 and offsetof(reliable_header, acknowledged) == 4);
static_assert(offsetof(reliable_header, length) == 6 and offsetof(reliable_header, session) == 8);

/// How a hello starts; its first byte is the kind. No byte of it is 0 or a code of NuttX's: an end of the other profile sees
/// these four bytes in a row.
inline constexpr std::uint32_t reliable_marker = 0x314d'5052; // "RPM1"

/// Starts a session. Each side says who it is and whom it has heard; when both have been heard the session stands.
struct reliable_hello {
    std::uint32_t marker = reliable_marker;
    std::uint16_t payload{}; ///< the largest payload that the sender can receive
    std::uint8_t window{};   ///< frames that the sender has room for
    std::uint8_t reserved{};
    std::uint32_t id{};    ///< the sender's; another one after each restart
    std::uint32_t heard{}; ///< the receiver's id as the sender knows it, or 0

    auto operator==(reliable_hello const&) const -> bool = default;
};
static_assert(sizeof(reliable_hello) == 16 and wire_format<reliable_hello>);
static_assert(offsetof(reliable_hello, payload) == 4 and offsetof(reliable_hello, window) == 6);
static_assert(offsetof(reliable_hello, id) == 8 and offsetof(reliable_hello, heard) == 12);

inline constexpr std::uint32_t reliable_header_size = sizeof(reliable_header);
inline constexpr std::uint32_t reliable_check_size = 4;

/// What frames of one direction of a session carry. The other direction differs: a line that echoes is no peer.
[[nodiscard]] constexpr auto session_from(std::uint32_t sender, std::uint32_t receiver) -> std::uint32_t {
    return sender ^ std::rotl(receiver, 16);
}

} // namespace rpmsg::wire
