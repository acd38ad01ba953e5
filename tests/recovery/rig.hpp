#pragma once

#include <rpmsg/host/bells/futex_doorbell.hpp>
#include <rpmsg/host/bells/futex_wait.hpp>
#include <rpmsg/host/shared_memory.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/rpmsg.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

/// Two processes that exchange numbered messages over the shipped rings and are killed; what each has sent and received
/// stands in a page that survives.
namespace recovery {

using rpmsg::host::shared_memory;
using rpmsg::host::steady_clock;

enum class role : unsigned { host, remote };

/// Mistakes built in on purpose: the checker must see each.
enum class mistake {
    none,
    no_resend,        ///< a survivor forgets what the dead peer had not returned
    resends_too_much, ///< a survivor sends again more than that
    hides_restart,    ///< a restarted remote does not say so
    skips_one,        ///< a message is counted as sent and is not
};

/// Written by one side alone.
struct alignas(64) notes {
    std::uint64_t sent;
    std::uint64_t received;
    std::uint64_t lost;
    std::uint64_t damaged;
    std::uint64_t reordered;
    std::uint64_t duplicates;
    std::uint64_t most_duplicates; ///< after one restart
    std::uint64_t flowing_since;   ///< nanoseconds; the first message since the link came up
};

template <rpmsg::vring_config Rings> struct block {
    alignas(64) std::array<std::byte, rpmsg::vring_layout<Rings>::size()> link;
    std::array<rpmsg::host::futex_bell, 2> bells;
    std::array<notes, 2> sides;
    std::uint32_t stop;
};

struct numbered {
    std::uint64_t number;
    std::uint64_t check;
};

/// Counts and checks the stream of one side.
class stream {
    notes& notes_;
    mistake seeded_;
    std::uint64_t since_up_{};
    std::uint64_t next_{};
    std::uint64_t duplicates_{};
    bool has_first_{};
    bool blocked_{};

    static constexpr auto check_of(std::uint64_t number) -> std::uint64_t { return ~number * 0x9e37'79b9'7f4a'7c15; }

  public:
    stream(notes& own, mistake seeded) : notes_{own}, seeded_{seeded} {}

    auto hear(rpmsg::const_bytes payload) -> void {
        auto const got = payload.size() == sizeof(numbered) ? rpmsg::load<numbered>(payload) : numbered{};
        if (got.check != check_of(got.number)) {
            notes_.damaged = notes_.damaged + 1;
            return;
        }
        if (std::exchange(has_first_, true)) {
            notes_.reordered = notes_.reordered + (got.number == next_ ? 0 : 1);
        } else {
            notes_.flowing_since = steady_clock::nanoseconds();
        }
        next_ = got.number + 1;
        if (got.number >= notes_.received) {
            notes_.lost = notes_.lost + (got.number - notes_.received);
            notes_.received = got.number + 1;
        } else {
            notes_.duplicates = notes_.duplicates + 1;
            notes_.most_duplicates = std::max(notes_.most_duplicates, ++duplicates_);
        }
    }

    auto hear_event(rpmsg::event const& what) -> void {
        if (what.kind == rpmsg::event_kind::link_down) {
            auto again = std::min<std::uint64_t>(what.unreturned, since_up_);
            again = seeded_ == mistake::no_resend ? 0 : again;
            again += seeded_ == mistake::resends_too_much ? std::min<std::uint64_t>(since_up_ - again, 8) : 0;
            notes_.sent = notes_.sent - again;
            since_up_ = duplicates_ = 0;
            has_first_ = false;
        }
        blocked_ = false;
    }

    /// Sends what fits; answers how many.
    auto send(auto const& endpoint) -> unsigned {
        auto sent = 0u;
        while (endpoint.is_bound() and not blocked_ and sent < 16) {
            if (seeded_ == mistake::skips_one and notes_.sent % 1000 == 999) {
                notes_.sent = notes_.sent + 1;
            }
            auto payload = std::array<std::byte, sizeof(numbered)>{};
            rpmsg::store(payload, numbered{notes_.sent, check_of(notes_.sent)});
            if (not endpoint.send(payload)) {
                blocked_ = true;
                break;
            }
            notes_.sent = notes_.sent + 1;
            ++since_up_;
            ++sent;
        }
        return sent;
    }
};

/// Keeps the boot count of a device to itself, but for the first.
class secretive_region : public rpmsg::mapped_region<> {
    using block = rpmsg::wire::control_block;
    static constexpr std::uint32_t boot = offsetof(block, device) + offsetof(block::device_half, boot);
    std::uint32_t kept_{};

