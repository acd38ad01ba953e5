// The measured firmware over SPI: a peripheral beside NuttX that answers each message.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>

#include "spi_board.hpp"

namespace {
constexpr auto bus = rpmsg::spi_config{.frame_size = 512,
                                       .transmit_buffers = 8,
                                       .receive_buffers = 8,
                                       .profile = rpmsg::spi_profile::nuttx,
                                       .peer_name = rpmsg::wire::pad("server")};

constinit auto frames = rpmsg::spi_storage<bus>{};

constexpr auto echo = rpmsg::endpoint<"rpmsg-echo">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

constinit auto link = rpmsg::channel{
    rpmsg::spi<bus, board::spi1>{frames},
    rpmsg::endpoints{echo},
    rpmsg::cortex_m::irq_lock{},
};
} // namespace

extern "C" void mailbox_isr() { link.notify(rpmsg::spi_signal::request); }

auto main() -> int {
    if (not link.start()) {
        while (true) {}
    }
    for (rpmsg::ticks now = 0;; ++now) {
        link.poll(now);
        rpmsg::cortex_m::wait_for_interrupt();
    }
}
