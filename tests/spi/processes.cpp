#include <rpmsg/host/bells/futex_wait.hpp>
#include <rpmsg/host/spi/shared_spi_bus.hpp>

#include <catch2/catch_test_macros.hpp>

#include "pair.hpp"
#include "progress.hpp"
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <new>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

/// Two processes talk over an SPI bus in shared memory and are killed.
namespace {
using namespace spi_tests;
using rpmsg::host::shared_spi_bus;
using rpmsg::host::shared_spi_end;
using rpmsg::host::steady_clock;

constexpr auto bus_config = spi_config{.frame_size = 128, .transmit_buffers = 8, .receive_buffers = 8, .retry_ticks = 5};

/// Written by one side alone.
struct alignas(64) notes {
    std::uint64_t heard;
    std::uint64_t damaged;
    std::uint64_t gaps; ///< within one life of the link
    std::uint64_t flowing_since;
};
struct block {
    shared_spi_bus<bus_config.frame_size> bus;
    std::array<notes, 2> sides;
};

template <spi_role Role> [[noreturn]] auto live(block& shared, bool skips) -> void {
    constexpr auto self = Role == spi_role::controller ? 0u : 1u;
    auto& own = shared.sides[self];
    auto frames = rpmsg::spi_storage<bus_config>{};
    auto port = shared_spi_end<Role, bus_config.frame_size>{shared.bus};
    auto next = std::uint32_t{0xffff'ffff};
    auto number = 0u;
    auto link = rpmsg::channel{rpmsg::spi<bus_config, shared_spi_end<Role, bus_config.frame_size>>{frames, std::move(port)},
                               rpmsg::endpoints{rpmsg::endpoint<"numbers">(
                                   [&](auto&, rpmsg::message const& m) {
                                       auto const got = rpmsg::load<std::uint32_t>(m.payload);
                                       own.damaged = own.damaged + (same(m.payload, numbered<64>(got)) ? 0 : 1);
                                       own.gaps = own.gaps + (next != 0xffff'ffff and got != next ? 1 : 0);
                                       own.flowing_since =
                                           next == 0xffff'ffff ? steady_clock::nanoseconds() : own.flowing_since;
                                       next = got + 1;
                                       own.heard = own.heard + 1;
                                   },
                                   [&](auto&, rpmsg::event const& e) {
                                       next = e.kind == rpmsg::event_kind::link_down ? 0xffff'ffff : next;
                                       number = e.kind == rpmsg::event_kind::link_down ? 0 : number;
                                   })},
                               rpmsg::no_lock{}, rpmsg::host::futex_wait{shared.bus.bells[self]}};
    if (not link.start()) {
        _exit(3);
    }
    while (true) {
        auto const ticket = link.waiting().ticket();
        link.transport().port().forward(link);
        auto busy = link.poll(steady_clock::now()) > 0;
        while (link.at(0).is_bound() and link.at(0).send(numbered<64>(number))) {
            number += skips and number % 100 == 99 ? 2 : 1;
            busy = true;
        }
        auto const now = steady_clock::now();
        auto const due = link.next_deadline(now);
        if (not busy and not(due.is_set and rpmsg::has_passed(due.at, now))) {
            (void)link.waiting().wait(ticket, due.is_set ? due.at : now + 20);
        }
    }
}

/// Starts both, kills at random, waits until messages flow both ways again.
class rig {
    block* shared_{};
    std::array<pid_t, 2> sides_{};
    bool skips_;

    auto start(unsigned which) -> void {
        auto const pid = fork();
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            which == 0 ? live<spi_role::controller>(*shared_, skips_) : live<spi_role::peripheral>(*shared_, skips_);
        }
        sides_[which] = pid;
    }
    auto kill_side(unsigned which) -> void {
        if (auto const pid = std::exchange(sides_[which], 0); pid > 0) {
            kill(pid, SIGKILL);
            waitpid(pid, nullptr, 0);
        }
    }
    auto flows(std::uint64_t since) -> bool {
        for (auto limit = progress_limit{}; not limit.is_stuck(0);) {
            auto const first = __atomic_load_n(&shared_->sides[0].flowing_since, __ATOMIC_ACQUIRE);
            auto const second = __atomic_load_n(&shared_->sides[1].flowing_since, __ATOMIC_ACQUIRE);
            if (std::min(first, second) > since) {
                return true;
            }
            usleep(100);
        }
        return false;
    }

  public:
    explicit rig(bool skips = false) : skips_{skips} {
        auto* const memory = mmap(nullptr, sizeof(block), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        REQUIRE(memory != MAP_FAILED);
        shared_ = new (memory) block{};
    }
    rig(rig const&) = delete;
    auto operator=(rig const&) -> rig& = delete;
    ~rig() {
        kill_side(0);
        kill_side(1);
        munmap(shared_, sizeof(block));
    }

    /// How many kills the link survived.
    auto run(unsigned kills, std::uint32_t seed = 1) -> unsigned {
        auto since = steady_clock::nanoseconds();
        start(0);
        start(1);
        auto survived = 0u;
        while (flows(since) and survived < kills) {
            seed = seed * 1664525 + 1013904223;
            usleep(seed >> 20);
            auto const which = (seed >> 16) & 1;
            kill_side(which);
            since = steady_clock::nanoseconds();
            start(which);
            ++survived;
        }
        return flows(since) ? survived : survived - 1;
    }
    [[nodiscard]] auto sum(std::uint64_t notes::*what) const -> std::uint64_t {
        return shared_->sides[0].*what + shared_->sides[1].*what;
    }
};
} // namespace

TEST_CASE("two processes talk over SPI, either is killed a hundred times, and the link is back every time") {
    auto test = rig{};
    CHECK(test.run(100) == 100);
    std::printf("100 kills: %llu messages, %llu damaged, %llu gaps\n", static_cast<unsigned long long>(test.sum(&notes::heard)),
                static_cast<unsigned long long>(test.sum(&notes::damaged)),
                static_cast<unsigned long long>(test.sum(&notes::gaps)));
    CHECK(test.sum(&notes::heard) > 1000);
    CHECK(test.sum(&notes::damaged) == 0);
    CHECK(test.sum(&notes::gaps) == 0);
}

TEST_CASE("a thousand kills over SPI", "[.nightly]") {
    auto test = rig{};
    CHECK(test.run(1000) == 1000);
    CHECK(test.sum(&notes::damaged) + test.sum(&notes::gaps) == 0);
}

TEST_CASE("the rig sees messages that are skipped") {
    auto test = rig{true};
    CHECK(test.run(3) == 3);
    usleep(200'000);
    CHECK(test.sum(&notes::gaps) > 0);
}
