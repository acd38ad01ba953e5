// Counts the instructions of an echo by SysTick: with -icount every instruction takes the same time, which 1000 instructions
// that do nothing tell.
#include "host.hpp"

extern "C" auto measured_start() -> bool;
extern "C" auto measured_meet() -> void; // a poll until the two ends have found each other
extern "C" auto measured_poll() -> void;

namespace {
auto timer(std::uint32_t offset) -> std::uint32_t volatile& {
    return *reinterpret_cast<std::uint32_t volatile*>(0xe000'e010 + offset);
}

[[gnu::noinline]] auto nothing() -> void { asm volatile("" ::: "memory"); }
[[gnu::noinline]] auto thousand() -> void { asm volatile(".rept 1000\n\tnop\n\t.endr" ::: "memory"); }

/// Ticks that a call takes, with those that reading the timer and calling take.
[[gnu::noipa]] auto ticks_of(void (*call)()) -> std::uint32_t {
    auto const before = timer(8);
    call();
    return (before - timer(8)) & 0xff'ffff;
}

auto instructions_of(void (*call)()) -> std::uint32_t {
    auto const overhead = ticks_of(nothing);
    auto const scale = ticks_of(thousand) - overhead;
    return ((ticks_of(call) - overhead) * 1000 + scale / 2) / scale + 1; // nothing() returns, too
}

auto echo(std::uint32_t size) -> std::uint32_t {
    static constinit std::array<std::byte, 496> content{};
    auto const before = host::answers;
    if (not host::link.get<"rpmsg-echo">().send({content.data(), size})) {
        host::fail("a message cannot be sent");
    }
    auto const count = instructions_of(measured_poll);
    host::link.poll();
    if (host::answers != before + 1) {
        host::fail("a message did not come back");
    }
    return count;
}
/// The mean of as many echoes as the ring has buffers, rounded up: one of them looks for the buffers that came back. The next
/// round must take the same.
auto count_echo(std::uint32_t size) -> std::uint32_t {
    constexpr std::uint32_t round = host::rings.buffers;
    auto const count_round = [&] {
        std::uint32_t total = 0;
        for (std::uint32_t turn = 0; turn < round; ++turn) {
            total += echo(size);
        }
        return total;
    };
    auto const total = count_round();
    if (count_round() != total) {
        host::fail("a round of echoes does not take the same as the one before");
    }
    return (total + round - 1) / round;
}
} // namespace

auto main() -> int {
    timer(4) = 0xff'ffff;
    timer(8) = 0;
    timer(0) = 5; // on, by the clock of the core, without an interrupt
    if (not measured_start()) {
        host::fail("the remote's link does not fit its memory");
    }
    host::meet(host::link.get<"rpmsg-echo">(), measured_meet);
    semihosting::print_line("echo16 ", count_echo(16));
    semihosting::print_line("echo496 ", count_echo(496));
    semihosting::end(0);
}
