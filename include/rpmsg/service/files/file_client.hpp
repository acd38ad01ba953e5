#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/fixed_name.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/framework/service_hook.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/service/files/client_requests.hpp>
#include <rpmsg/service/files/file_request.hpp>
#include <rpmsg/wire/service/files/file_error.hpp>
#include <rpmsg/wire/service/read_header.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg {

/// The storage of a `file_client`, and what it speaks.
struct file_client_config {
    std::uint32_t calls = 2; ///< under way at a time
    wire::files_layout layout = wire::files_layout::legacy;
};

/// A call that was started. It is never reused.
struct file_call {
    std::uint32_t place{};
    std::uint32_t use{};
};

/// What a `file_client` counted. Each number stops at its largest value.
struct file_client_counts {
    std::uint32_t answered{};
    std::uint32_t malformed{};  ///< answers that no correct server sends: their call ended with `protocol`
    std::uint32_t unexpected{}; ///< answers to no call, or to one that has ended: dropped

    auto operator==(file_client_counts const&) const -> bool = default;
};

/// The client of a remote file system of NuttX: `file_client<> files;` in `endpoints{ref{files}}`. `start` begins a call and
/// returns at once; the polls of the link send it and take its answer, which `take` returns. `remote_files` waits for them.
/// Calls are sent in the order of their start. A WRITE that exceeds a buffer is sent in pieces, each of which the server
/// answers before the next one. Each call ends at its deadline at the latest, and, once it was sent, with the session.
/// Memory that a call refers to is used until it is over or was cancelled. `Lock` excludes other contexts that start calls from
/// the poller. `Name` begins with "rpmsgfs-", and differs from that of other clients of the link.
template <file_client_config Config = file_client_config{}, fixed_name Name = "rpmsgfs-0", lock_policy Lock = no_lock>
class file_client {
    static_assert(Name.view().starts_with(wire::files_prefix), "the name of a client of files begins with rpmsgfs-");
    static_assert(Config.calls > 0, "a client has at least one call");

    using command = wire::file_command;
    using entry_message = wire::file_directory_entry<Config.layout>;

    enum class phase : std::uint8_t { free, wishes, sent, over };
    struct call {
        file_request what{};
        file_answer answer{};
        file_error why{};
        phase state{};
        std::uint32_t use{};
        std::uint32_t order{};
        std::uint32_t cookie{};
        std::uint32_t done{};  ///< bytes of a READ or a WRITE
        std::uint32_t piece{}; ///< bytes of a WRITE that are under way
        ticks deadline{};
    };

    std::array<call, Config.calls> calls_{};
    std::uint32_t session_ = 1;
    std::uint32_t orders_{};
    std::uint32_t cookies_{};
    ticks polled_{};
    bool must_poll_{};
    file_client_counts counts_{};
    [[no_unique_address]] Lock lock_{};

    [[nodiscard]] constexpr auto find(file_call which) -> call* {
        auto* const it = which.place < Config.calls ? &calls_[which.place] : nullptr;
        return it != nullptr and it->use == which.use and it->state != phase::free ? it : nullptr;
    }
    constexpr auto finish(call& it, file_error why) -> void {
        it.state = phase::over;
        it.why = it.done != 0 ? file_error::none : why;
        it.answer.result = static_cast<std::int32_t>(it.done);
        it.answer.session = session_;
    }
    constexpr auto finish(call& it, std::int32_t result) -> void {
        if (result < 0) {
            return finish(it, static_cast<file_error>(-static_cast<std::int64_t>(result)));
        }
        finish(it, file_error::none);
        it.answer.result = result;
    }
    [[nodiscard]] static constexpr auto has_handle(command what) -> bool {
        switch (what) {
        case command::open:
        case command::open_directory:
        case command::status_of_file_system:
        case command::unlink:
        case command::make_directory:
        case command::remove_directory:
        case command::rename:
        case command::status:
        case command::change: return false;
        default: return true;
        }
    }
    [[nodiscard]] static constexpr auto is_path(std::string_view path) -> bool {
        return not path.empty() and path.find('\0') == path.npos;
    }

    /// Sends the next message of a call; false when there was no buffer for it.
    constexpr auto send(auto& link, call& it) -> bool {
        auto room = link.reserve();
        if (not room) {
            return false;
        }
        it.cookie = cookies_ = cookies_ == 0xffff'ffff ? 1 : cookies_ + 1;
        auto const size = detail::client_requests<Config.layout>::compose(it.what, it.done, it.cookie, room.payload());
        it.piece = static_cast<std::uint32_t>(size - std::min(size, sizeof(wire::file_transfer)));
        if (size == 0) {
            finish(it, file_error::name_too_long);
        } else if (it.what.is_whole and it.piece != it.what.data.size()) {
            finish(it, file_error::too_large);
        } else if (link.commit(std::move(room), size)) {
            it.state = phase::sent;
        } else {
            return false;
        }
        return true;
    }
    constexpr auto send_all(auto& link) -> void {
        if (not link.is_bound()) {
            return;
        }
        while (true) {
            call* first = nullptr;
            for (auto& each : calls_) {
                auto const is_older = first == nullptr or each.order - first->order > 0x7fff'ffff;
                first = each.state == phase::wishes and is_older ? &each : first;
            }
            if (first == nullptr or not send(link, *first)) {
                return;
            }
        }
    }

