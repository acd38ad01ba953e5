#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/service/files/file_store.hpp>
#include <rpmsg/service/files/store_paths.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rpmsg {

/// A small file system in memory: `Nodes` files and directories beside the root, each file with up to `FileSize` bytes of its
/// own, each path with up to `PathSize` characters. It keeps permissions and times and checks none. A file that is removed
/// while it is open is gone at once: `bad_handle`.
template <std::uint32_t Nodes = 8, std::uint32_t FileSize = 1024, std::uint32_t PathSize = 47> class ram_store {
    struct node {
        std::array<char, PathSize> path{};
        std::uint32_t path_size{}; ///< 0: this place is free
        std::uint32_t use{};
        std::uint32_t size{};
        file_type type{};
        file_status kept{}; ///< permissions, owner and times
        std::array<std::byte, FileSize> content{};

        [[nodiscard]] constexpr auto name() const -> std::string_view { return {path.data(), path_size}; }
        constexpr auto rename(std::string_view to) -> void {
            std::copy(to.begin(), to.end(), path.begin());
            path_size = static_cast<std::uint32_t>(to.size());
        }
    };

    std::array<node, Nodes> nodes_{};

    [[nodiscard]] constexpr auto find(std::string_view path) -> node* {
        for (auto& each : nodes_) {
            if (each.path_size != 0 and each.name() == path) {
                return &each;
            }
        }
        return nullptr;
    }
    [[nodiscard]] constexpr auto has_entries(std::string_view front) const -> bool {
        return std::any_of(nodes_.begin(), nodes_.end(),
                           [&](auto const& each) { return each.path_size != 0 and detail::is_below(front, each.name()); });
    }
    /// Whether the directories on the way to a path are there.
    [[nodiscard]] constexpr auto way_to(std::string_view path) -> file_error {
        for (auto at = path.find('/'); at != path.npos; at = path.find('/', at + 1)) {
            auto const* const it = find(std::string_view{path.data(), at});
            if (it == nullptr or it->type != file_type::directory) {
                return it == nullptr ? file_error::no_entry : file_error::not_a_directory;
            }
        }
        return file_error::none;
    }
    /// Makes a node, or tells why not.
    constexpr auto make(std::string_view path, file_type type, std::uint32_t permissions, node*& made) -> file_error {
        if (auto const why = way_to(path); why != file_error::none) {
            return why;
        }
        if (path.size() > PathSize) {
            return file_error::name_too_long;
        }
        for (auto& each : nodes_) {
            if (each.path_size == 0) {
                ++each.use;
                each.rename(path);
                each.size = 0;
                each.type = type;
                each.kept = {.type = type, .permissions = static_cast<std::uint16_t>(permissions)};
                made = &each;
                return file_error::none;
            }
        }
        return file_error::no_space;
    }
    constexpr auto resize(node& it, std::uint64_t size) -> file_error {
        if (size > FileSize) {
            return file_error::no_space;
        }
        auto const to = static_cast<std::uint32_t>(size);
        for (auto i = it.size; i < to; ++i) {
            it.content[i] = {};
        }
        it.size = to;
        return file_error::none;
    }
    [[nodiscard]] constexpr auto status_at(node const& it) const -> file_status {
        auto made = it.kept;
        made.type = it.type;
        made.inode = static_cast<std::uint32_t>(&it - nodes_.data()) + 2;
        made.size = it.size;
        made.blocks = (it.size + 511) / 512;
        return made;
    }
    constexpr auto change(node& it, std::int32_t what, file_status const& to) -> file_error {
        auto const has = [&](std::int32_t bit) { return (what & bit) != 0; };
        auto& kept = it.kept;
        kept.permissions = has(wire::file_change::permissions) ? to.permissions : kept.permissions;
        kept.user = has(wire::file_change::user) ? to.user : kept.user;
        kept.group = has(wire::file_change::group) ? to.group : kept.group;
        kept.accessed = has(wire::file_change::accessed) ? to.accessed : kept.accessed;
        kept.modified = has(wire::file_change::modified) ? to.modified : kept.modified;
        if (not has(wire::file_change::size)) {
            return file_error::none;
        }
        return it.type == file_type::directory ? file_error::is_a_directory : resize(it, to.size);
    }

  public:
    struct file {
        std::uint32_t at{};
        std::uint32_t use{};
    };
    struct directory {
        std::uint32_t at = Nodes; ///< the number of nodes: the root
        std::uint32_t use{};
        std::uint32_t next{};
    };

  private:
    [[nodiscard]] constexpr auto node_of(file const& it) -> node* {
        auto& found = nodes_[it.at];
        return found.path_size != 0 and found.use == it.use ? &found : nullptr;
    }

  public:
    constexpr auto open(std::string_view path, open_mode mode, std::uint32_t permissions, file& into) -> file_error {
        auto* it = find(path);
        if (it == nullptr and not path.empty()) {
            auto const why = mode.create ? make(path, file_type::regular, permissions, it) : way_to(path);
            if (it == nullptr) {
                return why != file_error::none ? why : file_error::no_entry;
            }
        } else if (mode.create and mode.exclusive) {
            return file_error::exists;
        } else if (path.empty() or it->type == file_type::directory) {
            return file_error::is_a_directory;
        } else if (mode.truncate and mode.write) {
            it->size = 0;
        }
        into = {.at = static_cast<std::uint32_t>(it - nodes_.data()), .use = it->use};
        return file_error::none;
    }
    constexpr auto duplicate(file& it, file& into) -> file_error {
        into = it;
        return file_error::none;
    }
    constexpr auto close(file&) -> void {}
    constexpr auto close(directory&) -> void {}
    constexpr auto read(file& from, std::uint64_t offset, bytes into) -> file_result<std::uint32_t> {
        auto const* const it = node_of(from);
        if (it == nullptr) {
            return file_error::bad_handle;
        }
        if (offset >= it->size) {
            return 0u;
        }
        auto const rest = const_bytes{it->content}.first(it->size).subspan(static_cast<std::size_t>(offset));
        auto const size = std::min(rest.size(), into.size());
        copy(rest.first(size), into);
        return static_cast<std::uint32_t>(size);
    }
    constexpr auto write(file& to, std::uint64_t offset, const_bytes data) -> file_result<std::uint32_t> {
        auto* const it = node_of(to);
        if (it == nullptr) {
            return file_error::bad_handle;
        }
        if (offset >= FileSize) {
            return file_error::no_space;
        }
        auto const from = static_cast<std::uint32_t>(offset);
        auto const size = std::min<std::size_t>(data.size(), FileSize - from);
        auto const end = from + static_cast<std::uint32_t>(size);
        if (end > it->size) {
            (void)resize(*it, end);
        }
        copy(data.first(size), bytes{it->content}.subspan(from));
        return static_cast<std::uint32_t>(size);
    }
    constexpr auto resize(file& which, std::uint64_t size) -> file_error {
        auto* const it = node_of(which);
        return it != nullptr ? resize(*it, size) : file_error::bad_handle;
    }
    constexpr auto sync(file& which) -> file_error {
        return node_of(which) != nullptr ? file_error::none : file_error::bad_handle;
    }
    constexpr auto status_of(file& which) -> file_result<file_status> {
        auto const* const it = node_of(which);
        return it != nullptr ? file_result<file_status>{status_at(*it)} : file_error::bad_handle;
    }
    constexpr auto status_of(std::string_view path) -> file_result<file_status> {
        if (path.empty()) {
            return file_status{.type = file_type::directory, .permissions = 0777, .inode = 1};
        }
        if (auto const* const it = find(path); it != nullptr) {
            return status_at(*it);
        }
        auto const why = way_to(path);
        return why != file_error::none ? why : file_error::no_entry;
    }
    constexpr auto open_directory(std::string_view path, directory& into) -> file_error {
        auto const found = status_of(path);
        if (not found) {
            return found.error();
        }
        if (found->type != file_type::directory) {
            return file_error::not_a_directory;
        }
        auto const* const it = find(path);
        into = it == nullptr ? directory{} : directory{.at = static_cast<std::uint32_t>(it - nodes_.data()), .use = it->use};
        return file_error::none;
    }
    constexpr auto next(directory& from, std::span<char> name) -> file_result<directory_entry> {
        auto front = std::string_view{};
        if (from.at < Nodes) {
            auto const& it = nodes_[from.at];
            if (it.path_size == 0 or it.use != from.use) {
                return file_error::no_entry;
            }
            front = it.name();
        }
        while (from.next < Nodes) {
            auto const& it = nodes_[from.next++];
            auto const found = detail::name_in(front, it.name());
            if (found.empty()) {
                continue;
            }
            if (found.size() > name.size()) {
                return file_error::name_too_long;
            }
            std::copy(found.begin(), found.end(), name.begin());
            return directory_entry{
                .name_size = static_cast<std::uint32_t>(found.size()), .inode = status_at(it).inode, .type = it.type};
        }
        return file_error::no_entry;
    }
    constexpr auto rewind(directory& it) -> void { it.next = 0; }
    constexpr auto system() -> file_system_status {
        auto const free = static_cast<std::uint64_t>(
            std::count_if(nodes_.begin(), nodes_.end(), [](auto const& each) { return each.path_size == 0; }));
        constexpr auto blocks = std::uint64_t{(FileSize + 511) / 512};
        return {.longest_name = PathSize,
                .block_size = 512,
                .blocks = blocks * Nodes,
                .free_blocks = blocks * free,
                .available_blocks = blocks * free,
                .files = Nodes,
                .free_files = free};
    }

    constexpr auto remove(std::string_view path) -> file_error {
        auto const found = status_of(path);
        if (not found) {
            return found.error();
        }
        if (found->type == file_type::directory) {
            return file_error::is_a_directory;
        }
        find(path)->path_size = 0;
        return file_error::none;
    }
    constexpr auto make_directory(std::string_view path, std::uint32_t permissions) -> file_error {
        if (path.empty() or find(path) != nullptr) {
            return file_error::exists;
        }
        node* made = nullptr;
        return make(path, file_type::directory, permissions, made);
    }
    constexpr auto remove_directory(std::string_view path) -> file_error {
        auto const found = status_of(path);
        if (not found) {
            return found.error();
        }
        if (path.empty() or found->type != file_type::directory) {
            return path.empty() ? file_error::busy : file_error::not_a_directory;
        }
        if (has_entries(path)) {
            return file_error::not_empty;
        }
        find(path)->path_size = 0;
        return file_error::none;
    }
    /// What has the name `to` is replaced: a file by a file, an empty directory by a directory.
    constexpr auto rename(std::string_view from, std::string_view to) -> file_error {
        auto const source = status_of(from);
        if (not source) {
            return source.error();
        }
        if (from.empty() or to.empty()) {
            return file_error::busy;
        }
        if (auto const why = way_to(to); why != file_error::none) {
            return why;
        }
        if (from == to) {
            return file_error::none;
        }
        auto const is_directory = source->type == file_type::directory;
        if (is_directory and detail::is_below(from, to)) {
            return file_error::invalid;
        }
        auto* const replaced = find(to);
        if (replaced != nullptr) {
            if (is_directory != (replaced->type == file_type::directory)) {
                return is_directory ? file_error::not_a_directory : file_error::is_a_directory;
            }
            if (is_directory and has_entries(to)) {
                return file_error::not_empty;
            }
        }
        for (auto const& each : nodes_) {
            if (each.path_size != 0 and detail::is_below(from, each.name()) and
                each.path_size - from.size() + to.size() > PathSize) {
                return file_error::name_too_long;
            }
        }
        if (to.size() > PathSize) {
            return file_error::name_too_long;
        }
        if (replaced != nullptr) {
            replaced->path_size = 0;
        }
        find(from)->rename(to);
        for (auto& each : nodes_) {
            if (each.path_size != 0 and detail::is_below(from, each.name())) {
                auto moved = std::array<char, PathSize>{};
                auto rest = each.name();
                rest.remove_prefix(from.size());
                auto const at = std::copy(to.begin(), to.end(), moved.begin());
                std::copy(rest.begin(), rest.end(), at);
                each.rename({moved.data(), to.size() + rest.size()});
            }
        }
        return file_error::none;
    }
    constexpr auto change(file& which, std::int32_t what, file_status const& to) -> file_error {
        auto* const it = node_of(which);
        return it != nullptr ? change(*it, what, to) : file_error::bad_handle;
    }
    constexpr auto change(std::string_view path, std::int32_t what, file_status const& to) -> file_error {
        auto const found = status_of(path);
        if (not found) {
            return found.error();
        }
        return path.empty() ? file_error::not_permitted : change(*find(path), what, to);
    }
};
static_assert(changeable_file_store<ram_store<>> and duplicating_file_store<ram_store<>>);

} // namespace rpmsg
