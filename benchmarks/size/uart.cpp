// The measured firmware over a serial line in NuttX's frames; with OPAQUE the same channel over a transport that is not there.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>

#include <cstdint>

namespace {
constexpr auto echo = rpmsg::endpoint<"rpmsg-echo">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

/// What is called is a register that nobody can see through: its cost is that of any driver.
inline auto opaque() -> std::uint32_t { return *reinterpret_cast<std::uint32_t volatile*>(0x4000'0000); }

#ifdef OPAQUE
struct no_transport {
    static constexpr std::uint32_t max_frame = 512;
    static constexpr bool acknowledged = true;
    rpmsg::counters counts_{};

    [[nodiscard]] auto tx_limit() const -> std::uint32_t { return 496; }
    [[nodiscard]] auto rx_limit() const -> std::uint32_t { return 496; }
    auto start() -> rpmsg::status { return {}; }
    auto close() -> void {}
    auto poll(rpmsg::ticks) -> rpmsg::link_change { return {.event = static_cast<rpmsg::link_event>(opaque())}; }
    auto notify(std::uint32_t) -> void {}
    auto reserve() -> rpmsg::tx_buffer { return {.space = {space(), 496}, .token = 0, .offset = opaque()}; }
    auto discard(rpmsg::tx_buffer const&) -> void {}
    auto commit(rpmsg::tx_buffer const&, rpmsg::wire::header const& header) -> bool {
        *reinterpret_cast<std::uint32_t volatile*>(0x4000'0004) = static_cast<std::uint32_t>(header.destination);
        return true;
    }
    auto receive() -> rpmsg::rx_buffer {
        return {.outcome = static_cast<rpmsg::rx_outcome>(opaque()),
                .source = rpmsg::address{opaque()},
                .destination = rpmsg::address{opaque()},
                .payload = {space(), opaque()}};
    }
    auto release(rpmsg::rx_token const&) -> void {}
    auto flush() -> void {}
    [[nodiscard]] auto writable() const -> bool { return opaque() != 0; }
    [[nodiscard]] auto next_deadline(rpmsg::ticks) const -> rpmsg::poll_deadline { return {}; }
    [[nodiscard]] auto counts() const -> rpmsg::counters const& { return counts_; }
    auto count(rpmsg::counter reason) -> void { counts_.add(reason); }

  private:
    static auto space() -> std::byte* { return reinterpret_cast<std::byte*>(opaque()); }
};
constinit auto link = rpmsg::channel{no_transport{}, rpmsg::endpoints{echo}, rpmsg::cortex_m::irq_lock{}};

auto feed() -> void {}
#else
struct serial {
    auto write(rpmsg::const_bytes out) -> std::size_t {
        *reinterpret_cast<std::uintptr_t volatile*>(0x4000'0004) = reinterpret_cast<std::uintptr_t>(out.data());
        *reinterpret_cast<std::size_t volatile*>(0x4000'0008) = out.size();
        return opaque();
    }
};

constexpr auto line = rpmsg::uart_config{};
constinit auto frames = rpmsg::uart_storage<line>{};
constinit auto link = rpmsg::channel{rpmsg::uart<line, serial>{frames}, rpmsg::endpoints{echo}, rpmsg::cortex_m::irq_lock{}};

auto feed() -> void {
    auto const next = static_cast<std::byte>(opaque());
    link.transport().feed({&next, 1});
}
#endif
} // namespace

extern "C" void mailbox_isr() {
    feed();
    link.notify();
}

auto main() -> int {
    if (not link.start()) {
        while (true) {}
    }
    while (true) {
        link.poll();
        rpmsg::cortex_m::wait_for_interrupt();
    }
}
