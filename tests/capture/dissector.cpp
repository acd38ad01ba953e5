#include <rpmsg/host/capture/pcapng.hpp>
#include <rpmsg/wire/name_service.hpp>
#include <rpmsg/wire/service/device.hpp>
#include <rpmsg/wire/service/files/messages.hpp>
#include <rpmsg/wire/service/ping.hpp>
#include <rpmsg/wire/service/qrtr.hpp>
#include <rpmsg/wire/service/router.hpp>
#include <rpmsg/wire/service/socket.hpp>
#include <rpmsg/wire/service/syslog.hpp>
#include <rpmsg/wire/service/tty.hpp>

#include <catch2/catch_test_macros.hpp>

#include "capture/folder.hpp"
#include "capture/replay.hpp"
#include "capture/shell.hpp"
#include "check.hpp"
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

// What Wireshark shows of a capture with the dissector of examples/capture, field by field.
namespace {
using namespace rpmsg;
using capture::answer;

auto const dissector = (std::filesystem::path{__FILE__}.parent_path() / "../../examples/capture/rpmsg.lua").string();

/// The fields of the packets that a filter selects, a line each. Read twice, as Wireshark does.
auto shown(std::string const& file, std::string const& filter, std::vector<std::string> const& fields) -> std::string {
    auto command = "tshark -2 -X lua_script:" + dissector + " -r " + file + " -Y '" + filter + "' -T fields -E separator=/s";
    for (auto const& each : fields) {
        command += " -e " + each;
    }
    auto const said = answer{command};
    CHECK(said.is_well);
    return said.text;
}
auto count(std::string const& file, std::string const& filter) -> std::size_t {
    auto const lines = shown(file, filter, {"frame.number"});
    return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
}

template <typename... Parts> auto joined(Parts const&... parts) -> std::vector<std::byte> {
    auto all = std::vector<std::byte>{};
    auto const add = [&](auto const& part) {
        if constexpr (std::is_convertible_v<decltype(part), std::string_view>) {
            for (auto const c : std::string_view{part}) {
                all.push_back(static_cast<std::byte>(c));
            }
            all.push_back(std::byte{}); // as a text of C
        } else {
            auto const at = all.size();
            all.resize(at + sizeof part);
            store(bytes{all}.subspan(at), part);
        }
    };
    (add(parts), ...);
    return all;
}

/// A capture of one link on which both sides have the endpoint `name`: address 1024 here, 2000 there.
class conversation {
    capture::folder folder_{};
    std::string path_ = folder_.path("x.pcapng");
    host::pcapng all_ = std::move(*host::pcapng::create(path_));
    host::pcapng_link link_ = std::move(*all_.add_link("one", "linux"));

    static auto header(address source, address destination, std::size_t length) -> wire::header {
        return {.source = source, .destination = destination, .length = static_cast<std::uint16_t>(length)};
    }

  public:
    static constexpr auto here = address{1024};
    static constexpr auto there = address{2000};

    explicit conversation(std::string_view name) {
        link_.changed({.event = link_event::up});
        sent(joined(wire::announce(name, here, wire::announcement_kind::create)), name_service_address);
    }
    auto sent(std::vector<std::byte> const& payload, address destination = there) -> void {
        link_.sending(header(here, destination, payload.size()), payload);
        link_.sent(true);
    }
    auto received(std::vector<std::byte> const& payload, address destination = here) -> void {
        link_.received(header(there, destination, payload.size()), payload);
    }
    /// Ends the capture and returns its path.
    auto file() -> std::string const& {
        all_.finish();
        return path_;
    }
};
} // namespace

TEST_CASE("the dissector knows names, and tells which nobody on the other side has") {
    capture::need("tshark");
    auto it = conversation{"echo"};
    it.received({}, conversation::here); // the peer's first message binds
    it.sent(joined(wire::announce("lonely", address{1025}, wire::announcement_kind::create)), name_service_address);
    it.sent(joined(wire::announce("echo", conversation::here, wire::announcement_kind::destroy)), name_service_address);
    it.sent(joined(wire::announce("both", address{1026}, wire::announcement_kind::create)), name_service_address);
    it.received(joined(wire::announce("both", address{2001}, wire::announcement_kind::create)), name_service_address);
    auto const& file = it.file();
    CHECK(shown(file, "rpmsg.ns", {"rpmsg.direction", "rpmsg.ns.kind", "rpmsg.ns.name", "rpmsg.ns.address"}) ==
          "2 0 echo 1024\n2 0 lonely 1025\n2 1 echo 1024\n2 0 both 1026\n1 0 both 2001\n");
    CHECK(shown(file, "rpmsg.ns.never_bound", {"rpmsg.ns.name"}) == "lonely\n");
    CHECK(shown(file, "rpmsg.name == \"echo\"", {"frame.number"}) == "2\n3\n5\n");
}

