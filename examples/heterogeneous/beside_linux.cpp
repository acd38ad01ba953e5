#include "beside_linux.hpp"

#include <rpmsg/host/bells/eventfd_bell.hpp>
#include <rpmsg/host/bells/futex_doorbell.hpp>
#include <rpmsg/host/spi/shared_spi_bus.hpp>
#include <rpmsg/host/vhost_user.hpp>
#include <rpmsg/rpmsg.hpp>

#include <fmt/format.h>

#include "../homogeneous/stage.hpp"
#include "../linux_peer/laptop/guest.hpp"
#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

// Linux runs Debian's kernel with its unmodified drivers. The bridge is a hub of two links whose peers know no routers: names of
// one appear at the other. Core A is a hub as beside any big core, and core B does not know that Linux is no core of this library.
namespace {
using stage::clock_of;
using stage::number;

enum : std::uint32_t { core_a, core_b, bridge, cores, driver = cores };
constexpr auto names = std::array<std::string_view, cores + 1>{"core A", "core B", "bridge", "driver"};
constexpr std::uint32_t sets = 1u << names.size();

/// What Linux's driver asks of its device.
constexpr auto driver_rings =
    rpmsg::vring_config{.buffers = 256, .alignment = 4096, .dialect = rpmsg::wire::dialects::linux_virtio};
constexpr auto rings = rpmsg::vring_config{.buffers = 16, .buffer_size = 512};
constexpr std::uint32_t link_size = rpmsg::vring_layout<rings>::size();
/// A frame holds the largest message of Linux.
constexpr auto bus = rpmsg::spi_config{.frame_size = 544, .transmit_buffers = 8, .receive_buffers = 8, .retry_ticks = 10};
/// With two edges nobody else waits for the slower one.
constexpr auto patient = rpmsg::hub_limits{.policy = rpmsg::when_full::wait};

using bell = rpmsg::host::futex_doorbell;
using wires = rpmsg::host::shared_spi_bus<bus.frame_size>;
template <rpmsg::spi_role Role> using spi_end = rpmsg::host::shared_spi_end<Role, bus.frame_size>;
using vhost_rings = rpmsg::host::vhost_rings;
using vhost_user = rpmsg::host::vhost_user;

/// What a process sees. Only it writes this.
struct view {
    number lives{};
    std::array<number, 2> is_up{}; ///< its links, towards Linux and away from it; of core B the link and the endpoint
    number carried{};              ///< messages
    number dropped{};
};
/// In memory that all processes map; it starts as all zeroes.
struct shared_memory {
    std::array<view, cores> seen{};
    wires spi{}; ///< its bells are those of the bridge and of core A
    rpmsg::host::futex_bell bell_of_b{};
    alignas(64) std::array<std::byte, link_size> ring_memory{};

