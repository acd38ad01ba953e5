#pragma once

#include <rpmsg/core/byte_ring.hpp>
#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/interrupt_flag.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/wire/service/syslog.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg {

/// What a `syslog_client` counted. Each number stops at its largest value.
struct syslog_client_counts {
    std::uint32_t lines{};     ///< that were stored
    std::uint32_t dropped{};   ///< lines for which there was no room
    std::uint32_t malformed{}; ///< messages that no correct server sends

    auto operator==(syslog_client_counts const&) const -> bool = default;
};

/// The log of a firmware, sent to the other side of the link: `syslog_client<1024> log;` in `endpoints{ref{log}}`, and
/// `log.put(text)` for each line, from any context that `Lock` excludes. Lines wait in `Size` bytes of memory until there is a
/// server; a line for which there is no room is dropped as a whole and counted, so that the oldest ones are kept. The server
/// may suspend the client, which then sends what it has only when the server asks for it.
template <std::uint32_t Size = 1024, lock_policy Lock = no_lock> class syslog_client {
    byte_ring<Size> text_{};
    syslog_client_counts counts_{};
    wire::syslog_sync sync_{.head = {}, .cookie = {}};
    std::uint32_t before_sync_{}; ///< bytes that are sent before the answer
    bool owes_sync_{};
    bool is_suspended_{};
    bool is_bound_{};
    interrupt_flag has_work_{};
    [[no_unique_address]] Lock lock_{};

    /// Sends text up to the answer that is owed, or all of it. Returns false when it has to wait for a buffer.
    constexpr auto send_text(auto& link) -> bool {
        while (true) {
            auto const guard = lock_guard{lock_};
            auto const most = owes_sync_ ? before_sync_ : text_.size();
            if (most == 0) {
                return true;
            }
            auto room = link.reserve();
            auto const space = room.payload();
            if (not room or space.size() <= sizeof(wire::syslog_transfer)) {
                return false;
            }
            auto const data = space.subspan(sizeof(wire::syslog_transfer));
            auto const size = static_cast<std::uint32_t>(std::min<std::size_t>(data.size(), most));
            store(space, wire::syslog_transfer{.count = size});
            text_.peek(0, size).copy_to(data);
            if (not link.commit(std::move(room), sizeof(wire::syslog_transfer) + size)) {
                return false;
            }
            text_.pop(size);
            before_sync_ -= owes_sync_ ? size : 0;
        }
    }
    /// Returns false for a message that no correct server sends.
    constexpr auto take(const_bytes payload) -> bool {
        auto head = wire::syslog_header{};
        auto request = wire::syslog_sync{};
        if (not wire::read_header(payload, 0, head)) {
            return false;
        }
        if (head.command == wire::syslog_command::suspend or head.command == wire::syslog_command::resume) {
            is_suspended_ = head.command == wire::syslog_command::suspend;
            return true;
        }
        if (head.command != wire::syslog_command::sync or owes_sync_ or not wire::read_header(payload, 0, request)) {
            return false;
        }
        sync_ = {.head = head, .cookie = request.cookie};
        before_sync_ = text_.size();
        owes_sync_ = true;
        return true;
    }

  public:
    static constexpr auto name() -> std::string_view { return wire::syslog_name; }
    static constexpr auto addresses() -> endpoint_addresses { return {}; }

    [[nodiscard]] constexpr auto counts() -> syslog_client_counts {
        auto const guard = lock_guard{lock_};
        return counts_;
    }
    /// The number of bytes that were not sent yet.
    [[nodiscard]] constexpr auto waiting() -> std::uint32_t {
        auto const guard = lock_guard{lock_};
        return text_.size();
    }
    /// Stores a line, and a newline behind it unless it ends with one. Returns false, and counts it, when there is no room. The
    /// next poll sends it; where the poller sleeps on a wait policy, wake it after an important one.
    constexpr auto put(std::string_view line) -> bool { // NOLINT(modernize-use-nodiscard)
        auto const guard = lock_guard{lock_};
        auto const needs_newline = not line.ends_with('\n');
        if (line.size() + (needs_newline ? 1 : 0) > text_.free()) {
            detail::count_up(counts_.dropped);
            return false;
        }
        auto const push = [&](char c) {
            auto const one = std::array{static_cast<std::byte>(c)};
            text_.push(one);
        };
        for (auto const c : line) {
            push(c);
        }
        if (needs_newline) {
            push('\n');
        }
        detail::count_up(counts_.lines);
        has_work_.set();
        return true;
    }

    /// Called by the channel.
    constexpr auto on_message(auto&, message const& m) -> void {
        auto const guard = lock_guard{lock_};
        if (not take(m.payload)) {
            detail::count_up(counts_.malformed);
        }
        has_work_.set();
    }
    constexpr auto on_event(auto&, event const& e) -> void {
        auto const guard = lock_guard{lock_};
        if (e.kind == event_kind::bound or e.kind == event_kind::unbound) {
            is_bound_ = e.kind == event_kind::bound;
            owes_sync_ = is_suspended_ = false;
        }
        has_work_.set();
    }
    constexpr auto on_poll(auto& link, ticks) -> void {
        (void)has_work_.take();
        if (is_bound_ and owes_sync_ and send_text(link)) {
            auto const sent = link.send(std::bit_cast<std::array<std::byte, sizeof sync_>>(sync_));
            owes_sync_ = sent.error() == error::no_buffer;
        }
        if (is_bound_ and not owes_sync_ and not is_suspended_) {
            (void)send_text(link);
        }
    }
    constexpr auto is_pending() -> bool { return has_work_.is_set(); }
};
static_assert(endpoint_description<syslog_client<>>);

} // namespace rpmsg
