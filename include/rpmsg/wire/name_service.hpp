#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/bytes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rpmsg::wire {

/// Meaning of an announcement (NuttX, drivers/rpmsg/rpmsg.c; Linux knows only bit 0).
enum class announcement_kind : std::uint32_t { create = 0, destroy = 1, acknowledge = 2 };

/// A service name in wire format, padded with NUL. Some peers use all 32 bytes, without a NUL.
using padded_name = std::array<char, 32>;

/// The characters before the first NUL, or all 32.
[[nodiscard]] constexpr auto view_of(padded_name const& name) -> std::string_view {
    std::size_t length = 0;
    while (length < name.size() and name[length] != '\0') {
        ++length;
    }
    return {name.data(), length};
}
/// Whether two names are equal up to their NUL. Bytes after it are ignored: some peers do not clear them.
[[nodiscard]] constexpr auto is_same(padded_name const& a, padded_name const& b) -> bool {
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] != b[i]) {
            return false;
        }
        if (a[i] == '\0') {
            break;
        }
    }
    return true;
}
/// Whether a character is allowed in a service name: printable ASCII.
[[nodiscard]] constexpr auto is_name_character(char c) -> bool { return c >= ' ' and c <= '~'; }
/// Whether a text is empty or valid as a service name: at most 31 allowed characters.
[[nodiscard]] constexpr auto is_name(std::string_view text) -> bool {
    for (auto const c : text) {
        if (not is_name_character(c)) {
            return false;
        }
    }
    return text.size() < sizeof(padded_name);
}
/// Pads a name, which must have at most 31 characters.
[[nodiscard]] constexpr auto pad(std::string_view name) -> padded_name {
    expects(name.size() < 32);
    auto padded = padded_name{};
    for (std::size_t i = 0; i < name.size(); ++i) {
        padded[i] = name[i];
    }
    return padded;
}

/// The 40 bytes of an announcement, sent to address 53 (Linux, drivers/rpmsg/rpmsg_ns.c, struct rpmsg_ns_msg).
struct announcement {
    padded_name name{};
    address where{}; ///< the endpoint of the sender
    announcement_kind kind{};

    auto operator==(announcement const&) const -> bool = default;

    [[nodiscard]] constexpr auto service() const -> std::string_view { return view_of(name); }
    /// Whether the name is not empty.
    [[nodiscard]] constexpr explicit operator bool() const { return name[0] != '\0'; }
};
static_assert(sizeof(announcement) == 40 and wire_format<announcement>);
static_assert(offsetof(announcement, name) == 0 and offsetof(announcement, where) == 32);
static_assert(offsetof(announcement, kind) == 36);

/// Makes an announcement; `name` must have at most 31 characters.
[[nodiscard]] constexpr auto announce(std::string_view name, address where, announcement_kind kind) -> announcement {
    return {.name = pad(name), .where = where, .kind = kind};
}

/// Decodes the flags of an announcement. With an acknowledged name service (NuttX, drivers/rpmsg/rpmsg.c) 0 creates, 1 destroys
/// and any other value acknowledges; without (Linux, OpenAMP) bit 0 destroys and the other bits are ignored.
[[nodiscard]] constexpr auto meaning_of(announcement_kind flags, bool acknowledged) -> announcement_kind {
    auto const raw = static_cast<std::uint32_t>(flags);
    if (acknowledged) {
        return raw > 1 ? announcement_kind::acknowledge : flags;
    }
    return (raw & 1) != 0 ? announcement_kind::destroy : announcement_kind::create;
}

/// The fields of an announcement without the name.
struct announced {
    address where{};
    announcement_kind kind{};
};

/// Parses the payload of a message to address 53, reading each byte once. `visit(i, c)` is called with the characters of the
/// name in order, including a terminating NUL. Returns false unless the payload has 40 bytes, the name has at least one
/// character and only printable ones, and the address is neither 53 nor the any-address (a destroy may have any address: in
/// Linux it matches every endpoint of that name).
[[nodiscard]] constexpr auto read_announcement(const_bytes payload, bool acknowledged, announced& into, auto&& visit) -> bool {
    if (payload.size() != sizeof(announcement)) {
        return false;
    }
    for (std::uint32_t i = 0; i < sizeof(padded_name); ++i) {
        auto const c = fetch<char>(payload, i);
        visit(i, c);
        if (c == '\0' and i > 0) {
            break;
        }
        if (not is_name_character(c)) {
            return false;
        }
    }
    into.where = fetch<address>(payload, offsetof(announcement, where));
    into.kind = meaning_of(fetch<announcement_kind>(payload, offsetof(announcement, kind)), acknowledged);
    if (into.where == any_address) {
        return into.kind == announcement_kind::destroy;
    }
    return into.where != name_service_address;
}
/// As above, into one struct.
[[nodiscard]] constexpr auto read_announcement(const_bytes payload, bool acknowledged, announcement& into) -> bool {
    auto rest = announced{};
    into = {};
    auto const is_good = read_announcement(payload, acknowledged, rest, [&](std::uint32_t i, char c) { into.name[i] = c; });
    into.where = rest.where;
    into.kind = rest.kind;
    return is_good;
}

} // namespace rpmsg::wire
