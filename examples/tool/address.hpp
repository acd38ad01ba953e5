#pragma once

#include <rpmsg/host/outcome.hpp>

#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace tool {

/// The side of a link in shared memory; `any` is the one that nobody has.
enum class side : std::uint8_t { any, driver, device };

/// Memory that processes of this machine share: /dev/shm/NAME.
struct memory_address {
    std::string name{};
    side role = side::any;
    auto operator==(memory_address const&) const -> bool = default;
};
/// A serial line with a link at its other end.
struct line_address {
    std::string path{};
    std::uint32_t baud = 115200;
    bool is_nuttx{}; ///< the frames of NuttX instead of reliable ones
    auto operator==(line_address const&) const -> bool = default;
};
/// Endpoints of Linux's driver: /dev/rpmsg_ctrlN, or one of them: /dev/rpmsgN.
struct device_address {
    std::string path{};
    auto operator==(device_address const&) const -> bool = default;
};
/// The socket at which a virtual machine or a User-Mode Linux finds this side.
struct vhost_address {
    std::string path{};
    auto operator==(vhost_address const&) const -> bool = default;
};
using address = std::variant<memory_address, line_address, device_address, vhost_address>;

inline constexpr auto address_forms = std::string_view{
    "shm:NAME[,driver|device], tty:PATH[,BAUD[,reliable|nuttx]], dev:/dev/rpmsg_ctrlN, dev:/dev/rpmsgN, vhost:PATH"};

namespace detail {
/// The parts of a text between commas; at most three, the last one is not cut.
struct parts {
    std::array<std::string_view, 3> text{};
    std::size_t count{};

    explicit parts(std::string_view whole) {
        while (count < text.size()) {
            auto const comma = count + 1 < text.size() ? whole.find(',') : whole.npos;
            text[count++] = whole.substr(0, comma);
            if (comma == whole.npos) {
                return;
            }
            whole.remove_prefix(comma + 1);
        }
    }
};

inline auto refuse(std::string_view text, std::string const& why) -> rpmsg::host::failure {
    return {"'" + std::string{text} + "' is no address: " + why};
}

inline auto parse_memory(std::string_view text, std::string_view rest) -> rpmsg::host::outcome<address> {
    auto const found = parts{rest};
    auto made = memory_address{.name = std::string{found.text[0]}};
    constexpr auto longest = std::size_t{64};
    if (made.name.empty() or made.name.size() > longest or made.name.find('/') != made.name.npos) {
        return refuse(text, "the name of shared memory has 1 to 64 characters and no slash");
    }
    if (found.count == 3 or (found.count == 2 and found.text[1] != "driver" and found.text[1] != "device")) {
        return refuse(text, "after the name follows ,driver or ,device or nothing");
    }
    if (found.count == 2) {
        made.role = found.text[1] == "driver" ? side::driver : side::device;
    }
    return address{made};
}

inline auto parse_line(std::string_view text, std::string_view rest) -> rpmsg::host::outcome<address> {
    auto const found = parts{rest};
    auto made = line_address{.path = std::string{found.text[0]}};
    if (made.path.empty()) {
        return refuse(text, "it names no serial port");
    }
    if (found.count > 1) {
        auto const digits = found.text[1];
        auto const [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), made.baud);
        if (code != std::errc{} or end != digits.data() + digits.size() or made.baud == 0 or made.baud > 4'000'000) {
            return refuse(text, "the rate is a number from 1 to 4000000, not '" + std::string{digits} + "'");
        }
    }
    if (found.count == 3) {
        made.is_nuttx = found.text[2] == "nuttx";
        if (not made.is_nuttx and found.text[2] != "reliable") {
            return refuse(text, "the frames are reliable or nuttx, not '" + std::string{found.text[2]} + "'");
        }
    }
    return address{made};
}
} // namespace detail

/// Reads an address; the failure is one line that says what is wrong with it.
inline auto parse_address(std::string_view text) -> rpmsg::host::outcome<address> {
    auto const colon = text.find(':');
    auto const kind = colon == text.npos ? std::string_view{} : text.substr(0, colon);
    auto const rest = colon == text.npos ? std::string_view{} : text.substr(colon + 1);
    if (kind == "shm") {
        return detail::parse_memory(text, rest);
    }
    if (kind == "tty") {
        return detail::parse_line(text, rest);
    }
    if (kind == "dev" or kind == "vhost") {
        if (rest.empty()) {
            return detail::refuse(text, "it names no file");
        }
        return kind == "dev" ? address{device_address{std::string{rest}}} : address{vhost_address{std::string{rest}}};
    }
    return detail::refuse(text, "write " + std::string{address_forms});
}

/// The name of the link, or the path of its device.
inline auto name_of(address const& where) -> std::string const& {
    return std::visit(
        []<typename T>(T const& it) -> std::string const& {
            if constexpr (requires { it.name; }) {
                return it.name;
            } else {
                return it.path;
            }
        },
        where);
}

} // namespace tool
