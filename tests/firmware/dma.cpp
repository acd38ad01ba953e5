// Both roles on one core of the mps2-an521, whose PL081s copy the payloads: one into the transmit buffers, one out of the receive
// buffers. Their interrupts commit and release. Messages that lie where a PL081 does not reach are copied by the core. The
// emulator ends with status 0 when each message came intact and in order. The arguments are bugs that the test must detect:
// "loses" drops one message, "turns-deaf" masks the interrupt of a PL081.
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"
#include <array>
#include <numbered.hpp>
#include <semihosting.hpp>

namespace {
constexpr std::uint32_t messages = 20'000;
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 512};

/// The 16 MiB of external RAM, which both the core and the PL081s reach at one address.
constexpr std::uintptr_t psram = 0x8000'0000;
constexpr auto in_psram(std::uintptr_t start, std::uint32_t size) -> bool {
    return start >= psram and size <= 0x100'0000 and start - psram <= 0x100'0000 - size;
}
using memory = rpmsg::mapped_region<rpmsg::fixed_memory<psram, 0x8000>>;
static_assert(rpmsg::vring_layout<rings>::size() <= 0x8000);
auto external(std::uint32_t offset) -> rpmsg::bytes {
    return {reinterpret_cast<std::byte*>(psram + 0x10000 + offset), numbered::largest};
}

using sending_dma = rpmsg::pl080<0x5011'0000, 0, in_psram>;
using receiving_dma = rpmsg::pl080<0x5011'1000, 0, in_psram>;
constexpr std::uint32_t sending_interrupt = 58;
constexpr std::uint32_t receiving_interrupt = 61;
auto enable_interrupt(std::uint32_t number) -> void {
    board::device_register(0xe000'e100 + number / 32 * 4) = std::uint32_t{1} << number % 32;
}
auto disable_interrupt(std::uint32_t number) -> void {
    board::device_register(0xe000'e180 + number / 32 * 4) = std::uint32_t{1} << number % 32;
}

auto loses = false;
auto turns_deaf = false;
std::uint32_t sent{};
std::uint32_t completed{};
std::uint32_t received{};
std::uint32_t arrived{};
std::uint32_t interrupts{};

[[noreturn]] auto fail(auto const&... parts) -> void {
    semihosting::print_line(board::name, ": ", parts...);
    semihosting::end(1);
}

auto told_sent(rpmsg::status outcome) -> void {
    if (not outcome) {
        fail("message ", completed, " was not sent: ", rpmsg::describe(outcome.error()).data());
    }
    ++completed;
}
auto told_received(rpmsg::status outcome, rpmsg::bytes copied) -> void {
    if (not outcome or not numbered::is(copied, received)) {
        fail("message ", received, " was expected, another came");
    }
    ++received;
}

constinit auto copies = rpmsg::dma_receiver{64, receiving_dma{}, told_received, board::irq_lock{}};
constinit std::array<rpmsg::held_message::parked, 8> waiting{};
std::uint32_t first_waiting{};
std::uint32_t past_waiting{};

constinit auto remote = rpmsg::channel{
    rpmsg::vring_device<rings, memory>{},
    rpmsg::endpoints{rpmsg::endpoint<"copied">([](auto& link, rpmsg::message const& m) {
        if (not loses or ++arrived != 2000) {
            waiting[past_waiting++ % waiting.size()] = link.hold(m).park();
        }
    })},
    board::irq_lock{},
};
constinit auto host = rpmsg::channel{
    rpmsg::vring_driver<rings, memory>{},
    rpmsg::endpoints{rpmsg::endpoint<"copied">([](auto&, auto const&) {})},
    board::irq_lock{},
};
constinit auto sender = rpmsg::dma_sender{host.get<"copied">(), 64, sending_dma{}, told_sent, board::irq_lock{}};

/// Every fifth message lies in the memory of the core.
auto send_next() -> void {
    static auto own = std::array<std::byte, numbered::largest>{};
    auto const place = sent % 5 == 4 ? rpmsg::bytes{own} : external(0);
    auto const content = place.first(numbered::size_of(sent));
    numbered::write(content, sent);
    if (sender.send(content)) {
        ++sent;
    }
}
auto copy_next() -> void {
    if (first_waiting == past_waiting) {
        return;
    }
    auto& oldest = waiting[first_waiting % waiting.size()];
    auto held = rpmsg::held_message{oldest};
    if (copies.receive(held, external(0x1000))) {
        ++first_waiting;
    } else {
        oldest = held.park();
    }
}
} // namespace

extern "C" void dma0_isr() {
    ++interrupts;
    sending_dma::acknowledge();
    sender.complete();
    if (turns_deaf and interrupts > 1000) {
        disable_interrupt(sending_interrupt);
    }
}
extern "C" void dma1_isr() {
    ++interrupts;
    receiving_dma::acknowledge();
    copies.complete();
}

auto main() -> int {
    loses = semihosting::has_argument("loses");
    turns_deaf = semihosting::has_argument("turns-deaf");
    if (not remote.start() or not host.start()) {
        fail("a link does not fit its memory");
    }
    enable_interrupt(sending_interrupt);
    enable_interrupt(receiving_interrupt);
    while (received != messages) {
        host.notify();
        host.poll();
        remote.notify();
        remote.poll();
        if (sent == completed and sent != messages and sent - received < 4) {
            send_next();
        }
        copy_next();
    }
    auto const& out = sender.counts();
    auto const& in = copies.counts();
    if (out.started == 0 or in.started == 0 or out.by_core == 0 or in.by_core != 0) {
        fail("the PL081s did not copy what they should");
    }
    if (interrupts != std::uint32_t{out.started} + in.started or out.spurious + in.spurious + out.failed + in.failed != 0) {
        fail("there were ", interrupts, " interrupts for ", std::uint32_t{out.started} + in.started, " transfers");
    }
    semihosting::print_line(board::name, ": ", received, " messages came; copied by PL081: ", std::uint32_t{out.started},
                            " out, ", std::uint32_t{in.started}, " in");
    semihosting::end(0);
}
