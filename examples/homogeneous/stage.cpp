#include "stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace stage {
namespace {
constexpr auto help_text = R"(usage: {0} [OPTION...]
{1}

  --rounds N     of kills, 0 to 100000 (default 14: each set twice)
  --seconds N    between two rounds, 0 to 3600 (default 1)
  --seed N       of the orders (default 1)
  --svg FILE     the picture at the end (default {0}.svg)
  --help

Exit status: 0 all that talk to each other talked again after each round, 1 failure, 2 wrong arguments.
)";

struct options {
    std::uint32_t rounds = 14;
    std::uint32_t seconds = 1; ///< between two rounds
    std::uint64_t seed = 1;
    std::string svg{};
};

/// The processes, each with the time of its last start.
class troupe {
    description const& it_;
    board& shared_;
    std::function<void(std::uint32_t)> const& core_;
    std::array<pid_t, cores> processes_{};

  public:
    troupe(description const& it, board& shared, std::function<void(std::uint32_t)> const& core)
        : it_{it}, shared_{shared}, core_{core} {}
    troupe(troupe const&) = delete;
    auto operator=(troupe const&) -> troupe& = delete;
    ~troupe() {
        for (std::uint32_t i = 0; i < cores; ++i) {
            stop(i);
        }
    }
    auto start(std::uint32_t i) -> bool {
        auto const parent = getpid();
        shared_.seen[i].lives += 1;
        processes_[i] = fork();
        if (processes_[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() == parent) {
                core_(i);
            }
            _exit(1);
        }
        return processes_[i] > 0;
    }
    auto stop(std::uint32_t i) -> void {
        if (processes_[i] > 0) {
            kill(processes_[i], SIGKILL);
            waitpid(processes_[i], nullptr, 0);
        }
        processes_[i] = 0;
        for (auto& each : shared_.seen[i].of) {
            each.is_up = each.is_bound = 0;
        }
    }
    [[nodiscard]] auto is_running(std::uint32_t i) -> bool {
        return processes_[i] > 0 and waitpid(processes_[i], nullptr, WNOHANG) == 0;
    }
};

/// Which answers each core had at a moment.
using answers = std::array<std::array<std::uint32_t, cores>, cores>;
auto answers_of(board const& shared) -> answers {
    auto found = answers{};
    for (std::uint32_t i = 0; i < cores; ++i) {
        for (std::uint32_t j = 0; j < cores; ++j) {
            found[i][j] = shared.seen[i].of[j].answers;
        }
    }
    return found;
}

class screen {
    description const& it_;
    board const& shared_;
    options const& chosen_;
    bool is_live_ = isatty(STDOUT_FILENO) == 1;
    std::uint32_t drawn_{};
    rpmsg::ticks last_ = clock_of::now();
    answers before_{};
    answers rates_{};

    auto line(std::string const& text) -> void {
        fmt::print("{}{}\n", text, is_live_ ? "\x1b[K" : "");
        ++drawn_;
    }
    [[nodiscard]] auto colour(std::array<std::uint32_t, 2> const& pair) const -> char const* {
        auto const& one = shared_.seen[pair[0]].of[pair[1]];
        auto const& other = shared_.seen[pair[1]].of[pair[0]];
        return one.is_bound != 0 and other.is_bound != 0 ? "#2a7" : one.is_up != 0 or other.is_up != 0 ? "#d90" : "#c33";
    }

  public:
    screen(description const& it, board const& shared, options const& chosen) : it_{it}, shared_{shared}, chosen_{chosen} {}

