#include "supervisor.hpp"

#include <rpmsg/host/steady_clock.hpp>

#include <fmt/format.h>

#include "screen.hpp"
#include "side.hpp"
#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace demo {

namespace {
using rpmsg::host::steady_clock;

/// A side in a separate process, which the destructor ends.
class child {
    role which_;
    pid_t pid_{};
    int status_{};

  public:
    explicit child(role which) : which_{which} {}
    child(child const&) = delete;
    auto operator=(child const&) -> child& = delete;
    ~child() { end(SIGKILL); }

    [[nodiscard]] auto pid() const -> pid_t { return pid_; }
    [[nodiscard]] auto is_running() -> bool {
        if (pid_ != 0 and waitpid(pid_, &status_, WNOHANG) == pid_) {
            pid_ = 0;
        }
        return pid_ != 0;
    }
    /// May be called after its end.
    [[nodiscard]] auto succeeded() const -> bool { return WIFEXITED(status_) and WEXITSTATUS(status_) == 0; }
    [[nodiscard]] auto was_killed() const -> bool { return WIFSIGNALED(status_); }
    [[nodiscard]] auto how_killed() const -> char const* { return strsignal(WTERMSIG(status_)); }

    auto start(options const& chosen, rpmsg::host::shared_memory& memory) -> bool {
        auto const parent = getpid();
        pid_ = fork();
        if (pid_ == 0) {
            // A process that loses its supervisor ends, and the last one removes the shared memory.
            prctl(PR_SET_PDEATHSIG, SIGTERM);
            if (getppid() != parent) {
                _exit(1);
            }
            auto const name = memory.name();
            { auto const of_parent = std::move(memory); }
            _exit(run_attached(chosen, name));
        }
        pid_ = std::max(pid_, 0);
        return pid_ != 0;
    }
    auto end(int signal) -> void {
        if (is_running()) {
            kill(pid_, signal);
            waitpid(pid_, &status_, 0);
            pid_ = 0;
        }
    }

  private:
    auto run_attached(options const& chosen, std::string const& name) const -> int {
        auto memory = rpmsg::host::shared_memory::open(name, sizeof(block), block::fingerprint());
        if (not memory) {
            complain(memory.error());
            return 1;
        }
        auto const result = run_side(which_, chosen, *memory, false);
        if (result != 0) {
            memory->leave();
        }
        return result;
    }
};

/// One kill during the stream and its outcome.
struct rehearsal {
    role victim;
    std::uint64_t at; ///< messages received in both directions
    std::uint64_t killed_at{};
    std::uint64_t started_at{};
    std::uint64_t recovered_at{};
    std::uint64_t resent_before{};
    std::uint64_t duplicates_before{};
};

class supervisor {
    options const& chosen_;
    rpmsg::host::shared_memory& memory_;
    std::array<child, 2> sides_{child{role::host}, child{role::remote}};
    std::array<rehearsal, 2> rehearsals_;
    progress_bar bar_;
    std::uint64_t stream_began_{};

    auto side(role which) -> child& { return sides_[static_cast<unsigned>(which)]; }
    auto total(std::uint64_t notes::*what) const -> std::uint64_t {
        return notes_of(memory_, role::host).*what + notes_of(memory_, role::remote).*what;
    }
    [[nodiscard]] auto goal() const -> std::uint64_t { return chosen_.messages / 2 * 2; }

    auto start(role which) -> bool {
        if (not side(which).start(chosen_, memory_)) {
            complain(fmt::format("cannot start the {}: {}", name_of(which), std::strerror(errno)));
            return false;
        }
        return true;
    }

