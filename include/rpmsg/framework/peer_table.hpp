#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace rpmsg {

/// Announcements of the peer that no endpoint has claimed yet, at most `Size` of them: replayed when an endpoint of the
/// name appears, forgotten when the peer takes them back or the link goes down. Used by the polling context.
template <std::uint32_t Size> class peer_table {
    struct entry {
        wire::announcement announced{};
        bool is_used{};

        [[nodiscard]] constexpr auto has(wire::padded_name const& name) const -> bool {
            return is_used and wire::is_same(announced.name, name);
        }
    };
    std::array<entry, Size> entries_{};

  public:
    /// Keeps an announcement; false when the table is full. The same name at the same address is kept once.
    constexpr auto remember(wire::announcement const& announced) -> bool {
        entry* room = nullptr;
        for (auto& it : entries_) {
            if (it.has(announced.name) and it.announced.where == announced.where) {
                return true;
            }
            room = not it.is_used and room == nullptr ? &it : room;
        }
        if (room == nullptr) {
            return false;
        }
        *room = {.announced = announced, .is_used = true};
        return true;
    }

    /// Drops an announcement; the any-address drops every one of that name.
    constexpr auto forget(wire::announcement const& announced) -> void {
        for (auto& it : entries_) {
            auto const is_meant = it.announced.where == announced.where or announced.where == any_address;
            if (is_meant and it.has(announced.name)) {
                it = {};
            }
        }
    }

    /// Takes out the address that was announced first for a name, or any_address.
    constexpr auto recall(wire::padded_name const& name) -> address {
        for (auto& it : entries_) {
            if (it.has(name)) {
                auto const where = it.announced.where;
                it = {};
                return where;
            }
        }
        return any_address;
    }

    constexpr auto forget_all() -> void { entries_ = {}; }

    /// Calls f(name, address) for each announcement that waits.
    constexpr auto for_each(auto&& f) const -> void {
        for (auto const& it : entries_) {
            if (it.is_used) {
                f(it.announced.service(), it.announced.where);
            }
        }
    }
};

} // namespace rpmsg