    constexpr auto refuse(call& it) -> void {
        detail::count_up(counts_.malformed);
        it.done = 0;
        finish(it, file_error::protocol);
    }
    constexpr auto on_read(call& it, std::int32_t got, const_bytes payload) -> void {
        auto const room = it.what.into.subspan(it.done);
        if (got <= 0) {
            return got == 0 ? finish(it, static_cast<std::int32_t>(it.done)) : finish(it, got);
        }
        auto const size = static_cast<std::size_t>(got);
        constexpr auto front = sizeof(wire::file_transfer);
        if (payload.size() < front or payload.size() - front < size or size > room.size()) {
            return refuse(it);
        }
        copy(payload.subspan(front, size), room);
        it.done += static_cast<std::uint32_t>(size);
        if (size == room.size() or it.done == 0x7fff'ffff) {
            finish(it, static_cast<std::int32_t>(it.done));
        }
    }
    constexpr auto on_written(call& it, std::int32_t written) -> void {
        if (written <= 0) {
            return written == 0 ? finish(it, file_error::no_space) : finish(it, written);
        }
        auto const size = static_cast<std::uint32_t>(written);
        if (size > it.piece) {
            return refuse(it);
        }
        it.done += size;
        if (size < it.piece or it.done == it.what.data.size()) {
            finish(it, static_cast<std::int32_t>(it.done));
        } else {
            it.state = phase::wishes;
        }
    }
    constexpr auto on_entry(call& it, const_bytes payload) -> void {
        auto entry = entry_message{};
        if (not wire::read_header(payload, 2, entry)) {
            return refuse(it);
        }
        auto const name = payload.subspan(sizeof entry);
        auto size = std::size_t{};
        auto is_ended = false;
        for (; size < name.size(); ++size) {
            auto const each = fetch<std::byte>(name, size);
            is_ended = each == std::byte{};
            if (is_ended or each == std::byte{'/'}) {
                break;
            }
            if (size == it.what.into.size()) {
                return finish(it, file_error::name_too_long);
            }
            it.what.into[size] = each;
        }
        if (size == 0 or not is_ended) {
            return refuse(it);
        }
        if constexpr (Config.layout == wire::files_layout::nuttx_2026) {
            it.answer.inode = entry.inode;
        }
        it.answer.type = static_cast<file_type>(entry.type & 0xf);
        finish(it, static_cast<std::int32_t>(size));
    }
    /// Copies what a successful answer holds, and ends the call.
    constexpr auto on_success(call& it, std::int32_t result, const_bytes payload) -> void {
        switch (it.what.command) {
        case command::status:
        case command::status_of_handle: {
            auto found = wire::file_status_message{};
            if (not wire::read_header(payload, 0, found)) {
                return refuse(it);
            }
            *it.what.found = wire::status_of<Config.layout>(found.record);
            break;
        }
        case command::status_of_file_system: {
            auto found = wire::file_system_message{};
            if (not wire::read_header(payload, 0, found)) {
                return refuse(it);
            }
            *it.what.system = wire::status_of(found);
            break;
        }
        default: break;
        }
        finish(it, result);
    }
    constexpr auto on_answer(call& it, std::int32_t result, const_bytes payload) -> void {
        detail::count_up(counts_.answered);
        switch (it.what.command) {
        case command::read: return on_read(it, result, payload);
        case command::write: return on_written(it, result);
        case command::read_directory: return result < 0 ? finish(it, result) : on_entry(it, payload);
        default: return result < 0 ? finish(it, result) : on_success(it, result, payload);
        }
    }
    /// A file that was opened for a call that nobody waits for is closed again.
    constexpr auto on_unexpected(auto& link, wire::file_head const& head) -> void {
        detail::count_up(counts_.unexpected);
        auto const is_file = head.command == static_cast<std::uint32_t>(command::open) or
                             head.command == static_cast<std::uint32_t>(command::dup);
        if (head.result >= 0 and (is_file or head.command == static_cast<std::uint32_t>(command::open_directory))) {
            auto const what = static_cast<std::uint32_t>(is_file ? command::close : command::close_directory);
            auto raw = std::array<std::byte, sizeof(wire::file_handle_request)>{};
            store(raw, wire::file_handle_request{.head = {.command = what, .cookie = ~std::uint64_t{}}, .handle = head.result});
            (void)link.send(raw);
        }
    }

  public:
    static constexpr std::uint32_t calls = Config.calls;
    static constexpr auto name() -> std::string_view { return Name.view(); }

    [[nodiscard]] constexpr auto counts() const -> file_client_counts const& { return counts_; }
    /// The calls that were started and not taken or cancelled.
    [[nodiscard]] constexpr auto under_way() -> std::uint32_t {
        auto const guard = lock_guard{lock_};
        return static_cast<std::uint32_t>(
            std::count_if(calls_.begin(), calls_.end(), [](auto const& each) { return each.state != phase::free; }));
    }

