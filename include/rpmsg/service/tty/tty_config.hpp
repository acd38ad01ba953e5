#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <cstdint>

namespace rpmsg {

/// The storage of a terminal.
struct tty_config {
    std::uint32_t receive = 256; ///< bytes of the peer that were not read yet
    std::uint32_t send = 256;    ///< bytes that were written and that the peer has not accepted yet
    std::uint32_t held = 2;      ///< of a `raw_tty`: messages for which there is no room, at most 255
};

/// What a terminal counted. Each number stops at its largest value.
struct tty_counts {
    std::uint32_t received{};  ///< messages with data
    std::uint32_t sent{};      ///< messages with data
    std::uint32_t malformed{}; ///< messages that no correct peer sends: nothing of them was taken
    std::uint32_t lost{};      ///< bytes in a message that was in flight when the link ended, or that could not be held

    auto operator==(tty_counts const&) const -> bool = default;
};

/// For terminals that are read by a program which asks.
struct ignore_readable {
    constexpr auto operator()(auto&, auto&) const -> void {}
};

} // namespace rpmsg
