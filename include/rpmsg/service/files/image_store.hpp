#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/service/files/file_store.hpp>
#include <rpmsg/service/files/store_paths.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rpmsg {

/// A file or a directory of a read-only image: `{"etc", {}, file_type::directory}`, `{"etc/motd", text}`.
struct image_entry {
    std::string_view path{}; ///< from the root, without a slash in front
    const_bytes content{};
    file_type type = file_type::regular;
};

/// Files that are part of the program: they are read from where they lie, as flash, and the store takes no memory. Each
/// directory has an entry of its own, but for the root.
class image_store {
    std::span<image_entry const> entries_;

    static constexpr std::uint32_t none = 0xffff'ffff;

    [[nodiscard]] constexpr auto find(std::string_view path) const -> std::uint32_t {
        for (std::uint32_t i = 0; i < entries_.size(); ++i) {
            if (entries_[i].path == path) {
                return i;
            }
        }
        return none;
    }
    /// Whether the directories on the way to a path are there.
    [[nodiscard]] constexpr auto way_to(std::string_view path) const -> file_error {
        for (auto at = path.find('/'); at != path.npos; at = path.find('/', at + 1)) {
            auto const i = find(std::string_view{path.data(), at});
            if (i == none or entries_[i].type != file_type::directory) {
                return i == none ? file_error::no_entry : file_error::not_a_directory;
            }
        }
        return file_error::none;
    }
    /// Why there is nothing at a path.
    [[nodiscard]] constexpr auto absence(std::string_view path, file_error why = file_error::no_entry) const -> file_error {
        auto const way = way_to(path);
        return way == file_error::none ? why : way;
    }
    [[nodiscard]] constexpr auto status_at(std::uint32_t i) const -> file_status {
        auto const& it = entries_[i];
        return {.type = it.type,
                .permissions = static_cast<std::uint16_t>(it.type == file_type::directory ? 0555 : 0444),
                .inode = i + 2,
                .size = it.content.size(),
                .blocks = (it.content.size() + 511) / 512};
    }

  public:
    struct file {
        std::uint32_t entry = none;
    };
    struct directory {
        std::uint32_t entry = none; ///< none: the root
        std::uint32_t next{};
    };

    constexpr explicit image_store(std::span<image_entry const> entries) : entries_{entries} {}

    constexpr auto open(std::string_view path, open_mode mode, std::uint32_t, file& into) -> file_error {
        auto const i = find(path);
        if (i == none and not path.empty()) {
            return absence(path, mode.create ? file_error::read_only : file_error::no_entry);
        }
        if (mode.create and mode.exclusive) {
            return file_error::exists;
        }
        if (path.empty() or entries_[i].type == file_type::directory) {
            return file_error::is_a_directory;
        }
        if (mode.write or mode.truncate) {
            return file_error::read_only;
        }
        into.entry = i;
        return file_error::none;
    }
    constexpr auto duplicate(file& it, file& into) -> file_error {
        into = it;
        return file_error::none;
    }
    constexpr auto close(file&) -> void {}
    constexpr auto close(directory&) -> void {}
    constexpr auto read(file& it, std::uint64_t offset, bytes into) -> file_result<std::uint32_t> {
        auto const content = entries_[it.entry].content;
        if (offset >= content.size()) {
            return 0u;
        }
        auto const rest = content.subspan(static_cast<std::size_t>(offset));
        auto const size = std::min(rest.size(), into.size());
        copy(rest.first(size), into);
        return static_cast<std::uint32_t>(size);
    }
    constexpr auto status_of(file& it) -> file_result<file_status> { return status_at(it.entry); }
    constexpr auto status_of(std::string_view path) -> file_result<file_status> {
        if (path.empty()) {
            return file_status{.type = file_type::directory, .permissions = 0555, .inode = 1};
        }
        auto const i = find(path);
        return i != none ? file_result<file_status>{status_at(i)} : absence(path);
    }
    constexpr auto open_directory(std::string_view path, directory& into) -> file_error {
        auto const i = find(path);
        if (i == none and not path.empty()) {
            return absence(path);
        }
        if (i != none and entries_[i].type != file_type::directory) {
            return file_error::not_a_directory;
        }
        into = {.entry = i};
        return file_error::none;
    }
    constexpr auto next(directory& it, std::span<char> name) -> file_result<directory_entry> {
        auto const front = it.entry != none ? entries_[it.entry].path : std::string_view{};
        while (it.next < entries_.size()) {
            auto const i = it.next++;
            auto const found = detail::name_in(front, entries_[i].path);
            if (found.empty()) {
                continue;
            }
            if (found.size() > name.size()) {
                return file_error::name_too_long;
            }
            std::copy(found.begin(), found.end(), name.begin());
            return directory_entry{
                .name_size = static_cast<std::uint32_t>(found.size()), .inode = i + 2, .type = entries_[i].type};
        }
        return file_error::no_entry;
    }
    constexpr auto rewind(directory& it) -> void { it.next = 0; }
    constexpr auto system() -> file_system_status {
        return {.longest_name = 255, .block_size = 512, .files = entries_.size() + 1};
    }
};
static_assert(duplicating_file_store<image_store>);

} // namespace rpmsg
