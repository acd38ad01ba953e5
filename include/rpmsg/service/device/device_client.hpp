#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/fixed_name.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/wire/service/device.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg {

/// A device of the other side, of this library or NuttX's rpmsgdev: `device_client<"rpdev/dev/adc0"> adc;` in
/// `endpoints{ref{adc}}`. It has one open file and one request at a time. A call begins a request, which the next polls send; it
/// has ended when `is_running` is false, and then `result` is at least 0 or a negative error number. The memory of a read, a
/// write or a control request belongs to the request until then. Each request ends: with `timed_out`, in the ticks of `poll`,
/// when the server does not answer, and with `connection_reset` when the link or the server ends, which also closes the file.
/// What a read that timed out would have returned is lost. Call the functions from the polling context.
///
/// Errors of all calls: `not_bound` without a server; `would_block` while a request runs; `no_endpoint` when no file is open,
/// or for `open` when one is.
template <fixed_name Name> class device_client {
    static_assert(Name.view().starts_with(wire::device_prefix) and Name.view().find('/') != std::string_view::npos,
                  "the name of a device is rpdev and a path, as in rpdev/dev/adc0: NuttX's server fails without a slash");

    ticks timeout_;
    ticks since_{};
    std::uint32_t command_{};   ///< of the request that runs, or 0
    std::uint32_t cookie_{};    ///< of the last request
    std::uint32_t lost_open_{}; ///< the cookie of an opening that timed out: its file is to be closed
    wire::device_number handle_{};
    wire::device_number lost_handle_{};
    wire::device_number argument_{}; ///< of a seek or a control request
    std::int32_t number_{};          ///< flags, the start of a seek, the number of a control request, events
    bytes into_{};
    const_bytes from_{};
    std::uint32_t done_{};
    std::int32_t result_{};
    std::uint32_t ready_{};
    std::uint32_t unexpected_{};
    std::uint32_t watch_{}; ///< the cookie of the watch that notifications belong to, or 0
    bool is_bound_{};
    bool is_open_{};
    bool is_sent_{};
    bool is_new_{}; ///< no poll has seen the request
    bool is_refused_{};
    bool has_lost_handle_{};

    [[nodiscard]] constexpr auto begin(std::uint32_t command, bool needs_open = true) -> status {
        if (not is_bound_ or command_ != 0) {
            return is_bound_ ? error::would_block : error::not_bound;
        }
        if (is_open_ != needs_open) {
            return error::no_endpoint;
        }
        command_ = command;
        count_cookie();
        is_sent_ = is_refused_ = false;
        is_new_ = true;
        done_ = 0;
        into_ = {};
        from_ = {};
        return {};
    }
    constexpr auto count_cookie() -> void { cookie_ += cookie_ != 0xffff'ffff ? 1 : 2; } // never 0
    constexpr auto finish(std::int32_t result) -> void {
        result_ = result;
        command_ = 0;
    }
    /// A server may not answer a request for no bytes.
    constexpr auto end_if_empty(const_bytes data) -> void {
        if (data.empty()) {
            finish(0);
        }
    }

    [[nodiscard]] constexpr auto front(wire::device_number handle) const -> wire::device_close {
        return {.head = {.command = command_, .cookie = std::uint64_t{cookie_}}, .handle = handle};
    }
    /// Sends a message with data behind it. Returns how much of the data it has, if it was sent.
    static constexpr auto send(auto& link, auto const& content, const_bytes data = {}) -> rpmsg::result<std::uint32_t> {
        auto room = link.reserve();
        if (not room) {
            return room.refusal();
        }
        auto const space = room.payload();
        if (space.size() < sizeof content) {
            return error::too_large;
        }
        auto const size = std::min(data.size(), space.size() - sizeof content);
        auto sized = content;
        if constexpr (requires { sized.count; }) {
            sized.count = data.empty() ? sized.count : static_cast<std::uint32_t>(size);
        } else if (size < data.size()) {
            return error::too_large;
        }
        store(space, sized);
        copy(data.first(size), space.subspan(sizeof content));
        auto const sent = link.commit(std::move(room), sizeof content + size);
        return sent ? rpmsg::result<std::uint32_t>{static_cast<std::uint32_t>(size)} : sent.error();
    }
    constexpr auto send_request(auto& link) -> rpmsg::result<std::uint32_t> {
        auto const head = front(handle_);
        switch (command_) {
        case wire::device_command::open: return send(link, wire::device_open{.front = head, .flags = number_});
        case wire::device_command::close: return send(link, head);
        case wire::device_command::read:
            return send(link, wire::device_transfer{.front = head, .count = static_cast<std::uint32_t>(into_.size())});
        case wire::device_command::write: return send(link, wire::device_transfer{.front = head}, from_);
        case wire::device_command::seek:
            return send(link, wire::device_seek{.front = head, .offset = argument_, .whence = number_});
        case wire::device_command::control:
            return send(
                link,
                wire::device_control{
                    .front = head, .value = argument_, .size = static_cast<std::uint32_t>(into_.size()), .request = number_},
                into_);
        default:
            return send(link, wire::device_poll{.front = head,
                                                .events = static_cast<std::uint32_t>(number_),
                                                .setup = number_ != 0 ? 1u : 0u,
                                                .token = head.head.cookie});
        }
    }

    /// Takes the answer to the request that runs. Returns false for one that no correct server sends.
    constexpr auto take(wire::device_header const& head, const_bytes payload) -> bool {
        auto const is_good = head.result >= 0;
        switch (command_) {
        case wire::device_command::open: {
            auto it = wire::device_open{};
            if (payload.size() != sizeof it or not wire::read_header(payload, 0, it)) {
                return false;
            }
            handle_ = it.front.handle;
            is_open_ = is_good;
            break;
        }
        case wire::device_command::close: is_open_ = false; break;
        case wire::device_command::read: {
            auto const size = static_cast<std::uint32_t>(std::max<std::int32_t>(head.result, 0));
            auto const rest = into_.subspan(done_);
            if (payload.size() < sizeof(wire::device_transfer) or payload.size() - sizeof(wire::device_transfer) != size or
                size > rest.size()) {
                return false;
            }
            copy(payload.subspan(sizeof(wire::device_transfer)), rest);
            done_ += size;
            if (size != 0 and done_ < into_.size()) {
                return true; // more follows
            }
            finish(done_ != 0 ? static_cast<std::int32_t>(done_) : head.result);
            return true;
        }
        case wire::device_command::write:
            if (head.result > static_cast<std::int32_t>(done_)) {
                return false;
            }
            break;
        case wire::device_command::seek: {
            auto it = wire::device_seek{};
            if (not wire::read_header(payload, 0, it)) {
                return false;
            }
            argument_ = it.offset;
            break;
        }
        case wire::device_command::control:
            if (is_good and payload.size() != sizeof(wire::device_control) + into_.size()) {
                return false;
            }
            copy(is_good ? payload.subspan(sizeof(wire::device_control)) : const_bytes{}, into_);
            break;
        default: break;
        }
        finish(head.result);
        return true;
    }
    constexpr auto take_notification(const_bytes payload) -> void {
        auto it = wire::device_notify{};
        if (wire::read_header(payload, 0, it) and watch_ != 0 and it.token == wire::device_number{std::uint64_t{watch_}}) {
            ready_ |= it.events;
        } else {
            detail::count_up(unexpected_);
        }
    }
    /// The answer to an opening that timed out has a handle, which would stay open.
    constexpr auto take_late(wire::device_header const& head, const_bytes payload) -> void {
        auto it = wire::device_open{};
        auto const is_lost = lost_open_ != 0 and head.command == wire::device_command::open and
                             head.cookie == wire::device_number{std::uint64_t{lost_open_}} and
                             wire::read_header(payload, 0, it);
        if (not is_lost) {
            auto const is_closed = head.command == wire::device_command::close and head.cookie == wire::device_number{};
            detail::count_up(unexpected_, is_closed ? 0 : 1);
            return;
        }
        lost_open_ = 0;
        lost_handle_ = it.front.handle;
        has_lost_handle_ = head.result >= 0;
        is_refused_ = false;
    }

  public:
    /// `timeout` is how long a request may take, in the ticks of `poll`.
    constexpr explicit device_client(ticks timeout = 1000) : timeout_{timeout} {}

    static constexpr auto name() -> std::string_view { return Name.view(); }
    static constexpr auto addresses() -> endpoint_addresses { return {}; }

    /// Opens the device. `flags` are of `wire::device_flag`; the nonblocking one is added.
    [[nodiscard]] constexpr auto open(std::int32_t flags) -> status {
        number_ = flags | wire::device_flag::nonblocking;
        return begin(wire::device_command::open, false);
    }
    [[nodiscard]] constexpr auto close() -> status { return begin(wire::device_command::close); }
    /// Reads until `into` is full, the device has no more, or an error. The result is the number of bytes.
    [[nodiscard]] constexpr auto read(bytes into) -> status {
        auto const outcome = begin(wire::device_command::read);
        if (outcome) {
            into_ = into.first(std::min<std::size_t>(into.size(), 0x7fff'ffff));
            end_if_empty(into_);
        }
        return outcome;
    }
    /// Writes as much as fits into one message. The result is the number of bytes that the device took.
    [[nodiscard]] constexpr auto write(const_bytes data) -> status {
        auto const outcome = begin(wire::device_command::write);
        if (outcome) {
            from_ = data;
            end_if_empty(data);
        }
        return outcome;
    }
    /// Sets the position, which is `position()` afterwards: from the start (0), the position (1) or the end (2).
    [[nodiscard]] constexpr auto seek(std::int64_t offset, std::int32_t whence) -> status {
        auto const outcome = begin(wire::device_command::seek);
        if (outcome) {
            argument_ = static_cast<std::uint64_t>(offset);
            number_ = whence;
        }
        return outcome;
    }
    /// Sends a control request that the server lets through, with `data`, which its answer replaces, or with `value`.
    [[nodiscard]] constexpr auto control(std::int32_t request, std::uint64_t value, bytes data) -> status {
        auto const outcome = begin(wire::device_command::control);
        if (outcome) {
            argument_ = value;
            number_ = request;
            into_ = data;
        }
        return outcome;
    }
    /// Asks to be told once of events of `wire::device_event`; `ready()` has them then. 0 ends it.
    [[nodiscard]] constexpr auto watch(std::uint32_t events) -> status {
        auto const outcome = begin(wire::device_command::poll);
        if (outcome) {
            number_ = static_cast<std::int32_t>(events);
            watch_ = events != 0 ? cookie_ : 0;
            ready_ = 0;
        }
        return outcome;
    }

    [[nodiscard]] constexpr auto is_running() const -> bool { return command_ != 0; }
    [[nodiscard]] constexpr auto result() const -> std::int32_t { return result_; }
    [[nodiscard]] constexpr auto is_open() const -> bool { return is_open_; }
    [[nodiscard]] constexpr auto position() const -> std::int64_t { return static_cast<std::int64_t>(argument_.value()); }
    /// The events that the server has told since the last `watch`.
    [[nodiscard]] constexpr auto ready() const -> std::uint32_t { return ready_; }
    /// The messages that were no answer to a request that runs: late ones, and those that no correct server sends.
    [[nodiscard]] constexpr auto unexpected() const -> std::uint32_t { return unexpected_; }

    /// Called by the channel.
    constexpr auto on_message(auto& link, message const& m) -> void {
        auto head = wire::device_header{};
        if (not wire::read_header(m.payload, 0, head)) {
            detail::count_up(unexpected_);
        } else if (head.command == wire::device_command::notify) {
            take_notification(m.payload);
        } else if (command_ == 0 or not is_sent_ or head.command != command_ or
                   head.cookie != wire::device_number{std::uint64_t{cookie_}}) {
            take_late(head, m.payload);
        } else if (not take(head, m.payload)) {
            detail::count_up(unexpected_);
            finish(wire::device_error::protocol);
        }
        link.wake();
    }
    constexpr auto on_event(auto& link, event const& e) -> void {
        is_refused_ = false;
        if (e.kind != event_kind::bound and e.kind != event_kind::unbound) {
            return;
        }
        is_bound_ = e.kind == event_kind::bound;
        is_open_ = has_lost_handle_ = false;
        watch_ = 0;
        lost_open_ = 0;
        if (command_ != 0) {
            finish(wire::device_error::connection_reset);
        }
        link.wake();
    }
    constexpr auto on_poll(auto& link, ticks now) -> void {
        since_ = std::exchange(is_new_, false) ? now : not_ahead(since_, now);
        if (has_lost_handle_) {
            auto const closing = wire::device_close{.head = {.command = wire::device_command::close}, .handle = lost_handle_};
            is_refused_ = send(link, closing).error() == error::no_buffer;
            has_lost_handle_ = is_refused_;
        }
        if (command_ == 0) {
            return;
        }
        if (has_passed(since_ + timeout_, now)) {
            lost_open_ = command_ == wire::device_command::open and is_sent_ ? cookie_ : lost_open_;
            finish(wire::device_error::timed_out);
            link.wake();
        } else if (not is_sent_) {
            auto const sent = send_request(link);
            is_refused_ = sent.error() == error::no_buffer;
            is_sent_ = sent.has_value();
            done_ = sent ? *sent : 0;
            if (not sent and not is_refused_) {
                finish(wire::device_error::invalid);
            }
        }
    }
    constexpr auto next_deadline(ticks) -> poll_deadline { return {.is_set = command_ != 0, .at = since_ + timeout_}; }
    constexpr auto is_pending() -> bool {
        return is_new_ or ((has_lost_handle_ or (command_ != 0 and not is_sent_)) and not is_refused_);
    }
};

} // namespace rpmsg
