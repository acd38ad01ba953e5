#pragma once

#include <rpmsg/host/bells/futex_bell.hpp>
#include <rpmsg/host/shared_memory.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/layout.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace demo {

/// The link, which is the same on both sides.
constexpr auto rings = rpmsg::vring_config{.buffers = 64, .buffer_size = 512, .batch = 4, .event_index = true};
constexpr std::uint32_t link_size = rpmsg::vring_layout<rings>::size();

enum class role : unsigned { host, remote };
constexpr auto name_of(role r) -> std::string_view { return r == role::host ? "host" : "remote"; }
constexpr auto peer_of(role r) -> role { return r == role::host ? role::remote : role::host; }

enum class phase : std::uint32_t { greeting, file, round_trips, stream };

/// The progress of one side. It is in the shared block, as a core would keep it in retained RAM, so that a side that was killed
/// continues where it stopped. Only that side writes it.
struct alignas(64) notes {
    phase at;
    std::uint32_t links;    ///< how often the link came up
    std::uint64_t sent;     ///< stream messages, without those that were lost in a kill
    std::uint64_t received; ///< stream messages, each number once
    std::uint64_t resent;   ///< messages sent again because a killed peer had not returned them
    std::uint64_t duplicates;
    std::uint64_t lost;
    std::uint64_t damaged;
    std::uint64_t flowing_since; ///< time of the first stream message after the link came up, in nanoseconds
};

/// Everything that the two processes share.
struct block {
    alignas(64) std::array<std::byte, link_size> link;
    std::array<rpmsg::host::futex_bell, 2> bells;
    std::array<notes, 2> sides;

    /// Differs when two programs have different contents of the block.
    static constexpr auto fingerprint() -> std::uint32_t { return rings.fingerprint() * 31 + sizeof(block); }
};
static_assert(offsetof(block, link) == 0);

inline auto notes_of(rpmsg::host::shared_memory const& memory, role which) -> notes& {
    return memory.at<block>(0).sides[static_cast<unsigned>(which)];
}

} // namespace demo