TEST_CASE("the dissector shows pings, and pairs answers with requests") {
    capture::need("tshark");
    auto it = conversation{"rpmsg-ping"};
    it.sent(joined(wire::ping_header{wire::ping_command::wants_answer, 17, 0x1234}, 'x'));
    it.received(joined(wire::ping_header{wire::ping_command::response, 17, 0x1234}, 'x'));
    it.sent(joined(wire::ping_header{wire::ping_command::wants_answer, 17, 0x1235}, 'x'));
    auto const& file = it.file();
    CHECK(shown(file, "rpmsg.ping", {"rpmsg.ping.command", "rpmsg.ping.length", "rpmsg.request", "rpmsg.answer"}) ==
          "0x00000001 17  4\n0x00000020 17 3 \n0x00000001 17  \n");
    CHECK(shown(file, "rpmsg.no_answer", {"frame.number"}) == "5\n");
}

TEST_CASE("the dissector follows the credits of a socket") {
    capture::need("tshark");
    auto it = conversation{"s:srv:0"};
    it.sent(joined(wire::socket_sync{.window = 8}));
    it.received(joined(wire::socket_sync{.window = 100}));
    it.received(joined(wire::socket_data{.length = 8}, std::uint64_t{}));
    it.sent(joined(wire::socket_data{.position = 8}));
    it.received(joined(wire::socket_data{.length = 12}, std::uint64_t{}, std::uint32_t{}));
    it.sent(joined(wire::socket_data{.position = 7}));
    it.sent(joined(wire::socket_shutdown{.directions = wire::socket_direction::send}));
    it.sent(joined(std::uint32_t{4}));
    auto const& file = it.file();
    CHECK(shown(file, "rpmsg.socket", {"rpmsg.socket.command", "rpmsg.socket.window", "rpmsg.socket.position"}) ==
          "1 8 \n1 100 \n2  0\n2  8\n2  0\n2  7\n3  \n4  \n");
    CHECK(shown(file, "rpmsg.socket.overrun", {"frame.number"}) == "7\n");
    CHECK(shown(file, "rpmsg.socket.lost_credit", {"frame.number"}) == "8\n");
    CHECK(shown(file, "rpmsg.unknown_command", {"frame.number"}) == "10\n");
}

TEST_CASE("the dissector shows calls of a remote file system in both layouts") {
    capture::need("tshark");
    constexpr auto command = [](wire::file_command which, std::int32_t result = wire::file_no_result) {
        return wire::file_head{static_cast<std::uint32_t>(which), result, std::uint64_t{7}};
    };
    using enum wire::file_command;
    auto it = conversation{"rpmsgfs-here"};
    it.sent(joined(wire::file_open_request{command(open), 0x1, 0644}, "/etc/motd"));
    it.received(joined(wire::file_open_request{command(open, 3), 0x1, 0644}));
    it.sent(joined(wire::file_transfer{command(read), 3, 5}));
    it.received(joined(wire::file_transfer{command(read, 4), 3, 5}, std::uint32_t{}));
    it.sent(joined(command(rename), "a", std::array<char, 6>{}, "b"));
    it.received(joined(command(rename, -2)));
    it.sent(joined(wire::file_directory_entry<wire::files_layout::legacy>{command(read_directory), 4}));
    it.received(joined(wire::file_directory_entry<wire::files_layout::legacy>{command(read_directory, 0), 4, 8}, "name"));
    it.sent(joined(wire::file_directory_entry<wire::files_layout::nuttx_2026>{command(read_directory), 4}));
    it.received(
        joined(wire::file_directory_entry<wire::files_layout::nuttx_2026>{command(read_directory, 0), 4, 9, 8}, "name"));
    it.sent(joined(wire::file_status_message{.head = command(status_of_handle), .handle = 3}));
    auto const& file = it.file();
    CHECK(shown(file, "rpmsg.file",
                {"rpmsg.file.command", "rpmsg.file.result", "rpmsg.file.path", "rpmsg.file.new_path", "rpmsg.file.handle",
                 "rpmsg.file.name", "rpmsg.request"}) == "1 -6 /etc/motd    \n"
                                                         "1 3     3\n"
                                                         "3 -6   3  \n"
                                                         "3 4   3  5\n"
                                                         "19 -6 a b   \n"
                                                         "19 -2     7\n"
                                                         "12 -6   4  \n"
                                                         "12 0   4 name 9\n"
                                                         "12 -6   4  \n"
                                                         "12 0   4 name 11\n"
                                                         "9 -6   3  \n");
    CHECK(shown(file, "rpmsg.error", {"frame.number"}) == "8\n");
    CHECK(count(file, "rpmsg.malformed") == 0);
}