    /// Begins a call; `link` is the channel, or the link of any handler of it. The call may wait for the server, but ends at
    /// the deadline. Errors: `no_buffers` when all calls are under way; `stale` for a handle of an earlier session; `invalid`
    /// for an empty path or one with a NUL.
    constexpr auto start(auto& link, file_request const& what, ticks deadline) -> file_result<file_call> {
        auto const guard = lock_guard{lock_};
        if (has_handle(what.command)) {
            if (what.handle.session != session_) {
                return file_error::stale;
            }
        } else if (not is_path(what.path) or (what.command == command::rename and not is_path(what.second))) {
            return file_error::invalid;
        }
        auto* const it = std::find_if(calls_.begin(), calls_.end(), [](auto const& each) { return each.state == phase::free; });
        if (it == calls_.end()) {
            return file_error::no_buffers;
        }
        *it = {.what = what, .state = phase::wishes, .use = it->use + 1, .order = orders_++, .deadline = deadline};
        // Servers of NuttX do not answer a READ of nothing, and refuse to write nothing.
        auto const is_nothing =
            (what.command == command::read and what.into.empty()) or (what.command == command::write and what.data.empty());
        if (is_nothing) {
            finish(*it, std::int32_t{0});
        }
        must_poll_ = true;
        if constexpr (requires { link.waiting(); }) {
            link.waiting().wake();
        } else {
            link.wake();
        }
        return file_call{.place = static_cast<std::uint32_t>(it - calls_.begin()), .use = it->use};
    }
    /// The answer to a call, which is over then. Errors: `try_again` while there is none; `timed_out` after the deadline;
    /// `connection_reset` when the session ended before; `protocol` for an answer that no correct server sends;
    /// `name_too_long` for a path that exceeds a buffer; `bad_handle` for a call that is over; those of the server. A READ or
    /// WRITE of which a part was done returns that.
    constexpr auto take(file_call which) -> file_result<file_answer> {
        auto const guard = lock_guard{lock_};
        auto* const it = find(which);
        if (it == nullptr) {
            return file_error::bad_handle;
        }
        if (it->state != phase::over) {
            return file_error::try_again;
        }
        it->state = phase::free;
        return it->why == file_error::none ? file_result<file_answer>{it->answer} : it->why;
    }
    /// Ends a call without its answer; the server may execute it all the same.
    constexpr auto cancel(file_call which) -> void {
        auto const guard = lock_guard{lock_};
        if (auto* const it = find(which); it != nullptr) {
            it->state = phase::free;
        }
    }

    /// Called by the channel.
    constexpr auto on_message(auto& link, message const& m) -> void {
        auto const guard = lock_guard{lock_};
        auto head = wire::file_head{};
        if (not wire::read_header(m.payload, 0, head)) {
            return detail::count_up(counts_.unexpected);
        }
        auto* const it = std::find_if(calls_.begin(), calls_.end(), [&](auto const& each) {
            return each.state == phase::sent and head.cookie == each.cookie and
                   head.command == static_cast<std::uint32_t>(each.what.command);
        });
        if (it == calls_.end()) {
            return on_unexpected(link, head);
        }
        on_answer(*it, head.result, m.payload);
        if (it->state == phase::wishes) {
            send_all(link);
        } else if (it->state == phase::over) {
            link.wake();
        }
    }
    constexpr auto on_event(auto& link, event const& e) -> void {
        auto const guard = lock_guard{lock_};
        if (e.kind == event_kind::bound) {
            must_poll_ = true;
        }
        if (e.kind == event_kind::unbound) {
            for (auto& each : calls_) {
                auto const is_lost =
                    each.state == phase::sent or (each.state == phase::wishes and has_handle(each.what.command));
                if (is_lost) {
                    finish(each, file_error::connection_reset);
                }
            }
            ++session_;
            link.wake();
        }
    }
    constexpr auto on_poll(auto& link, ticks now) -> void {
        auto const guard = lock_guard{lock_};
        must_poll_ = false;
        auto is_late = false;
        for (auto& each : calls_) {
            if ((each.state == phase::wishes or each.state == phase::sent) and has_passed(each.deadline, now)) {
                finish(each, file_error::timed_out);
                is_late = true;
            }
        }
        send_all(link);
        if (is_late) {
            link.wake();
        }
    }
    constexpr auto next_deadline(ticks now) -> poll_deadline {
        auto const guard = lock_guard{lock_};
        auto first = poll_deadline{};
        for (auto const& each : calls_) {
            auto const waits = each.state == phase::wishes or each.state == phase::sent;
            first = waits ? detail::earlier(first, {.is_set = true, .at = each.deadline}, now) : first;
        }
        return first;
    }
    [[nodiscard]] constexpr auto is_pending() -> bool {
        auto const guard = lock_guard{lock_};
        return must_poll_;
    }
};

} // namespace rpmsg
