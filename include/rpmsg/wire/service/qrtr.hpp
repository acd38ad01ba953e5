#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/service/read_header.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rpmsg::wire {

/// The endpoint over which Linux's AF_QIPCRTR sockets reach a remote core (Linux, net/qrtr/smd.c).
inline constexpr auto qrtr_name = std::string_view{"IPCRTR"};

/// The port of a node's name service, and all nodes at once (Linux, include/uapi/linux/qrtr.h).
inline constexpr std::uint32_t qrtr_control_port = 0xffff'fffe;
inline constexpr std::uint32_t qrtr_every_node = 0xffff'ffff;

/// The first port that is not kept for known services (Linux, net/qrtr/af_qrtr.c).
inline constexpr std::uint32_t qrtr_first_port = 0x4000;

/// A sender asks for `resume` when so many packets to a port are not confirmed, and stops at the second limit (Linux,
/// net/qrtr/af_qrtr.c).
inline constexpr std::uint32_t qrtr_asks_at = 5;
inline constexpr std::uint32_t qrtr_stops_at = 10;

/// The kinds of packets (Linux, include/uapi/linux/qrtr.h).
enum class qrtr_kind : std::uint32_t {
    data = 1,
    hello = 2,
    bye = 3,
    new_server = 4,
    delete_server = 5,
    delete_client = 6,
    resume = 7, ///< the receiver has taken what it had
};

/// A port of a node.
struct qrtr_address {
    std::uint32_t node{};
    std::uint32_t port{};

    auto operator==(qrtr_address const&) const -> bool = default;
};

/// The front of each packet, version 1, which Linux sends. The data follows and is padded to a multiple of 4 bytes.
struct qrtr_header {
    std::uint32_t version = 1;
    qrtr_kind kind = qrtr_kind::data;
    qrtr_address source{};
    std::uint32_t confirms{}; ///< not 0: the sender asks for `resume`
    std::uint32_t size{};     ///< of the data in bytes, without padding
    qrtr_address destination{};
};
static_assert(sizeof(qrtr_header) == 32 and wire_format<qrtr_header>);
static_assert(offsetof(qrtr_header, source) == 8 and offsetof(qrtr_header, confirms) == 16);
static_assert(offsetof(qrtr_header, size) == 20 and offsetof(qrtr_header, destination) == 24);

/// The front of a packet of version 2, whose first byte is 3. `optional_size` bytes follow before the data.
struct qrtr_short_header {
    std::uint8_t version = 3;
    std::uint8_t kind{};
    std::uint8_t flags{}; ///< bit 0: the sender asks for `resume`
    std::uint8_t optional_size{};
    std::uint32_t size{};
    std::uint16_t source_node{};
    std::uint16_t source_port{};
    std::uint16_t destination_node{};
    std::uint16_t destination_port{};
};
static_assert(sizeof(qrtr_short_header) == 16 and wire_format<qrtr_short_header>);
static_assert(offsetof(qrtr_short_header, size) == 4 and offsetof(qrtr_short_header, source_node) == 8);

/// A server, the data of `new_server` and `delete_server`.
struct qrtr_server {
    std::uint32_t service{};
    std::uint32_t instance{};
    qrtr_address at{};

    auto operator==(qrtr_server const&) const -> bool = default;
};

/// The data of all packets but `data`. In those about clients the address is where `service` and `instance` are here.
struct qrtr_control {
    qrtr_kind kind{};
    qrtr_server server{};

    [[nodiscard]] constexpr auto client() const -> qrtr_address { return {server.service, server.instance}; }
};
static_assert(sizeof(qrtr_control) == 20 and wire_format<qrtr_control>);
static_assert(offsetof(qrtr_control, server) == 4);

/// A packet that was checked.
struct qrtr_packet {
    qrtr_kind kind{};
    qrtr_address source{};
    qrtr_address destination{};
    bool confirms{};
    const_bytes data{};
};

[[nodiscard]] constexpr auto padded_size(std::size_t size) -> std::size_t { return (size + 3) & ~std::size_t{3}; }

namespace detail {
/// A port as it is in the short header, where the control port has 16 bits.
constexpr auto widened(std::uint16_t port) -> std::uint32_t { return port == 0xfffe ? qrtr_control_port : port; }

constexpr auto read_qrtr_header(const_bytes message, qrtr_header& into) -> std::size_t {
    if (not message.empty() and message[0] == std::byte{1}) {
        return read_header(message, 0, into) ? sizeof into : 0;
    }
    auto brief = qrtr_short_header{};
    if (not read_header(message, 0, brief) or brief.version != 3) {
        return 0;
    }
    into = {.kind = qrtr_kind{brief.kind},
            .source = {brief.source_node, widened(brief.source_port)},
            .confirms = brief.flags & 1u,
            .size = brief.size,
            .destination = {brief.destination_node, widened(brief.destination_port)}};
    return sizeof brief + brief.optional_size;
}
} // namespace detail

/// Reads a packet of either version. Returns false when Linux would drop it, too: a length that disagrees, no data, or a kind
/// that is not for its port.
[[nodiscard]] constexpr auto read_qrtr(const_bytes message, qrtr_packet& into) -> bool {
    auto head = qrtr_header{};
    auto const front = detail::read_qrtr_header(message, head);
    if (front == 0 or head.size == 0 or head.size > message.size() or message.size() != front + padded_size(head.size)) {
        return false;
    }
    auto const is_for_ports = head.kind == qrtr_kind::data or head.kind == qrtr_kind::resume;
    if (not is_for_ports and (head.destination.port != qrtr_control_port or head.size < sizeof(qrtr_control))) {
        return false;
    }
    if (head.kind == qrtr_kind::resume and head.size < sizeof(qrtr_control)) {
        return false;
    }
    into = {head.kind, head.source, head.destination, head.confirms != 0, message.subspan(front, head.size)};
    return true;
}

/// Writes a header and zeroes the padding of `size` bytes of data behind it. Returns the size of the message.
constexpr auto write_qrtr_header(bytes into, qrtr_header const& head) -> std::size_t {
    store(into, head);
    auto const end = sizeof head + padded_size(head.size);
    for (auto i = sizeof head + head.size; i < end; ++i) {
        into[i] = std::byte{};
    }
    return end;
}

/// A whole packet that is not `data`.
using qrtr_control_packet = std::array<std::byte, sizeof(qrtr_header) + sizeof(qrtr_control)>;
[[nodiscard]] constexpr auto make_qrtr_control(qrtr_address source, qrtr_address destination, qrtr_control const& content)
    -> qrtr_control_packet {
    auto made = qrtr_control_packet{};
    (void)write_qrtr_header(made, {.kind = content.kind, .source = source, .size = sizeof content, .destination = destination});
    store(bytes{made}.subspan(sizeof(qrtr_header)), content);
    return made;
}

} // namespace rpmsg::wire
