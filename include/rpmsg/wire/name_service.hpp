#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rpmsg::wire {

/// What an announcement says (WIRE 1.2; Linux knows only the first bit).
enum class announcement_kind : std::uint32_t { create = 0, destroy = 1, acknowledge = 2 };

/// The 40 bytes sent to address 53 (drivers/rpmsg/rpmsg_ns.c, struct rpmsg_ns_msg).
struct announcement {
    std::array<char, 32> name{}; ///< padded with NUL; some peers fill all 32, some leave bytes after the NUL
    address where{};             ///< the endpoint of the announcer
    announcement_kind kind{};

    auto operator==(announcement const&) const -> bool = default;

    /// The name up to its NUL, or all 32 characters.
    [[nodiscard]] constexpr auto service() const -> std::string_view {
        std::size_t length = 0;
        while (length < name.size() and name[length] != '\0') {
            ++length;
        }
        return {name.data(), length};
    }
};
static_assert(sizeof(announcement) == 40 and wire_format<announcement>);
static_assert(offsetof(announcement, name) == 0 and offsetof(announcement, where) == 32);
static_assert(offsetof(announcement, kind) == 36);

/// Builds an announcement; `name` must have 1 to 31 characters.
[[nodiscard]] constexpr auto announce(std::string_view name, address where, announcement_kind kind) -> announcement {
    expects(not name.empty() and name.size() < 32);
    auto message = announcement{.where = where, .kind = kind};
    for (std::size_t i = 0; i < name.size(); ++i) {
        message.name[i] = name[i];
    }
    return message;
}

/// What the flags of an announcement mean. With an acknowledged name service (NuttX, WIRE 1.2) 0 creates, 1 destroys
/// and anything else acknowledges; without (Linux, OpenAMP) bit 0 destroys and the other bits are ignored.
[[nodiscard]] constexpr auto meaning_of(announcement_kind flags, bool acknowledged) -> announcement_kind {
    auto const raw = static_cast<std::uint32_t>(flags);
    if (acknowledged) {
        return raw > 1 ? announcement_kind::acknowledge : flags;
    }
    return (raw & 1) != 0 ? announcement_kind::destroy : announcement_kind::create;
}

/// Reads the payload of a message to address 53 once and checks it: `malformed` unless it is 40 bytes long, its name
/// has at least one character and only printable ones, and its address is neither 53 nor the any-address
/// (a destroy may name any address: Linux lets it match every endpoint of that name).
[[nodiscard]] constexpr auto read_announcement(const_bytes payload, bool acknowledged) -> result<announcement> {
    if (payload.size() != sizeof(announcement)) {
        return error::malformed;
    }
    auto raw = std::array<std::byte, sizeof(announcement)>{};
    snapshot(payload, raw);
    auto message = load<announcement>(raw);
    message.kind = meaning_of(message.kind, acknowledged);
    auto const name = message.service();
    for (char const c : name) {
        if (c < ' ' or c > '~') {
            return error::malformed;
        }
    }
    auto const names_nobody = message.where == any_address and message.kind != announcement_kind::destroy;
    if (name.empty() or message.where == name_service_address or names_nobody) {
        return error::malformed;
    }
    return message;
}

} // namespace rpmsg::wire