  public:
    explicit secretive_region(rpmsg::mapped_region<> shared) : rpmsg::mapped_region<>{shared} {}

    template <rpmsg::site Site, typename T> [[nodiscard]] auto load(std::uint32_t offset) -> T {
        return offset == boot and kept_ != 0 ? static_cast<T>(kept_) : mapped_region::load<Site, T>(offset);
    }
    template <rpmsg::site Site, typename T> auto store(std::uint32_t offset, T value) -> void {
        auto const is_secret = offset == boot and mapped_region::load<rpmsg::site::control_load, std::uint32_t>(boot) != 0;
        kept_ = offset == boot ? value : kept_;
        if (not is_secret) {
            mapped_region::store<Site>(offset, value);
        }
    }
};

/// The life of one side; ends when told to.
template <rpmsg::vring_config Rings, typename Transport, typename Region = rpmsg::mapped_region<>>
auto live(shared_memory& memory, role me, mistake seeded) -> void {
    auto& shared = memory.at<block<Rings>>(0);
    auto const mine = static_cast<unsigned>(me);
    shared.bells[mine].take_over();
    auto numbers = stream{shared.sides[mine], seeded};
    auto link = rpmsg::channel{
        Transport{Region{memory.region(rpmsg::vring_layout<Rings>::size())},
                  rpmsg::host::futex_doorbell{shared.bells[1 - mine]}},
        rpmsg::endpoints{rpmsg::endpoint<"numbers">([&](auto&, rpmsg::message const& m) { numbers.hear(m.payload); },
                                                    [&](auto&, rpmsg::event const& e) { numbers.hear_event(e); })},
        rpmsg::no_lock{}, rpmsg::host::futex_wait{shared.bells[mine]}};
    if (not link.start()) {
        _exit(3);
    }
    while (__atomic_load_n(&shared.stop, __ATOMIC_RELAXED) == 0) {
        auto const ticket = link.waiting().ticket();
        auto busy = link.poll() + numbers.send(link.template get<"numbers">()) > 0;
        for (auto look = 0; look < 50 and not busy; ++look) {
            rpmsg::relax();
            busy = link.poll() > 0;
        }
        if (not busy) {
            auto const now = steady_clock::now();
            auto const next = link.next_deadline(now);
            (void)link.waiting().wait(ticket, next.is_set ? next.at : now + 20);
        }
    }
}

/// What the checker found.
struct report {
    unsigned restarts{};
    unsigned not_back{}; ///< restarts after which no messages flowed both ways in time
    double slowest_ms{}; ///< from a restart to messages both ways
    double total_ms{};
    notes host{};
    notes remote{};

