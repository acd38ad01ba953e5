// Firmware of a core that serves several endpoints: an echo and a console by name, samples at addresses that both sides know.
// Events report when a peer is bound, when a full ring has room again and when the peer is gone.
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"
#include <array>
#include <cstddef>
#include <cstdint>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 256};
constexpr auto greeting = std::array{std::byte{'h'}, std::byte{'i'}, std::byte{'\n'}};
constinit std::uint32_t samples_due{};

constexpr auto send_samples = [](auto& link) {
    auto sample = std::array<std::byte, 4>{};
    for (; samples_due > 0; --samples_due) {
        rpmsg::store(sample, board::sample());
        if (not link.send(sample)) {
            return; // the ring is full: the event `writable` calls this again
        }
    }
};

constexpr auto echo = rpmsg::endpoint<"echo">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

constexpr auto console = rpmsg::endpoint<"console">([](auto&, rpmsg::message const& m) { board::show(m.payload); },
                                                    [](auto& link, rpmsg::event const& e) {
                                                        if (e.kind == rpmsg::event_kind::bound) {
                                                            (void)link.send(greeting);
                                                        }
                                                    });

constexpr auto samples = rpmsg::endpoint<0x100, 0x200>(
    [](auto& link, rpmsg::message const& m) {
        samples_due = m.payload.size() == 4 ? rpmsg::load<std::uint32_t>(m.payload) : 0;
        send_samples(link);
    },
    [](auto& link, rpmsg::event const& e) {
        if (e.kind == rpmsg::event_kind::writable) {
            send_samples(link);
        } else if (e.kind == rpmsg::event_kind::link_down) {
            samples_due = 0;
        }
    });

constinit auto link = rpmsg::channel{
    rpmsg::vring_device<rings, board::shared_memory, board::mailbox>{},
    rpmsg::endpoints{echo, console, samples},
    board::irq_lock{},
};
} // namespace

extern "C" void mailbox_isr() {
    board::mailbox::acknowledge();
    link.notify();
}

auto main() -> int {
    if (not link.start()) {
        board::halt();
    }
    while (true) {
        link.poll();
        board::sleep_unless([] { return link.is_pending(); });
    }
}
