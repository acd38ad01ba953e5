#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/service/files/file_error.hpp>
#include <rpmsg/wire/service/files/file_status.hpp>
#include <rpmsg/wire/service/files/open_flags.hpp>

#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

namespace rpmsg {

/// One entry of a directory; its name is in memory of the caller.
struct directory_entry {
    std::uint32_t name_size{};
    std::uint32_t inode{};
    file_type type{};
};

/// What a `file_server` serves. Paths are relative to the root, have no part `..`, and are empty for the root; a NUL follows
/// the last character. No function waits for the peer. The server calls from the context that polls its link.
///
///   file, directory            what the store keeps of an open one; empty when default-constructed
///   open(path, mode, permissions, file&)
///   close(file&)               also for directories; each opened one is closed once
///   read(file&, offset, into)  how many bytes; 0 at the end
///   status_of(file&), status_of(path)
///   open_directory(path, directory&)
///   next(directory&, name)     the next entry, without "." and ".."; `no_entry` at the end, `name_too_long` when the name
///                              has no room in `name`, and the entry is passed over
///   rewind(directory&)
///   system()                   the sizes of the file system
template <typename T>
concept file_store = requires(T& store, typename T::file& file, typename T::directory& directory, std::string_view path,
                              open_mode mode, std::uint64_t offset, std::uint32_t permissions, bytes into,
                              std::span<char> name) {
    { store.open(path, mode, permissions, file) } -> std::same_as<file_error>;
    { store.close(file) } -> std::same_as<void>;
    { store.close(directory) } -> std::same_as<void>;
    { store.read(file, offset, into) } -> std::same_as<file_result<std::uint32_t>>;
    { store.status_of(file) } -> std::same_as<file_result<file_status>>;
    { store.status_of(path) } -> std::same_as<file_result<file_status>>;
    { store.open_directory(path, directory) } -> std::same_as<file_error>;
    { store.next(directory, name) } -> std::same_as<file_result<directory_entry>>;
    { store.rewind(directory) } -> std::same_as<void>;
    { store.system() } -> std::same_as<file_system_status>;
};

/// A store that can be changed; the server answers `read_only` for others.
///
///   write(file&, offset, data)  how many bytes; fewer than all only where the rest has no room
///   resize(file&, size)
///   sync(file&)                 what was written is on the medium
///   remove(path), make_directory(path, permissions), remove_directory(path), rename(from, to)
///   change(file&, what, status), change(path, what, status)   bits of `wire::file_change` tell which fields of the status
template <typename T>
concept changeable_file_store = file_store<T> and
    requires(T& store, typename T::file& file, std::string_view path, std::uint64_t offset, std::uint32_t permissions,
             const_bytes data, file_status const& status, std::int32_t what) {
    { store.write(file, offset, data) } -> std::same_as<file_result<std::uint32_t>>;
    { store.resize(file, offset) } -> std::same_as<file_error>;
    { store.sync(file) } -> std::same_as<file_error>;
    { store.remove(path) } -> std::same_as<file_error>;
    { store.make_directory(path, permissions) } -> std::same_as<file_error>;
    { store.remove_directory(path) } -> std::same_as<file_error>;
    { store.rename(path, path) } -> std::same_as<file_error>;
    { store.change(file, what, status) } -> std::same_as<file_error>;
    { store.change(path, what, status) } -> std::same_as<file_error>;
};

/// A store that serves DUP: `duplicate(file&, into&)` opens the same file once more; it is closed on its own.
template <typename T>
concept duplicating_file_store = file_store<T> and requires(T& store, typename T::file& file) {
    { store.duplicate(file, file) } -> std::same_as<file_error>;
};

} // namespace rpmsg
