// A DMA copies the samples of a sensor into the transmit buffer while the core does other work. Its interrupt only notifies; the
// loop commits the message. What the channel does not take, or has not copied in time, is copied by the core.
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"
#include <cstddef>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 4, .buffer_size = 512};
constexpr auto threshold = 64; // below, a start of the channel takes longer than the copy

constinit auto link = rpmsg::channel{
    rpmsg::vring_device<rings, board::shared_memory, board::mailbox>{},
    rpmsg::endpoints{rpmsg::endpoint<"samples">([](auto&, rpmsg::message const&) {})},
};
constinit auto number = std::size_t{};
constinit auto sender = rpmsg::dma_sender{link.get<"samples">(), threshold, board::dma{},
                                          [](rpmsg::status outcome) { number += outcome ? 1u : 0u; }, board::irq_lock{}};

auto record() -> rpmsg::const_bytes {
    for (auto& each : board::samples()) {
        each = static_cast<std::byte>(number);
    }
    return board::samples();
}
} // namespace

extern "C" void mailbox_isr() { link.notify(); }
extern "C" void dma_isr() { sender.notify(); }
extern "C" void timer_isr() {} // ends the sleep, so that deadlines are kept

auto main() -> int {
    if (not link.start()) {
        board::halt();
    }
    auto interrupts = board::irq_lock{};
    while (true) {
        auto const now = board::now();
        link.poll({}, now);
        sender.poll(now);
        if (not sender.is_running() and link.get<"samples">().is_bound()) {
            (void)sender.send(record(), {.is_set = true, .at = now + 10}); // refused while the ring is full
        }
        auto const guard = rpmsg::lock_guard{interrupts};
        if (not link.is_pending() and not sender.is_pending()) {
            board::wait_for_interrupt();
        }
    }
}
