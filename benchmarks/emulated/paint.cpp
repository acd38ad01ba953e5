// How deep the two measured calls of stack/calls.cpp go: the RAM below the stack is painted before a call, and whatever has
// another colour behind it was written to.
#include "host.hpp"

extern "C" {
auto measured_start() -> bool;
auto measured_send(std::byte const* payload, std::size_t size) -> bool;
auto measured_poll() -> void;
extern std::uint32_t bss_end;
}

namespace {
constexpr std::uint32_t paint = 0xa5c3'965a;

/// Bytes below the caller's frame that a call writes to: all RAM between the program's and there is looked at.
[[gnu::noinline]] auto depth_of(auto const& call) -> std::uint32_t {
    std::uint32_t volatile* const end = &bss_end;
    std::uint32_t volatile* stack = nullptr;
    asm volatile("mov %0, sp" : "=r"(stack));
    for (auto volatile* word = end; word != stack; ++word) {
        *word = paint;
    }
    call();
    auto volatile* deepest = end;
    while (deepest != stack and *deepest == paint) {
        ++deepest;
    }
    return static_cast<std::uint32_t>(stack - deepest) * 4;
}
} // namespace

auto main() -> int {
    std::uint32_t poll = 0;
    auto const poll_once = [&] {
        auto const depth = depth_of([] { measured_poll(); });
        poll = depth > poll ? depth : poll;
    };
    if (not measured_start()) {
        host::fail("the remote's link does not fit its memory");
    }
    host::meet(host::link.get<"sink">(), poll_once);
    auto const announcing = poll;
    poll = 0;
    if (not host::link.get<"sink">().send({})) {
        host::fail("a message cannot be sent");
    }
    poll_once();
    static constinit std::array<std::byte, 16> content{};
    auto is_sent = false;
    auto const send = depth_of([&] { is_sent = measured_send(content.data(), content.size()); });
    host::link.poll();
    if (not is_sent or host::answers == 0) {
        host::fail("a message did not arrive");
    }
    semihosting::print_line("poll ", announcing);
    semihosting::print_line("receive ", poll);
    semihosting::print_line("send ", send);
    semihosting::end(0);
}