    [[nodiscard]] auto sum(std::uint64_t notes::*what) const -> std::uint64_t { return host.*what + remote.*what; }
    [[nodiscard]] auto most_duplicates() const -> std::uint64_t {
        return std::max(host.most_duplicates, remote.most_duplicates);
    }
};

/// The parent of both: starts, kills, waits for the flow.
template <rpmsg::vring_config Rings> class rig {
    using two_sides = block<Rings>;
    mistake seeded_;
    std::string name_{"rpmsg-recovery-" + std::to_string(getpid())};
    std::optional<shared_memory> memory_{};
    std::array<pid_t, 2> sides_{};
    std::uint64_t random_;
    report report_{};

    static auto open(std::string const& name) -> rpmsg::host::outcome<shared_memory> {
        return shared_memory::open(name, sizeof(two_sides), Rings.fingerprint());
    }
    auto shared() -> two_sides& { return memory_->at<two_sides>(0); }

    [[noreturn]] auto run_child(role me) -> void {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        memory_.reset();
        auto memory = open(name_);
        if (not memory or not memory->claim(static_cast<unsigned>(me))) {
            _exit(2);
        }
        using rpmsg::host::futex_doorbell;
        if (me == role::host) {
            live<Rings, rpmsg::vring_driver<Rings, rpmsg::mapped_region<>, futex_doorbell>>(*memory, me, seeded_);
        } else if (seeded_ == mistake::hides_restart) {
            live<Rings, rpmsg::vring_device<Rings, secretive_region, futex_doorbell>, secretive_region>(*memory, me, seeded_);
        } else {
            live<Rings, rpmsg::vring_device<Rings, rpmsg::mapped_region<>, futex_doorbell>>(*memory, me, seeded_);
        }
        _exit(0);
    }

  public:
    explicit rig(mistake seeded = mistake::none, std::uint64_t seed = 1) : seeded_{seeded}, random_{seed} {
        auto memory = open(name_);
        if (memory) {
            memory_.emplace(std::move(*memory));
        } else {
            std::abort();
        }
    }
    rig(rig const&) = delete;
    auto operator=(rig const&) -> rig& = delete;
    ~rig() {
        kill_side(role::host);
        kill_side(role::remote);
        memory_->remove();
    }

    auto random(std::uint64_t below) -> std::uint64_t {
        random_ ^= random_ << 13;
        random_ ^= random_ >> 7;
        random_ ^= random_ << 17;
        return random_ % below;
    }
    auto random_role() -> role { return static_cast<role>(random(2)); }

    auto start(role which) -> void {
        auto const pid = fork();
        if (pid == 0) {
            run_child(which);
        }
        sides_[static_cast<unsigned>(which)] = pid;
    }
    auto kill_side(role which) -> void {
        if (auto const pid = std::exchange(sides_[static_cast<unsigned>(which)], 0); pid > 0) {
            kill(pid, SIGKILL);
            waitpid(pid, nullptr, 0);
        }
    }

    /// Waits until messages flow both ways that came after `since`. False when they do not: within a minute, or
    /// within five seconds where that is the mistake.
    auto flows(std::uint64_t since) -> bool {
        ++report_.restarts;
        while (true) {
            auto& both = shared().sides;
            auto const first = __atomic_load_n(&both[0].flowing_since, __ATOMIC_ACQUIRE);
            auto const second = __atomic_load_n(&both[1].flowing_since, __ATOMIC_ACQUIRE);
            if (std::min(first, second) > since) {
                auto const took = static_cast<double>(std::max(first, second) - since) / 1e6;
                report_.slowest_ms = std::max(report_.slowest_ms, took);
                report_.total_ms += took;
                return true;
            }
            if (steady_clock::nanoseconds() - since > (seeded_ == mistake::hides_restart ? 5u : 60u) * 1'000'000'000ull) {
                ++report_.not_back;
                return false;
            }
            usleep(100);
        }
    }

    /// One kill of a random side and its restart.
    auto kill_one() -> bool {
        usleep(static_cast<useconds_t>(random(3000)));
        auto const victim = random_role();
        kill_side(victim);
        auto const since = steady_clock::nanoseconds();
        start(victim);
        return flows(since);
    }

    auto begin() -> bool {
        auto const since = steady_clock::nanoseconds();
        start(random_role());
        usleep(static_cast<useconds_t>(random(2000)));
        start(sides_[0] == 0 ? role::host : role::remote);
        return flows(since);
    }

    auto finish() -> report {
        __atomic_store_n(&shared().stop, 1u, __ATOMIC_RELAXED);
        for (auto& pid : sides_) {
            if (pid > 0) {
                waitpid(std::exchange(pid, 0), nullptr, 0);
            }
        }
        report_.host = shared().sides[0];
        report_.remote = shared().sides[1];
        return report_;
    }

    /// Kills until one restart fails or `kills` are done.
    auto run(unsigned kills) -> report {
        auto goes_on = begin();
        for (unsigned i = 0; i < kills and goes_on; ++i) {
            goes_on = kill_one();
        }
        return finish();
    }
};

} // namespace recovery
