#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace rpmsg {

/// Every reason for which a link drops a message, refuses a call or breaks. One counter each.
enum class counter : std::uint8_t {
    // messages of the peer that were dropped; the link goes on
    bad_descriptor,             ///< outside the buffers, misaligned, shorter than a header, or not writable
    bad_frame = bad_descriptor, ///< of a serial line, which has no descriptors: its check, length or order is wrong
    chained_descriptor,         ///< a chain or an indirect table, which RPMsg never uses
    odd_flags,                  ///< a receive buffer marked as writable; delivered all the same
    bad_length,                 ///< the header claims more payload than the buffer holds
    bad_used_length,            ///< a used length above the capacity; the recorded capacity was used instead
    bad_address,                ///< source or destination is the any-address
    no_endpoint,                ///< nobody has the destination address
    wrong_peer,                 ///< the endpoint belongs to another peer address
    bad_announcement,           ///< wrong size, empty or unprintable name, reserved address
    table_full,                 ///< no room to remember an announcement
    // calls of this side that were refused
    no_buffer,      ///< every transmit buffer was with the peer
    too_large,      ///< the payload did not fit
    not_bound,      ///< the endpoint had no peer
    closed,         ///< the link was down
    stale_loan,     ///< a loan of an earlier link generation was given back; nothing was touched
    would_deadlock, ///< a wait from the polling context
    // the link
    doorbell_failed, ///< the doorbell could not be rung; poll rings again
    bad_index,       ///< broke the link: an index outside its window
    bad_id,          ///< broke the link: a descriptor id out of range or not with the peer
    link_down,       ///< the link went down
    lost_in_flight,  ///< messages that the peer had not returned when the link went down
    count_           ///< how many there are
};

/// The name of a counter, for people.
[[nodiscard]] constexpr auto describe(counter which) -> std::string_view {
    constexpr std::string_view names[] = {"bad frame or descriptor",
                                          "chained descriptor",
                                          "odd descriptor flags",
                                          "bad length",
                                          "bad used length",
                                          "bad address",
                                          "no endpoint",
                                          "wrong peer",
                                          "bad announcement",
                                          "announcement table full",
                                          "no buffer",
                                          "too large",
                                          "not bound",
                                          "closed",
                                          "stale loan",
                                          "would deadlock",
                                          "doorbell failed",
                                          "bad index",
                                          "bad descriptor id",
                                          "link down",
                                          "lost in flight"};
    static_assert(sizeof(names) / sizeof(names[0]) == static_cast<std::size_t>(counter::count_));
    return names[static_cast<std::size_t>(which)];
}

/// Saturating 16-bit counters, one for each reason. Written under the lock of the link; any context may read them, each
/// count as it is at some moment.
class counters {
    std::array<std::uint16_t, static_cast<std::size_t>(counter::count_)> values_{};

    constexpr auto store(counter which, std::uint32_t value) -> void {
        auto& place = values_[static_cast<std::size_t>(which)];
        if (std::is_constant_evaluated()) {
            place = static_cast<std::uint16_t>(value);
        } else {
            __atomic_store_n(&place, static_cast<std::uint16_t>(value), __ATOMIC_RELAXED);
        }
    }

  public:
    constexpr auto add(counter which) -> void {
        auto const next = static_cast<std::uint16_t>((*this)[which] + 1);
        if (next != 0) {
            store(which, next);
        }
    }
    constexpr auto add(counter which, std::uint32_t amount) -> void {
        auto const value = (*this)[which];
        store(which, amount < 0xffffu - value ? value + amount : 0xffffu);
    }
    /// The count, at most 65535.
    [[nodiscard]] constexpr auto operator[](counter which) const -> std::uint16_t {
        auto const& place = values_[static_cast<std::size_t>(which)];
        return std::is_constant_evaluated() ? place : __atomic_load_n(&place, __ATOMIC_RELAXED);
    }
};

} // namespace rpmsg
