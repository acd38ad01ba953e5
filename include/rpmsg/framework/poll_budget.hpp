#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <cstdint>

namespace rpmsg {

/// Limits of one `poll`.
struct poll_budget {
    static constexpr std::uint32_t unlimited = 0xffff'ffff;

    std::uint32_t messages = 64;
    std::uint32_t payload_bytes = unlimited; ///< the poll returns after the message that reaches this sum
};

} // namespace rpmsg
