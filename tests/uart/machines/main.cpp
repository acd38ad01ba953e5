// Firmware for QEMU's mps2-an385: numbers go over the first UART to another such machine and are told on the second one. The
// host puts a number into memory that tells this life from all others.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>

#include <array>
#include <cstdint>

namespace {

auto at(std::uintptr_t address) -> std::uint32_t volatile& { return *reinterpret_cast<std::uint32_t volatile*>(address); }

/// Arm's CMSDK UART.
template <std::uintptr_t Base> struct cmsdk_uart {
    static auto open(bool interrupts) -> void {
        at(Base + 16) = 16; // the fastest rate
        at(Base + 8) = interrupts ? 0b1011 : 0b0001;
    }
    static auto write(rpmsg::const_bytes out) -> std::size_t {
        std::size_t taken = 0;
        while (taken < out.size() and (at(Base + 4) & 1) == 0) {
            at(Base) = static_cast<std::uint32_t>(out[taken++]);
        }
        return taken;
    }
    static auto has_byte() -> bool { return (at(Base + 4) & 2) != 0; }
    static auto read() -> std::byte {
        auto const next = static_cast<std::byte>(at(Base));
        at(Base + 12) = 2;
        return next;
    }
};
using serial = cmsdk_uart<0x4000'4000>;
using console = cmsdk_uart<0x4000'5000>;

auto tell(std::string_view text) -> void {
    for (auto const each : text) {
        auto const next = static_cast<std::byte>(each);
        while (console::write({&next, 1}) == 0) {}
    }
}
auto tell(std::string_view what, std::uint32_t number) -> void {
    auto digits = std::array<char, 8>{};
    for (std::size_t i = 0; i < digits.size(); ++i) {
        digits[i] = "0123456789abcdef"[number >> (28 - 4 * i) & 0xf];
    }
    tell(what);
    tell({digits.data(), digits.size()});
    tell("\n");
}

constexpr auto line = rpmsg::uart_config{.tx_buffers = 4,
                                         .rx_buffers = 4,
                                         .payload = 128,
#ifdef NUTTX
                                         .profile = rpmsg::uart_profile::nuttx,
#else
                                         .profile = rpmsg::uart_profile::reliable,
#endif
                                         .connect_ticks = 100};

std::uint32_t told{};

// Counting starts anew with the link; told are the first numbers, then each 32nd.
constexpr auto numbers = rpmsg::endpoint<"numbers">(
    [](auto&, rpmsg::message const& m) {
        auto const number = m.payload.size() == 64 ? rpmsg::load<std::uint32_t>(m.payload) : 0xffff'ffff;
        for (std::size_t i = 4; i < m.payload.size(); ++i) {
            if (m.payload[i] != static_cast<std::byte>(number + i)) {
                tell("corrupt ", number);
            }
        }
        if (number != told) {
            tell("gap before ", number);
        }
        told = number + 1;
        if (number % 32 == 0) {
            tell("got ", number);
        }
    },
    [](auto&, rpmsg::event const& e) {
        if (e.kind == rpmsg::event_kind::bound) {
            tell("bound\n");
        } else if (e.kind == rpmsg::event_kind::link_down) {
            told = 0;
            tell("down ", static_cast<std::uint32_t>(e.reason));
        }
    });

constinit auto frames = rpmsg::uart_storage<line>{};
constinit auto link = rpmsg::channel{rpmsg::uart<line, serial>{frames}, rpmsg::endpoints{numbers}, rpmsg::cortex_m::irq_lock{}};
} // namespace

extern "C" void mailbox_isr() { // interrupt 0: the receiver of the first UART
    while (serial::has_byte()) {
        auto const next = serial::read();
        link.transport().feed({&next, 1});
    }
    link.notify();
}

auto main() -> int {
    serial::open(true);
    console::open(false);
    at(0xe000'e014) = 25'000 - 1; // SysTick, a millisecond
    at(0xe000'e018) = 0;
    at(0xe000'e010) = 0b101;
#ifndef NUTTX
    link.transport().identify(at(0x2001'0000));
#endif
    if (not link.start()) {
        tell("not started\n");
        return 1;
    }
    at(0xe000'e100) = 1;
    auto text = std::array<std::byte, 64>{};
    std::uint32_t next = 0;
    for (std::uint32_t now = 0, turn = 0;; ++turn) {
        auto const is_new = turn % 256 == 0 and (at(0xe000'e010) >> 16 & 1) != 0; // the emulator halts for each look
        now += is_new ? 1 : 0;
        link.poll(now);
        auto const to = link.get<"numbers">();
        if (not to.is_bound()) {
            next = 0;
        } else if (is_new) { // the other side keeps up with one in a millisecond
            rpmsg::store(text, next);
            for (std::size_t i = 4; i < text.size(); ++i) {
                text[i] = static_cast<std::byte>(next + i);
            }
            next += to.send(text) ? 1 : 0;
        }
    }
}