TEST_CASE("the dissector shows a remote device, a terminal and a log") {
    capture::need("tshark");
    auto device = conversation{"rpdev/dev/adc0"};
    device.sent(joined(wire::device_open{{{wire::device_command::open, 0, 9}, 0}, 0x800}));
    device.received(joined(wire::device_open{{{wire::device_command::open, 0, 9}, 5}, 0x800}));
    device.received(joined(wire::device_notify{.token = 3, .events = 1}));
    device.sent(joined(wire::device_header{wire::device_command::seek, 0, 10}));
    auto const& devices = device.file();
    CHECK(shown(devices, "rpmsg.device",
                {"rpmsg.device.command", "rpmsg.device.handle", "rpmsg.device.flags", "rpmsg.device.events"}) ==
          "1 0x0000000000000000 0x00000800 \n1 0x0000000000000005 0x00000800 \n9   0x00000001\n6   \n");
    CHECK(shown(devices, "rpmsg.malformed", {"frame.number"}) == "6\n");

    auto tty = conversation{"rpmsg-tty0"};
    tty.sent(joined(wire::tty_write{.head = {.cookie = 1}, .count = 3}, "ls"));
    tty.received(joined(wire::tty_write{.head = {wire::tty_command::response, 3, 1}, .count = 3}));
    CHECK(shown(tty.file(), "rpmsg.tty", {"rpmsg.tty.command", "rpmsg.tty.text", "rpmsg.tty.result", "rpmsg.request"}) ==
          "0x00000000 ls 0 \n0x80000000  3 3\n");

    auto log = conversation{"rpmsg-syslog"};
    log.sent(joined(wire::syslog_transfer{.count = 5}, "hello"));
    log.received(joined(wire::syslog_sync{}));
    CHECK(shown(log.file(), "rpmsg.syslog", {"rpmsg.syslog.command", "rpmsg.syslog.text"}) == "0 hello\n3 \n");
}

TEST_CASE("the dissector shows a router, a service behind it, and qrtr in both versions") {
    capture::need("tshark");
    auto hub = conversation{"router:b"};
    hub.received(joined(wire::router_create("a", 496, 492)));
    CHECK(shown(hub.file(), "rpmsg.router", {"rpmsg.router.command", "rpmsg.router.edge", "rpmsg.router.tx_length"}) ==
          "1 a 496\n");

    auto routed = conversation{"r:b:rpmsg-ping"};
    routed.sent(joined(wire::ping_header{wire::ping_command::wants_answer, 17, 1}, 'x'));
    CHECK(count(routed.file(), "rpmsg.ping") == 1);

    auto qrtr = conversation{"IPCRTR"};
    qrtr.sent(joined(wire::make_qrtr_control({1, wire::qrtr_control_port}, {2, wire::qrtr_control_port},
                                             {.kind = wire::qrtr_kind::new_server, .server = {15, 256, {1, 77}}})));
    qrtr.received(joined(wire::qrtr_short_header{.kind = 1,
                                                 .flags = 1,
                                                 .size = 4,
                                                 .source_node = 2,
                                                 .source_port = 80,
                                                 .destination_node = 1,
                                                 .destination_port = 77},
                         std::uint32_t{}));
    CHECK(shown(qrtr.file(), "rpmsg.qrtr",
                {"rpmsg.qrtr.kind", "rpmsg.qrtr.service", "rpmsg.qrtr.node", "rpmsg.qrtr.port", "rpmsg.qrtr.source_port",
                 "rpmsg.qrtr.confirms"}) == "4 15 1 0x0000004d 0xfffffffe 0\n1    0x00000050 1\n");
}

TEST_CASE("the dissector reads what was recorded beside NuttX") {
    capture::need("tshark");
    auto const sockets = capture::recorded("nuttx_uart_sockets.pcapng");
    CHECK(count(sockets, "rpmsg.socket.command == 1") == 12);
    CHECK(count(sockets, "rpmsg.name contains \"s:srv:\"") > 24);
    CHECK(count(sockets, "rpmsg.socket.overrun or rpmsg.socket.lost_credit or rpmsg.malformed") == 0);
    auto const pings = capture::recorded("nuttx_rptun_ping.pcapng");
    CHECK(count(pings, "rpmsg.ping and rpmsg.request") > 4);
    CHECK(count(pings, "rpmsg.malformed or rpmsg.bad_length") == 0);
}
