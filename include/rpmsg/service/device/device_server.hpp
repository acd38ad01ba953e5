#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/listener.hpp>
#include <rpmsg/framework/loan.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/interrupt_flag.hpp>
#include <rpmsg/service/device/device_files.hpp>
#include <rpmsg/service/device/device_handles.hpp>
#include <rpmsg/wire/service/device.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg {

/// The storage of a `device_server`.
struct device_server_config {
    std::uint32_t sessions = 2; ///< devices that the peer uses at a time: names
    std::uint32_t handles = 4;  ///< open files of each session
    std::uint32_t waiting = 2;  ///< requests of each session that are not answered yet. NuttX has one for each of its threads
    std::uint32_t control_size = 64; ///< the largest data of a control request
};

/// What a `device_server` counted. Each number stops at its largest value.
struct device_server_counts {
    std::uint32_t requests{};
    std::uint32_t malformed{}; ///< messages without a known command, or shorter than it needs: not answered, since an answer of
                               ///< another size than that of the request may overwrite memory of a NuttX client
    std::uint32_t lost{};      ///< requests for which no more could wait

    auto operator==(device_server_counts const&) const -> bool = default;
};

/// Devices of this side for the other one, of this library or NuttX's rpmsgdev: `device_server<config, files> server;` in
/// `endpoints{group_of(server)}`. Each name of the peer, such as "rpdev/dev/adc0", is a session; each session opens files by the
/// path in its name. The requests of a session are answered in their order; a long read is answered piece by piece between
/// those of the other sessions. Handles of others, of before, or invented ones get EBADF; a session that ends closes its files.
template <device_server_config Config, device_files Files> class device_server {
    static_assert(Config.sessions > 0 and Config.waiting > 0, "there is at least one session, and one request that waits");

    struct waiting_request {
        held_message::parked message{};
        std::uint32_t done{}; ///< bytes that a read has answered
    };
    struct session {
        detail::device_handles<Config.handles> handles{};
        std::array<waiting_request, Config.waiting> waiting{};
        std::uint32_t size{};
    };
    enum class step : std::uint8_t { done, more, no_buffer };

    std::array<session, Config.sessions> sessions_{};
    std::uint32_t first_{}; ///< the session that is served first
    std::uint32_t openings_{};
    device_server_counts counts_{};
    interrupt_flag has_work_{};
    [[no_unique_address]] Files files_{};

    /// The size of a request without its data; 0 for an unknown one.
    static constexpr auto least_size(std::uint32_t command) -> std::size_t {
        switch (command) {
        case wire::device_command::open: return sizeof(wire::device_open);
        case wire::device_command::close: return sizeof(wire::device_close);
        case wire::device_command::read:
        case wire::device_command::read_one:
        case wire::device_command::write: return sizeof(wire::device_transfer);
        case wire::device_command::seek: return sizeof(wire::device_seek);
        case wire::device_command::control: return sizeof(wire::device_control);
        case wire::device_command::poll: return sizeof(wire::device_poll);
        default: return 0;
        }
    }
    static constexpr auto front_of(wire::device_close& it) -> wire::device_close& { return it; }
    static constexpr auto front_of(auto& it) -> wire::device_close& { return it.front; }

    /// Answers a request once there is a buffer: work(answer, handle, data) does what it says, and returns the size of the data
    /// in the answer. The handle is nothing unless it is open.
    template <typename Message>
    static constexpr auto answer(auto& link, session& of, const_bytes request, auto&& work) -> step {
        auto content = Message{};
        if (not wire::read_header(request, 0, content)) {
            return step::done; // the peer has changed it
        }
        auto room = link.reserve();
        if (not room or room.payload().size() < sizeof(Message)) {
            return room.refusal() == error::no_buffer ? step::no_buffer : step::done;
        }
        auto& front = front_of(content);
        auto* const handle = of.handles.find(front.handle);
        front.head.result = wire::device_error::bad_handle;
        auto const size = sizeof(Message) + work(content, handle, room.payload().subspan(sizeof(Message)));
        store(room.payload(), content);
        (void)link.commit(std::move(room), size);
        return step::done;
    }
    /// The same for answers without data, of requests that need an open file: work(answer, handle) returns the result.
    template <typename Message>
    static constexpr auto answer_for_file(auto& link, session& of, const_bytes request, auto&& work) -> step {
        return answer<Message>(link, of, request, [&](Message& it, detail::device_handle* handle, bytes) -> std::size_t {
            if (handle != nullptr) {
                front_of(it).head.result = work(it, *handle);
            }
            return 0;
        });
    }

    constexpr auto open(auto& link, session& of, const_bytes request) -> step {
        return answer<wire::device_open>(link, of, request, [&](wire::device_open& it, auto*, bytes) -> std::size_t {
            auto path = link.name();
            path.remove_prefix(std::min(path.find('/'), path.size()));
            auto& result = it.front.head.result;
            result = path.empty()                ? wire::device_error::no_entry
                     : not of.handles.has_room() ? wire::device_error::too_many_files
                                                 : files_.open(path, it.flags);
            if (result >= 0) {
                openings_ += openings_ != 0xffff'ffff ? 1 : 2; // never 0
                it.front.handle = of.handles.add(static_cast<std::uint32_t>(result), openings_);
                result = 0;
            }
            return 0;
        });
    }
    constexpr auto read(auto& link, session& of, const_bytes request, std::uint32_t& done, bool is_whole) -> step {
        auto rest = step::done;
        auto const sent = answer<wire::device_transfer>(
            link, of, request, [&](wire::device_transfer& it, detail::device_handle* handle, bytes into) -> std::size_t {
                if (handle == nullptr) {
                    return 0;
                }
                auto const wanted = it.count - std::min(done, it.count);
                into = into.first(std::min({into.size(), std::size_t{wanted}, std::size_t{0x7fff'ffff}}));
                auto const count = into.empty() ? std::int32_t{} : files_.read(handle->file, into);
                auto const size = static_cast<std::uint32_t>(std::max<std::int32_t>(count, 0));
                expects(size <= into.size());
                it.front.head.result = count;
                done += size;
                rest = size == 0 or is_whole or done >= it.count ? step::done : step::more;
                return size;
            });
        return sent == step::done ? rest : sent;
    }
    constexpr auto write(auto& link, session& of, const_bytes request) -> step {
        return answer_for_file<wire::device_transfer>(link, of, request, [&](auto const& it, auto const& handle) {
            auto const data = request.subspan(sizeof(wire::device_transfer));
            return it.count > data.size() ? wire::device_error::invalid
                   : it.count == 0        ? 0
                                          : files_.write(handle.file, data.first(it.count));
        });
    }
    constexpr auto seek(auto& link, session& of, const_bytes request) -> step {
        return answer_for_file<wire::device_seek>(link, of, request, [&](auto& it, [[maybe_unused]] auto const& handle) {
            auto at = std::int64_t{wire::device_error::not_seekable};
            if constexpr (requires { files_.seek(handle.file, at, it.whence); }) {
                at = files_.seek(handle.file, static_cast<std::int64_t>(it.offset.value()), it.whence);
            }
            it.offset = static_cast<std::uint64_t>(at);
            return static_cast<std::int32_t>(std::min<std::int64_t>(at, 0));
        });
    }
    /// The result for data of a size; nothing is done.
    [[nodiscard]] static constexpr auto check_control([[maybe_unused]] wire::device_control const& it) -> std::int32_t {
        if constexpr (requires { Files::controls; }) {
            for (auto const& rule : Files::controls) {
                if (rule.request == it.request) {
                    return rule.size == it.size ? 0 : wire::device_error::invalid;
                }
            }
        }
        return wire::device_error::no_control;
    }
    constexpr auto control(auto& link, session& of, const_bytes request) -> step {
        auto const data = request.subspan(std::min(request.size(), sizeof(wire::device_control)));
        return answer<wire::device_control>(
            link, of, request, [&](wire::device_control& it, detail::device_handle* handle, bytes into) -> std::size_t {
                if (handle == nullptr) {
                    return 0;
                }
                auto& result = it.front.head.result;
                auto const most = std::min({data.size(), into.size(), std::size_t{Config.control_size}});
                result = it.size > most ? wire::device_error::invalid : check_control(it);
                if (result != 0) {
                    return 0;
                }
                if constexpr (requires { Files::controls; }) {
                    auto copied = std::array<std::byte, Config.control_size>{}; // the peer may change its message
                    auto const own = bytes{copied}.first(it.size);
                    snapshot(data.first(it.size), own);
                    result = files_.control(handle->file, it.request, it.value.value(), own);
                    copy(own, into);
                }
                return it.size;
            });
    }
    constexpr auto poll(auto& link, session& of, const_bytes request) -> step {
        auto const watch = [](wire::device_poll const& it, detail::device_handle& handle) -> std::int32_t {
            if (it.setup != 0 and it.token == wire::device_number{}) {
                return wire::device_error::invalid;
            }
            handle.is_watched = it.setup != 0;
            handle.is_told = false;
            handle.events = it.events;
            handle.token = it.token;
            return 0;
        };
        auto it = wire::device_poll{};
        if (wire::read_header(request, 0, it) and it.front.head.cookie == wire::device_number{}) { // wants no answer
            if (auto* const handle = of.handles.find(it.front.handle); handle != nullptr) {
                (void)watch(it, *handle);
            }
            return step::done;
        }
        return answer_for_file<wire::device_poll>(link, of, request, watch);
    }
    constexpr auto serve(auto& link, session& of, const_bytes request, std::uint32_t& done) -> step {
        auto head = wire::device_header{};
        (void)wire::read_header(request, 0, head);
        switch (head.command) {
        case wire::device_command::open: return open(link, of, request);
        case wire::device_command::close:
            return answer_for_file<wire::device_close>(link, of, request, [&](auto const&, auto& handle) {
                files_.close(handle.file);
                handle = {};
                return 0;
            });
        case wire::device_command::read: return read(link, of, request, done, false);
        case wire::device_command::read_one: return read(link, of, request, done, true);
        case wire::device_command::write: return write(link, of, request);
        case wire::device_command::seek: return seek(link, of, request);
        case wire::device_command::control: return control(link, of, request);
        case wire::device_command::poll: return poll(link, of, request);
        default: return step::done; // the peer has changed it
        }
    }

    static constexpr auto release_first(session& of) -> void {
        held_message{of.waiting[0].message}.release();
        std::copy(of.waiting.begin() + 1, of.waiting.end(), of.waiting.begin());
        --of.size;
    }
    /// Serves the oldest request of a session once. Returns false when it has to wait for a buffer.
    constexpr auto serve_first(auto&& link, session& of) -> bool {
        if (of.size == 0) {
            return true;
        }
        auto& oldest = of.waiting[0];
        auto const outcome = serve(link, of, oldest.message.content.payload, oldest.done);
        if (outcome == step::done) {
            release_first(of);
        }
        if (of.size != 0 and outcome != step::no_buffer) {
            has_work_.set();
        }
        return outcome != step::no_buffer;
    }
    /// Tells a client which of its events have come. Returns false when it has to wait for a buffer.
    constexpr auto notify(auto&& link, session& of) -> bool {
        auto is_told = true;
        of.handles.for_each([&](detail::device_handle& it) {
            if (not it.is_watched or it.is_told or not is_told) {
                return;
            }
            auto events = it.events;
            if constexpr (requires { files_.ready(it.file); }) {
                events = files_.ready(it.file) & (it.events | wire::device_event::failed | wire::device_event::hung_up);
            }
            if (events == 0) {
                return;
            }
            auto const told = wire::device_notify{.token = it.token, .events = events};
            it.is_told = link.send(std::bit_cast<std::array<std::byte, sizeof told>>(told)).has_value();
            is_told = it.is_told;
        });
        return is_told;
    }

  public:
    constexpr device_server() = default;
    constexpr explicit device_server(Files files) : files_{std::move(files)} {}

    static constexpr std::uint32_t capacity = Config.sessions;

    [[nodiscard]] constexpr auto counts() const -> device_server_counts const& { return counts_; }
    [[nodiscard]] constexpr auto files() -> Files& { return files_; }
    /// The number of open files of all clients.
    [[nodiscard]] constexpr auto open_files() -> std::uint32_t {
        auto total = std::uint32_t{};
        for (auto& each : sessions_) {
            each.handles.for_each([&](auto const&) { ++total; });
        }
        return total;
    }
    /// Requests a poll, which tells the clients: call it in any context after a file may have become ready. Where the poller
    /// sleeps on a wait policy, wake it as well.
    constexpr auto changed() -> void { has_work_.set(); }

    /// Called by the channel.
    constexpr auto on_message(auto& link, std::uint32_t number, message const& m) -> void {
        auto head = wire::device_header{};
        auto const is_complete = wire::read_header(m.payload, 0, head);
        auto const least = least_size(head.command);
        if (not is_complete or least == 0 or m.payload.size() < least) {
            detail::count_up(counts_.malformed);
            return;
        }
        auto& of = sessions_[number];
        if (of.size == Config.waiting) {
            detail::count_up(counts_.lost);
            return;
        }
        detail::count_up(counts_.requests);
        auto done = std::uint32_t{};
        auto const outcome = of.size == 0 ? serve(link, of, m.payload, done) : step::more;
        if (outcome != step::done) { // those that wait are older
            of.waiting[of.size++] = {.message = link.hold(m).park(), .done = done};
        }
        if (outcome != step::no_buffer) {
            has_work_.set();
        }
    }
    constexpr auto on_close(auto&, std::uint32_t number) -> void {
        auto& of = sessions_[number];
        while (of.size != 0) {
            release_first(of);
        }
        of.handles.for_each([&](detail::device_handle& it) {
            files_.close(it.file);
            it = {};
        });
    }
    constexpr auto on_event(auto&, std::uint32_t, event const& e) -> void {
        if (e.kind == event_kind::writable) {
            has_work_.set();
        }
    }
    constexpr auto on_poll(auto& link, ticks) -> void {
        (void)has_work_.take();
        for (std::uint32_t i = 0; i < Config.sessions; ++i) {
            auto const number = (first_ + i) % Config.sessions;
            auto&& at = link.session(number);
            if (not serve_first(at, sessions_[number]) or not notify(at, sessions_[number])) {
                first_ = number; // it is the next one
                return;
            }
        }
        first_ = (first_ + 1) % Config.sessions;
    }
    constexpr auto is_pending() -> bool { return has_work_.is_set(); }
};

/// The group of the sessions of a server, for the table of a channel. The server must outlive the channel.
template <device_server_config Config, typename Files>
[[nodiscard]] constexpr auto group_of(device_server<Config, Files>& server) -> endpoint_group auto{
    return listener<"rpdev", Config.sessions>(server);
}

} // namespace rpmsg
