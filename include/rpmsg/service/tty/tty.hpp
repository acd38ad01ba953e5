#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/fixed_name.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/service/tty/tty_storage.hpp>
#include <rpmsg/wire/service/tty.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg {

/// A terminal whose receiver stops the sender, byte for byte that of NuttX (drivers/serial/uart_rpmsg.c): `tty<"rpmsg-ttyproxy">
/// console;` in `endpoints{ref{console}}`. Both sides of a link have it. All storage is in the object.
///
/// Bytes pass unchanged and in order. None is lost while the reader is slow: what does not fit stays with the writer. What was
/// written while the link is down waits for the next peer; the message that was in flight when a link ended is counted as
/// `lost`, since the peer may have received it. `OnReadable` is called as handler(link, tty) by the poll after bytes came.
template <fixed_name Name, tty_config Config = tty_config{}, typename OnReadable = ignore_readable, lock_policy Lock = no_lock>
class tty : public detail::tty_storage<Config, OnReadable, Lock> {
    using storage = detail::tty_storage<Config, OnReadable, Lock>;
    using storage::counts_;
    using storage::lock_;
    using storage::received_;
    using storage::written_;

    wire::tty_write owed_{}; ///< the response to the peer's write
    std::uint64_t cookie_{}; ///< of the write that was sent last
    std::uint32_t in_flight_{};
    bool is_bound_{};
    bool is_full_{};     ///< the peer had no room for all of the last write
    bool is_woken_{};    ///< it has told since that it has room
    bool owes_answer_{}; ///< the peer has a write without a response
    bool owes_wake_up_{};

    constexpr auto answer(wire::tty_write request, const_bytes data) -> bool {
        if (request.count > data.size() or owes_answer_) {
            detail::count_up(counts_.malformed);
            return false;
        }
        detail::count_up(counts_.received);
        auto const size = std::min(request.count, received_.free());
        received_.push(data.first(size));
        owes_wake_up_ = owes_wake_up_ or size < request.count;
        auto const is_refused = size == 0 and request.count != 0;
        request.head.command |= wire::tty_command::response;
        request.head.result = is_refused ? wire::tty_nothing_accepted : static_cast<std::int32_t>(size);
        owed_ = request;
        owes_answer_ = true;
        return size != 0;
    }
    constexpr auto on_response(wire::tty_header const& head) -> void {
        auto const accepted = static_cast<std::uint32_t>(std::max<std::int32_t>(head.result, 0));
        if (in_flight_ == 0 or head.cookie != cookie_ or accepted > in_flight_) {
            detail::count_up(counts_.malformed);
            return;
        }
        is_full_ = accepted < in_flight_ and not is_woken_;
        written_.pop(accepted);
        in_flight_ = 0;
    }
    /// Returns whether bytes came.
    constexpr auto take(const_bytes payload) -> bool {
        auto head = wire::tty_header{};
        if (not wire::read_header(payload, 0, head)) {
            detail::count_up(counts_.malformed);
            return false;
        }
        if ((head.command & wire::tty_command::response) != 0) {
            on_response(head);
        } else if (head.command == wire::tty_command::wake_up) {
            is_full_ = false;
            is_woken_ = true;
        } else if (auto request = wire::tty_write{};
                   head.command == wire::tty_command::write and wire::read_header(payload, 0, request)) {
            request.head = head;
            return answer(request, payload.subspan(sizeof request));
        } else {
            detail::count_up(counts_.malformed);
        }
        return false;
    }

    /// Sends a message without data, and returns whether it is still owed: it found no buffer.
    static constexpr auto still_owes(auto& link, auto const& content) -> bool {
        auto const sent = link.send(std::bit_cast<std::array<std::byte, sizeof content>>(content));
        return sent.error() == error::no_buffer;
    }
    constexpr auto send_owed(auto& link) -> void {
        owes_answer_ = owes_answer_ and still_owes(link, owed_);
        // A wake-up that overtakes the answer is lost on NuttX. One for each byte would cost a message for each byte.
        if (owes_wake_up_ and not owes_answer_ and received_.free() >= received_.size()) {
            owes_wake_up_ = still_owes(link, wire::tty_header{.command = wire::tty_command::wake_up});
        }
    }
    constexpr auto send_written(auto& link) -> void {
        if (not is_bound_ or is_full_ or in_flight_ != 0 or written_.size() == 0) {
            return;
        }
        auto room = link.reserve();
        auto const space = room.payload().size();
        if (not room or space <= sizeof(wire::tty_write)) {
            return;
        }
        auto const data = room.payload().subspan(sizeof(wire::tty_write));
        auto const size = std::min(static_cast<std::uint32_t>(data.size()), written_.size());
        store(room.payload(),
              wire::tty_write{.head = {.result = wire::tty_nothing_accepted, .cookie = cookie_ + 1}, .count = size});
        written_.peek(0, size).copy_to(data);
        if (link.commit(std::move(room), sizeof(wire::tty_write) + size)) {
            detail::count_up(counts_.sent);
            ++cookie_;
            in_flight_ = size;
            is_woken_ = false;
        }
    }
    /// The link or the peer begins or ends.
    constexpr auto begin(bool is_bound) -> void {
        detail::count_up(counts_.lost, in_flight_);
        written_.pop(in_flight_);
        in_flight_ = 0;
        is_bound_ = is_bound;
        is_full_ = owes_answer_ = owes_wake_up_ = false;
    }

  public:
    constexpr tty() = default;
    constexpr explicit tty(OnReadable on_readable) : storage{std::move(on_readable)} {}

    static constexpr auto name() -> std::string_view { return Name.view(); }

    /// Called by the channel.
    constexpr auto on_message(auto& link, message const& m) -> void {
        auto is_new = false;
        {
            auto const guard = lock_guard{lock_};
            is_new = take(m.payload);
        }
        this->call_poller();
        this->tell(link, *this, is_new);
    }
    constexpr auto on_event(auto&, event const& e) -> void {
        if (e.kind == event_kind::bound or e.kind == event_kind::unbound) {
            auto const guard = lock_guard{lock_};
            begin(e.kind == event_kind::bound);
        }
        this->call_poller();
    }
    constexpr auto on_poll(auto& link, ticks) -> void {
        this->answer_call();
        auto const guard = lock_guard{lock_};
        send_owed(link);
        send_written(link);
    }
};
static_assert(endpoint_description<tty<"rpmsg-tty">>);

} // namespace rpmsg
