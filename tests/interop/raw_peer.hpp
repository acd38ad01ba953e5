#pragma once

#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/wire/name_service.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <array>
#include <cstdint>
#include <string_view>

/// A peer played by hand: it writes the bytes that the real one was seen to write and reads what we wrote. Rings are by
/// number, offsets in bytes from the start of the block.
template <rpmsg::vring_config Config> class raw_peer {
    using layout = rpmsg::vring_layout<Config>;
    two_sides<Config>* shared_;

    static constexpr auto position(std::uint16_t index) -> std::uint32_t { return index % Config.buffers; }

  public:
    constexpr explicit raw_peer(two_sides<Config>& shared) : shared_{&shared} {}

    constexpr auto describe(std::uint32_t ring, std::uint32_t id, std::uint32_t buffer, std::uint32_t length,
                            std::uint32_t flags, std::uint32_t next) -> void {
        auto const at = layout::parts(ring).descriptors + 16 * id;
        auto const address = length == 0 ? 0 : Config.device_base + buffer;
        shared_->put(at, static_cast<std::uint32_t>(address));
        shared_->put(at + 4, static_cast<std::uint32_t>(address >> 32));
        shared_->put(at + 8, length);
        shared_->put(at + 12, flags | next << 16);
    }
    [[nodiscard]] constexpr auto is_described(std::uint32_t ring, std::uint32_t id, std::uint32_t buffer, std::uint32_t length,
                                              std::uint32_t flags) -> bool {
        auto const at = layout::parts(ring).descriptors + 16 * id;
        return shared_->template at<std::uint32_t>(at) == static_cast<std::uint32_t>(Config.device_base + buffer) and
               shared_->template at<std::uint32_t>(at + 4) ==
                   static_cast<std::uint32_t>((Config.device_base + buffer) >> 32) and
               shared_->template at<std::uint32_t>(at + 8) == length and shared_->template at<std::uint16_t>(at + 12) == flags;
    }

    /// The next entry of an available ring, as a driver writes it.
    constexpr auto offer(std::uint32_t ring, std::uint16_t id) -> void {
        auto const at = layout::parts(ring).available;
        shared_->put(at + 4 + 2 * position(available(ring)), id);
        shared_->put(at + 2, static_cast<std::uint16_t>(available(ring) + 1));
    }
    /// The next entry of a used ring, as a device writes it.
    constexpr auto give(std::uint32_t ring, std::uint32_t id, std::uint32_t length) -> void {
        auto const at = layout::parts(ring).used;
        shared_->put(at + 4 + 8 * position(used(ring)), id);
        shared_->put(at + 8 + 8 * position(used(ring)), length);
        shared_->put(at + 2, static_cast<std::uint16_t>(used(ring) + 1));
    }
    constexpr auto set_available_flags(std::uint32_t ring, std::uint16_t flags) -> void {
        shared_->put(layout::parts(ring).available, flags);
    }

    [[nodiscard]] constexpr auto available_flags(std::uint32_t ring) -> std::uint16_t {
        return shared_->template at<std::uint16_t>(layout::parts(ring).available);
    }
    [[nodiscard]] constexpr auto available(std::uint32_t ring) -> std::uint16_t {
        return shared_->template at<std::uint16_t>(layout::parts(ring).available + 2);
    }
    [[nodiscard]] constexpr auto available_entry(std::uint32_t ring, std::uint32_t i) -> std::uint16_t {
        return shared_->template at<std::uint16_t>(layout::parts(ring).available + 4 + 2 * i);
    }
    [[nodiscard]] constexpr auto used_flags(std::uint32_t ring) -> std::uint16_t {
        return shared_->template at<std::uint16_t>(layout::parts(ring).used);
    }
    [[nodiscard]] constexpr auto used(std::uint32_t ring) -> std::uint16_t {
        return shared_->template at<std::uint16_t>(layout::parts(ring).used + 2);
    }
    [[nodiscard]] constexpr auto used_entry(std::uint32_t ring, std::uint32_t i) -> rpmsg::wire::used_entry {
        auto const at = layout::parts(ring).used + 4 + 8 * i;
        return {shared_->template at<std::uint32_t>(at), shared_->template at<std::uint32_t>(at + 4)};
    }

    constexpr auto write_frame(std::uint32_t buffer, std::uint32_t source, std::uint32_t destination, std::uint32_t reserved,
                               rpmsg::const_bytes payload) -> void {
        shared_->put(buffer, source);
        shared_->put(buffer + 4, destination);
        shared_->put(buffer + 8, reserved);
        shared_->put(buffer + 12, static_cast<std::uint32_t>(payload.size()));
        rpmsg::copy(payload, rpmsg::bytes{shared_->memory.content}.subspan(buffer + 16, payload.size()));
    }
    [[nodiscard]] constexpr auto holds_frame(std::uint32_t buffer, std::uint32_t source, std::uint32_t destination,
                                             rpmsg::const_bytes payload) -> bool {
        return shared_->template at<std::uint32_t>(buffer) == source and
               shared_->template at<std::uint32_t>(buffer + 4) == destination and
               shared_->template at<std::uint32_t>(buffer + 8) == 0 and
               shared_->template at<std::uint32_t>(buffer + 12) == payload.size() and
               same(rpmsg::const_bytes{shared_->memory.content}.subspan(buffer + 16, payload.size()), payload);
    }
};

/// The 40 bytes of an announcement with any flags, and with what the peer leaves behind the NUL of the name.
constexpr auto announcement_bytes(std::string_view name, std::uint32_t where, std::uint32_t flags, char rest = '\0')
    -> std::array<std::byte, 40> {
    auto raw = std::array<std::byte, 40>{};
    for (std::size_t i = 0; i < 32; ++i) {
        auto const c = i < name.size() ? name[i] : i == name.size() ? '\0' : rest;
        raw[i] = static_cast<std::byte>(c);
    }
    rpmsg::store(rpmsg::bytes{raw}.subspan(32, 4), where);
    rpmsg::store(rpmsg::bytes{raw}.subspan(36, 4), flags);
    return raw;
}