    auto measure(rpmsg::ticks now) -> void {
        auto const passed = std::max<std::uint32_t>(now - last_, 1);
        auto const after = answers_of(shared_);
        for (auto const& pair : it_.pairs) {
            for (auto const& [i, j] : {std::pair{pair[0], pair[1]}, std::pair{pair[1], pair[0]}}) {
                rates_[i][j] = static_cast<std::uint32_t>(std::uint64_t{after[i][j] - before_[i][j]} * 1000 / passed);
            }
        }
        before_ = after;
        last_ = now;
    }
    auto draw(std::string const& title, auto&& is_running, bool always = false) -> void {
        if (not is_live_ and not always) {
            return;
        }
        if (is_live_ and drawn_ > 0) {
            fmt::print("\x1b[{}A", drawn_);
        }
        drawn_ = 0;
        line(title);
        line(fmt::format("{:8} {:8} {:>5}   {:28} {:>10} {:>9} {:>8}", "core", "state", "lives", "link and endpoint",
                         "answers/s", "answers", "refused"));
        for (std::uint32_t i = 0; i < cores; ++i) {
            auto const head =
                fmt::format("{:8} {:8} {:>5}", it_.names[i], is_running(i) ? "runs" : "killed", shared_.seen[i].lives.load());
            auto is_first = true;
            for (auto const& pair : it_.pairs) {
                if (pair[0] != i and pair[1] != i) {
                    continue;
                }
                auto const j = pair[0] == i ? pair[1] : pair[0];
                auto const& seen = shared_.seen[i].of[j];
                auto const state = fmt::format("{} {}, {}", it_.names[j], seen.is_up != 0 ? "up" : "down",
                                               seen.is_bound != 0 ? "bound" : "unbound");
                line(fmt::format("{:23}   {:28} {:>10} {:>9} {:>8}", is_first ? head : "", state, rates_[i][j],
                                 seen.answers.load(), seen.refused.load()));
                is_first = false;
            }
            if (i == it_.hub) {
                line(fmt::format("{:23}   forwarded {}, dropped {}", head, shared_.seen[i].forwarded.load(),
                                 shared_.seen[i].dropped.load()));
            }
        }
        std::fflush(stdout);
    }
    /// The picture: a box for each core, a line for each wire with its name, and the rates of the pairs.
    [[nodiscard]] auto write_svg(auto&& is_running) const -> bool {
        auto* const file = std::fopen(chosen_.svg.c_str(), "w");
        if (file == nullptr) {
            return false;
        }
        fmt::print(file, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 300\" font-family=\"sans-serif\" "
                         "font-size=\"14\" text-anchor=\"middle\">\n<rect width=\"640\" height=\"300\" fill=\"white\"/>\n");
        for (std::size_t i = 0; i < it_.wires.size(); ++i) {
            auto const& [a, b] = it_.wires[i];
            auto const& [ax, ay] = it_.places[a];
            auto const& [bx, by] = it_.places[b];
            fmt::print(file, "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"#888\" stroke-width=\"3\"/>\n", ax, ay, bx,
                       by);
            fmt::print(file, "<text x=\"{}\" y=\"{}\" fill=\"#555\">{}</text>\n", (ax + bx) / 2, (ay + by) / 2 - 8,
                       it_.wire_names[i]);
        }
        auto row = 230;
        for (auto const& pair : it_.pairs) {
            fmt::print(file, "<circle cx=\"150\" cy=\"{}\" r=\"6\" fill=\"{}\"/>\n", row - 5, colour(pair));
            fmt::print(file, "<text x=\"340\" y=\"{}\">{} and {}: {} and {} answers a second, {} refused</text>\n", row,
                       it_.names[pair[0]], it_.names[pair[1]], rates_[pair[0]][pair[1]], rates_[pair[1]][pair[0]],
                       shared_.seen[pair[0]].of[pair[1]].refused + shared_.seen[pair[1]].of[pair[0]].refused);
            row += 24;
        }
        for (std::uint32_t i = 0; i < cores; ++i) {
            auto const& [x, y] = it_.places[i];
            fmt::print(file,
                       "<rect x=\"{}\" y=\"{}\" width=\"120\" height=\"44\" rx=\"6\" fill=\"{}\" stroke=\"#333\"/>\n"
                       "<text x=\"{}\" y=\"{}\">{}, life {}</text>\n",
                       x - 60, y - 22, is_running(i) ? "#def" : "#fdd", x, y + 5, it_.names[i], shared_.seen[i].lives.load());
        }
        fmt::print(file, "</svg>\n");
        return std::fclose(file) == 0;
    }
};

auto parse(description const& it, int count, char** arguments, options& chosen) -> std::string {
    chosen.svg = fmt::format("{}.svg", it.program);
    for (int i = 1; i < count; ++i) {
        auto const option = std::string_view{arguments[i]};
        auto const value = std::string_view{i + 1 < count ? arguments[i + 1] : ""};
        auto const take = [&](auto& into, std::uint64_t most) -> std::string {
            ++i;
            auto given = std::uint64_t{};
            auto const [end, code] = std::from_chars(value.data(), value.data() + value.size(), given);
            if (code != std::errc{} or end != value.data() + value.size() or given > most) {
                return fmt::format("{} needs a number from 0 to {}, not '{}'", option, most, value);
            }
            into = static_cast<std::remove_reference_t<decltype(into)>>(given);
            return {};
        };
        auto wrong = std::string{};
        if (option == "--rounds") {
            wrong = take(chosen.rounds, 100'000);
        } else if (option == "--seconds") {
            wrong = take(chosen.seconds, 3600);
        } else if (option == "--seed") {
            wrong = take(chosen.seed, ~std::uint64_t{0});
        } else if (option == "--svg") {
            chosen.svg = value;
            wrong = value.empty() ? "--svg needs the name of a file" : "";
            ++i;
        } else {
            wrong = fmt::format("unknown option '{}'", option);
        }
        if (not wrong.empty()) {
            return wrong;
        }
    }
    return {};
}
} // namespace

