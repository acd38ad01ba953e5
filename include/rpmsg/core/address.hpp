#pragma once

#include <cstdint>

namespace rpmsg {

/// The number of an endpoint on one side of a link. 0 is an ordinary address: rpmsg-lite hands it out.
enum class address : std::uint32_t {};

/// "Not chosen yet": as a local address the table chooses one, as a peer it is learned.
inline constexpr auto any_address = address{0xffff'ffff};

/// Where name service announcements go.
inline constexpr auto name_service_address = address{53};

/// Dynamic addresses start here; smaller ones are fixed by agreement.
inline constexpr std::uint32_t first_dynamic_address = 1024;

} // namespace rpmsg
