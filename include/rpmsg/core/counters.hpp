#pragma once

#include <rpmsg/core/atomic_word.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace rpmsg {

/// The reasons for which a link drops a message, refuses a call or goes down. Each has one counter.
enum class counter : std::uint8_t {
    // messages from the peer that were dropped; the link stays up
    bad_descriptor,     ///< the descriptor lies outside the buffers, is misaligned, shorter than a header, or not writable
    chained_descriptor, ///< the descriptor is chained or indirect, which RPMsg never uses
    odd_flags,          ///< a receive buffer was marked as writable; the message was delivered
    bad_length,         ///< the header states more payload than the buffer holds
    bad_used_length,    ///< the used length exceeds the capacity; the recorded capacity was used instead
    bad_address,        ///< the source or destination is the any-address
    no_endpoint,        ///< no endpoint has the destination address
    wrong_peer,         ///< the endpoint is bound to another peer address
    bad_announcement,   ///< the size is wrong, the name is empty or unprintable, or the address is reserved
    table_full,         ///< there is no room to store an announcement
    // calls on this side that were refused
    no_buffer,      ///< the peer held every transmit buffer
    too_large,      ///< the payload did not fit into one buffer
    not_bound,      ///< the endpoint had no peer
    closed,         ///< the link was down
    stale_loan,     ///< a loan of an earlier link generation was given back; no memory was touched
    would_deadlock, ///< the polling context tried to wait
    // the link itself
    doorbell_failed, ///< the doorbell returned a failure; `poll` rings it again
    bad_index,       ///< the link went down: a ring index lies outside its window
    bad_id,          ///< the link went down: a descriptor id is out of range or is not held by the peer
    link_down,       ///< the link went down
    lost_in_flight,  ///< messages that the peer still held when the link went down
    // as bad_descriptor, on a serial line or SPI
    bad_frame, ///< the checksum, length or sequence of a frame is wrong
    count_     ///< the number of counters
};

/// Returns a readable name of a counter.
[[nodiscard]] constexpr auto describe(counter which) -> std::string_view {
    constexpr std::string_view names[] = {"bad descriptor",
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
                                          "lost in flight",
                                          "bad frame"};
    static_assert(sizeof(names) / sizeof(names[0]) == static_cast<std::size_t>(counter::count_));
    return names[static_cast<std::size_t>(which)];
}

/// Saturating 16-bit counters, one for each reason. The link writes them under its lock; any context may read them. Each read
/// is atomic, several reads are not.
class counters {
    std::array<std::uint16_t, static_cast<std::size_t>(counter::count_)> values_{};

    constexpr auto store(counter which, std::uint32_t value) -> void {
        auto& place = values_[static_cast<std::size_t>(which)];
        if (std::is_constant_evaluated()) {
            place = static_cast<std::uint16_t>(value);
        } else {
            detail::atomic_store<__ATOMIC_RELAXED>(place, static_cast<std::uint16_t>(value));
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
        auto const sum = (*this)[which] + (amount < 0xffffu ? amount : 0xffffu);
        store(which, sum | (0u - (sum >> 16))); // the upper half is 0 or 1
    }
    /// Returns the count, at most 65535.
    [[nodiscard]] constexpr auto operator[](counter which) const -> std::uint16_t {
        auto const& place = values_[static_cast<std::size_t>(which)];
        return std::is_constant_evaluated() ? place : detail::atomic_load<__ATOMIC_RELAXED>(place);
    }
};

namespace detail {
/// Counts one more, and stops at the largest number.
constexpr auto count_up(std::uint32_t& number) -> void { number += number != 0xffff'ffff ? 1 : 0; }
/// The same for so many more.
constexpr auto count_up(std::uint32_t& number, std::uint32_t amount) -> void { number += std::min(amount, ~number); }
} // namespace detail

} // namespace rpmsg
