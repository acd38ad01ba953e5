// What runs in the guest: an endpoint of firmware as a device file, and a program that knows nothing of this library and uses
// it. Ends with 0, or says in one line what went wrong.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/host/fuse/cuse_node.hpp>
#include <rpmsg/host/rpmsg_bus.hpp>
#include <rpmsg/host/steady_clock.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {
using rpmsg::host::steady_clock;

auto require(bool holds, std::string const& why) -> void {
    if (not holds) {
        std::printf("guest_cuse: %s: %s\n", why.c_str(), std::strerror(errno));
        std::exit(1);
    }
}

/// Joins the endpoint "echo" of the firmware and /dev/rpmsg-echo.
auto serve() -> void {
    auto node = static_cast<rpmsg::host::cuse_node*>(nullptr);
    auto const hears = [&](auto&, rpmsg::message const& m) { node->put(m.payload); };
    auto const notes = [&](auto&, rpmsg::event const& e) {
        if (e.kind == rpmsg::event_kind::bound or e.kind == rpmsg::event_kind::unbound) {
            node->set_bound(e.kind == rpmsg::event_kind::bound);
        }
    };
    auto link =
        rpmsg::channel{rpmsg::host::rpmsg_bus{"/dev/rpmsg_ctrl0"}, rpmsg::endpoints{rpmsg::endpoint<"echo">(hears, notes)}};
    auto made =
        rpmsg::host::cuse_node::open("rpmsg-echo", [&](rpmsg::const_bytes data) { return link.get<"echo">().send(data); });
    if (not made) {
        std::printf("guest_cuse: %s\n", made.error().c_str());
        std::exit(1);
    }
    node = &*made;
    require(link.start().has_value(), "the link does not start");
    while (node->serve()) {
        auto const now = steady_clock::now();
        link.poll(now);
        auto const due = link.next_deadline(now);
        auto const left = link.is_pending() ? 0 : std::min(rpmsg::until(due.at, now), rpmsg::ticks{100});
        auto waited = std::array{pollfd{.fd = node->number(), .events = POLLIN, .revents = 0},
                                 pollfd{.fd = link.transport().number(), .events = POLLIN, .revents = 0}};
        (void)::poll(waited.data(), waited.size(), static_cast<int>(left));
    }
}

/// Whether a file is readable within a time, asked by `select`.
auto is_readable(int file, int milliseconds) -> bool {
    auto files = fd_set{};
    FD_ZERO(&files);
    FD_SET(file, &files);
    auto time = timeval{.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
    return select(file + 1, &files, nullptr, nullptr, &time) == 1;
}

auto use(char const* path) -> void {
    auto const file = open(path, O_RDWR);
    auto const other = open(path, O_RDWR | O_NONBLOCK);
    require(file >= 0 and other >= 0, "not opened");
    auto text = std::array<char, 600>{};
    require(not is_readable(file, 0), "readable at once");
    require(read(other, text.data(), text.size()) < 0 and errno == EAGAIN, "an empty device is read");
    require(write(file, "question", 8) == 8, "not written");
    require(is_readable(file, 20'000), "not readable");
    auto size = std::uint32_t{};
    require(ioctl(file, rpmsg::host::cuse_node::next_size_request, &size) == 0 and size == 8, "no size");
    require(ioctl(file, 0x1234, &size) < 0, "an unknown request is taken");
    require(read(other, text.data(), text.size()) == 8 and std::memcmp(text.data(), "question", 8) == 0, "not read");
    require(write(file, text.data(), 497) < 0 and errno == EMSGSIZE, "497 bytes are taken");

    // A reader that waits is killed; the next one gets the message.
    auto const child = fork();
    if (child == 0) {
        (void)!read(file, text.data(), text.size());
        _exit(0);
    }
    usleep(100'000);
    kill(child, SIGKILL);
    auto status = 0;
    require(waitpid(child, &status, 0) == child and WIFSIGNALED(status), "the reader was not waiting");
    require(write(file, "again", 5) == 5, "not written again");
    require(read(file, text.data(), text.size()) == 5, "another one has the message");
    std::printf("guest_cuse: open\n");
    std::fflush(stdout);

    // The firmware takes the name away.
    require(read(file, text.data(), text.size()) < 0 and errno == EPIPE, "the end is not told to a reader");
    require(write(file, "lost", 4) < 0 and (errno == ENOTCONN or errno == EPIPE), "nobody is written to");
    auto waited = pollfd{.fd = file, .events = POLLIN, .revents = 0};
    require(poll(&waited, 1, 10'000) == 1 and (waited.revents & POLLHUP) != 0, "no hang-up");
}
} // namespace

auto main(int count, char** arguments) -> int {
    if (count == 2 and std::string_view{arguments[1]} == "serve") {
        serve();
    } else if (count == 3 and std::string_view{arguments[1]} == "use") {
        use(arguments[2]);
    } else {
        return 2;
    }
}
