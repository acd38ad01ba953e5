#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg {

/// Announcements of the peer that no endpoint has claimed yet, at most `Size` of them. They are applied when an endpoint with
/// the name is created, and dropped when the peer withdraws them or the link goes down. When the table is full, a new one
/// replaces the oldest, so that a flood of names blocks new names only while it lasts. Used by the polling context.
template <std::uint32_t Size> class peer_table {
    struct entry {
        wire::announcement announced{};
        std::uint32_t number{}; ///< sequence number of the announcement; 0 when unused

        [[nodiscard]] constexpr auto has(wire::padded_name const& name) const -> bool {
            return number != 0 and wire::is_same(announced.name, name);
        }
    };
    std::array<entry, Size> entries_{};
    std::uint32_t last_number_{};
    std::uint32_t kept_{};
    bool has_forgotten_{};

    /// The age of an entry in announcements; an unused one is older than all others.
    [[nodiscard]] constexpr auto age(entry const& it) const -> std::uint32_t {
        return it.number == 0 ? 0xffff'ffff : last_number_ - it.number;
    }

  public:
    /// Keeps an announcement, in place of the oldest one when the table is full. The same name with the same address is kept
    /// once and becomes the newest.
    constexpr auto remember(wire::announcement const& announced) -> remembered {
        auto* oldest = &entries_[0];
        last_number_ += last_number_ == 0xffff'ffff ? 2 : 1; // skips 0
        for (auto& it : entries_) {
            if (it.has(announced.name) and it.announced.where == announced.where) {
                it.number = last_number_;
                return remembered::kept;
            }
            oldest = age(it) > age(*oldest) ? &it : oldest;
        }
        auto const had_room = oldest->number == 0;
        *oldest = {.announced = announced, .number = last_number_};
        if (had_room) {
            ++kept_;
            return remembered::kept;
        }
        return std::exchange(has_forgotten_, true) ? remembered::forgotten : remembered::first_forgotten;
    }

    /// Drops an announcement; the any-address drops all with that name.
    constexpr auto forget(wire::announcement const& announced) -> void {
        auto left = kept_;
        for (std::uint32_t i = 0; left != 0; ++i) {
            auto& it = entries_[i];
            left -= it.number != 0 ? 1u : 0u;
            auto const is_meant = it.announced.where == announced.where or announced.where == any_address;
            if (is_meant and it.has(announced.name)) {
                it = {};
                --kept_;
            }
        }
    }

    /// Removes and returns the address that was announced last for a name, or any_address. A service that restarted may have
    /// left an older address in the table.
    constexpr auto recall(wire::padded_name const& name) -> address {
        entry* last = nullptr;
        auto left = kept_;
        for (std::uint32_t i = 0; left != 0; ++i) {
            auto& it = entries_[i];
            left -= it.number != 0 ? 1u : 0u;
            if (it.has(name) and (last == nullptr or age(it) < age(*last))) {
                last = &it;
            }
        }
        if (last == nullptr) {
            return any_address;
        }
        --kept_;
        return std::exchange(*last, {}).announced.where;
    }

    /// Removes the oldest announcement whose name `accepts` takes; false when there is none.
    constexpr auto recall_if(auto&& accepts, wire::announcement& into) -> bool {
        entry* first = nullptr;
        for (auto& it : entries_) {
            if (it.number != 0 and (first == nullptr or age(it) > age(*first)) and accepts(it.announced.name)) {
                first = &it;
            }
        }
        if (first == nullptr) {
            return false;
        }
        --kept_;
        into = std::exchange(*first, {}).announced;
        return true;
    }

    constexpr auto forget_all() -> void { *this = {}; }

    /// Calls f(name, address) for each unclaimed announcement.
    constexpr auto for_each(auto&& f) const -> void {
        for (auto const& it : entries_) {
            if (it.number != 0) {
                f(it.announced.service(), it.announced.where);
            }
        }
    }
};

} // namespace rpmsg
