#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/service/files/file_request.hpp>
#include <rpmsg/wire/service/files/file_status.hpp>
#include <rpmsg/wire/service/files/messages.hpp>
#include <rpmsg/wire/service/files/open_flags.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rpmsg::detail {

/// Writes the calls of a client as messages of a layout.
template <wire::files_layout Layout> class client_requests {
    using command = wire::file_command;
    using entry_message = wire::file_directory_entry<Layout>;

    /// Writes a path with its NUL at a place of a message, and returns the size of the message; 0 when it has no room.
    static constexpr auto put_path(bytes into, std::size_t at, std::string_view path) -> std::size_t {
        if (at > into.size() or path.size() >= into.size() - at) {
            return 0;
        }
        for (std::size_t i = 0; i < path.size(); ++i) {
            into[at + i] = static_cast<std::byte>(path[i]);
        }
        into[at + path.size()] = std::byte{};
        return at + path.size() + 1;
    }
    /// Writes the fixed part of a message; 0 when it has no room.
    template <typename Message> static constexpr auto put(bytes into, Message const& it) -> std::size_t {
        if (into.size() < sizeof it) {
            return 0;
        }
        store(into, it);
        return sizeof it;
    }
    template <typename Message> static constexpr auto put(bytes into, Message const& it, std::string_view path) -> std::size_t {
        return put(into, it) != 0 ? put_path(into, sizeof it, path) : 0;
    }
    static constexpr auto put_record(file_request const& what, wire::file_head const& head, bytes into) -> std::size_t {
        auto made = wire::file_change_message{.head = head, .what = what.number, .handle = what.handle.number};
        made.record = wire::record_of<Layout>(*what.change);
        auto const has_room = put(into, made) != 0;
        return not has_room or what.command == command::change_handle ? put(into, made)
                                                                      : put_path(into, wire::change_path, what.path);
    }
    static constexpr auto put_rename(file_request const& what, wire::file_head const& head, bytes into) -> std::size_t {
        auto const second = sizeof head + wire::second_path(what.path.size());
        auto const first = put(into, head, what.path);
        if (first == 0 or second > into.size()) {
            return 0;
        }
        std::fill(into.begin() + static_cast<std::ptrdiff_t>(first), into.begin() + static_cast<std::ptrdiff_t>(second),
                  std::byte{});
        return put_path(into, second, what.second);
    }

  public:
    /// Writes a message of a call, and returns its size; 0 when it has no room. Of a WRITE it has as much as fits, behind the
    /// first `done` bytes.
    [[nodiscard]] static constexpr auto compose(file_request const& what, std::size_t done, std::uint32_t cookie, bytes into)
        -> std::size_t {
        auto const handle = what.handle.number;
        auto const head = wire::file_head{.command = static_cast<std::uint32_t>(what.command), .cookie = cookie};
        switch (what.command) {
        case command::open:
            return put(
                into,
                wire::file_open_request{.head = head, .flags = wire::flags_of<Layout>(what.mode), .permissions = what.number},
                what.path);
        case command::read: {
            auto const size = std::min<std::size_t>(what.into.size(), 0x7fff'ffff);
            return put(into, wire::file_transfer{.head = head, .handle = handle, .count = static_cast<std::uint32_t>(size)});
        }
        case command::write: {
            constexpr auto front = sizeof(wire::file_transfer);
            if (into.size() <= front) {
                return 0;
            }
            auto const data = what.data.subspan(done);
            auto const size = std::min(data.size(), into.size() - front);
            copy(data.first(size), into.subspan(front));
            store(into, wire::file_transfer{.head = head, .handle = handle, .count = static_cast<std::uint32_t>(size)});
            return front + size;
        }
        case command::seek:
            return put(into, wire::file_seek{.head = head,
                                             .handle = handle,
                                             .whence = static_cast<std::int32_t>(what.from),
                                             .offset = what.number});
        case command::status_of_handle: return put(into, wire::file_status_message{.head = head, .handle = handle});
        case command::truncate: return put(into, wire::file_truncate{.head = head, .handle = handle, .length = what.number});
        case command::read_directory: return put(into, entry_message{.head = head, .handle = handle});
        case command::status_of_file_system: return put(into, wire::file_system_message{.head = head}, what.path);
        case command::make_directory:
            return put(into, wire::file_make_directory{.head = head, .permissions = what.number}, what.path);
        case command::open_directory:
        case command::unlink:
        case command::remove_directory: return put(into, head, what.path);
        case command::rename: return put_rename(what, head, into);
        case command::status:
            return put(into, wire::file_status_message{.head = head}) != 0 ? put_path(into, wire::status_path, what.path) : 0;
        case command::change_handle:
        case command::change: return put_record(what, head, into);
        default: return put(into, wire::file_handle_request{.head = head, .handle = handle});
        }
    }
};

} // namespace rpmsg::detail
