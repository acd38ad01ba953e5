#pragma once

#include <rpmsg/host/bells/futex_wait.hpp>
#include <rpmsg/host/spi/shared_spi_bus.hpp>
#include <rpmsg/rpmsg.hpp>

#include <cstdint>
#include <utility>

/// The configuration that both chips share, and a replacement of their hardware: an SPI bus in memory that two processes map.
namespace demo {

constexpr auto bus = rpmsg::spi_config{.frame_size = 256, .transmit_buffers = 8, .receive_buffers = 8, .retry_ticks = 10};
using wires = rpmsg::host::shared_spi_bus<bus.frame_size>;

template <rpmsg::spi_role Role> using port = rpmsg::host::shared_spi_end<Role, bus.frame_size>;

/// Returns the end of the bus in this process.
template <rpmsg::spi_role Role> auto end_of(wires& shared, rpmsg::spi_storage<bus>& frames) {
    return rpmsg::spi<bus, port<Role>>{frames, port<Role>{shared}};
}
inline auto wait_on(wires& shared, rpmsg::spi_role role) -> rpmsg::host::futex_wait {
    return rpmsg::host::futex_wait{shared.bells[role == rpmsg::spi_role::controller ? 0 : 1]};
}

/// Does the work of the interrupts and of the loop of firmware: polls the link, then sleeps until a bell rings.
auto work(auto& link) -> void {
    using clock = rpmsg::host::steady_clock;
    auto const ticket = link.waiting().ticket();
    link.transport().port().forward(link);
    auto const handled = link.poll(clock::now());
    auto const now = clock::now();
    auto const due = link.next_deadline(now);
    if (handled == 0 and not(due.is_set and rpmsg::has_passed(due.at, now))) {
        (void)link.waiting().wait(ticket, due.is_set ? due.at : now + 20);
    }
}

} // namespace demo
