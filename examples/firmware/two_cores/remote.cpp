// The remote core: it sends back every message, in three ways, serves names of the host's, answers pings, and restarts on
// request, in the middle of the stream. The arguments of the emulator are bugs that the example must detect: "loses" drops one message, "turns-deaf" masks the doorbell
// interrupt.
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/service/ping/responder.hpp>

#include "board.hpp"
#include <numbered.hpp>
#include <semihosting.hpp>
#include <utility>

namespace {
auto loses = false;
auto turns_deaf = false;
std::uint32_t echoes{};
std::uint32_t doorbells{};

constexpr auto copied = rpmsg::endpoint<"copied">([](auto& link, rpmsg::message const& m) {
    ++echoes;
    if (not loses or echoes != 2000) {
        link.reply(m, m.payload);
    }
});
constexpr auto in_place = rpmsg::endpoint<"in-place">([](auto& link, rpmsg::message const& m) {
    if (auto room = link.reserve()) {
        rpmsg::copy(m.payload, room.payload());
        (void)link.commit(std::move(room), m.payload.size());
    }
});
constexpr auto by_address =
    rpmsg::endpoint<0x200, 0x100>([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });
constexpr auto restart = rpmsg::endpoint<"restart">([](auto&, auto const&) { board::restart(); });
// The remote sends first here: it has the host's address from the announcement.
constexpr auto hello = rpmsg::endpoint<"hello">([](auto&, auto const&) {},
                                                [](auto& link, rpmsg::event const& e) {
                                                    if (e.kind == rpmsg::event_kind::bound) {
                                                        (void)link.send({});
                                                    }
                                                });

constexpr auto serve = [](auto& link, std::uint32_t, rpmsg::message const& m) { link.reply(m, m.payload); };
constinit auto pings = rpmsg::ping_responder<>{};

constinit auto link = rpmsg::channel{
    rpmsg::vring_device<board::shared_block.rings, board::remote_memory, board::mailbox>{},
    rpmsg::endpoints{copied, in_place, by_address, restart, hello, rpmsg::listener<"serve-", 2>(serve), rpmsg::ref{pings}},
};
} // namespace

extern "C" void mailbox_isr() {
    board::mailbox::acknowledge();
    ++doorbells;
    link.notify();
    if (turns_deaf and doorbells == 2000) {
        board::disable_interrupts();
    }
}

auto main() -> int {
    loses = semihosting::has_argument("loses");
    turns_deaf = semihosting::has_argument("turns-deaf");
    board::enable_interrupts();
    if (not link.start()) {
        semihosting::print_line("the link does not fit its memory");
        semihosting::end(1);
    }
    while (true) {
        link.poll();
        board::sleep_unless([] { return link.is_pending(); });
    }
}
