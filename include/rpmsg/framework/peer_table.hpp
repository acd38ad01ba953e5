#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace rpmsg {

/// Announcements of the peer that no endpoint has claimed yet, at most `Size` of them. They are applied when an endpoint with
/// the name is created, and dropped when the peer withdraws them or the link goes down. When the table is full, a new one
/// replaces the oldest, so that a flood of names blocks new names only while it lasts. Used by the polling context.
template <std::uint32_t Size> class peer_table {
    std::array<wire::announcement, Size> entries_{}; ///< the oldest one first
    std::uint32_t kept_{};
    bool has_forgotten_{};

    /// The newest announcement of a name from an address, or for the any-address from any; `no_index` when there is none.
    [[nodiscard]] constexpr auto find(wire::padded_name const& name, address where) const -> std::uint32_t {
        auto i = kept_;
        do {
            --i;
        } while (i != no_index and
                 not((where == any_address or entries_[i].where == where) and wire::is_same(entries_[i].name, name)));
        return i;
    }
    constexpr auto erase(std::uint32_t i) -> void {
        --kept_;
        for (; i < kept_; ++i) {
            entries_[i] = entries_[i + 1];
            if (not std::is_constant_evaluated()) { // else the loop becomes memmove, which firmware may have for this alone
                __atomic_signal_fence(__ATOMIC_SEQ_CST);
            }
        }
    }

  public:
    /// Keeps an announcement, in place of the oldest one when the table is full. The same name with the same address is kept
    /// once and becomes the newest.
    constexpr auto remember(wire::announcement const& announced) -> remembered {
        auto cost = remembered::kept;
        if (auto const i = find(announced.name, announced.where); i != no_index) {
            erase(i);
        } else if (kept_ == Size) {
            erase(0);
            cost = std::exchange(has_forgotten_, true) ? remembered::forgotten : remembered::first_forgotten;
        }
        entries_[kept_++] = announced;
        return cost;
    }

    /// Drops an announcement; the any-address drops all with that name.
    constexpr auto forget(wire::announcement const& announced) -> void {
        for (auto i = find(announced.name, announced.where); i != no_index; i = find(announced.name, announced.where)) {
            erase(i);
        }
    }

    /// Removes and returns the address that was announced last for a name, or first, or any_address. A service that restarted may
    /// have left an older address in the table, but not where names are acknowledged: there a peer takes an acknowledge for the
    /// first of its unbound endpoints of the name (NuttX, drivers/rpmsg/rpmsg.c).
    constexpr auto recall(wire::padded_name const& name, bool is_oldest = false) -> address {
        auto i = find(name, any_address);
        if (i == no_index) {
            return any_address;
        }
        for (i = is_oldest ? 0 : i; not wire::is_same(entries_[i].name, name);) {
            ++i;
        }
        auto const where = entries_[i].where;
        erase(i);
        return where;
    }

    /// Removes the oldest announcement whose name `accepts` takes; false when there is none.
    constexpr auto recall_if(auto&& accepts, wire::announcement& into) -> bool {
        for (std::uint32_t i = 0; i < kept_; ++i) {
            if (accepts(entries_[i].name)) {
                into = entries_[i];
                erase(i);
                return true;
            }
        }
        return false;
    }

    constexpr auto forget_all() -> void {
        kept_ = 0;
        has_forgotten_ = false;
    }

    /// Calls f(name, address) for each unclaimed announcement.
    constexpr auto for_each(auto&& f) const -> void {
        for (std::uint32_t i = 0; i < kept_; ++i) {
            f(entries_[i].service(), entries_[i].where);
        }
    }
};

} // namespace rpmsg
