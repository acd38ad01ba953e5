#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <poll.h>
#include <pty.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

namespace {
/// A terminal with a shell of Linux beside the firmware of examples/linux_peer.
class screen {
    int user_{-1};
    pid_t program_{-1};
    std::string text_{};

  public:
    screen() {
        auto const size = winsize{.ws_row = 33, .ws_col = 101, .ws_xpixel = 0, .ws_ypixel = 0};
        program_ = forkpty(&user_, nullptr, nullptr, &size);
        if (program_ == 0) {
            setenv("RPMSG_GUEST", RPMSG_GUEST, 1);
            setenv("RPMSG_GUEST_OPTIONS", "shell=yes", 1);
            execl(RPMSG_LINUX_PEER, "linux_peer", static_cast<char*>(nullptr));
            _exit(127);
        }
        REQUIRE(program_ > 0);
    }
    screen(screen const&) = delete;
    auto operator=(screen const&) -> screen& = delete;
    ~screen() {
        if (program_ > 0) {
            kill(program_, SIGKILL);
            waitpid(program_, nullptr, 0);
        }
        close(user_);
    }

    auto type(std::string_view keys) -> void { REQUIRE(write(user_, keys.data(), keys.size()) == std::ssize(keys)); }
    auto signal(int number) -> void { kill(program_, number); }

    /// Returns what is shown up to and including this text. Two minutes of silence fail the test.
    auto shows(std::string_view wanted) -> std::string {
        auto at = text_.find(wanted);
        while (at == std::string::npos) {
            auto waited = pollfd{.fd = user_, .events = POLLIN, .revents = 0};
            auto bytes = std::array<char, 4096>{};
            auto const got = poll(&waited, 1, 120'000) == 1 ? read(user_, bytes.data(), bytes.size()) : -1;
            INFO("'" << wanted << "' is not in: " << text_);
            REQUIRE(got > 0);
            text_.append(bytes.data(), static_cast<std::size_t>(got));
            at = text_.find(wanted);
        }
        auto shown = text_.substr(0, at + wanted.size());
        text_.erase(0, shown.size());
        return shown;
    }

    /// Returns whether the terminal itself echoes and edits lines, as it does for a usual program.
    [[nodiscard]] auto is_as_before() const -> bool {
        auto mode = termios{};
        REQUIRE(tcgetattr(user_, &mode) == 0);
        return (mode.c_lflag & (ECHO | ICANON | ISIG)) == (ECHO | ICANON | ISIG);
    }

    /// Reads on until the program has ended, and returns its status as of `wait`. A program that does not end gets SIGKILL.
    auto end() -> int {
        auto bytes = std::array<char, 4096>{};
        auto status = 0;
        for (auto i = 0; waitpid(program_, &status, WNOHANG) == 0; ++i) {
            if (i == 1200) {
                kill(program_, SIGKILL);
            }
            auto waited = pollfd{.fd = user_, .events = POLLIN, .revents = 0};
            if (poll(&waited, 1, 100) == 1 and read(user_, bytes.data(), bytes.size()) < 0) {
                usleep(10'000);
            }
        }
        program_ = -1;
        return status;
    }
};

auto count(std::string_view text, std::string_view part) -> int {
    auto found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) {
        ++found;
    }
    return found;
}
} // namespace

TEST_CASE("a shell on a terminal begins with how to leave and one prompt") {
    auto terminal = screen{};
    auto const begin = terminal.shows("linux# ");
    CHECK(count(begin, "\n") == 1);
    CHECK(begin.find("'exit' or Ctrl-] ends both") != begin.npos);
}

TEST_CASE("the shell echoes what is typed once, and knows the size of the terminal") {
    auto terminal = screen{};
    terminal.shows("linux# ");
    terminal.type("stty size; echo en''d\n");
    auto const answer = terminal.shows("end");
    CHECK(count(answer, "stty size") == 1);
    CHECK(count(answer, "33 101") == 1);
}

TEST_CASE("Ctrl-C ends the program that Linux runs and nothing else") {
    auto terminal = screen{};
    terminal.shows("linux# ");
    terminal.type("echo beg''un; sleep 100000\n");
    terminal.shows("begun");
    terminal.type("\x03");
    terminal.shows("linux# ");
    terminal.type("echo st''ill there\n");
    terminal.shows("still there");
}

TEST_CASE("the terminal is as before when Linux has been left") {
    auto terminal = screen{};
    terminal.shows("linux# ");
    terminal.type("echo ke''ys\n");
    terminal.shows("keys"); // now each key is passed on
    terminal.shows("linux# ");
    CHECK_FALSE(terminal.is_as_before());
    terminal.type(GENERATE("exit\n", "\x04", "\x1d"));
    CHECK(terminal.end() == 0);
    CHECK(terminal.is_as_before());
}

TEST_CASE("the terminal is as before when a signal or a fault of the firmware ended the program") {
    auto terminal = screen{};
    terminal.shows("linux# ");
    terminal.type("echo ke''ys\n");
    terminal.shows("keys");
    CHECK_FALSE(terminal.is_as_before());
    auto const number = GENERATE(SIGINT, SIGTERM, SIGHUP, SIGSEGV);
    terminal.signal(number);
    auto const status = terminal.end();
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == number);
    CHECK(terminal.is_as_before());
}

TEST_CASE("Ctrl-C ends a Linux that is not up yet") {
    auto terminal = screen{};
    REQUIRE(terminal.is_as_before());
    usleep(100'000); // it boots, or its program has not begun: the key ends both
    terminal.type("\x03");
    CHECK(WIFSIGNALED(terminal.end()));
    CHECK(terminal.is_as_before());
}

TEST_CASE("without a terminal the end of the input ends Linux") {
    auto input = std::array<int, 2>{};
    REQUIRE(pipe(input.data()) == 0);
    auto const program = fork();
    if (program == 0) {
        dup2(input[0], STDIN_FILENO);
        close(input[1]);
        setenv("RPMSG_GUEST", RPMSG_GUEST, 1);
        setenv("RPMSG_GUEST_OPTIONS", "shell=yes", 1);
        execl(RPMSG_LINUX_PEER, "linux_peer", static_cast<char*>(nullptr));
        _exit(127);
    }
    close(input[0]);
    close(input[1]);
    auto status = -1;
    REQUIRE(waitpid(program, &status, 0) == program);
    CHECK(status == 0);
}