    auto block() -> rpmsg::mapped_region<> { return {ring_memory.data(), link_size}; }
};

auto look(view& seen, auto& hub) -> void {
    seen.is_up[0] = hub.is_up(0) ? 1 : 0;
    seen.is_up[1] = hub.is_up(1) ? 1 : 0;
    seen.dropped = 0;
    for (auto const reason : {rpmsg::counter::no_buffer, rpmsg::counter::no_endpoint, rpmsg::counter::not_bound,
                              rpmsg::counter::too_large, rpmsg::counter::closed}) {
        seen.dropped += hub.counts(0)[reason] + hub.counts(1)[reason];
    }
}

[[noreturn]] auto run_bridge(shared_memory& memory, std::string const& socket) -> void {
    auto frames = rpmsg::spi_storage<bus>{};
    auto shared = vhost_rings{};
    auto driver = vhost_user::listen(socket, driver_rings, shared);
    using device = rpmsg::vring_device<driver_rings, vhost_rings::region, vhost_rings::doorbell, vhost_rings::layout>;
    using port = spi_end<rpmsg::spi_role::controller>;
    auto hub = rpmsg::router_hub{rpmsg::plain_edge<"linux", patient>(device{shared.shared(), shared.bell(), shared.placed()}),
                                 rpmsg::plain_edge<"a", patient>(rpmsg::spi<bus, port>{frames, port{memory.spi}})};
    auto to_linux = hub.edge<"linux">();
    auto to_a = hub.edge<"a">();
    if (not driver or not hub.start()) {
        fmt::print(stderr, "bridge: {}\n", driver.error());
        _exit(1);
    }
    // Linux calls through descriptors, and core A through a bell in memory, which becomes one.
    auto called = rpmsg::host::eventfd_bell{};
    auto& own_bell = memory.spi.bells[0];
    auto listener = std::thread{[&] {
        for (auto before = own_bell.rings();;) {
            (void)own_bell.wait(before, clock_of::now() + 1000);
            if (auto const now = own_bell.rings(); now != before) {
                before = now;
                called.ring();
            }
        }
    }};
    while (true) {
        auto waited = std::array<pollfd, 4>{};
        std::ranges::transform(driver->descriptors(), waited.begin(), [](int file) { return pollfd{file, POLLIN, 0}; });
        waited[3] = {called.descriptor(), POLLIN, 0};
        auto const due = hub.next_deadline(clock_of::now());
        auto const left = due.is_set ? std::min(rpmsg::host::steady_clock::until(due.at), rpmsg::ticks{20}) : rpmsg::ticks{20};
        (void)poll(waited.data(), waited.size(), hub.is_pending() ? 0 : static_cast<int>(left));
        (void)called.rings();
        driver->serve(to_linux);
        hub.transport<"a">().port().forward(to_a);
        memory.seen[bridge].carried += hub.poll(clock_of::now());
        look(memory.seen[bridge], hub);
    }
}
[[noreturn]] auto run_a(shared_memory& memory) -> void {
    auto frames = rpmsg::spi_storage<bus>{};
    using port = spi_end<rpmsg::spi_role::peripheral>;
    using driver = rpmsg::vring_driver<rings, rpmsg::mapped_region<>, bell>;
    auto hub = rpmsg::router_hub{rpmsg::plain_edge<"linux", patient>(rpmsg::spi<bus, port>{frames, port{memory.spi}}),
                                 rpmsg::nuttx_edge<"b", patient>(driver{memory.block(), bell{memory.bell_of_b}})};
    auto to_linux = hub.edge<"linux">();
    if (not hub.start()) {
        _exit(1);
    }
    while (true) {
        stage::work(
            memory.spi.bells[1],
            [&](rpmsg::ticks now) {
                hub.transport<"linux">().port().forward(to_linux);
                hub.edge<"b">().notify(0);
                hub.edge<"b">().notify(1);
                memory.seen[core_a].carried += hub.poll(now);
                look(memory.seen[core_a], hub);
            },
            hub);
    }
}
[[noreturn]] auto run_b(shared_memory& memory) -> void {
    auto& seen = memory.seen[core_b];
    auto const answers = [&](auto& link, rpmsg::message const& m) {
        auto const heard = std::string_view{reinterpret_cast<char const*>(m.payload.data()), m.payload.size()};
        auto const answer = fmt::format("core B in life {} heard: {}", seen.lives.load(), heard.substr(0, 400));
        (link.reply(m, std::as_bytes(std::span{answer})) ? seen.carried : seen.dropped) += 1;
    };
    using device = rpmsg::vring_device<rings, rpmsg::mapped_region<>, bell>;
    auto port = rpmsg::router_port<"linux">{};
    auto link = rpmsg::channel{device{memory.block(), bell{memory.spi.bells[1]}}, rpmsg::endpoints{port.entry()}};
    auto edge = rpmsg::channel{rpmsg::router_edge{port}, rpmsg::endpoints{rpmsg::endpoint<"rpmsg-raw">(answers)}};
    memory.bell_of_b.take_over();
    if (not edge.start() or not link.start()) {
        _exit(1);
    }
    while (true) {
        stage::work(
            memory.bell_of_b,
            [&](rpmsg::ticks now) {
                link.notify();
                link.poll(now);
                seen.is_up[0] = edge.is_up() ? 1 : 0;
                seen.is_up[1] = edge.template get<"rpmsg-raw">().is_bound() ? 1 : 0;
            },
            link);
    }
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
restart() { for each in unbind bind; do echo virtio0 >/sys/bus/virtio/drivers/virtio_rpmsg_bus/$each; done; }
)";

class production {
    static constexpr rpmsg::ticks patience = 60'000;

    shared_memory& memory_;
    std::string root_;
    std::optional<guest> linux_{};
    std::array<pid_t, cores> processes_{};
    std::uint64_t random_;
    std::string why_{};

