#pragma once

#include <rpmsg/core/bytes.hpp>

#include <array>
#include <bit>
#include <cstddef>

namespace rpmsg::wire {

/// Reads the header of a message once, at any alignment: the peer may change it meanwhile. Returns false, and reads nothing,
/// when the payload is too short for a header and `least_data` bytes.
template <wire_format Header>
[[nodiscard]] constexpr auto read_header(const_bytes payload, std::size_t least_data, Header& into) -> bool {
    if (payload.size() < sizeof(Header) + least_data) {
        return false;
    }
    auto raw = std::array<std::byte, sizeof(Header)>{};
    snapshot(payload.first(sizeof(Header)), raw);
    into = std::bit_cast<Header>(raw);
    return true;
}

} // namespace rpmsg::wire
