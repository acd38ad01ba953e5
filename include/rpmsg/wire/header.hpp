#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/bytes.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// The 16 bytes before every payload (Linux, drivers/rpmsg/virtio_rpmsg_bus.c, struct rpmsg_hdr).
struct header {
    address source{};
    address destination{};
    std::uint32_t reserved{}; ///< sent as 0 and ignored, because a receiver may use it as scratch space
    std::uint16_t length{};   ///< bytes of the payload
    std::uint16_t flags{};    ///< sent as 0, ignored

    auto operator==(header const&) const -> bool = default;
};
static_assert(sizeof(header) == 16 and wire_format<header>);
static_assert(offsetof(header, source) == 0 and offsetof(header, destination) == 4);
static_assert(offsetof(header, reserved) == 8 and offsetof(header, length) == 12 and offsetof(header, flags) == 14);

inline constexpr std::uint32_t header_size = sizeof(header);

/// The length field of a header, which is aligned.
[[nodiscard]] constexpr auto payload_length(const_bytes whole) -> std::uint16_t {
    return load_aligned<std::uint16_t>(whole.subspan(offsetof(header, length)));
}

} // namespace rpmsg::wire
