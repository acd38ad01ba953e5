#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/crc.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rpmsg::wire {

/// The first word of each message of a socket (NuttX, net/rpmsg/rpmsg_sockif.c).
namespace socket_command {
inline constexpr std::uint32_t sync = 1;     ///< the first message of each side: its window and its owner
inline constexpr std::uint32_t data = 2;     ///< data, or an acknowledgement without data
inline constexpr std::uint32_t shutdown = 3; ///< the end of one or both directions
} // namespace socket_command

/// The first message of each side, once its endpoint is bound.
struct socket_sync {
    std::uint32_t command = socket_command::sync;
    std::uint32_t window{}; ///< bytes that the peer may send before the first acknowledgement
    std::uint32_t process{};
    std::uint32_t user{};
    std::uint32_t group{};
};
static_assert(sizeof(socket_sync) == 20 and wire_format<socket_sync>);
static_assert(offsetof(socket_sync, window) == 4 and offsetof(socket_sync, process) == 8);
static_assert(offsetof(socket_sync, user) == 12 and offsetof(socket_sync, group) == 16);

/// The front of data. In a stream `length` bytes follow, 0 for an acknowledgement.
struct socket_data {
    std::uint32_t command = socket_command::data;
    std::uint32_t position{}; ///< all bytes that the sender of this message has consumed, modulo 2^32
    std::uint32_t length{};
};
static_assert(sizeof(socket_data) == 12 and wire_format<socket_data>);
static_assert(offsetof(socket_data, position) == 4 and offsetof(socket_data, length) == 8);

/// The front of a datagram: its length stands twice, and the second one occupies the window like the data behind it.
struct socket_datagram {
    socket_data head{};
    std::uint32_t length{};
};
static_assert(sizeof(socket_datagram) == 16 and wire_format<socket_datagram>);
static_assert(offsetof(socket_datagram, length) == 12);

/// The bits of `socket_shutdown::directions`.
namespace socket_direction {
inline constexpr std::uint32_t receive = 1; ///< the sender of this message receives no more
inline constexpr std::uint32_t send = 2;    ///< the sender of this message sends no more
} // namespace socket_direction

/// The end of one or both directions. NuttX discards what its program has not read yet when `send` arrives.
struct socket_shutdown {
    std::uint32_t command = socket_command::shutdown;
    std::uint32_t directions{};
};
static_assert(sizeof(socket_shutdown) == 8 and wire_format<socket_shutdown>);
static_assert(offsetof(socket_shutdown, directions) == 4);

/// The longest name of a socket, and how much of it the name of an endpoint has room for.
inline constexpr std::size_t socket_name_limit = 107;
inline constexpr std::size_t socket_short_name = 10;

/// The check value of a longer name: CRC-32 without initial value and inversion (NuttX, libs/libc/misc/lib_crc32.c).
inline constexpr auto crc32_of_names = crc_code{.polynomial = 0xedb8'8320, .width = 32, .reflected = true};

/// Whether a text can be the name of a socket: 1 to 107 printable characters.
[[nodiscard]] constexpr auto is_socket_name(std::string_view text) -> bool {
    for (auto const c : text) {
        if (not is_name_character(c)) {
            return false;
        }
    }
    return not text.empty() and text.size() <= socket_name_limit;
}

namespace detail {
/// Writes a name piece by piece.
class name_writer {
    padded_name name_{};
    std::size_t size_{};

  public:
    constexpr explicit name_writer(std::string_view front) { add(front); }
    constexpr auto add(char c) -> void { name_[size_++] = c; }
    constexpr auto add(std::string_view text) -> void {
        for (auto const c : text) {
            add(c);
        }
    }
    /// In lower case, with at least `least` digits.
    constexpr auto add_hex(std::uint32_t value, int least) -> void {
        for (auto digit = 7; digit >= 0; --digit) {
            auto const rest = value >> (4 * digit);
            if (rest != 0 or digit < least) {
                add("0123456789abcdef"[rest & 0xf]);
            }
        }
    }
    [[nodiscard]] constexpr auto name() const -> padded_name const& { return name_; }
};
constexpr auto write_socket_name(std::string_view name) -> name_writer {
    auto made = name_writer{"s:"};
    if (name.size() <= socket_short_name) {
        made.add(name);
        return made;
    }
    auto check = crc<crc32_of_names, crc_step::bit>{};
    for (auto const c : name) {
        check.add(static_cast<std::byte>(c));
    }
    name.remove_suffix(name.size() - 2);
    made.add(name);
    made.add_hex(check.value(), 8);
    return made;
}
} // namespace detail

/// The name of the endpoint of a datagram socket, and the front of those of the connections of a stream server. Of a name with
/// more than 10 characters it has the first two and a check value, so that two names may have the same endpoint.
[[nodiscard]] constexpr auto socket_endpoint(std::string_view name) -> padded_name {
    return detail::write_socket_name(name).name();
}
/// Makes of it the name of the endpoint of a connection: the client counts its connections.
constexpr auto append_connection(padded_name& name, std::uint32_t number) -> void {
    auto made = detail::name_writer{view_of(name)};
    made.add(':');
    made.add_hex(number, 1);
    name = made.name();
}
/// Whether `announced` is the name of a connection to the server whose endpoint would have the name `server`.
[[nodiscard]] constexpr auto is_connection_to(std::string_view announced, std::string_view server) -> bool {
    if (not announced.starts_with(server)) {
        return false;
    }
    auto number = announced;
    number.remove_prefix(server.size());
    if (number.size() < 2 or number.size() > 9 or number[0] != ':') {
        return false;
    }
    number.remove_prefix(1);
    for (auto const c : number) {
        if (not((c >= '0' and c <= '9') or (c >= 'a' and c <= 'f'))) {
            return false;
        }
    }
    return true;
}

} // namespace rpmsg::wire
