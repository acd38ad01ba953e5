#pragma once

#include <rpmsg/core/bytes.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rpmsg {

/// A control request that a server lets pass: its number, and the exact size of its data. Without data the argument is a number.
struct device_control_rule {
    std::int32_t request{};
    std::uint32_t size{};
};

/// The devices behind a `device_server`. No function blocks: a result of `wire::device_error::try_again` makes the client wait
/// for its notification. Other results are at least 0, or negative error numbers.
///
///   open(path, flags)               the number of the open file. `flags` has bits of `wire::device_flag`, and others of NuttX
///   close(file)                     the last call for a file, also when the link ends
///   read(file, into)                how many bytes were read; 0 at the end
///   write(file, data)               how many bytes were written. The peer may change them meanwhile
///
/// and, where the devices have them:
///
///   seek(file, offset, whence)      the new position
///   controls                        a static array of `device_control_rule`: no other control requests are let through
///   control(file, request, value, data)   replaces the data
///   ready(file)                     the events of the file now, bits of `wire::device_event`; without it files are always ready
template <typename T>
concept device_files = requires(T& it, std::string_view path, std::int32_t flags, std::uint32_t file, bytes into,
                                const_bytes data) {
    { it.open(path, flags) } -> std::same_as<std::int32_t>;
    { it.close(file) } -> std::same_as<void>;
    { it.read(file, into) } -> std::same_as<std::int32_t>;
    { it.write(file, data) } -> std::same_as<std::int32_t>;
};

} // namespace rpmsg
