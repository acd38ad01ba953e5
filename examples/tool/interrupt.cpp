#include "interrupt.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <sys/eventfd.h>
#include <unistd.h>

namespace tool::interrupt {
namespace {
std::sig_atomic_t volatile asked{};
int file = -1;

auto note(int) -> void {
    auto const before = errno;
    auto const one = std::uint64_t{1};
    asked = 1;
    (void)!write(file, &one, sizeof one);
    errno = before;
}
} // namespace

auto install() -> void {
    file = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct sigaction how {};
    how.sa_handler = note; // without SA_RESTART: a write that waits returns
    for (auto const each : std::array{SIGINT, SIGTERM, SIGHUP}) {
        sigaction(each, &how, nullptr);
    }
    how.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &how, nullptr);
}
auto is_asked() -> bool { return asked != 0; }
auto descriptor() -> int { return file; }

} // namespace tool::interrupt
