// A stream socket: COUNT blocks of 4 KiB are written and read. With RAW the same bytes go over an endpoint, with the same copies.
#include <rpmsg/service/socket/sockets.hpp>

#include "work.hpp"
#include <algorithm>

namespace {
constexpr std::uint32_t block_size = 4096;
constexpr std::uint32_t window = 8192;
std::array<std::byte, block_size> written{};
std::array<std::byte, block_size> read{};

#ifdef RAW
rpmsg::byte_ring<window> received{};
constexpr auto sink = rpmsg::endpoint<"sink">([](auto&, rpmsg::message const& m) { received.push(m.payload); });
constexpr auto source = rpmsg::endpoint<"sink">([](auto&, rpmsg::message const&) {});
constinit auto host = rpmsg::channel{work::host_end{work::whole_block()}, rpmsg::endpoints{source}};
constinit auto remote = rpmsg::channel{work::remote_end{work::whole_block()}, rpmsg::endpoints{sink}};

auto open() -> void {}
auto write_block() -> void {
    auto const from = host.get<"sink">();
    for (std::size_t sent = 0; sent < block_size;) {
        auto const some = std::min<std::size_t>(496, block_size - sent);
        work::must(from.send(rpmsg::const_bytes{written}.subspan(sent, some)).has_value(), "a send was refused");
        sent += some;
    }
}
auto read_block() -> void {
    received.peek(0, block_size).copy_to(read);
    received.pop(block_size);
}
#else
using net = rpmsg::sockets<rpmsg::socket_config{.connections = 1, .window = window}>;
constinit auto at_host = net{};
constinit auto at_remote = net{};
constinit auto host = rpmsg::channel{work::host_end{work::whole_block()}, rpmsg::endpoints{group_of(at_host)}};
constinit auto remote = rpmsg::channel{work::remote_end{work::whole_block()}, rpmsg::endpoints{group_of(at_remote)}};
rpmsg::socket_handle writer{};
rpmsg::socket_handle reader{};

auto open() -> void {
    auto const server = at_remote.bind(remote, rpmsg::socket_kind::stream, "sink");
    (void)at_remote.listen(remote, *server, 1);
    writer = *at_host.connect(host, rpmsg::socket_kind::stream, "sink");
    for (auto turn = 0; turn < 8; ++turn) {
        host.notify();
        host.poll();
        remote.notify();
        remote.poll();
    }
    reader = *at_remote.accept(remote, *server);
}
auto write_block() -> void {
    auto const sent = at_host.send(host, writer, written);
    work::must(sent and *sent == block_size, "a send was refused");
}
auto read_block() -> void {
    auto const got = at_remote.receive(remote, reader, read);
    work::must(got and *got == block_size, "a read was short");
}
#endif
} // namespace

auto main(int count, char** arguments) -> int {
    auto const job = work::read_job(count, arguments);
    work::connect(host, remote);
    open();
    for (std::uint32_t i = 0; i < job.count; ++i) {
        write_block();
        remote.poll();
        read_block();
        host.poll();
    }
}
