#pragma once

#include <rpmsg/host/bells/futex_wait.hpp>
#include <rpmsg/host/rpmsg_char.hpp>
#include <rpmsg/host/serial/pty.hpp>
#include <rpmsg/host/spi/spidev.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/service/ping/responder.hpp>

#include "../../examples/worker_pool/rtos.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

/// The names that the fragments of the README use and do not define themselves. Each fragment is a namespace in here, so that
/// its own names come first.
namespace prelude {

/// What a board.hpp offers.
namespace board {
using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<0x3000'0000, 0x1'0000>>;
using irq_lock = rpmsg::no_lock;
struct mailbox {
    static auto ring(std::uint32_t) -> void {}
    static auto acknowledge() -> void {}
};
struct serial {
    static auto write(rpmsg::const_bytes out) -> std::size_t { return out.size(); }
};
using spi1 = rpmsg::archetypes::spi_port;
auto now() -> rpmsg::ticks;
auto random() -> std::uint32_t;
auto received() -> rpmsg::const_bytes;
auto sleep_until(rpmsg::poll_deadline when) -> void;
} // namespace board

constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 64};
inline constexpr auto on_message = [](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); };
inline constexpr auto on_event = [](auto&, rpmsg::event const&) {};
inline constexpr auto echo = rpmsg::endpoint<"rpmsg-echo">(on_message);
inline auto payload = std::array<std::byte, 4>{};
inline auto deadline = rpmsg::ticks{};
inline auto link = rpmsg::channel{rpmsg::vring_device<rings, board::shared_memory, board::mailbox>{},
                                  rpmsg::endpoints{rpmsg::endpoint<"console">(on_message, on_event)}, rpmsg::no_lock{},
                                  rpmsg::spin_wait<rpmsg::host::steady_clock>{}};

} // namespace prelude
