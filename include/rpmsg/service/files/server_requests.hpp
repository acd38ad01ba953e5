#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/service/files/file_server_config.hpp>
#include <rpmsg/service/files/file_store.hpp>
#include <rpmsg/service/files/server_handles.hpp>
#include <rpmsg/wire/service/files/file_path.hpp>
#include <rpmsg/wire/service/files/messages.hpp>
#include <rpmsg/wire/service/read_header.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace rpmsg::detail {

/// What the requests of the clients do to a store. It knows no link: requests are bytes, which the peer may change, and answers
/// go to memory with room for 128 bytes or more.
template <file_store Store, file_server_config Config> class server_requests {
    static constexpr auto layout = Config.layout;
    static constexpr bool is_changeable = changeable_file_store<Store>;

    using path_text = wire::file_path<Config.longest_path>;
    using handles = server_handles<Store, Config.handles, Config.handles_per_session>;
    using open_file = typename handles::open_file;
    using open_directory = typename handles::open_directory;

  public:
    /// The result and the size of an answer.
    struct answer {
        std::int32_t value{};
        std::size_t size{};
    };

  private:
    Store* store_;
    handles handles_{};

    static constexpr auto negated(file_error why) -> std::int32_t { return -static_cast<std::int32_t>(why); }
    static constexpr auto refusal(file_error why, std::size_t size = sizeof(wire::file_head)) -> answer {
        return {.value = negated(why), .size = size};
    }
    /// Calls f(request) with the fixed front of a request, which begins the answer, too.
    template <typename Request> static constexpr auto with(const_bytes payload, bytes into, auto&& f) -> answer {
        auto it = Request{};
        if (not wire::read_header(payload, 0, it)) {
            return refusal(file_error::invalid);
        }
        store(into, it);
        return {.value = f(it), .size = sizeof it};
    }
    /// The same for a request that names an open file: f(request, file).
    template <typename Request>
    constexpr auto with_file(std::uint32_t session, const_bytes payload, bytes into, auto&& f) -> answer {
        return with<Request>(payload, into, [&](auto const& it) -> std::int32_t {
            auto* const file = handles_.find_file(session, it.handle);
            return file != nullptr ? f(it, *file) : negated(file_error::bad_handle);
        });
    }
    /// Calls f(path) with the path behind the first `front` bytes of a request.
    static constexpr auto with_path(const_bytes payload, std::size_t front, auto&& f) -> std::int32_t {
        auto path = path_text{};
        auto const why = payload.size() > front ? path.read(payload.subspan(front)) : file_error::invalid;
        return why == file_error::none ? f(path.view()) : negated(why);
    }
    /// Calls f(store) for a store that can be changed.
    constexpr auto change(auto&& f) -> file_error {
        if constexpr (is_changeable) {
            return f(*store_);
        } else {
            return file_error::read_only;
        }
    }

    constexpr auto open(std::uint32_t session, const_bytes payload, bytes into) -> answer {
        return with<wire::file_open_request>(payload, into, [&](auto const& it) {
            return with_path(payload, sizeof it, [&](std::string_view path) -> std::int32_t {
                auto const mode = wire::mode_of<layout>(it.flags);
                if (not mode.read and not mode.write) {
                    return negated(file_error::invalid);
                }
                auto made = open_file{.mode = mode};
                if (not handles_.has_room(session)) {
                    return negated(file_error::too_many_open);
                }
                auto const why = store_->open(path, mode, static_cast<std::uint32_t>(it.permissions) & 0xfff, made.file);
                return why == file_error::none ? handles_.add(session, made) : negated(why);
            });
        });
    }
    constexpr auto seek(std::uint32_t session, const_bytes payload, bytes into) -> answer {
        return with_file<wire::file_seek>(session, payload, into, [&](auto const& it, open_file& file) -> std::int32_t {
            auto from = std::uint64_t{};
            if (it.whence == 1) {
                from = file.position;
            } else if (it.whence == 2) {
                auto const found = store_->status_of(file.file);
                if (not found) {
                    return negated(found.error());
                }
                from = found->size;
            } else if (it.whence != 0) {
                return negated(file_error::invalid);
            }
            constexpr auto largest = std::int64_t{0x7fff'ffff};
            if (from > static_cast<std::uint64_t>(largest)) {
                return negated(file_error::overflow);
            }
            auto const to = static_cast<std::int64_t>(from) + it.offset;
            if (to < 0 or to > largest) {
                return negated(to < 0 ? file_error::invalid : file_error::overflow);
            }
            file.position = static_cast<std::uint64_t>(to);
            return static_cast<std::int32_t>(to);
        });
    }
    constexpr auto close(std::uint32_t session, const_bytes payload, bytes into) -> answer {
        return with<wire::file_handle_request>(payload, into, [&](auto const& it) {
            return negated(handles_.close(*store_, session, it.handle) ? file_error::none : file_error::bad_handle);
        });
    }
    constexpr auto close_directory(std::uint32_t session, const_bytes payload, bytes into) -> answer {
        return with<wire::file_handle_request>(payload, into, [&](auto const& it) {
            return negated(handles_.close_directory(*store_, session, it.handle) ? file_error::none : file_error::bad_handle);
        });
    }
    constexpr auto duplicate(std::uint32_t session, const_bytes payload, bytes into) -> answer {
        return with_file<wire::file_handle_request>(session, payload, into, [&](auto const&, open_file& file) -> std::int32_t {
            if constexpr (duplicating_file_store<Store>) {
                auto made = open_file{.mode = file.mode, .position = file.position};
                auto const has_room = handles_.has_room(session);
                auto const why = has_room ? store_->duplicate(file.file, made.file) : file_error::too_many_open;
                return why == file_error::none ? handles_.add(session, made) : negated(why);
            } else {
                return negated(file_error::not_implemented);
            }
        });
    }
    constexpr auto status_of_handle(std::uint32_t session, const_bytes payload, bytes into) -> answer {
        return with<wire::file_status_message>(payload, into, [&](auto const& it) -> std::int32_t {
            auto* const file = handles_.find_file(session, it.handle);
            auto const found = file != nullptr ? store_->status_of(file->file) : file_error::bad_handle;
            return put_status(found, into);
        });
    }
    static constexpr auto put_status(file_result<file_status> const& found, bytes into) -> std::int32_t {
        if (not found) {
            return negated(found.error());
        }
        store(into.subspan(sizeof(wire::file_head)), wire::record_of<layout>(*found));
        return 0;
    }
    constexpr auto status_of_path(const_bytes payload, bytes into) -> answer {
        store(into, wire::file_status_message{});
        return {.value = with_path(payload, wire::status_path,
                                   [&](std::string_view path) { return put_status(store_->status_of(path), into); }),
                .size = sizeof(wire::file_status_message)};
    }
    constexpr auto change_handle(std::uint32_t session, const_bytes payload, bytes into) -> answer {
        return with_file<wire::file_change_message>(session, payload, into, [&](auto const& it, open_file& file) {
            auto const resizes = (it.what & wire::file_change::size) != 0;
            return negated(resizes and not file.mode.write ? file_error::invalid : change([&](auto& store) {
                return store.change(file.file, it.what, wire::status_of<layout>(it.record));
            }));
        });
    }
    constexpr auto change_path(const_bytes payload, bytes into) -> answer {
        auto raw = std::array<std::byte, sizeof(wire::file_change_message)>{}; // a path may be shorter than a handle
        if (payload.size() <= wire::change_path) {
            return refusal(file_error::invalid);
        }
        snapshot(payload.first(std::min(payload.size(), raw.size())), raw);
        auto const it = load<wire::file_change_message>(raw);
        store(into, it);
        return {.value = with_path(payload, wire::change_path,
                                   [&](std::string_view path) {
                                       return negated(change([&](auto& store) {
                                           return store.change(path, it.what, wire::status_of<layout>(it.record));
                                       }));
                                   }),
                .size = sizeof it};
    }
    constexpr auto truncate(std::uint32_t session, const_bytes payload, bytes into) -> answer {
        return with<wire::file_truncate>(payload, into, [&](auto const& it) {
            auto* const file = handles_.find_file(session, it.handle);
            if (it.length >= 0 and file == nullptr) { // Linux looks at the length first
                return negated(file_error::bad_handle);
            }
            return negated(it.length < 0 or not file->mode.write ? file_error::invalid : change([&](auto& store) {
                return store.resize(file->file, static_cast<std::uint64_t>(it.length));
            }));
        });
    }
    constexpr auto sync(std::uint32_t session, const_bytes payload, bytes into) -> answer {
        return with_file<wire::file_handle_request>(session, payload, into, [&](auto const&, open_file& file) {
            return negated(is_changeable ? change([&](auto& store) { return store.sync(file.file); }) : file_error::none);
        });
    }
    constexpr auto open_a_directory(std::uint32_t session, const_bytes payload) -> std::int32_t {
        return with_path(payload, sizeof(wire::file_head), [&](std::string_view path) -> std::int32_t {
            auto made = open_directory{};
            if (not handles_.has_room(session)) {
                return negated(file_error::too_many_open);
            }
            auto const why = store_->open_directory(path, made.directory);
            return why == file_error::none ? handles_.add(session, made) : negated(why);
        });
    }
    /// In the layout that the size of the request tells.
    template <wire::files_layout Told>
    constexpr auto next_entry(std::uint32_t session, const_bytes payload, bytes into) -> answer {
        auto it = wire::file_directory_entry<Told>{};
        (void)wire::read_header(payload, 0, it);
        auto const size = sizeof it;
        auto* const directory = handles_.find_directory(session, it.handle);
        if (directory == nullptr) {
            store(into, it);
            return refusal(file_error::bad_handle, size);
        }
        auto name = std::array<char, 256>{};
        auto const room = std::min(into.size() - size - 1, name.size());
        auto const found = store_->next(directory->directory, std::span{name}.first(room));
        if (not found) {
            store(into, it);
            return refusal(found.error(), size);
        }
        if constexpr (Told == wire::files_layout::nuttx_2026) {
            it.inode = found->inode;
        }
        it.type = static_cast<std::uint32_t>(found->type);
        store(into, it);
        for (std::uint32_t i = 0; i <= found->name_size; ++i) {
            into[size + i] = i < found->name_size ? static_cast<std::byte>(name[i]) : std::byte{};
        }
        return {.value = 0, .size = size + found->name_size + 1};
    }
    constexpr auto read_directory(std::uint32_t session, const_bytes payload, bytes into) -> answer {
        using wire::files_layout;
        if (payload.size() == sizeof(wire::file_directory_entry<files_layout::legacy>)) {
            return next_entry<files_layout::legacy>(session, payload, into);
        }
        if (payload.size() == sizeof(wire::file_directory_entry<files_layout::nuttx_2026>)) {
            return next_entry<files_layout::nuttx_2026>(session, payload, into);
        }
        return refusal(file_error::invalid);
    }
    constexpr auto rewind(std::uint32_t session, const_bytes payload, bytes into) -> answer {
        return with<wire::file_handle_request>(payload, into, [&](auto const& it) -> std::int32_t {
            auto* const directory = handles_.find_directory(session, it.handle);
            if (directory == nullptr) {
                return negated(file_error::bad_handle);
            }
            store_->rewind(directory->directory);
            return 0;
        });
    }
    constexpr auto status_of_system(const_bytes payload, bytes into) -> answer {
        auto it = wire::file_system_message{};
        auto const outcome = with_path(payload, sizeof it, [&](std::string_view path) {
            auto const found = store_->status_of(path);
            return found ? 0 : negated(found.error());
        });
        if (outcome == 0) {
            it = wire::message_of(store_->system());
        }
        store(into, it);
        return {.value = outcome, .size = sizeof it};
    }
    /// Calls f(store, path) for a request that is a path only.
    constexpr auto change_at(const_bytes payload, auto&& f) -> answer {
        constexpr auto front = sizeof(wire::file_head);
        auto const call = [&](std::string_view path) { return negated(change([&](auto& store) { return f(store, path); })); };
        return {.value = with_path(payload, front, call), .size = front};
    }
    constexpr auto make_directory(const_bytes payload, bytes into) -> answer {
        return with<wire::file_make_directory>(payload, into, [&](auto const& it) {
            return with_path(payload, sizeof it, [&](std::string_view path) {
                return negated(change([&](auto& store) {
                    return store.make_directory(path, static_cast<std::uint32_t>(it.permissions) & 0xfff);
                }));
            });
        });
    }
    constexpr auto rename(const_bytes payload) -> std::int32_t {
        auto const paths = payload.subspan(sizeof(wire::file_head));
        auto from = path_text{};
        auto to = path_text{};
        auto why = from.read(paths);
        if (why == file_error::none) {
            auto const second = wire::second_path(from.told());
            why = second < paths.size() ? to.read(paths.subspan(second)) : file_error::invalid;
        }
        return negated(why != file_error::none ? why
                                               : change([&](auto& store) { return store.rename(from.view(), to.view()); }));
    }
    static constexpr auto refuse_ioctl(const_bytes payload, bytes into) -> answer {
        auto const size = std::min(payload.size(), into.size());
        if (size < sizeof(wire::file_ioctl)) {
            return refusal(file_error::invalid);
        }
        snapshot(payload.first(size), into);
        return refusal(file_error::not_a_terminal, size);
    }

    constexpr auto write_to(auto& store, open_file& file, const_bytes data, std::uint32_t& done) -> file_error {
        if (file.mode.append) {
            auto const found = store.status_of(file.file);
            if (not found) {
                return found.error();
            }
            file.position = found->size;
        }
        constexpr auto largest = std::uint64_t{0x7fff'ffff};
        while (done < data.size()) {
            auto const left = file.position < largest ? largest - file.position : 0;
            auto const rest = data.subspan(done);
            auto const piece = rest.first(static_cast<std::size_t>(std::min<std::uint64_t>(rest.size(), left)));
            auto const written = piece.empty() ? file_error::too_large : store.write(file.file, file.position, piece);
            if (not written or *written == 0) {
                return written ? file_error::no_space : written.error();
            }
            done += *written;
            file.position += *written;
        }
        return file_error::none;
    }

  public:
    constexpr explicit server_requests(Store& store) : store_{&store} {}

    [[nodiscard]] constexpr auto open_count() const -> std::uint32_t { return handles_.count(); }
    constexpr auto close_all(std::uint32_t session) -> void { handles_.close_all(*store_, session); }

    /// Reads the next bytes of a file into memory behind the front of an answer.
    constexpr auto read(std::uint32_t session, std::int32_t handle, bytes into) -> file_result<std::uint32_t> {
        auto* const file = handles_.find_file(session, handle);
        if (file == nullptr or not file->mode.read) {
            return file_error::bad_handle;
        }
        auto const got = into.empty() ? file_result<std::uint32_t>{0u} : store_->read(file->file, file->position, into);
        file->position += got ? *got : 0;
        return got;
    }
    /// Writes the answer to a request, without its front.
    constexpr auto execute(std::uint32_t session, wire::file_command command, const_bytes payload, bytes into) -> answer {
        constexpr auto front = sizeof(wire::file_head);
        switch (command) {
        case wire::file_command::open: return open(session, payload, into);
        case wire::file_command::close: return close(session, payload, into);
        case wire::file_command::seek: return seek(session, payload, into);
        case wire::file_command::ioctl: return refuse_ioctl(payload, into);
        case wire::file_command::sync: return sync(session, payload, into);
        case wire::file_command::dup: return duplicate(session, payload, into);
        case wire::file_command::status_of_handle: return status_of_handle(session, payload, into);
        case wire::file_command::truncate: return truncate(session, payload, into);
        case wire::file_command::open_directory: return {open_a_directory(session, payload), front};
        case wire::file_command::read_directory: return read_directory(session, payload, into);
        case wire::file_command::rewind_directory: return rewind(session, payload, into);
        case wire::file_command::close_directory: return close_directory(session, payload, into);
        case wire::file_command::status_of_file_system: return status_of_system(payload, into);
        case wire::file_command::unlink:
            return change_at(payload, [](auto& store, std::string_view path) { return store.remove(path); });
        case wire::file_command::make_directory: return make_directory(payload, into);
        case wire::file_command::remove_directory:
            return change_at(payload, [](auto& store, std::string_view path) { return store.remove_directory(path); });
        case wire::file_command::rename: return {rename(payload), front};
        case wire::file_command::status: return status_of_path(payload, into);
        case wire::file_command::change_handle: return change_handle(session, payload, into);
        case wire::file_command::change: return change_path(payload, into);
        default: return refusal(file_error::invalid);
        }
    }

    /// All of the data, or how much had room. What a piece without an answer failed with is told by the next answer: the
    /// clients of NuttX ask for one only with the last piece.
    constexpr auto write(std::uint32_t session, const_bytes payload, wire::file_transfer const& it) -> std::int32_t {
        auto const data = payload.subspan(sizeof it);
        auto* const file = handles_.find_file(session, it.handle);
        if (file == nullptr or not file->mode.write) {
            return negated(file_error::bad_handle);
        }
        if (file->failed != file_error::none) {
            auto const why = it.head.cookie != 0 ? std::exchange(file->failed, file_error::none) : file->failed;
            return negated(why);
        }
        auto done = std::uint32_t{};
        auto const why = it.count != data.size() ? file_error::invalid
                                                 : change([&](auto& store) { return write_to(store, *file, data, done); });
        if (why != file_error::none and it.head.cookie == 0) {
            file->failed = why;
        }
        return done != 0 or why == file_error::none ? static_cast<std::int32_t>(done) : negated(why);
    }
};

} // namespace rpmsg::detail
