#pragma once

#ifndef FUSE_USE_VERSION
#define FUSE_USE_VERSION 35
#endif

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/host/outcome.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <fcntl.h>
#include <functional>
#include <fuse3/cuse_lowlevel.h>
#include <fuse3/fuse_lowlevel.h>
#include <memory>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace rpmsg::host {

/// An endpoint of any link as a device file below /dev, by CUSE of the kernel and libfuse 3: a read takes one message, a write
/// sends one, select and poll wait. A read that is shorter than the message loses the rest, as with Linux's own /dev/rpmsgN; an
/// ioctl tells the size before. All readers share the messages; up to 64 wait for them, further ones are dropped and
/// counted. The owner calls `put` for each message and `set_bound` for each change of the peer, and `serve` when `number()` is
/// readable and after each poll of the link, all in one thread. Link with `rpmsg::fuse`.
class cuse_node {
    static constexpr std::size_t most_waiting = 64;

    struct reader {
        fuse_req_t request{};
        std::size_t size{};
    };
    struct writer {
        fuse_req_t request{};
        std::vector<std::byte> data{};
    };
    struct state {
        std::function<status(const_bytes)> send;
        fuse_session* session{};
        fuse_buf received{};
        std::deque<std::vector<std::byte>> messages{};
        std::deque<reader> readers{};
        std::deque<writer> writers{};
        std::deque<fuse_pollhandle*> watchers{};
        std::uint32_t lost{};
        bool is_bound{};

        explicit state(std::function<status(const_bytes)> sending) : send{std::move(sending)} {}
        state(state const&) = delete;
        auto operator=(state const&) -> state& = delete;
        ~state() {
            refuse_all();
            for (auto* const each : watchers) {
                fuse_pollhandle_destroy(each);
            }
            if (session != nullptr) {
                fuse_session_destroy(session);
            }
            std::free(received.mem);
        }

        static auto of(fuse_req_t request) -> state& { return *static_cast<state*>(fuse_req_userdata(request)); }
        auto refuse_all() -> void {
            for (auto const& each : std::exchange(readers, {})) {
                fuse_reply_err(each.request, EPIPE);
            }
            for (auto const& each : std::exchange(writers, {})) {
                fuse_reply_err(each.request, EPIPE);
            }
        }
        auto tell_watchers() -> void {
            for (auto* const each : std::exchange(watchers, {})) {
                fuse_lowlevel_notify_poll(each);
                fuse_pollhandle_destroy(each);
            }
        }
        [[nodiscard]] auto events() const -> unsigned {
            return (messages.empty() ? 0u : unsigned{POLLIN | POLLRDNORM}) |
                   (is_bound ? unsigned{POLLOUT | POLLWRNORM} : unsigned{POLLERR | POLLHUP});
        }
        static auto give(reader const& to, const_bytes message) -> void {
            fuse_reply_buf(to.request, reinterpret_cast<char const*>(message.data()), std::min(to.size, message.size()));
        }
        /// Sends, and answers the writer unless the link has no buffer.
        auto try_send(fuse_req_t request, const_bytes data) -> bool {
            auto const sent = send(data);
            switch (sent.error()) {
            case error::no_buffer: return false;
            case error::too_large: fuse_reply_err(request, EMSGSIZE); break;
            case error::not_bound: fuse_reply_err(request, ENOTCONN); break;
            default: sent ? fuse_reply_write(request, data.size()) : fuse_reply_err(request, EPIPE); break;
            }
            return true;
        }
        auto send_waiting() -> void {
            while (not writers.empty() and try_send(writers.front().request, writers.front().data)) {
                writers.pop_front();
            }
        }
    };
    std::unique_ptr<state> it_;

    explicit cuse_node(std::unique_ptr<state> it) : it_{std::move(it)} {}

