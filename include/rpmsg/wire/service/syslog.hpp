#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/service/read_header.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rpmsg::wire {

/// The endpoint that carries log lines. The client, whose log it is, announces it (NuttX, drivers/syslog/syslog_rpmsg.c).
inline constexpr auto syslog_name = std::string_view{"rpmsg-syslog"};

/// The values of `syslog_header::command`.
namespace syslog_command {
inline constexpr std::uint32_t transfer = 0; ///< text, to the server; it is not answered
inline constexpr std::uint32_t suspend = 1;  ///< the client sends no more until `resume`
inline constexpr std::uint32_t resume = 2;
inline constexpr std::uint32_t sync = 3; ///< the client sends all that it has, and then returns this message
} // namespace syslog_command

/// The front of each message; all of a suspend and a resume.
struct syslog_header {
    std::uint32_t command{};
    std::int32_t result{};
};
static_assert(sizeof(syslog_header) == 8 and wire_format<syslog_header>);
static_assert(offsetof(syslog_header, result) == 4);

/// The front of text, which may begin and end inside of a line. `count` characters follow.
struct syslog_transfer {
    syslog_header head{};
    std::uint32_t count{};
};
static_assert(sizeof(syslog_transfer) == 12 and wire_format<syslog_transfer>);
static_assert(offsetof(syslog_transfer, count) == 8);

/// A request to send everything, and its answer.
struct syslog_sync {
    syslog_header head{.command = syslog_command::sync};
    std::array<std::uint32_t, 2> cookie{}; ///< belongs to the server: returned unchanged
};
static_assert(sizeof(syslog_sync) == 16 and wire_format<syslog_sync>);
static_assert(offsetof(syslog_sync, cookie) == 8);

} // namespace rpmsg::wire
