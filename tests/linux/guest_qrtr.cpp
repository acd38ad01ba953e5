// What runs in the guest: a client of qrtr services by Linux's AF_QIPCRTR sockets, which know nothing of this library. Ends
// with 0, or says in one line what went wrong.
#include "numbered.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <linux/qrtr.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace {
#ifdef AF_QIPCRTR
constexpr int family = AF_QIPCRTR;
#else
constexpr int family = 42;
#endif

[[noreturn]] auto fail(std::string const& why) -> void {
    std::printf("guest_qrtr: %s\n", why.c_str());
    std::exit(1);
}
auto require(bool holds, std::string const& why) -> void {
    if (not holds) {
        fail(why + ": " + std::strerror(errno));
    }
}

class qrtr_socket {
    int file_ = socket(family, SOCK_DGRAM, 0);

  public:
    qrtr_socket() { require(file_ >= 0, "no socket"); }
    ~qrtr_socket() { ::close(file_); }
    qrtr_socket(qrtr_socket const&) = delete;
    auto operator=(qrtr_socket const&) -> qrtr_socket& = delete;

    [[nodiscard]] auto self() const -> sockaddr_qrtr {
        auto at = sockaddr_qrtr{};
        auto size = socklen_t{sizeof at};
        require(getsockname(file_, reinterpret_cast<sockaddr*>(&at), &size) == 0, "no name");
        return at;
    }
    auto send(sockaddr_qrtr const& to, void const* data, std::size_t size) const -> void {
        auto const sent = sendto(file_, data, size, 0, reinterpret_cast<sockaddr const*>(&to), sizeof to);
        require(sent == static_cast<ssize_t>(size), "not sent");
    }
    /// Waits two minutes at most.
    auto receive(void* into, std::size_t size) const -> std::size_t {
        auto wait = pollfd{file_, POLLIN, 0};
        require(poll(&wait, 1, 120'000) == 1, "nothing came");
        auto const got = recv(file_, into, size, 0);
        require(got >= 0, "not received");
        return static_cast<std::size_t>(got);
    }
    /// Packets of the name service until the one that ends a list.
    auto look_up(std::uint32_t service) const -> sockaddr_qrtr {
        auto ask = qrtr_ctrl_pkt{};
        ask.cmd = QRTR_TYPE_NEW_LOOKUP;
        ask.server.service = service;
        auto to = self();
        to.sq_port = QRTR_PORT_CTRL;
        send(to, &ask, sizeof ask);
        auto found = sockaddr_qrtr{};
        for (auto told = qrtr_ctrl_pkt{};;) {
            require(receive(&told, sizeof told) == sizeof told, "an odd answer");
            if (told.server.service == 0) {
                return found;
            }
            std::printf("guest_qrtr: service %u instance %u at node %u port %u\n", told.server.service, told.server.instance,
                        told.server.node, told.server.port);
            found = {.sq_family = family, .sq_node = told.server.node, .sq_port = told.server.port};
        }
    }
};

/// Waits for a server. The end of each socket tells the remote core of Linux's side.
auto find(std::uint32_t service) -> sockaddr_qrtr {
    for (auto tries = 0; tries < 600; ++tries) {
        if (auto const found = qrtr_socket{}.look_up(service); found.sq_port != 0) {
            return found;
        }
        usleep(200'000);
    }
    fail("no such service");
}

/// Sends numbered messages of up to 464 bytes and wants them back in order, `ahead` of them under way.
auto echo(std::uint32_t service, std::uint32_t count, std::uint32_t ahead) -> void {
    auto const server = find(service);
    auto const own = qrtr_socket{};
    auto const size_of = [](std::uint32_t number) { return 4 + number * 7 % 461; };
    for (std::uint32_t sent = 0, received = 0; received < count;) {
        if (sent < count and sent < received + ahead) {
            auto const message = numbered::message{sent, size_of(sent)};
            own.send(server, message.bytes().data(), message.bytes().size());
            ++sent;
            continue;
        }
        auto room = std::array<std::byte, numbered::largest>{};
        auto const got = own.receive(room.data(), room.size());
        if (not numbered::is(rpmsg::const_bytes{room}.first(got), received, size_of(received))) {
            fail("message " + std::to_string(received) + " is damaged, or another one");
        }
        ++received;
    }
}

/// Sends numbered messages as fast as Linux lets it.
auto flood(std::uint32_t service, std::uint32_t count) -> void {
    auto const server = find(service);
    auto const own = qrtr_socket{};
    std::printf("guest_qrtr: flooding\n");
    std::fflush(stdout);
    for (std::uint32_t sent = 0; sent < count; ++sent) {
        auto const message = numbered::message{sent, 40};
        own.send(server, message.bytes().data(), message.bytes().size());
    }
}

/// Asks for as many messages as the remote core can send without a confirmation and more, rests, and reads them.
auto drink(std::uint32_t service, std::uint32_t count) -> void {
    auto const server = find(service);
    auto const own = qrtr_socket{};
    own.send(server, &count, sizeof count);
    sleep(1);
    for (std::uint32_t number = 0; number < count; ++number) {
        auto room = std::array<std::byte, numbered::largest>{};
        auto const got = own.receive(room.data(), room.size());
        if (not numbered::is(rpmsg::const_bytes{room}.first(got), number, 40)) {
            fail("message " + std::to_string(number) + " is damaged, or another one");
        }
    }
}
} // namespace

auto main(int count, char** arguments) -> int {
    auto const what = std::string_view{count > 1 ? arguments[1] : ""};
    auto const number = [&](int which, unsigned long otherwise) {
        return static_cast<std::uint32_t>(count > which ? std::strtoul(arguments[which], nullptr, 10) : otherwise);
    };
    if (what == "lookup") {
        (void)find(number(2, 0));
    } else if (what == "echo") {
        echo(number(2, 0), number(3, 100), number(4, 1));
    } else if (what == "flood") {
        flood(number(2, 0), number(3, 100));
    } else if (what == "drink") {
        drink(number(2, 0), number(3, 100));
    } else {
        fail("unknown command '" + std::string{what} + "'");
    }
}
