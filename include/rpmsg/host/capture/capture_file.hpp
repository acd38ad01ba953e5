#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/file_system.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/steady_clock.hpp>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace rpmsg::host {

namespace detail {
/// Keeps a write into a closed pipe, or beyond the size limit of the process, from ending the process.
class write_signals_held {
    sigset_t held_{};
    sigset_t before_{};
    sigset_t pending_{};

  public:
    write_signals_held() {
        sigemptyset(&held_);
        sigaddset(&held_, SIGPIPE);
        sigaddset(&held_, SIGXFSZ);
        sigpending(&pending_);
        pthread_sigmask(SIG_BLOCK, &held_, &before_);
    }
    ~write_signals_held() {
        auto const why = errno;
        for (auto const each : {SIGPIPE, SIGXFSZ}) {
            if (sigismember(&pending_, each) == 1) { // not from this write
                sigdelset(&held_, each);
            }
        }
        auto const at_once = timespec{};
        while (sigtimedwait(&held_, nullptr, &at_once) > 0) {}
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
        errno = why;
    }
    write_signals_held(write_signals_held const&) = delete;
    auto operator=(write_signals_held const&) -> write_signals_held& = delete;
};
} // namespace detail

/// Where a capture is written to. A record is taken as a whole or not at all. A write never waits for a reader: up to 1 MiB is
/// stored for the reader of a pipe that is behind. A file ends with a whole record at any time, also on a full disk.
class capture_file {
    static constexpr std::size_t backlog_limit = 1 << 20;
    static constexpr ticks patience = 1000; ///< milliseconds for which `finish` waits for a reader

    descriptor file_{};
    bool is_file_{};                   ///< a file on a disk, not a pipe, a socket or a device
    bool is_broken_{};                 ///< nothing more can be written
    int flags_{};                      ///< the flags of the descriptor before
    off_t end_{};                      ///< of the last whole record of a file
    std::vector<std::byte> backlog_{}; ///< for the reader of a pipe
    std::size_t taken_{};              ///< bytes of the backlog that the reader has
    std::string error_{};

    capture_file(descriptor file, bool is_file, int flags, off_t end)
        : file_{std::move(file)}, is_file_{is_file}, flags_{flags}, end_{end} {}

    static auto refuse(std::string const& name, std::string const& why) -> failure {
        return {"the capture cannot be written to " + name + ": " + why};
    }
    auto note(std::string const& why) -> void {
        if (error_.empty()) {
            error_ = "the capture is incomplete: " + why;
        }
    }
    /// Writes what is possible without waiting; returns how much. The reason of a failure is in `errno`, else it is 0.
    auto write_some(const_bytes out) -> std::size_t {
        auto const signals = detail::write_signals_held{};
        std::size_t done = 0;
        errno = 0;
        while (done < out.size()) {
            auto const taken = ::write(file_.number(), out.data() + done, out.size() - done);
            if (taken > 0) {
                done += static_cast<std::size_t>(taken);
            } else if (taken == 0 or errno != EINTR) {
                break;
            }
        }
        return done;
    }
    auto append_to_file(const_bytes record) -> bool {
        if (write_some(record) == record.size()) {
            end_ += static_cast<off_t>(record.size());
            return true;
        }
        note(words_of(errno));
        is_broken_ = ftruncate(file_.number(), end_) != 0 or lseek(file_.number(), end_, SEEK_SET) != end_;
        return false;
    }
    [[nodiscard]] auto left() const -> const_bytes { return const_bytes{backlog_}.subspan(taken_); }
    /// Passes the backlog to the reader of a pipe.
    auto pass_on() -> void {
        auto const total = left().size();
        auto const done = write_some(left());
        if (done < total and errno != EAGAIN) {
            note(errno == EPIPE ? "its reader has ended" : words_of(errno));
            is_broken_ = true;
        }
        taken_ += done;
        if (taken_ * 2 >= backlog_.size()) { // seldom, so that each byte is moved about once
            backlog_.erase(backlog_.begin(), backlog_.begin() + static_cast<std::ptrdiff_t>(std::exchange(taken_, 0)));
        }
    }
    auto append_to_pipe(const_bytes record) -> bool {
        if (left().size() + record.size() > backlog_limit) {
            pass_on();
        }
        if (is_broken_ or left().size() + record.size() > backlog_limit) {
            note("its reader is too slow");
            return false;
        }
        backlog_.insert(backlog_.end(), record.begin(), record.end());
        pass_on();
        return not is_broken_;
    }