    /// The process that waits got a signal.
    static auto interrupt(fuse_req_t request, void*) -> void {
        auto& it = state::of(request);
        std::erase_if(it.readers, [&](auto const& each) { return each.request == request; });
        std::erase_if(it.writers, [&](auto const& each) { return each.request == request; });
        fuse_reply_err(request, EINTR);
    }
    static auto read(fuse_req_t request, std::size_t size, off_t, fuse_file_info* file) -> void {
        auto& it = state::of(request);
        if (not it.messages.empty()) {
            state::give({request, size}, it.messages.front());
            it.messages.pop_front();
        } else if (not it.is_bound) {
            fuse_reply_err(request, EPIPE);
        } else if ((file->flags & O_NONBLOCK) != 0 or it.readers.size() == most_waiting) {
            fuse_reply_err(request, EAGAIN);
        } else {
            it.readers.push_back({request, size});
            fuse_req_interrupt_func(request, interrupt, nullptr);
        }
    }
    static auto write(fuse_req_t request, char const* text, std::size_t size, off_t, fuse_file_info* file) -> void {
        auto& it = state::of(request);
        auto const data = const_bytes{reinterpret_cast<std::byte const*>(text), size};
        if (it.writers.empty() and it.try_send(request, data)) {
            return;
        }
        if ((file->flags & O_NONBLOCK) != 0 or it.writers.size() == most_waiting) {
            fuse_reply_err(request, EAGAIN);
            return;
        }
        it.writers.push_back({request, {data.begin(), data.end()}});
        fuse_req_interrupt_func(request, interrupt, nullptr);
    }
    static auto poll(fuse_req_t request, fuse_file_info*, fuse_pollhandle* watcher) -> void {
        auto& it = state::of(request);
        if (watcher != nullptr) {
            it.watchers.push_back(watcher);
            if (it.watchers.size() > most_waiting) { // the oldest asks again
                fuse_lowlevel_notify_poll(it.watchers.front());
                fuse_pollhandle_destroy(it.watchers.front());
                it.watchers.pop_front();
            }
        }
        fuse_reply_poll(request, it.events());
    }
    static auto control(fuse_req_t request, int what, void*, fuse_file_info*, unsigned, void const*, std::size_t,
                        std::size_t room) -> void {
        auto const& it = state::of(request);
        auto const size = static_cast<std::uint32_t>(it.messages.empty() ? 0 : it.messages.front().size());
        if (static_cast<unsigned>(what) != next_size_request or room != sizeof size) {
            fuse_reply_err(request, ENOTTY);
            return;
        }
        fuse_reply_ioctl(request, 0, &size, sizeof size);
    }
    static auto table() -> cuse_lowlevel_ops {
        auto made = cuse_lowlevel_ops{};
        made.open = [](fuse_req_t request, fuse_file_info* file) { fuse_reply_open(request, file); };
        made.release = [](fuse_req_t request, fuse_file_info*) { fuse_reply_err(request, 0); };
        made.read = read;
        made.write = write;
        made.poll = poll;
        made.ioctl = control;
        return made;
    }

  public:
    /// The control request that returns the size of the next message as a std::uint32_t; 0 when there is none. Others are
    /// refused with ENOTTY.
    static constexpr unsigned next_size_request = _IOR(0xb5, 0x40, std::uint32_t);

    /// Makes /dev/NAME, which is there after the first calls of `serve`. `send` sends a message of the endpoint. It needs the
    /// rights of root.
    [[nodiscard]] static auto open(std::string_view name, std::function<status(const_bytes)> send) -> outcome<cuse_node> {
        auto const place = "/dev/" + std::string{name} + " cannot be made: ";
        if (name.empty() or name.find_first_of("/,\\") != std::string_view::npos) {
            return failure{place + "its name is empty or has a slash or a comma"};
        }
        auto const file = ::open("/dev/cuse", O_RDWR | O_CLOEXEC | O_NONBLOCK);
        if (file < 0) {
            return failure{place + (errno == ENOENT or errno == ENODEV ? "there is no /dev/cuse: load the kernel module cuse"
                                                                       : "/dev/cuse: " + words_of(errno))};
        }
        auto const named = "DEVNAME=" + std::string{name};
        auto const* words = named.c_str();
        auto const info = cuse_info{.dev_major = 0, .dev_minor = 0, .dev_info_argc = 1, .dev_info_argv = &words, .flags = 0};
        auto program = std::string{"rpmsg"};
        auto* arguments = program.data();
        auto given = fuse_args{.argc = 1, .argv = &arguments, .allocated = 0};
        auto made = std::make_unique<state>(std::move(send));
        auto const operations = table();
        made->session = cuse_lowlevel_new(&given, &info, &operations, made.get());
        auto const opened = "/dev/fd/" + std::to_string(file);
        if (made->session == nullptr or fuse_session_mount(made->session, opened.c_str()) != 0) {
            ::close(file);
            return failure{place + "libfuse refuses"};
        }
        return cuse_node{std::move(made)};
    }

    /// Becomes readable when a program does something with the device file.
    [[nodiscard]] auto number() const -> int { return fuse_session_fd(it_->session); }
    /// Messages for which there was no room.
    [[nodiscard]] auto lost() const -> std::uint32_t { return it_->lost; }

    /// A message came.
    auto put(const_bytes message) -> void {
        if (not it_->readers.empty()) {
            state::give(it_->readers.front(), message);
            it_->readers.pop_front();
        } else if (it_->messages.size() == most_waiting) {
            rpmsg::detail::count_up(it_->lost);
        } else {
            it_->messages.emplace_back(message.begin(), message.end());
            it_->tell_watchers();
        }
    }
    /// The endpoint has a peer, or none: then those who wait get EPIPE.
    auto set_bound(bool is_bound) -> void {
        it_->is_bound = is_bound;
        if (not is_bound) {
            it_->refuse_all();
        }
        it_->tell_watchers();
    }
    /// Does what programs have asked for; returns false when the kernel has ended the device.
    auto serve() -> bool {
        it_->send_waiting();
        auto got = fuse_session_receive_buf(it_->session, &it_->received);
        for (; got > 0; got = fuse_session_receive_buf(it_->session, &it_->received)) {
            fuse_session_process_buf(it_->session, &it_->received);
        }
        return fuse_session_exited(it_->session) == 0 and (got == -EAGAIN or got == -EINTR);
    }
};

} // namespace rpmsg::host
