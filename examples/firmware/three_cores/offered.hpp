#pragma once

#include <rpmsg/transport/uart/config.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

/// What core B offers to the big core, as both know it, and the serial line between the big core and core A.
namespace offered {

inline constexpr auto line = rpmsg::uart_config{.profile = rpmsg::uart_profile::reliable, .connect_ticks = 100};

/// The files /data/00 to /data/19, from none to some hundred bytes.
inline constexpr std::uint32_t files = 20;
constexpr auto size_of(std::uint32_t file) -> std::uint32_t { return file * file * 4; }
constexpr auto byte_of(std::uint32_t file, std::uint32_t at) -> std::byte { return static_cast<std::byte>(file * 31 + at * 7); }
constexpr auto name_of(std::uint32_t file) -> std::array<char, 7> {
    return {'d', 'a', 't', 'a', '/', static_cast<char>('0' + file / 10), static_cast<char>('0' + file % 10)};
}

inline constexpr auto socket = "echo";
inline constexpr std::uint32_t qrtr_echo = 15;
inline constexpr std::uint32_t log_lines = 3;

} // namespace offered