    auto roll(std::uint32_t sides) -> std::uint32_t {
        random_ = random_ * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
        return static_cast<std::uint32_t>(random_ >> 33) % sides;
    }
    auto shuffled() -> std::array<std::uint32_t, cores> {
        auto order = std::array<std::uint32_t, cores>{core_a, core_b, bridge};
        for (auto i = cores - 1; i > 0; --i) {
            std::swap(order[i], order[roll(i + 1)]);
        }
        return order;
    }
    auto start(std::uint32_t i) -> void {
        auto const parent = getpid();
        auto const socket = linux_->socket();
        memory_.seen[i].lives += 1;
        std::fflush(stdout);
        processes_[i] = fork();
        if (processes_[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            close_range(3, ~0u, 0); // those of Linux
            if (getppid() == parent) {
                i == bridge ? run_bridge(memory_, socket) : i == core_a ? run_a(memory_) : run_b(memory_);
            }
            _exit(1);
        }
    }
    auto stop(std::uint32_t i) -> void {
        if (processes_[i] > 0) {
            kill(processes_[i], SIGKILL);
            waitpid(processes_[i], nullptr, 0);
        }
        processes_[i] = 0;
        memory_.seen[i].is_up[0] = memory_.seen[i].is_up[1] = 0;
    }
    /// Waits until Linux has printed a text; false when it does not, or a process has ended by itself.
    auto waits_for(std::string_view text) -> bool {
        auto const deadline = clock_of::now() + patience;
        while (not linux_->says(text)) {
            usleep(1000);
            linux_->listen();
            for (std::uint32_t i = 0; i < cores; ++i) {
                if (processes_[i] <= 0 or waitpid(processes_[i], nullptr, WNOHANG) != 0) {
                    why_ = fmt::format("{} ended", names[i]);
                    return false;
                }
            }
            if (linux_->has_ended() or rpmsg::has_passed(deadline, clock_of::now())) {
                why_ = fmt::format("Linux did not say '{}'; its console:\n{}", text, linux_->output());
                return false;
            }
        }
        return true;
    }

    /// A driver of User-Mode Linux does not look for its device again, so a bridge comes with a Linux of its own.
    auto boot() -> bool {
        auto const deadline = clock_of::now() + patience;
        while (access(linux_->socket().c_str(), F_OK) != 0 and not rpmsg::has_passed(deadline, clock_of::now())) {
            usleep(1000);
        }
        linux_->boot(root_, "", "64M", "");
        if (not waits_for("guest: Linux ")) {
            return false;
        }
        linux_->type(shell_functions);
        return true;
    }

  public:
    production(shared_memory& memory, std::string root, std::uint64_t seed)
        : memory_{memory}, root_{std::move(root)}, random_{seed} {}
    production(production const&) = delete;
    auto operator=(production const&) -> production& = delete;
    ~production() {
        for (std::uint32_t i = 0; i < cores; ++i) {
            stop(i);
        }
    }
    [[nodiscard]] auto why() const -> std::string const& { return why_; }

    /// Kills and starts a set of processes, and the driver of Linux.
    auto restart(std::uint32_t victims) -> bool {
        auto const is_one = [&](std::uint32_t i) { return (victims >> i & 1) != 0; };
        for (auto const i : shuffled()) {
            if (is_one(i)) {
                stop(i);
            }
        }
        if (is_one(bridge)) {
            linux_.emplace();
        } else if (is_one(driver)) {
            linux_->tell("restart");
        }
        for (auto const i : shuffled()) {
            if (is_one(i)) {
                start(i);
            }
        }
        return not is_one(bridge) or boot();
    }
    /// Linux's shell writes a line to the device, and prints what comes back from the life of core B that is on.
    auto speaks(std::string const& line) -> bool {
        linux_->tell("say '" + line + "'");
        return waits_for(fmt::format("core B in life {} heard: {}", memory_.seen[core_b].lives.load(), line));
    }
    auto draw() const -> void {
        fmt::print("{:8} {:>5}   {:24} {:>9} {:>8}\n", "process", "lives", "links", "carried", "dropped");
        constexpr auto sides = std::array<std::array<std::string_view, 2>, cores>{
            {{"bridge", "core B"}, {"Linux", "rpmsg-raw"}, {"Linux", "core A"}}};
        for (std::uint32_t i = 0; i < cores; ++i) {
            auto const& it = memory_.seen[i];
            auto const state = [&](std::size_t s) {
                return fmt::format("{} {}", sides[i][s], it.is_up[s] != 0 ? "up" : "down");
            };
            fmt::print("{:8} {:>5}   {:24} {:>9} {:>8}\n", names[i], it.lives.load(), state(0) + ", " + state(1),
                       it.carried.load(), it.dropped.load());
        }
    }
};
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
    auto* const memory = stage::share(sizeof(shared_memory));
    if (root == nullptr or memory == nullptr) {
        return complain("RPMSG_GUEST must name the file system of Linux; examples/run does all that is needed", 1);
    }
    auto& shared = *new (memory) shared_memory{};
    auto show = production{shared, root, chosen.seed};
    auto worst = rpmsg::ticks{};
    for (std::uint32_t round = 0; round <= chosen.rounds; ++round) {
        auto const victims = round == 0 ? 1u << core_a | 1u << core_b | 1u << bridge : (round - 1) % (sets - 1) + 1;
        auto title = std::string{round == 0 ? "all start:" : "killed:"};
        for (std::uint32_t i = 0; i < names.size(); ++i) {
            title += (victims >> i & 1) != 0 ? fmt::format(" {}", names[i]) : "";
        }
        auto is_heard = show.restart(victims);
        auto const began = clock_of::now();
        for (auto const* const line : {"hello", "hello again"}) {
            is_heard = is_heard and show.speaks(fmt::format("{} in round {}", line, round));
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
