// Core B of a chip beside a big core, with core A between them as a hub: it offers pings, a socket that echoes, a console of three
// commands, files from its flash, its log and a service of qrtr. The argument "loses" of the emulator is a bug that the big core
// must detect: the socket loses one byte.
#include <rpmsg/framework/router/edge.hpp>
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/service/files/file_server.hpp>
#include <rpmsg/service/files/image_store.hpp>
#include <rpmsg/service/ping/responder.hpp>
#include <rpmsg/service/qrtr/qrtr_node.hpp>
#include <rpmsg/service/socket/sockets.hpp>
#include <rpmsg/service/syslog/syslog_client.hpp>
#include <rpmsg/service/tty/tty.hpp>

#include "../../console/shell.hpp"
#include "board.hpp"
#include "offered.hpp"
#include <algorithm>
#include <array>
#include <semihosting.hpp>

namespace {
constinit rpmsg::interrupt_cell<rpmsg::ticks> milliseconds{};
auto loses = false;
std::uint32_t echoed{};

struct echo {
    auto operator()(auto& link, auto& net, rpmsg::socket_handle ready, rpmsg::socket_readiness now) const -> void {
        while (net.accept(link, ready)) {} // of a server; other sockets refuse it
        auto piece = std::array<std::byte, 256>{};
        for (auto size = net.peek(ready).copy_to(piece); size != 0; size = net.peek(ready).copy_to(piece)) {
            auto const is_lost = loses and echoed < 3000 and echoed + size >= 3000;
            auto const sent = net.send(link, ready, rpmsg::const_bytes{piece}.first(is_lost ? size - 1 : size));
            if (not sent) {
                return; // the next readiness goes on
            }
            echoed += *sent;
            (void)net.consume(link, ready, is_lost ? size : *sent);
        }
        if (now.hung_up) {
            (void)net.close(link, ready);
        }
    }
};

template <std::uint32_t File>
constexpr auto content_of = [] {
    auto made = std::array<std::byte, std::max<std::uint32_t>(offered::size_of(File), 1)>{};
    for (std::uint32_t i = 0; i < made.size(); ++i) {
        made[i] = offered::byte_of(File, i);
    }
    return made;
}();
constexpr auto names = [] {
    auto made = std::array<std::array<char, 7>, offered::files>{};
    for (std::uint32_t i = 0; i < offered::files; ++i) {
        made[i] = offered::name_of(i);
    }
    return made;
}();
constexpr auto image = []<std::uint32_t... I>(std::integer_sequence<std::uint32_t, I...>) {
    return std::array<rpmsg::image_entry, 1 + sizeof...(I)>{
        rpmsg::image_entry{"data", {}, rpmsg::file_type::directory},
        rpmsg::image_entry{{names[I].data(), names[I].size()},
                           rpmsg::const_bytes{content_of<I>}.first(offered::size_of(I))}...};
}
(std::make_integer_sequence<std::uint32_t, offered::files>{});

constinit auto store = rpmsg::image_store{image};
constinit auto files = rpmsg::file_server<rpmsg::image_store>{store};
constinit auto pings = rpmsg::ping_responder<>{};
constinit auto net = rpmsg::sockets<rpmsg::socket_config{.window = 2048}, echo>{};
constinit auto terminal = rpmsg::tty<"rpmsg-ttyconsole">{};
constinit auto console = shell{terminal};
constinit auto log = rpmsg::syslog_client<512>{};
constinit auto node = rpmsg::make_qrtr_node<rpmsg::qrtr_config{.node = 3}>(rpmsg::qrtr_service<offered::qrtr_echo>(
    [](auto& link, rpmsg::qrtr_message const& m) { (void)link.send(m.source, m.data); }));

constinit auto port = rpmsg::router_port<"big", rpmsg::port_config{.names = 16}>{};
constinit auto link = rpmsg::channel{
    rpmsg::vring_device<board::shared_block.rings, board::remote_memory, board::mailbox>{},
    rpmsg::endpoints{port.entry()},
    board::irq_lock{},
};
constinit auto edge = rpmsg::channel{
    rpmsg::router_edge{port},
    rpmsg::endpoints{rpmsg::ref{pings}, rpmsg::ref{terminal}, rpmsg::ref{log}, rpmsg::ref{node}, group_of(net),
                     group_of(files)},
    board::irq_lock{},
};
} // namespace

extern "C" void mailbox_isr() {
    board::mailbox::acknowledge();
    link.notify();
}
extern "C" void systick_isr() { milliseconds.store(milliseconds.load() + 1); }

auto main() -> int {
    loses = semihosting::has_argument("loses");
    board::enable_interrupts();
    board::start_clock();
    auto const listening = net.bind(edge, rpmsg::socket_kind::stream, offered::socket);
    auto const listens = listening and net.listen(edge, *listening, 2);
    if (not listens or not edge.start() or not link.start()) {
        semihosting::print_line("core B: a link does not fit its memory, or a socket has no place");
        semihosting::end(1);
    }
    (void)log.put("core B starts");
    (void)log.put("files from flash, a socket, a console, qrtr");
    (void)log.put("core B is there");
    while (true) {
        (void)link.poll({}, milliseconds.load());
        console.turn(edge);
        board::sleep_unless([] { return link.is_pending(); }); // a millisecond ends the sleep, too
    }
}
