#pragma once

#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/file_system.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/vhost/message.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <utility>

namespace rpmsg::host {

/// The connection to a front end, message by message. It never waits; an invalid message ends it.
class vhost_socket {
    descriptor socket_{};
    vhost_message message_{};
    std::size_t filled_{};
    std::string why_{};
    bool has_ended_{};

    static constexpr auto head_size = sizeof(vhost_message::head);

    auto end(std::string why) -> bool {
        has_ended_ = true;
        why_ = std::move(why);
        return false;
    }

    auto keep_files(msghdr& got) -> bool {
        auto remote = std::string{};
        auto fits = (got.msg_flags & MSG_CTRUNC) == 0;
        for (auto* part = CMSG_FIRSTHDR(&got); part != nullptr; part = CMSG_NXTHDR(&got, part)) {
            if (part->cmsg_level != SOL_SOCKET or part->cmsg_type != SCM_RIGHTS) {
                continue;
            }
            auto const count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (std::size_t i = 0; i < count; ++i) {
                auto number = -1;
                std::memcpy(&number, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
                if (auto const system = remote_file_system(number); not system.empty()) {
                    remote = system;
                    close_elsewhere(number);
                    continue;
                }
                auto owned = descriptor{number};
                if (message_.file_count < message_.files.size()) {
                    message_.files[message_.file_count++] = std::move(owned);
                } else {
                    fits = false;
                }
            }
        }
        if (not remote.empty()) {
            return end("sends a file that may have to be waited for, of file system '" + remote +
                       "': it has to be memory, or on a disk of this computer");
        }
        return fits or end("sends more than " + std::to_string(message_.files.size()) + " descriptors with a message");
    }

    /// Reads until `size` bytes of the message are there in all; returns whether they are.
    auto fill(std::byte* to, std::size_t size) -> bool {
        if (filled_ >= size) {
            return true;
        }
        alignas(cmsghdr) auto control = std::array<char, CMSG_SPACE(sizeof(int) * vhost_message::most_regions)>{};
        auto room = iovec{.iov_base = to, .iov_len = size - filled_};
        auto got = msghdr{};
        got.msg_iov = &room;
        got.msg_iovlen = 1;
        got.msg_control = control.data();
        got.msg_controllen = control.size();
        auto const count = recvmsg(socket_.number(), &got, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (count < 0) {
            auto const is_nothing = errno == EAGAIN or errno == EINTR;
            return is_nothing ? false : end("cannot be heard: " + words_of(errno));
        }
        if (count == 0) {
            return end(filled_ == 0 ? "" : "ends in the middle of a message");
        }
        filled_ += static_cast<std::size_t>(count);
        return keep_files(got) and filled_ >= size;
    }

    [[nodiscard]] auto read_head() -> bool {
        auto raw = std::array<std::byte, head_size>{};
        store(raw, message_.about);
        auto const is_whole = fill(raw.data() + std::min(filled_, head_size), head_size);
        message_.about = load<vhost_message::head>(raw);
        return is_whole;
    }

  public:
    vhost_socket() = default;
    explicit vhost_socket(descriptor connected) : socket_{std::move(connected)} {}

    explicit operator bool() const { return static_cast<bool>(socket_); }
    [[nodiscard]] auto number() const -> int { return socket_.number(); }
    /// Returns whether the front end is gone or sent an invalid message. `why` is empty when it left between two messages.
    [[nodiscard]] auto has_ended() const -> bool { return has_ended_; }
    [[nodiscard]] auto why() const -> std::string const& { return why_; }

    /// Returns whether a message or the end of the connection is pending.
    [[nodiscard]] auto has_more() const -> bool {
        auto byte = char{};
        return recv(socket_.number(), &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT) >= 0;
    }

    /// Returns whether the next whole message was received.
    auto receive(vhost_message& into) -> bool {
        if (has_ended_ or not read_head()) {
            return false;
        }
        auto const& about = message_.about;
        if ((about.flags & vhost_message::version_bits) != vhost_message::version) {
            return end("does not speak version 1 of the vhost-user protocol");
        }
        if (about.size > message_.payload.size()) {
            return end("sends request " + std::to_string(static_cast<std::uint32_t>(about.request)) + " with " +
                       std::to_string(about.size) + " bytes, the most is " + std::to_string(message_.payload.size()));
        }
        if (about.size > 0 and not fill(message_.payload.data() + (filled_ - head_size), head_size + about.size)) {
            return false;
        }
        into = std::exchange(message_, {});
        filled_ = 0;
        return true;
    }

    /// Sends a whole message or ends the connection, because a front end must read its replies.
    auto send(vhost_message::head const& about, std::uint64_t value) -> bool {
        auto raw = std::array<std::byte, head_size + sizeof(value)>{};
        store(raw, about);
        store(bytes{raw}.subspan(head_size), value);
        auto const sent = ::send(socket_.number(), raw.data(), raw.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        return sent == static_cast<ssize_t>(raw.size()) or end("does not take its answers");
    }
};

} // namespace rpmsg::host
