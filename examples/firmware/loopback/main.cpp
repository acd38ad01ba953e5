// Both roles on the one core of a Cortex-M0, which has no read-modify-writes: the host is the main loop, the remote runs in the
// interrupt of its doorbell, and so at each point where the host rings. The emulator ends with status 0 when each message came
// back intact and in order. With the argument "loses" the remote drops one, which must be reported.
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"
#include <array>
#include <numbered.hpp>
#include <semihosting.hpp>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 4, .buffer_size = 512};
constexpr std::uint32_t messages = 10'000;

alignas(64) constinit std::array<std::byte, rpmsg::vring_layout<rings>::size()> memory{};
using doorbell_of_host = board::software_interrupt<0>;
using doorbell_of_remote = board::software_interrupt<1>;

auto loses = false;
std::uint32_t echoes{};
std::uint32_t sent{};
std::uint32_t received{};

constinit auto remote = rpmsg::channel{
    rpmsg::vring_device<rings, rpmsg::mapped_region<>, doorbell_of_host>{{memory.data(), memory.size()}},
    rpmsg::endpoints{rpmsg::endpoint<"echo">([](auto& link, rpmsg::message const& m) {
        if (not loses or ++echoes != 2000) {
            link.reply(m, m.payload);
        }
    })},
};
constinit auto host = rpmsg::channel{
    rpmsg::vring_driver<rings, rpmsg::mapped_region<>, doorbell_of_remote>{{memory.data(), memory.size()}},
    rpmsg::endpoints{rpmsg::endpoint<"echo">([](auto&, rpmsg::message const& m) {
        if (not numbered::is(m.payload, received)) {
            semihosting::print_line(board::name, ": message ", received, " was expected, another came");
            semihosting::end(1);
        }
        ++received;
    })},
};

auto send_next() -> bool {
    auto content = std::array<std::byte, numbered::largest>{};
    auto const message = rpmsg::bytes{content}.first(numbered::size_of(sent));
    numbered::write(message, sent);
    return host.get<"echo">().send(message).has_value();
}
} // namespace

extern "C" void host_isr() { host.notify(); }
extern "C" void remote_isr() {
    remote.notify();
    while (remote.is_pending()) {
        remote.poll();
    }
}

auto main() -> int {
    loses = semihosting::has_argument("loses");
    if (not remote.start() or not host.start()) {
        semihosting::print_line(board::name, ": a link does not fit its memory");
        semihosting::end(1);
    }
    doorbell_of_host::enable();
    doorbell_of_remote::enable();
    auto interrupts = board::irq_lock{};
    while (received != messages) {
        host.poll();
        while (sent != messages and sent - received < 3 and send_next()) {
            ++sent;
        }
        auto const guard = rpmsg::lock_guard{interrupts};
        if (not host.is_pending() and received != messages) {
            cpu::wait_for_interrupt();
        }
    }
    semihosting::print_line(board::name, ": ", received, " messages came back");
    semihosting::end(0);
}
