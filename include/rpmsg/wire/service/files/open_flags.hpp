#pragma once

#include <rpmsg/wire/service/files/messages.hpp>

#include <cstdint>

namespace rpmsg {

/// How a file is opened.
struct open_mode {
    bool read{};
    bool write{};
    bool create{};
    bool exclusive{}; ///< with `create`: fails when the file exists
    bool truncate{};
    bool append{}; ///< each write goes to the end

    auto operator==(open_mode const&) const -> bool = default;
};

namespace wire {

/// The bits of `file_open_request::flags`. Others are not looked at.
template <files_layout> struct open_flags;
template <> struct open_flags<files_layout::legacy> {
    static constexpr std::uint32_t create = 0x4;
    static constexpr std::uint32_t exclusive = 0x8;
    static constexpr std::uint32_t append = 0x10;
    static constexpr std::uint32_t truncate = 0x20;

    /// 1 reads, 2 writes, 3 does both.
    [[nodiscard]] static constexpr auto access(open_mode mode) -> std::uint32_t {
        return (mode.read ? 1u : 0u) | (mode.write ? 2u : 0u);
    }
};
template <> struct open_flags<files_layout::nuttx_2026> {
    static constexpr std::uint32_t create = 0x40;
    static constexpr std::uint32_t exclusive = 0x80;
    static constexpr std::uint32_t truncate = 0x200;
    static constexpr std::uint32_t append = 0x400;

    /// 0 reads, 1 writes, 2 does both, as on Linux.
    [[nodiscard]] static constexpr auto access(open_mode mode) -> std::uint32_t {
        return open_flags<files_layout::legacy>::access(mode) - 1;
    }
};

/// The flags of a mode, which reads or writes.
template <files_layout Layout> [[nodiscard]] constexpr auto flags_of(open_mode mode) -> std::int32_t {
    using bit = open_flags<Layout>;
    return static_cast<std::int32_t>(bit::access(mode) | (mode.create ? bit::create : 0) |
                                     (mode.exclusive ? bit::exclusive : 0) | (mode.truncate ? bit::truncate : 0) |
                                     (mode.append ? bit::append : 0));
}
/// The mode of flags. One that neither reads nor writes is no valid one.
template <files_layout Layout> [[nodiscard]] constexpr auto mode_of(std::int32_t flags) -> open_mode {
    using bit = open_flags<Layout>;
    auto const bits = static_cast<std::uint32_t>(flags);
    auto const access = Layout == files_layout::legacy ? bits & 3 : (bits & 3) == 3 ? 0 : (bits & 3) + 1;
    return {.read = (access & 1) != 0,
            .write = (access & 2) != 0,
            .create = (bits & bit::create) != 0,
            .exclusive = (bits & bit::exclusive) != 0,
            .truncate = (bits & bit::truncate) != 0,
            .append = (bits & bit::append) != 0};
}

} // namespace wire
} // namespace rpmsg
