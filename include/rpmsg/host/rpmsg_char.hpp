#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/rpmsg_control.hpp>
#include <rpmsg/host/steady_clock.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace rpmsg::host {

/// An endpoint on the Linux side of a link: /dev/rpmsgN of the driver rpmsg_char (Linux, drivers/rpmsg/rpmsg_char.c), found by
/// the name of its service. Every call takes a deadline in milliseconds of `steady_clock`; one that has passed makes the call
/// non-blocking.
class rpmsg_char {
    descriptor file_{};
    bool is_own_{}; ///< this object created the endpoint and destroys it

    rpmsg_char(descriptor file, bool is_own) : file_{std::move(file)}, is_own_{is_own} {}

    /// Maps the error of the driver: the channel is gone, the message is too long, no buffer is free.
    static auto refusal() -> error {
        switch (errno) {
        case EMSGSIZE: return error::too_large;
        case EAGAIN:
        case EINTR:
        case ENOMEM: return error::no_buffer;
        case EINVAL: return error::not_bound;
        default: return error::closed;
        }
    }

    /// Returns a number that differs for each device, although device numbers are reused.
    static auto identity_of(unsigned number, rpmsg_paths const& paths) -> ino_t {
        struct stat found {};
        return stat((paths.classes + "/rpmsg" + std::to_string(number)).c_str(), &found) == 0 ? found.st_ino : 0;
    }

    /// Opens the first endpoint of those that `find` returns.
    static auto open_found(std::string_view name, auto&& find, ticks deadline, rpmsg_paths const& paths)
        -> outcome<descriptor> {
        auto why = std::string{"there is none"};
        do {
            for (auto const number : find()) {
                auto const path = paths.devices + "/rpmsg" + std::to_string(number);
                auto file = descriptor{::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)};
                if (file) {
                    return file;
                }
                why = path + ": " + words_of(errno);
            }
        } while (not has_passed(deadline, steady_clock::now()) and usleep(1000) == 0);
        return failure{"no endpoint '" + std::string{name} + "' to open: " + why};
    }

  public:
    rpmsg_char(rpmsg_char&& other) noexcept : file_{std::move(other.file_)}, is_own_{std::exchange(other.is_own_, false)} {}
    auto operator=(rpmsg_char&&) -> rpmsg_char& = delete;
    ~rpmsg_char() {
        if (is_own_) {
            rpmsg_control::destroy(file_.number());
        }
    }

    /// Opens the endpoint of a service that the remote core has announced or announces before the deadline. Of several with
    /// this name it takes the one with the lowest number that no process has opened.
    static auto open(std::string_view name, ticks deadline, rpmsg_paths const& paths = {}) -> outcome<rpmsg_char> {
        auto file = open_found(
            name, [&] { return rpmsg_control::find(name, paths); }, deadline, paths);
        if (not file) {
            return failure{file.error()};
        }
        return rpmsg_char{std::move(*file), false};
    }
    /// Opens the endpoint of a path: /dev/rpmsgN.
    static auto open_file(std::string const& path) -> outcome<rpmsg_char> {
        auto file = descriptor{::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)};
        if (not file) {
            return failure{"endpoint " + path + " cannot be opened: " + words_of(errno)};
        }
        return rpmsg_char{std::move(file), false};
    }
    /// Creates an endpoint at `local` (any_address: a free one), which sends to `peer`. Other processes may create and remove
    /// endpoints of this name at the same time: the new one is recognised by its addresses, too, and an indistinguishable one
    /// is equivalent.
    static auto create(auto const& control, std::string_view name, address local, address peer, ticks deadline,
                       rpmsg_paths const& paths = {}) -> outcome<rpmsg_char> {
        auto before = std::vector<std::pair<unsigned, ino_t>>{};
        for (auto const number : rpmsg_control::find(name, local, peer, paths)) {
            before.emplace_back(number, identity_of(number, paths));
        }
        auto const find_new = [&] {
            auto found = rpmsg_control::find(name, local, peer, paths);
            std::erase_if(found, [&](auto number) {
                return std::ranges::find(before, std::pair{number, identity_of(number, paths)}) != before.end();
            });
            return found;
        };
        if (auto const made = control.create_endpoint(name, local, peer); not made.text.empty()) {
            return made;
        }
        auto file = open_found(name, find_new, deadline, paths);
        if (not file) {
            return failure{file.error()};
        }
        return rpmsg_char{std::move(*file), true};
    }

    /// For an event loop: readable when a message is pending. The driver never reports that a buffer is free.
    [[nodiscard]] auto number() const -> int { return file_.number(); }

    /// Sends a message. `too_large` beyond 496 bytes, `timed_out` when no buffer was free, `not_bound` without a peer, `closed`
    /// when the channel is gone.
    [[nodiscard]] auto send(const_bytes payload, ticks deadline) const -> status {
        while (::write(file_.number(), payload.data(), payload.size()) < 0) {
            auto const why = refusal();
            if (why != error::no_buffer) {
                return why;
            }
            if (has_passed(deadline, steady_clock::now())) {
                return error::timed_out;
            }
            usleep(200); // the driver does not report free buffers
        }
        return {};
    }

    /// Receives a message into `into` and returns its size; 0 is a message without payload. `too_large` when it is longer than
    /// `into`: the driver discards the rest. `timed_out` when no message arrived, `closed` when the channel is gone.
    [[nodiscard]] auto receive(bytes into, ticks deadline) const -> result<std::uint32_t> {
        auto more = std::byte{};
        auto const parts = std::array{iovec{into.data(), into.size()}, iovec{&more, 1}};
        while (true) {
            auto const got = ::readv(file_.number(), parts.data(), parts.size());
            if (got > static_cast<ssize_t>(into.size())) {
                return error::too_large;
            }
            if (got >= 0) {
                return static_cast<std::uint32_t>(got);
            }
            if (errno != EAGAIN and errno != EINTR) {
                return error::closed;
            }
            auto const left = steady_clock::until(deadline);
            if (left == 0) {
                return error::timed_out;
            }
            auto waited = pollfd{.fd = file_.number(), .events = POLLIN, .revents = 0};
            (void)poll(&waited, 1, static_cast<int>(std::min(left, ticks{0x7fff'ffff})));
        }
    }
};

} // namespace rpmsg::host
