// A core between two others: Linux above it, a DSP with this library below. The two links differ in dialect and depth and share
// one lock. Messages from Linux to "audio" are passed on to the DSP, with one copy from buffer to buffer. While the DSP has no
// room the link above is not polled, so that its ring fills and Linux waits. No message is lost or stored in between.
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"

namespace {
constexpr auto above = rpmsg::vring_config{
    .buffers = 16, .alignment = 4096, .device_base = 0x3000'0000, .dialect = rpmsg::wire::dialects::linux_virtio};
constexpr auto below = rpmsg::vring_config{.buffers = 4, .dialect = rpmsg::wire::dialects::rpmsg};

// The message that waits for room below, if any. It is a local variable of main, because a global one would need a registered
// destructor.
constinit rpmsg::held_message* waiting = nullptr;

// Returns false when the frame must wait. A frame without a receiver is done, and counted.
constexpr auto is_done = [](auto& link, rpmsg::const_bytes frame) {
    return link.send(frame).error() != rpmsg::error::no_buffer;
};

constexpr auto to_dsp = rpmsg::endpoint<"audio">([](auto&, rpmsg::message const&) {},
                                                 [](auto& link, rpmsg::event const&) { // there is room, or the DSP is gone
                                                     if (*waiting and is_done(link, waiting->payload())) {
                                                         waiting->release();
                                                     }
                                                 });

constinit auto lock = board::irq_lock{};

constinit auto dsp = rpmsg::channel{
    rpmsg::vring_driver<below, board::dsp_memory, board::dsp_mailbox>{},
    rpmsg::endpoints{to_dsp},
    rpmsg::lock_ref{lock},
};

constexpr auto from_linux = rpmsg::endpoint<"audio">([](auto& link, rpmsg::message const& m) {
    if (auto out = dsp.get<"audio">(); not is_done(out, m.payload)) {
        *waiting = link.hold(m);
    }
});

constinit auto host = rpmsg::channel{
    rpmsg::vring_device<above, board::linux_memory, board::linux_mailbox>{},
    rpmsg::endpoints{from_linux},
    rpmsg::lock_ref{lock},
};
} // namespace

extern "C" void mailbox_isr() {
    board::linux_mailbox::acknowledge();
    host.notify();
}
extern "C" void dsp_isr() {
    board::dsp_mailbox::acknowledge();
    dsp.notify();
}

auto main() -> int {
    auto frame = rpmsg::held_message{};
    waiting = &frame;
    if (not dsp.start() or not host.start()) {
        board::halt();
    }
    while (true) {
        dsp.poll();
        if (not frame) {
            host.poll({.messages = 1});
        }
        board::sleep_unless([&] { return dsp.is_pending() or (not frame and host.is_pending()); });
    }
}