auto share(std::size_t size) -> void* {
    auto* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory != MAP_FAILED ? memory : nullptr;
}

auto run(description const& it, board& shared, int count, char** arguments, std::function<void(std::uint32_t)> const& core)
    -> int {
    auto chosen = options{};
    if (count > 1 and (std::string_view{arguments[1]} == "--help" or std::string_view{arguments[1]} == "-h")) {
        fmt::print(help_text, it.program, it.about);
        return 0;
    }
    auto const complain = [&](std::string const& text) { fmt::print(stderr, "{}: {}\n", it.program, text); };
    if (auto const wrong = parse(it, count, arguments, chosen); not wrong.empty()) {
        complain(wrong + "; --help tells more");
        return 2;
    }
    auto actors = troupe{it, shared, core};
    auto screen_of = screen{it, shared, chosen};
    auto const is_running = [&](std::uint32_t i) { return actors.is_running(i); };
    auto random = chosen.seed;
    auto const roll = [&](std::uint32_t sides) {
        random = random * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
        return static_cast<std::uint32_t>(random >> 33) % sides;
    };
    auto const shuffle = [&](std::array<std::uint32_t, cores> order) {
        for (auto i = cores - 1; i > 0; --i) {
            std::swap(order[i], order[roll(i + 1)]);
        }
        return order;
    };
    constexpr auto natural = std::array<std::uint32_t, cores>{0, 1, 2};
    auto worst = std::uint32_t{};
    for (std::uint32_t round = 0; round <= chosen.rounds; ++round) {
        auto const victims = round == 0 ? 7u : (round - 1) % 7 + 1; // each set of cores
        auto title = std::string{round == 0 ? "all start" : "killed:"};
        for (auto const i : shuffle(natural)) {
            if (round > 0 and (victims >> i & 1) != 0) {
                actors.stop(i);
                title += fmt::format(" {}", it.names[i]);
            }
        }
        screen_of.draw(title, is_running);
        for (auto const i : shuffle(natural)) {
            if ((victims >> i & 1) != 0 and not actors.start(i)) {
                complain("a process cannot be started");
                return 1;
            }
        }
        auto const began = clock_of::now();
        auto const before = answers_of(shared);
        auto const all_talk = [&] {
            auto const after = answers_of(shared);
            return std::all_of(it.pairs.begin(), it.pairs.end(), [&](auto const& pair) {
                auto const& [a, b] = pair;
                return after[a][b] - before[a][b] >= 3 and after[b][a] - before[b][a] >= 3;
            });
        };
        while (not all_talk()) {
            usleep(1000);
            for (auto const i : natural) {
                if (not actors.is_running(i)) {
                    complain(fmt::format("{} ended", it.names[i]));
                    return 1;
                }
            }
            if (clock_of::now() - began > 20'000) {
                screen_of.draw(title, is_running, true);
                complain(fmt::format("not all talk again 20 seconds after round {} ({})", round, title));
                return 1;
            }
        }
        worst = std::max(worst, clock_of::now() - began);
        title += fmt::format("; all talk again after {} ms", clock_of::now() - began);
        screen_of.measure(clock_of::now());
        for (std::uint32_t i = 0; i < chosen.seconds * 10; ++i) {
            usleep(100'000);
            screen_of.measure(clock_of::now());
            screen_of.draw(fmt::format("round {} of {}, {}", round, chosen.rounds, title), is_running);
        }
        if (chosen.seconds == 0) {
            usleep(20'000);
            screen_of.measure(clock_of::now());
        }
    }
    screen_of.draw(fmt::format("after {} rounds", chosen.rounds), is_running, true);
    if (not screen_of.write_svg(is_running)) {
        complain(fmt::format("{} cannot be written", chosen.svg));
        return 1;
    }
    auto damaged = std::uint32_t{};
    for (auto const& each : shared.seen) {
        for (auto const& other : each.of) {
            damaged += other.damaged;
        }
    }
    fmt::print("{} rounds of kills: all talk again after at most {} ms, {} messages damaged; picture: {}\n", chosen.rounds,
               worst, damaged, chosen.svg);
    return damaged == 0 ? 0 : 1;
}

} // namespace stage
