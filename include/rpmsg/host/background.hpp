#pragma once

#include <rpmsg/host/descriptor.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace rpmsg::host {

/// Lets a program go on in the background once it is known whether it works: the process that was called waits for `tell`, and
/// ends with what is told, on its own terminal. Made before any thread, for it forks. In the foreground nothing of that happens.
class background {
    descriptor result_{};

    /// The caller's process: ends as the other one tells, or with 1 where that ends without a word.
    [[noreturn]] static auto wait(descriptor result) -> void {
        auto text = std::string{};
        auto piece = std::array<char, 256>{};
        auto got = ssize_t{};
        do {
            got = ::read(result.number(), piece.data(), piece.size());
            text.append(piece.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
        } while (got > 0 or (got < 0 and errno == EINTR));
        auto const is_well = text == ".";
        if (not is_well) {
            (void)std::fprintf(stderr, "%s\n", text.empty() ? "the program ended before it was ready" : text.c_str());
        }
        _exit(is_well ? 0 : 1);
    }

  public:
    explicit background(bool stays_in_foreground) {
        auto ends = std::array<int, 2>{};
        if (stays_in_foreground or pipe2(ends.data(), O_CLOEXEC) != 0) {
            return;
        }
        auto read_end = descriptor{ends[0]};
        result_ = descriptor{ends[1]};
        auto const child = fork();
        if (child > 0) {
            result_.close();
            wait(std::move(read_end));
        }
        if (child == 0) {
            (void)setsid();
        }
    }

    /// Says what went wrong, or with an empty text that all is well: then the terminal is left.
    auto tell(std::string_view failure) -> void {
        if (not result_) {
            if (not failure.empty()) {
                (void)std::fprintf(stderr, "%.*s\n", static_cast<int>(failure.size()), failure.data());
            }
            return;
        }
        auto const text = failure.empty() ? std::string_view{"."} : failure;
        (void)!write(result_.number(), text.data(), text.size());
        result_.close();
        if (auto const nothing = descriptor{::open("/dev/null", O_RDWR | O_CLOEXEC)}; nothing and failure.empty()) {
            for (auto const each : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
                (void)dup2(nothing.number(), each);
            }
        }
    }
};

} // namespace rpmsg::host
