// The same channel over a transport that does nothing: what is left is the channel's own.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>

namespace {
/// Answers from registers that could hold anything, so that all of the channel stays.
struct nothing {
    static constexpr std::uint32_t max_frame = 504;
    static constexpr bool acknowledged = true;

    static auto word(std::uint32_t at) -> std::uint32_t volatile& {
        return *reinterpret_cast<std::uint32_t volatile*>(0x4000'0000 + 4 * at);
    }
    static auto place(std::uint32_t at) -> rpmsg::bytes { return {reinterpret_cast<std::byte*>(word(at)), 488}; }

    [[nodiscard]] auto tx_limit() const -> std::uint32_t { return 472; }
    [[nodiscard]] auto rx_limit() const -> std::uint32_t { return 488; }
    auto start() -> rpmsg::status { return {}; }
    auto close() -> void {}
    auto poll(rpmsg::ticks) -> rpmsg::link_change {
        return {.event = static_cast<rpmsg::link_event>(word(0)), .reason = static_cast<rpmsg::down_reason>(word(1))};
    }
    auto notify(std::uint32_t signal) -> void { word(2) = signal; }
    auto reserve() -> rpmsg::tx_buffer { return {.space = place(3), .token = word(4), .offset = word(5)}; }
    auto discard(rpmsg::tx_buffer const& room) -> void { word(6) = room.token; }
    auto commit(rpmsg::tx_buffer const& room, rpmsg::wire::header const& header) -> bool {
        rpmsg::store(place(8), header);
        word(7) = room.token;
        return word(9) != 0;
    }
    auto receive() -> rpmsg::rx_buffer {
        return {.outcome = static_cast<rpmsg::rx_outcome>(word(10)),
                .source = rpmsg::address{word(11)},
                .destination = rpmsg::address{word(12)},
                .payload = place(13).first(word(14)),
                .token = {.id = word(15)}};
    }
    auto release(rpmsg::rx_token const& received) -> void { word(16) = received.id; }
    auto flush() -> void {}
    auto writable() -> bool { return word(17) != 0; }
    auto next_deadline(rpmsg::ticks now) -> rpmsg::poll_deadline { return {.is_set = word(18) != 0, .at = now}; }
    auto counts() -> rpmsg::counters const& { return *reinterpret_cast<rpmsg::counters const*>(0x4000'1000); }
    auto count(rpmsg::counter reason) -> void { word(19) = static_cast<std::uint32_t>(reason); }
};
static_assert(rpmsg::transport<nothing>);

constexpr auto echo = rpmsg::endpoint<"rpmsg-echo">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

constinit auto link = rpmsg::channel{nothing{}, rpmsg::endpoints{echo}, rpmsg::cortex_m::irq_lock{}};
} // namespace

extern "C" void mailbox_isr() { link.notify(1); }

auto main() -> int {
    if (not link.start()) {
        while (true) {}
    }
    for (rpmsg::ticks now = 0;; ++now) {
        link.poll(now);
        rpmsg::cortex_m::wait_for_interrupt();
    }
}
