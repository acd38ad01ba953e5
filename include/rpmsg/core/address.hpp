#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <cstdint>

namespace rpmsg {

/// The number of an endpoint on one side of a link, 32 bits on the wire. 0 is an ordinary address: rpmsg-lite assigns it to
/// endpoints.
enum class address : std::uint32_t {};

/// The any-address. As a local address it lets the endpoint table choose one; as a peer address it means that the peer is
/// learned. It is never valid on the wire.
inline constexpr auto any_address = address{0xffff'ffff};

/// The address that receives name service announcements (Linux, include/linux/rpmsg/ns.h).
inline constexpr auto name_service_address = address{53};

/// The first dynamic address; both sides agree on smaller ones in advance.
inline constexpr std::uint32_t first_dynamic_address = 1024;

} // namespace rpmsg
