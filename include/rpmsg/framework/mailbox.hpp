#pragma once

#include <rpmsg/core/atomic_word.hpp>
#include <rpmsg/core/fixed_name.hpp>
#include <rpmsg/framework/loan.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/platform/clock.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

namespace rpmsg {

/// A service for programs that receive instead of being called: `mailbox<"requests", 8> box;` in `endpoints{ref{box}}`, then
/// `box.receive()` or `box.receive_until(link, deadline, into)`. It holds up to `Depth` messages, a power of two, in the
/// buffers of the link. A message that comes while the box is full is dropped and counted: a box as deep as the peer has
/// buffers drops none. The poller fills the box, one other context at a time empties it; no lock is needed. Messages that were
/// not received when the link goes down are dropped.
template <fixed_name Name, std::uint32_t Depth> class mailbox {
    static_assert(std::has_single_bit(Depth), "the depth of a mailbox is a power of two");

    struct entry {
        held_message::parked content{}; ///< without a destructor: a service is static in firmware
        std::uint32_t generation{};
    };
    std::array<entry, Depth> entries_{};
    std::uint32_t filled_{};     ///< number of messages put in; written by the poller
    std::uint32_t emptied_{};    ///< number of messages taken out; written by the receiver
    std::uint32_t generation_{}; ///< number of times that the link went down
    std::uint32_t dropped_{};

  public:
    static constexpr auto name() -> std::string_view { return Name.view(); }

    auto on_message(auto& link, message const& m) -> void {
        if (filled_ - detail::atomic_load<__ATOMIC_ACQUIRE>(emptied_) == Depth) {
            detail::atomic_store<__ATOMIC_RELAXED>(dropped_, dropped_ + (dropped_ != 0xffff'ffff ? 1 : 0));
            return;
        }
        entries_[filled_ % Depth] = {link.hold(m).park(), generation_};
        detail::atomic_store<__ATOMIC_RELEASE>(filled_, filled_ + 1);
        link.wake();
    }
    auto on_event(auto& link, event const& e) -> void {
        if (e.kind == event_kind::link_down) {
            detail::atomic_store<__ATOMIC_RELEASE>(generation_, generation_ + 1);
            link.wake();
        }
    }

    /// Returns the oldest message, whose destructor releases the buffer; empty when there is none. Any context that the lock of
    /// the link excludes.
    [[nodiscard]] auto receive() -> held_message {
        while (emptied_ != detail::atomic_load<__ATOMIC_ACQUIRE>(filled_)) {
            auto& oldest = entries_[emptied_ % Depth];
            auto const is_current = oldest.generation == detail::atomic_load<__ATOMIC_ACQUIRE>(generation_);
            auto content = held_message{oldest.content};
            detail::atomic_store<__ATOMIC_RELEASE>(emptied_, emptied_ + 1);
            if (is_current) {
                return content;
            }
        }
        return {};
    }
    /// The same, but waits for a message until the deadline. Errors: `timed_out`; `closed` while the link is down;
    /// `would_deadlock` in the context that polls the link.
    [[nodiscard]] auto receive_until(auto& link, ticks deadline, held_message& into) -> status {
        return link.wait_until(deadline, [&] {
            into = receive();
            return static_cast<bool>(into);
        });
    }
    /// The number of messages that came while the box was full; it stops at its largest value.
    [[nodiscard]] auto dropped() const -> std::uint32_t { return detail::atomic_load<__ATOMIC_RELAXED>(dropped_); }
};

} // namespace rpmsg
