#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/listener.hpp>
#include <rpmsg/framework/loan.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/service/files/file_server_config.hpp>
#include <rpmsg/service/files/file_store.hpp>
#include <rpmsg/service/files/server_requests.hpp>
#include <rpmsg/wire/service/files/messages.hpp>
#include <rpmsg/wire/service/read_header.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace rpmsg {

/// What a `file_server` counted. Each number stops at its largest value.
struct file_server_counts {
    std::uint32_t answered{};
    std::uint32_t refused{};   ///< of them those with an error
    std::uint32_t malformed{}; ///< too short for the front of a request: not answered
    std::uint32_t lost{};      ///< no room for more requests to wait, or the link cannot carry the answer

    auto operator==(file_server_counts const&) const -> bool = default;
};

/// Serves a `file_store` to the clients of NuttX's remote file system: `file_server<image_store> files{store};` in
/// `endpoints{group_of(files)}`. A client sees the root of the store as "/". Its handles belong to its session, and are closed
/// when that ends. A request that is malformed is answered with an error, one that no client waits for is dropped and counted.
/// The answer is written into the transmit buffer, which has at least 128 bytes. A request that finds no buffer for it keeps
/// its own until a later poll. A long READ is answered in parts by several polls, between those of other sessions.
template <file_store Store, file_server_config Config = file_server_config{}> class file_server {
    static_assert(Config.waiting >= 1, "a server keeps at least one request that found no buffer for its answer");

    static constexpr std::size_t least_room = 128;
    static constexpr std::uint32_t parts_at_once = 4; ///< answers to a READ before the other sessions have their turn

    using requests = detail::server_requests<Store, Config>;
    using answer = typename requests::answer;

    /// A request that is not answered yet.
    struct waiting_request {
        held_message::parked what{};
        std::uint32_t session{};
        std::uint32_t done{}; ///< bytes of a READ that were sent
    };
    requests requests_;
    std::array<waiting_request, Config.waiting> waiting_{};
    std::uint32_t waiting_count_{};
    bool has_more_{}; ///< a READ goes on in the next poll
    file_server_counts counts_{};

    /// Sends the front and the rest of an answer.
    constexpr auto send(auto& link, address to, auto& room, wire::file_head head, answer const& made) -> void {
        head.result = made.value;
        store(room.payload(), head);
        auto const is_sent = link.commit_to(to, std::move(room), made.size).has_value();
        detail::count_up(is_sent ? counts_.answered : counts_.lost);
        if (is_sent and made.value < 0) {
            detail::count_up(counts_.refused);
        }
    }
    /// A buffer for an answer; without one `must_wait` tells whether there will be one.
    constexpr auto reserve(auto& link, bool& must_wait) {
        auto room = link.reserve();
        must_wait = not room and room.refusal() == error::no_buffer;
        if ((not room and not must_wait) or (room and room.payload().size() < least_room)) {
            detail::count_up(counts_.lost);
            room = decltype(room){error::too_large};
        }
        return room;
    }
    /// Goes on with a READ of which `done` bytes were sent; false when it is not over.
    constexpr auto go_on_reading(auto& link, std::uint32_t session, address to, wire::file_transfer const& it,
                                 std::uint32_t& done) -> bool {
        auto const count = std::min<std::uint32_t>(it.count, 0x7fff'ffff);
        for (std::uint32_t part = 0; part < parts_at_once; ++part) {
            auto must_wait = false;
            auto room = reserve(link, must_wait);
            if (not room) {
                return not must_wait;
            }
            auto const into = room.payload().subspan(sizeof it);
            auto const left = std::min<std::size_t>(into.size(), done < count ? count - done : 0);
            auto const got = requests_.read(session, it.handle, into.first(left));
            store(room.payload(), it);
            auto const size = got ? *got : 0;
            send(link, to, room, it.head,
                 {.value = got ? static_cast<std::int32_t>(size) : -static_cast<std::int32_t>(got.error()),
                  .size = sizeof it + size});
            done += size;
            if (size == 0 or done >= count) {
                return true;
            }
        }
        has_more_ = true;
        return false;
    }
    /// Executes a request; false when its answer has to wait.
    constexpr auto serve(auto& link, std::uint32_t session, message const& m, std::uint32_t& done) -> bool {
        auto head = wire::file_head{};
        auto transfer = wire::file_transfer{};
        (void)wire::read_header(m.payload, 0, head);
        auto const command = static_cast<wire::file_command>(head.command);
        auto const is_write = command == wire::file_command::write;
        auto const is_transfer =
            (is_write or command == wire::file_command::read) and wire::read_header(m.payload, 0, transfer);
        if (is_transfer and not is_write) {
            return go_on_reading(link, session, m.source, transfer, done);
        }
        if (is_write and head.cookie == 0) {
            if (is_transfer) {
                transfer.head = head;
                (void)requests_.write(session, m.payload, transfer);
            } else {
                detail::count_up(counts_.malformed);
            }
            return true;
        }
        auto must_wait = false;
        auto room = reserve(link, must_wait);
        if (not room) {
            return not must_wait;
        }
        auto made = answer{};
        if (is_write and is_transfer) {
            transfer.head = head;
            store(room.payload(), transfer);
            made = {.value = requests_.write(session, m.payload, transfer), .size = sizeof transfer};
        } else {
            made = requests_.execute(session, command, m.payload, room.payload());
        }
        send(link, m.source, room, head, made);
        return true;
    }

    [[nodiscard]] constexpr auto is_behind(std::uint32_t i) const -> bool {
        auto is_found = false;
        for (std::uint32_t k = 0; k < i; ++k) {
            is_found = is_found or waiting_[k].session == waiting_[i].session;
        }
        return is_found;
    }
    [[nodiscard]] constexpr auto is_waiting(std::uint32_t session) const -> bool {
        return std::any_of(waiting_.begin(), waiting_.begin() + waiting_count_,
                           [&](auto const& each) { return each.session == session; });
    }
    constexpr auto release(std::uint32_t i) -> void {
        held_message{waiting_[i].what}.release();
        std::copy(waiting_.begin() + i + 1, waiting_.begin() + waiting_count_, waiting_.begin() + i);
        --waiting_count_;
    }

  public:
    static constexpr std::uint32_t sessions = Config.sessions;

    /// The store must outlive the server.
    constexpr explicit file_server(Store& store) : requests_{store} {}

    [[nodiscard]] constexpr auto counts() const -> file_server_counts const& { return counts_; }
    /// The files and directories that are open.
    [[nodiscard]] constexpr auto open_count() const -> std::uint32_t { return requests_.open_count(); }
    /// The requests that wait for a buffer.
    [[nodiscard]] constexpr auto waiting() const -> std::uint32_t { return waiting_count_; }

    /// Called by the channel.
    constexpr auto on_message(auto& link, std::uint32_t session, message const& m) -> void {
        if (m.payload.size() < sizeof(wire::file_head)) {
            return detail::count_up(counts_.malformed);
        }
        auto done = std::uint32_t{};
        if (not is_waiting(session) and serve(link, session, m, done)) { // those that wait are older
            return;
        }
        if (waiting_count_ == Config.waiting) {
            return detail::count_up(counts_.lost);
        }
        waiting_[waiting_count_++] = {.what = link.hold(m).park(), .session = session, .done = done};
    }
    constexpr auto on_close(auto&, std::uint32_t session) -> void {
        for (std::uint32_t i = waiting_count_; i > 0; --i) {
            if (waiting_[i - 1].session == session) {
                release(i - 1);
            }
        }
        requests_.close_all(session);
    }
    /// Goes on with the requests that wait, each session in the order of its own.
    constexpr auto on_poll(auto& link, ticks) -> void {
        has_more_ = false;
        for (std::uint32_t i = 0; i < waiting_count_;) {
            auto& each = waiting_[i];
            auto endpoint = link.session(each.session);
            if (not is_behind(i) and serve(endpoint, each.session, each.what.content, each.done)) {
                release(i);
            } else {
                ++i;
            }
        }
    }
    [[nodiscard]] constexpr auto is_pending() -> bool { return has_more_; }
};

/// The group of the sessions of a server, for the table of a channel. The server must outlive the channel.
template <typename Store, file_server_config Config>
[[nodiscard]] constexpr auto group_of(file_server<Store, Config>& server) -> endpoint_group auto{
    return listener<"rpmsgfs-", Config.sessions>(server);
}

} // namespace rpmsg
