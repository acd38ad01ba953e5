// The console of a firmware in one process, and in another one the terminal for it: `screen` opens the path that is printed.
// With --check the program opens the path itself, and compares 1 MiB of output.
#include <rpmsg/host/bells/futex_doorbell.hpp>
#include <rpmsg/host/bells/futex_wait.hpp>
#include <rpmsg/host/pty_bridge.hpp>
#include <rpmsg/rpmsg.hpp>

#include "reader.hpp"
#include "shell.hpp"
#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <optional>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <utility>

namespace {
using rpmsg::host::steady_clock;
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 512};

struct block {
    alignas(64) std::array<std::byte, rpmsg::vring_layout<rings>::size()> link{};
    std::array<rpmsg::host::futex_bell, 2> bells{};
};

template <template <rpmsg::vring_config, typename...> typename Role>
auto make_link(block& shared, unsigned me, auto& terminal) {
    auto const region = rpmsg::mapped_region{shared.link.data(), std::uint32_t{sizeof shared.link}};
    auto const bell = rpmsg::host::futex_doorbell{shared.bells[1 - me]};
    return rpmsg::channel{Role<rings, rpmsg::mapped_region<>, rpmsg::host::futex_doorbell>{region, bell},
                          rpmsg::endpoints{rpmsg::ref{terminal}}, rpmsg::no_lock{}, rpmsg::host::futex_wait{shared.bells[me]}};
}

auto run_firmware(block& shared) -> void {
    auto terminal = rpmsg::tty<"rpmsg-ttyconsole">{};
    auto console = shell{terminal};
    auto link = make_link<rpmsg::vring_device>(shared, 1, terminal);
    (void)link.start();
    while (true) {
        auto const ticket = link.waiting().ticket();
        link.poll();
        console.turn(link);
        if (not link.is_pending()) {
            (void)link.waiting().wait(ticket, steady_clock::now() + 1000);
        }
    }
}

/// Returns when the program that reads the console is done, if there is one.
auto run_host(block& shared, rpmsg::host::pty line, bool is_check) -> int {
    auto terminal = rpmsg::tty<"rpmsg-ttyconsole", rpmsg::tty_config{.receive = 4096}>{};
    auto link = make_link<rpmsg::vring_driver>(shared, 0, terminal);
    auto bridge = rpmsg::host::pty_bridge{terminal, link, std::move(line)};
    std::printf("the console is %s\n", bridge.path().c_str());
    std::fflush(stdout);
    auto program = is_check ? std::make_optional<reader>(bridge.path()) : std::nullopt;
    (void)link.start();
    while (not program or program->is_running()) {
        auto const ticket = link.waiting().ticket();
        link.poll();
        auto const is_busy = bridge.poll();
        if (program) {
            program->turn();
        } else if (not is_busy and not link.is_pending()) {
            (void)link.waiting().wait(ticket, steady_clock::now() + 1); // the pseudo terminal rings no bell
        }
    }
    return program->status();
}
} // namespace

auto main(int count, char** arguments) -> int {
    auto const is_check = count == 2 and std::strcmp(arguments[1], "--check") == 0;
    if (count > 1 and not is_check) {
        std::fprintf(stderr, "usage: console [--check]\n");
        return 2;
    }
    auto line = rpmsg::host::pty::open();
    if (not line) {
        std::fprintf(stderr, "console: %s\n", line.error().c_str());
        return 1;
    }
    auto* const memory = mmap(nullptr, sizeof(block), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    auto& shared = *new (memory) block{};
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        run_firmware(shared);
    }
    return run_host(shared, std::move(*line), is_check);
}
