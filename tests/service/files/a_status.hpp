#pragma once

#include <rpmsg/wire/service/files/file_status.hpp>

#include "raw_files.hpp"

template <rpmsg::wire::files_layout Layout> inline constexpr bool is_legacy = Layout == rpmsg::wire::files_layout::legacy;

constexpr auto a_status = rpmsg::file_status{.type = rpmsg::file_type::regular,
                                             .permissions = 0640,
                                             .links = 3,
                                             .user = 10,
                                             .group = 11,
                                             .block_size = 512,
                                             .device = 5,
                                             .special = 6,
                                             .inode = 0x1234,
                                             .size = 0x1'0000'0007,
                                             .blocks = 9,
                                             .accessed = {.seconds = 100, .nanoseconds = 1},
                                             .modified = {.seconds = 200, .nanoseconds = 2},
                                             .changed = {.seconds = 300, .nanoseconds = 3}};

/// The 88 bytes of `a_status`.
template <rpmsg::wire::files_layout Layout> constexpr auto add_status(raw_message& to) -> raw_message& {
    to.u32(5).u32(0100640).u32(6);
    if (is_legacy<Layout>) {
        to.u16(0x1234).u16(3);
    } else {
        to.u32(0x1234);
    }
    to.u64(0x1'0000'0007).u64(100).u64(1).u64(200).u64(2).u64(300).u64(3).u64(9).u16(10).u16(11).u16(512);
    return to.u16(is_legacy<Layout> ? 0 : 3);
}
