// A bare-metal superloop: the mailbox interrupt sets a flag; the loop handles a few messages at a time, does other work by the
// clock and sleeps until a doorbell, the link's deadline or its own. No wake-up is lost: interrupts are masked from the check
// to the sleep, WFI ends also for a masked one, and its handler runs after the unmasking.
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"
#include <array>
#include <cstddef>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 128, .retry_ticks = 20};
constexpr auto sample_period = rpmsg::ticks{10};

constexpr auto echo = rpmsg::endpoint<"echo">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });
constexpr auto samples = rpmsg::endpoint<"samples">([](auto&, rpmsg::message const&) {});

// No lock is needed: the interrupt only notifies, and the loop does everything else.
constinit auto link = rpmsg::channel{
    rpmsg::vring_device<rings, board::shared_memory, board::mailbox>{},
    rpmsg::endpoints{echo, samples},
};
} // namespace

extern "C" void mailbox_isr() {
    board::mailbox::acknowledge();
    link.notify();
}
extern "C" void timer_isr() { board::silence_timer(); }

auto main() -> int {
    if (not link.start()) {
        board::halt();
    }
    auto interrupts = board::irq_lock{};
    auto next_sample = board::now();
    while (true) {
        auto const now = board::now();
        link.poll({.messages = 4}, now); // the link stays pending while messages are left
        if (rpmsg::has_passed(next_sample, now)) {
            auto sample = std::array<std::byte, 4>{};
            rpmsg::store(sample, board::sample());
            (void)link.get<"samples">().send(sample); // refused while no peer is bound or the ring is full
            next_sample += sample_period;
        }
        auto const due = link.next_deadline(now);
        auto const wake = due.is_set and rpmsg::has_passed(due.at, next_sample) ? due.at : next_sample;
        auto const guard = rpmsg::lock_guard{interrupts};
        if (not link.is_pending()) {
            board::wake_at(wake); // under the mask, because otherwise its interrupt could come before the sleep
            board::wait_for_interrupt();
        }
    }
}