  public:
    capture_file(capture_file&&) noexcept = default;
    auto operator=(capture_file&&) noexcept -> capture_file& = delete;
    ~capture_file() { finish(); }

    /// Takes over a descriptor; `name` is for the words of a failure. A file of the network is refused, because its server can
    /// make a write wait, and so is a terminal. A pipe is set to non-blocking until the end, also for other users of it.
    [[nodiscard]] static auto on(descriptor file, std::string const& name) -> outcome<capture_file> {
        auto const number = file.number();
        auto const flags = fcntl(number, F_GETFL);
        struct stat about {};
        if (flags < 0 or fstat(number, &about) != 0) {
            return refuse(name, words_of(errno));
        }
        if ((flags & O_ACCMODE) == O_RDONLY) {
            return refuse(name, "it is open for reading only");
        }
        if (isatty(number) == 1) {
            return refuse(name, "it is a terminal; name a file or a pipe");
        }
        if (S_ISBLK(about.st_mode)) {
            return refuse(name, "it is a disk; name a file or a pipe");
        }
        auto const is_file = S_ISREG(about.st_mode);
        if (auto const type = is_file ? remote_file_system(number) : std::string{}; not type.empty()) {
            return refuse(name,
                          "its file system (" + type + ") can make the link wait; use a local file or a pipe to a program");
        }
        auto const end = is_file ? lseek(number, 0, (flags & O_APPEND) != 0 ? SEEK_END : SEEK_CUR) : off_t{};
        if (end < 0 or (not is_file and fcntl(number, F_SETFL, flags | O_NONBLOCK) != 0)) {
            return refuse(name, words_of(errno));
        }
        return outcome<capture_file>{capture_file{std::move(file), is_file, flags, end}};
    }
    /// Makes or empties a file. A named pipe needs a reader first.
    [[nodiscard]] static auto create(std::string const& path) -> outcome<capture_file> {
        constexpr auto mode = 0666;
        auto file = descriptor{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, mode)};
        if (not file) {
            return refuse(path, errno == ENXIO ? "no program reads this pipe; start the reader first" : words_of(errno));
        }
        auto made = on(std::move(file), path);
        if (made and made->is_file_ and ftruncate(made->file_.number(), 0) != 0) {
            return refuse(path, words_of(errno));
        }
        return made;
    }

    /// Appends a whole record, or nothing: false.
    [[nodiscard]] auto append(const_bytes record) -> bool {
        if (not file_ or is_broken_) {
            return false;
        }
        return is_file_ ? append_to_file(record) : append_to_pipe(record);
    }
    /// Ends the capture: waits up to a second until the reader of a pipe has taken the rest, and closes the descriptor.
    auto finish() -> void {
        if (not file_) {
            return;
        }
        auto const deadline = steady_clock::now() + patience;
        while (not left().empty() and not is_broken_ and not has_passed(deadline, steady_clock::now())) {
            auto waited = pollfd{.fd = file_.number(), .events = POLLOUT, .revents = 0};
            ::poll(&waited, 1, static_cast<int>(steady_clock::until(deadline)));
            pass_on();
        }
        if (not left().empty()) {
            note("its reader did not take the last " + std::to_string(left().size()) + " bytes");
        }
        if (not is_file_) {
            fcntl(file_.number(), F_SETFL, flags_);
        }
        file_.close();
    }
    /// Returns the first failure in words; empty when there was none.
    [[nodiscard]] auto error() const -> std::string const& { return error_; }
};

} // namespace rpmsg::host
