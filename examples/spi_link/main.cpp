#include <fmt/format.h>

#include "bus.hpp"
#include <array>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <new>
#include <string_view>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {
using clock_of = rpmsg::host::steady_clock;
using rpmsg::spi_role;

constexpr auto help_text = R"(usage: spi_link [--messages N] [--kills N]
Two processes, a controller and a peripheral, talk RPMsg over an SPI bus that lies in shared memory: frames both ways in each
transfer, two request lines, credits, CRC-32C and resending. The controller sends numbered messages, the peripheral echoes
them, and is killed and started again meanwhile.

  --messages N  how many, 1 to 100000000 (default 200000)
  --kills N     of the peripheral, 0 to 10000 (default 20)
  --help

Exit status: 0 all well, 1 failure, 2 wrong arguments.
)";

struct options {
    std::uint32_t messages = 200'000;
    std::uint32_t kills = 20;
};

auto number(std::string_view option, char const* text, std::uint32_t least, std::uint32_t most, std::uint32_t& value) -> bool {
    auto const given = std::string_view{text != nullptr ? text : ""};
    auto const [end, code] = std::from_chars(given.data(), given.data() + given.size(), value);
    auto const right = code == std::errc{} and end == given.data() + given.size() and value >= least and value <= most;
    if (not right) {
        fmt::print(stderr, "spi_link: {} needs a number from {} to {}, not '{}'; --help tells more\n", option, least, most,
                   given);
    }
    return right;
}

/// The firmware of the peripheral: one endpoint that answers.
[[noreturn]] auto run_peripheral(demo::wires& wires) -> void {
    auto frames = rpmsg::spi_storage<demo::bus>{};
    auto link = rpmsg::channel{
        demo::end_of<spi_role::peripheral>(wires, frames),
        rpmsg::endpoints{rpmsg::endpoint<"echo">([](auto& side, rpmsg::message const& m) { side.reply(m, m.payload); })},
        rpmsg::no_lock{},
        demo::wait_on(wires, spi_role::peripheral),
    };
    if (not link.start()) {
        _exit(1);
    }
    while (true) {
        demo::work(link);
    }
}

/// The other chip, as this program starts, kills and restarts it.
class other_chip {
    demo::wires& wires_;
    pid_t process_{};

  public:
    explicit other_chip(demo::wires& wires) : wires_{wires} { start(); }
    other_chip(other_chip const&) = delete;
    auto operator=(other_chip const&) -> other_chip& = delete;
    ~other_chip() { stop(); }

    auto start() -> void {
        process_ = fork();
        if (process_ == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            run_peripheral(wires_);
        }
    }
    auto stop() -> void {
        if (process_ > 0) {
            kill(process_, SIGKILL);
            waitpid(process_, nullptr, 0);
        }
    }
};

/// The controller: sends each number until its echo arrives. Returns what went wrong, or nothing.
auto run_controller(demo::wires& wires, options const& chosen) -> std::string_view {
    auto frames = rpmsg::spi_storage<demo::bus>{};
    std::uint32_t sent = 0;
    std::uint32_t echoed = 0;
    std::uint32_t damaged = 0;
    std::uint32_t downs = 0;
    auto chip = other_chip{wires};
    auto link = rpmsg::channel{
        demo::end_of<spi_role::controller>(wires, frames),
        rpmsg::endpoints{rpmsg::endpoint<"echo">(
            [&](auto&, rpmsg::message const& m) {
                damaged += m.payload.size() == 64 and rpmsg::load<std::uint32_t>(m.payload) == echoed ? 0u : 1u;
                ++echoed;
            },
            [&](auto&, rpmsg::event const& e) {
                if (e.kind == rpmsg::event_kind::link_down) { // messages without an echo are sent again
                    sent = echoed;
                    ++downs;
                }
            })},
        rpmsg::no_lock{},
        demo::wait_on(wires, spi_role::controller),
    };
    if (auto const started = link.start(); not started) {
        return rpmsg::describe(started.error());
    }
    auto const began = clock_of::nanoseconds();
    auto progressed = clock_of::now();
    std::uint32_t kills = 0;
    while (echoed < chosen.messages) {
        auto payload = std::array<std::byte, 64>{};
        rpmsg::store(payload, sent);
        while (sent < chosen.messages and sent - echoed < 16 and link.get<"echo">().send(payload)) {
            rpmsg::store(payload, ++sent);
        }
        auto const before = echoed;
        demo::work(link);
        progressed = echoed != before ? clock_of::now() : progressed;
        if (clock_of::now() - progressed > 10'000) {
            return "no echo for 10 seconds";
        }
        if (kills < chosen.kills and
            std::uint64_t{echoed} * (chosen.kills + 1) > std::uint64_t{chosen.messages} * (kills + 1)) {
            chip.stop();
            chip.start();
            ++kills;
        }
    }
    auto const seconds = static_cast<double>(clock_of::nanoseconds() - began) / 1e9;
    fmt::print("{} messages of 64 bytes there and back in {:.2f} s: {:.0f} a second, {} transfers\n", echoed, seconds,
               echoed / seconds, wires.transfers());
    fmt::print("the peripheral was killed {} times, the link was down {} times, {} messages lost or damaged\n", kills, downs,
               damaged);
    return damaged > 0 or downs < kills ? "messages were lost or damaged, or a restart was not seen" : "";
}
} // namespace

auto main(int count, char** arguments) -> int {
    auto chosen = options{};
    for (auto i = 1; i < count; ++i) {
        auto const option = std::string_view{arguments[i]};
        if (option == "--help" or option == "-h") {
            fmt::print("{}", help_text);
            return 0;
        }
        if (option == "--messages") {
            if (not number(option, arguments[++i], 1, 100'000'000, chosen.messages)) {
                return 2;
            }
        } else if (option == "--kills") {
            if (not number(option, arguments[++i], 0, 10'000, chosen.kills)) {
                return 2;
            }
        } else {
            fmt::print(stderr, "spi_link: unknown option '{}'; --help tells more\n", option);
            return 2;
        }
    }
    auto* const memory = mmap(nullptr, sizeof(demo::wires), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                              0); // released when the processes end
    if (memory == MAP_FAILED) {
        fmt::print(stderr, "spi_link: no shared memory; free some and start again\n");
        return 1;
    }
    auto const wrong = run_controller(*new (memory) demo::wires{}, chosen);
    if (not wrong.empty()) {
        fmt::print(stderr, "spi_link: {}\n", wrong);
        return 1;
    }
    return 0;
}