    /// Kills the victim at its time, restarts it, and checks that messages flow both ways.
    auto rehearse(rehearsal& it) -> bool {
        if (it.killed_at == 0) {
            auto const received = total(&notes::received);
            if (received < it.at or not side(it.victim).is_running()) {
                return true;
            }
            it.resent_before = total(&notes::resent);
            it.duplicates_before = total(&notes::duplicates);
            auto const old = side(it.victim).pid();
            it.killed_at = steady_clock::nanoseconds();
            side(it.victim).end(SIGKILL);
            it.started_at = steady_clock::nanoseconds();
            if (not start(it.victim)) {
                return false;
            }
            bar_.erase();
            say("kill", fmt::format("{} (process {}) killed after {} messages, started again as process {}", name_of(it.victim),
                                    old, grouped(received), side(it.victim).pid()));
        }
        if (it.recovered_at == 0) {
            auto const host = notes_of(memory_, role::host).flowing_since;
            auto const remote = notes_of(memory_, role::remote).flowing_since;
            if (std::min(host, remote) > it.started_at) {
                it.recovered_at = std::max(host, remote);
                bar_.erase();
                say("recovery", fmt::format("messages flow both ways {:.2f} ms after the kill, {:.2f} ms after the restart",
                                            static_cast<double>(it.recovered_at - it.killed_at) / 1e6,
                                            static_cast<double>(it.recovered_at - it.started_at) / 1e6));
            }
        }
        return true;
    }

    auto look_after_sides() -> bool {
        for (auto which : {role::host, role::remote}) {
            auto& it = side(which);
            if (not it.is_running() and not it.succeeded()) {
                if (it.was_killed()) {
                    complain(fmt::format("the {} was ended by a signal: {}; run again", name_of(which), it.how_killed()));
                }
                return false;
            }
        }
        return true;
    }

    auto verdict() -> int {
        bar_.erase();
        auto const seconds = static_cast<double>(steady_clock::nanoseconds() - stream_began_) / 1e9;
        auto const received = total(&notes::received);
        auto const wrong = total(&notes::lost) + total(&notes::damaged);
        auto const recovered =
            std::count_if(rehearsals_.begin(), rehearsals_.end(), [](auto& it) { return it.recovered_at != 0; });
        say("stream", fmt::format("{} messages of {} bytes in {:.2f} s, restarts included: {:.2f} M messages/s",
                                  grouped(received), chosen_.size, seconds, static_cast<double>(received) / seconds / 1e6));
        say("stream",
            fmt::format("{} sent again after the kills, {} of them came twice and were dropped; {} lost, {} damaged",
                        total(&notes::resent), total(&notes::duplicates), total(&notes::lost), total(&notes::damaged)));
        auto const well = wrong == 0 and received == goal() and (recovered == 2 or is_too_short());
        auto const kills =
            is_too_short() ? std::string{"too few for a kill"} : fmt::format("{} of 2 kills survived", recovered);
        say("verdict", fmt::format("{}: {} of {} messages, {} lost or damaged, {}", well ? "ok" : "FAILED", grouped(received),
                                   grouped(goal()), wrong, kills));
        return well ? 0 : 1;
    }
    /// Returns whether there are so few messages that the stream may end before a kill.
    [[nodiscard]] auto is_too_short() const -> bool { return goal() < 200'000; }

  public:
    supervisor(options const& chosen, rpmsg::host::shared_memory& memory)
        : chosen_{chosen}, memory_{memory}, bar_{chosen.quiet} {
        auto const jitter = chosen.seed % 97 * chosen.messages / 1000;
        rehearsals_ = {{{.victim = role::remote, .at = chosen.messages / 4 + jitter},
                        {.victim = role::host, .at = chosen.messages / 2 + jitter}}};
    }

    auto run() -> int {
        if (not start(role::host) or not start(role::remote)) {
            return 1;
        }
        while (side(role::host).is_running() or side(role::remote).is_running()) {
            if (is_asked_to_end() or not look_after_sides()) {
                bar_.erase();
                return 1;
            }
            auto const received = total(&notes::received);
            if (received > 0 and stream_began_ == 0) {
                stream_began_ = steady_clock::nanoseconds();
                bar_ = progress_bar{chosen_.quiet};
            }
            if (not is_too_short()) {
                auto& next = rehearsals_[rehearsals_[0].recovered_at != 0 ? 1 : 0];
                if (not rehearse(next)) {
                    return 1;
                }
            }
            if (received > 0) {
                bar_.draw(received, goal());
            }
            usleep(1000);
        }
        return look_after_sides() ? verdict() : 1;
    }
};
} // namespace

auto supervise(options const& chosen, rpmsg::host::shared_memory& memory) -> int { return supervisor{chosen, memory}.run(); }

} // namespace demo
