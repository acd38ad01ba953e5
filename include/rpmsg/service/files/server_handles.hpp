#pragma once

#include <rpmsg/service/files/file_store.hpp>

#include <array>
#include <cstdint>
#include <utility>

namespace rpmsg::detail {

/// The files and directories that the clients of a server have open. A number is 1 or more; it has its place in the lower bits
/// and counts the uses of that place above, so that a client that uses it after its close reaches no other file.
template <typename Store, std::uint32_t Size, std::uint32_t SizeOfSession> class server_handles {
    static_assert(Size > 0 and Size <= 255, "a server has 1 to 255 handles");

  public:
    struct open_file {
        typename Store::file file{};
        open_mode mode{};
        std::uint64_t position{};
        file_error failed{}; ///< of a write that was not answered
    };
    struct open_directory {
        typename Store::directory directory{};
    };

  private:
    enum class kind : std::uint8_t { free, file, directory };
    struct place {
        kind what{};
        std::uint32_t session{};
        std::uint32_t use{};
        open_file file{};
        open_directory directory{};
    };
    static constexpr std::uint32_t place_bits = 8;
    static constexpr std::uint32_t uses = 1u << (31 - place_bits);

    std::array<place, Size> places_{};

    [[nodiscard]] constexpr auto find(std::uint32_t session, std::int32_t number, kind what) -> place* {
        auto const bits = static_cast<std::uint32_t>(number);
        auto const at = (bits & ((1u << place_bits) - 1)) - 1;
        if (number <= 0 or at >= Size) {
            return nullptr;
        }
        auto& it = places_[at];
        auto const is_it = it.what == what and it.session == session and it.use == bits >> place_bits;
        return is_it ? &it : nullptr;
    }
    [[nodiscard]] constexpr auto take(std::uint32_t session, kind what) -> std::pair<place*, std::int32_t> {
        auto at = std::uint32_t{};
        while (places_[at].what != kind::free) {
            ++at;
        }
        auto& it = places_[at];
        it = {.what = what, .session = session, .use = (it.use + 1) % uses};
        return {&it, static_cast<std::int32_t>(it.use << place_bits | (at + 1))};
    }
    static constexpr auto free(auto& store, place& it) -> void {
        if (it.what == kind::file) {
            store.close(it.file.file);
        } else {
            store.close(it.directory.directory);
        }
        it.what = kind::free;
    }
    constexpr auto close(auto& store, std::uint32_t session, std::int32_t number, kind what) -> bool {
        auto* const it = find(session, number, what);
        if (it != nullptr) {
            free(store, *it);
        }
        return it != nullptr;
    }

  public:
    [[nodiscard]] constexpr auto count() const -> std::uint32_t {
        auto total = std::uint32_t{};
        for (auto const& each : places_) {
            total += each.what != kind::free ? 1 : 0;
        }
        return total;
    }
    /// Whether a session may open one more.
    [[nodiscard]] constexpr auto has_room(std::uint32_t session) const -> bool {
        auto own = std::uint32_t{};
        for (auto const& each : places_) {
            own += each.what != kind::free and each.session == session ? 1 : 0;
        }
        return own < SizeOfSession and count() < Size;
    }
    /// Keeps what was opened, and returns its number. There must be room.
    constexpr auto add(std::uint32_t session, open_file const& it) -> std::int32_t {
        auto const made = take(session, kind::file);
        made.first->file = it;
        return made.second;
    }
    constexpr auto add(std::uint32_t session, open_directory const& it) -> std::int32_t {
        auto const made = take(session, kind::directory);
        made.first->directory = it;
        return made.second;
    }
    /// An open file or directory of a session, or null.
    [[nodiscard]] constexpr auto find_file(std::uint32_t session, std::int32_t number) -> open_file* {
        auto* const it = find(session, number, kind::file);
        return it != nullptr ? &it->file : nullptr;
    }
    [[nodiscard]] constexpr auto find_directory(std::uint32_t session, std::int32_t number) -> open_directory* {
        auto* const it = find(session, number, kind::directory);
        return it != nullptr ? &it->directory : nullptr;
    }
    /// Returns whether there was one.
    constexpr auto close(auto& store, std::uint32_t session, std::int32_t number) -> bool {
        return close(store, session, number, kind::file);
    }
    constexpr auto close_directory(auto& store, std::uint32_t session, std::int32_t number) -> bool {
        return close(store, session, number, kind::directory);
    }
    constexpr auto close_all(auto& store, std::uint32_t session) -> void {
        for (auto& each : places_) {
            if (each.what != kind::free and each.session == session) {
                free(store, each);
            }
        }
    }
};

} // namespace rpmsg::detail
