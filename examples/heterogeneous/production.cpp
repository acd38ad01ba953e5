#include "production.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

using namespace chip;
using stage::clock_of;

namespace {
constexpr rpmsg::ticks patience = 60'000;
} // namespace

auto production::roll(std::uint32_t sides) -> std::uint32_t {
    random_ = random_ * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    return static_cast<std::uint32_t>(random_ >> 33) % sides;
}

auto production::shuffled() -> std::array<std::uint32_t, chip::cores> {
    auto order = std::array<std::uint32_t, chip::cores>{core_a, core_b, bridge};
    for (auto i = cores - 1; i > 0; --i) {
        std::swap(order[i], order[roll(i + 1)]);
    }
    return order;
}

auto production::start(std::uint32_t i) -> void {
    auto const parent = getpid();
    auto const socket = linux_->socket();
    memory_.seen[i].lives += 1;
    std::fflush(stdout);
    processes_[i] = fork();
    if (processes_[i] == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close_range(3, ~0u, 0); // those of Linux
        if (getppid() == parent) {
            i == bridge ? run_bridge(memory_, socket) : i == core_a ? run_a(memory_) : run_b_(memory_);
        }
        _exit(1);
    }
}

auto production::stop(std::uint32_t i) -> void {
    if (processes_[i] > 0) {
        kill(processes_[i], SIGKILL);
        waitpid(processes_[i], nullptr, 0);
    }
    processes_[i] = 0;
    memory_.seen[i].is_up[0] = memory_.seen[i].is_up[1] = 0;
}

auto production::waits_for(std::string_view text) -> bool {
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
auto production::boot() -> bool {
    auto const deadline = clock_of::now() + patience;
    while (access(linux_->socket().c_str(), F_OK) != 0 and not rpmsg::has_passed(deadline, clock_of::now())) {
        usleep(1000);
    }
    linux_->boot(root_, tools_, "64M", "");
    if (not waits_for("guest: Linux ")) {
        return false;
    }
    return true;
}

production::~production() {
    for (std::uint32_t i = 0; i < cores; ++i) {
        stop(i);
    }
}

auto production::restart(std::uint32_t victims) -> bool {
    auto const is_one = [&](std::uint32_t i) { return (victims >> i & 1) != 0; };
    for (auto const i : shuffled()) {
        if (is_one(i)) {
            stop(i);
        }
    }
    if (is_one(bridge)) {
        linux_.emplace();
    } else if (is_one(driver)) {
        linux_->tell("for each in unbind bind; do echo virtio0 >/sys/bus/virtio/drivers/virtio_rpmsg_bus/$each; done");
    }
    for (auto const i : shuffled()) {
        if (is_one(i)) {
            start(i);
        }
    }
    return not is_one(bridge) or boot();
}

auto production::draw() const -> void {
    fmt::print("{:8} {:>5}   {:24} {:>9} {:>8}\n", "process", "lives", "links", "carried", "dropped");
    constexpr auto sides =
        std::array<std::array<std::string_view, 2>, cores>{{{"bridge", "core B"}, {"Linux", "service"}, {"Linux", "core A"}}};
    for (std::uint32_t i = 0; i < cores; ++i) {
        auto const& it = memory_.seen[i];
        auto const state = [&](std::size_t s) { return fmt::format("{} {}", sides[i][s], it.is_up[s] != 0 ? "up" : "down"); };
        fmt::print("{:8} {:>5}   {:24} {:>9} {:>8}\n", names[i], it.lives.load(), state(0) + ", " + state(1), it.carried.load(),
                   it.dropped.load());
    }
}
