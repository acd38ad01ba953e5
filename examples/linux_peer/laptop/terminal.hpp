#pragma once

#include <array>
#include <csignal>
#include <cstdlib>
#include <string>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/// The terminal of this process as the console of the guest: each key goes there as it is typed, and only the guest echoes it.
/// The old mode returns when the process ends, also by a signal or a fault of the firmware. There is one.
class terminal {
    static inline termios before{};
    static inline bool is_raw{};

    static auto end_by_signal(int number) -> void {
        restore();
        raise(number); // the handler is gone: now it has its usual effect
    }

  public:
    static constexpr char leave = 0x1d; ///< Ctrl-]

    [[nodiscard]] static auto is_there() -> bool { return isatty(STDIN_FILENO) == 1; }

    /// Returns its size as words for the guest's command line; none if it has no size.
    [[nodiscard]] static auto size() -> std::string {
        auto now = winsize{};
        if (ioctl(STDIN_FILENO, TIOCGWINSZ, &now) != 0 or now.ws_row == 0 or now.ws_col == 0) {
            return {};
        }
        return "rows=" + std::to_string(now.ws_row) + " cols=" + std::to_string(now.ws_col);
    }

    static auto pass_each_key() -> void {
        if (not is_there() or tcgetattr(STDIN_FILENO, &before) != 0) {
            return;
        }
        is_raw = true;
        std::atexit(restore);
        for (auto const number : std::array{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV}) {
            struct sigaction action {};
            action.sa_handler = end_by_signal;
            action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
            sigaction(number, &action, nullptr);
        }
        auto raw = before;
        cfmakeraw(&raw);
        raw.c_oflag = before.c_oflag; // the lines that the firmware prints itself
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    }

    static auto restore() -> void {
        if (is_raw) {
            tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
            is_raw = false;
        }
    }
};
