#include "beside_linux.hpp"

#include <fmt/format.h>

#include "chip.hpp"
#include "production.hpp"
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <span>
#include <string>
#include <string_view>

namespace {
using stage::clock_of;

[[noreturn]] auto run_core_b(chip::shared_memory& memory) -> void {
    auto& seen = memory.seen[chip::core_b];
    auto const answers = [&](auto& link, rpmsg::message const& m) {
        auto const heard = std::string_view{reinterpret_cast<char const*>(m.payload.data()), m.payload.size()};
        auto const answer = fmt::format("core B in life {} heard: {}", seen.lives.load(), heard.substr(0, 400));
        (link.reply(m, std::as_bytes(std::span{answer})) ? seen.carried : seen.dropped) += 1;
    };
    chip::run_b(
        memory, rpmsg::endpoints{rpmsg::endpoint<"rpmsg-raw">(answers)}, [](auto&) { return true; },
        [&](auto& edge) { seen.is_up[1] = edge.template get<"rpmsg-raw">().is_bound() ? 1 : 0; });
}

constexpr auto help_text = R"(usage: heterogeneous --linux [OPTION...]
Linux as a process, with its own RPMsg driver, has a bridge beside it, and the bridge has an SPI bus to a chip with two cores.
A shell in Linux writes to /dev/rpmsg0, and a service on core B answers; meanwhile each set of core A, core B, bridge and driver
is killed and started again, in orders by chance; a new bridge has a new Linux. RPMSG_GUEST names the file system of Linux; examples/run makes it.

  --rounds N     of kills, 0 to 100000 (default 15: each set once)
  --seed N       of the orders (default 1)
  --help

Exit status: 0 core B answered after each round, 1 failure, 2 wrong arguments.
)";

struct options {
    std::uint32_t rounds = 15;
    std::uint64_t seed = 1;
};

auto parse(int count, char** arguments, options& chosen) -> std::string {
    for (int i = 2; i < count; i += 2) {
        auto const option = std::string_view{arguments[i]};
        auto const value = std::string_view{i + 1 < count ? arguments[i + 1] : ""};
        auto const most = option == "--rounds" ? std::uint64_t{100'000} : ~std::uint64_t{0};
        if (option != "--rounds" and option != "--seed") {
            return fmt::format("unknown option '{}'", option);
        }
        auto given = std::uint64_t{};
        auto const [end, code] = std::from_chars(value.data(), value.data() + value.size(), given);
        if (code != std::errc{} or end != value.data() + value.size() or given > most) {
            return fmt::format("{} needs a number from 0 to {}, not '{}'", option, most, value);
        }
        if (option == "--rounds") {
            chosen.rounds = static_cast<std::uint32_t>(given);
        } else {
            chosen.seed = given;
        }
    }
    return {};
}

/// Lines for the shell of Linux. A device whose remote core is lost ends its readers with an error, unless it was opened while it
/// went (rpmsg_char.c of Linux 6.1): the question is asked again, at the latest after a second.
constexpr auto shell_functions =
    R"(answer() { for i in $(seq 200); do [ ! -s /tmp/text ] || break; usleep 5000; done; kill $1; [ -s /tmp/text ]; }
ask() ( rm -f /tmp/text; [ -c "$1" ] && exec 3<>"$1" && echo "$2" >&3 && { dd bs=512 count=1 <&3 >/tmp/text & answer $!; } )
say() { until ask /dev/rpmsg[0-9]* "$1" 2>/dev/null; do usleep 5000; done; cat /tmp/text; }
)";

/// Linux's shell writes a line to the device, and prints what comes back from the life of core B that is on. A new Linux learns how.
auto speaks(production& show, chip::shared_memory& memory, std::string const& line) -> bool {
    show.tell(shell_functions);
    show.tell("say '" + line + "'");
    return show.waits_for(fmt::format("core B in life {} heard: {}", memory.seen[chip::core_b].lives.load(), line));
}
} // namespace

auto run_beside_linux(int count, char** arguments) -> int {
    if (count > 2 and (std::string_view{arguments[2]} == "--help" or std::string_view{arguments[2]} == "-h")) {
        fmt::print("{}", help_text);
        return 0;
    }
    auto const complain = [](std::string const& text, int status) {
        fmt::print(stderr, "heterogeneous --linux: {}\n", text);
        return status;
    };
    auto chosen = options{};
    if (auto const wrong = parse(count, arguments, chosen); not wrong.empty()) {
        return complain(wrong + "; --linux --help tells more", 2);
    }
    auto const* const root = std::getenv("RPMSG_GUEST");
    auto* const memory = stage::share(sizeof(chip::shared_memory));
    if (root == nullptr or memory == nullptr) {
        return complain("RPMSG_GUEST must name the file system of Linux; examples/run does all that is needed", 1);
    }
    auto& shared = *new (memory) chip::shared_memory{};
    auto show = production{shared, run_core_b, root, "", chosen.seed};
    auto worst = rpmsg::ticks{};
    for (std::uint32_t round = 0; round <= chosen.rounds; ++round) {
        auto const victims =
            round == 0 ? 1u << chip::core_a | 1u << chip::core_b | 1u << chip::bridge : (round - 1) % (chip::sets - 1) + 1;
        auto title = std::string{round == 0 ? "all start:" : "killed:"};
        for (std::uint32_t i = 0; i < chip::names.size(); ++i) {
            title += (victims >> i & 1) != 0 ? fmt::format(" {}", chip::names[i]) : "";
        }
        auto is_heard = show.restart(victims);
        auto const began = clock_of::now();
        for (auto const* const line : {"hello", "hello again"}) {
            is_heard = is_heard and speaks(show, shared, fmt::format("{} in round {}", line, round));
        }
        if (not is_heard) {
            return complain(fmt::format("round {} ({}): {}", round, title, show.why()), 1);
        }
        auto const passed = clock_of::now() - began;
        worst = std::max(worst, passed);
        fmt::print("{:40} core B answers Linux after {} ms\n", title, passed);
        std::fflush(stdout);
    }
    show.draw();
    fmt::print("{} rounds of kills: core B answers Linux again after at most {} ms\n", chosen.rounds, worst);
    return 0;
}
