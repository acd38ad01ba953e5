// A program in Linux that reads the files of core B and uses its socket, over Linux's own RPMsg bus. A link that is lost meanwhile
// ends what was under way with an error, and the program begins anew.
#include <rpmsg/host/rpmsg_bus.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/service/files/file_client.hpp>
#include <rpmsg/service/socket/sockets.hpp>

#include "../offered.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <poll.h>
#include <span>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace {
using rpmsg::host::steady_clock;
constexpr auto patience = rpmsg::ticks{5000};

auto failed(char const* what, std::string_view why) -> bool {
    std::printf("user: %s: %.*s\n", what, static_cast<int>(why.size()), why.data());
    std::fflush(stdout);
    return false;
}

/// Polls the link until `is_done`; false when that is not in time.
auto until(auto& link, auto is_done) -> bool {
    auto const end = steady_clock::now() + patience;
    while (true) {
        auto const now = steady_clock::now();
        link.poll(now);
        if (is_done()) {
            return true;
        }
        if (rpmsg::has_passed(end, now)) {
            return false;
        }
        auto const due = link.next_deadline(now);
        auto const left = link.is_pending() ? 0 : due.is_set ? std::min(steady_clock::until(due.at), rpmsg::ticks{20}) : 20;
        auto waited = pollfd{.fd = link.transport().number(), .events = POLLIN, .revents = 0};
        (void)::poll(&waited, 1, static_cast<int>(left));
    }
}

auto read_file(auto& link, auto& files, char const* path, std::vector<std::byte>& content) -> bool {
    auto const call = [&](rpmsg::file_request const& what) {
        auto const made = files.start(link, what, steady_clock::now() + patience);
        auto got = rpmsg::file_result<rpmsg::file_answer>{made ? rpmsg::file_error::try_again : made.error()};
        (void)until(link, [&] {
            got = made ? files.take(*made) : got;
            return got or got.error() != rpmsg::file_error::try_again;
        });
        return got;
    };
    content.resize(offered::measured + 1);
    auto const file = call(rpmsg::file_calls::open(path, {.read = true}));
    auto const got = file ? call(rpmsg::file_calls::read(file->handle(), content)) : file;
    if (not got) {
        return failed(path, describe(got.error()));
    }
    content.resize(static_cast<std::size_t>(got->result));
    std::printf("user: %s has %zu bytes\n", path, content.size());
    return call(rpmsg::file_calls::close(file->handle())).has_value();
}

auto use_socket(auto& link, auto& net) -> bool {
    auto const socket = net.connect(link, rpmsg::socket_kind::stream, offered::socket);
    auto piece = std::array<std::byte, 1000>{};
    std::size_t sent{};
    std::size_t read{};
    std::size_t wrong{};
    auto last = std::size_t{};
    auto const is_done = socket and until(link, [&] {
                             auto const most = std::min(piece.size(), offered::echoed - sent);
                             for (std::size_t i = 0; i < most; ++i) {
                                 piece[i] = offered::byte_at(sent + i);
                             }
                             if (auto const some = net.send(link, *socket, rpmsg::const_bytes{piece}.first(most)); some) {
                                 sent += *some;
                             }
                             if (auto const some = net.receive(link, *socket, piece); some) {
                                 for (std::size_t i = 0; i < *some; ++i) {
                                     wrong += piece[i] != offered::byte_at(read + i) ? 1u : 0u;
                                 }
                                 read += *some;
                             }
                             last = read;
                             return read == offered::echoed;
                         });
    std::printf("user: %zu bytes through a socket and back, %zu wrong\n", last, wrong);
    return is_done and wrong == 0 and net.close(link, *socket).has_value();
}

auto use() -> bool {
    auto files = rpmsg::file_client<>{};
    auto net = rpmsg::sockets<rpmsg::socket_config{.window = 4096}>{};
    auto link = rpmsg::channel{rpmsg::host::rpmsg_bus{"/dev/rpmsg_ctrl0"}, rpmsg::endpoints{rpmsg::ref{files}, group_of(net)}};
    if (not link.start() or not until(link, [&] { return link.is_up(); })) {
        return failed("there is no link", link.transport().why());
    }
    auto notice = std::vector<std::byte>{};
    auto measured = std::vector<std::byte>{};
    auto const expected = offered::bytes<offered::measured>();
    auto const is_well = read_file(link, files, "/notice", notice) and read_file(link, files, "/data/measured", measured) and
                         std::ranges::equal(notice, std::as_bytes(std::span{offered::notice})) and
                         std::ranges::equal(measured, expected) and use_socket(link, net);
    link.close();
    return is_well;
}
} // namespace

auto main() -> int {
    for (auto attempts = 0; attempts < 5; ++attempts) {
        if (use()) {
            std::puts("the user is content");
            return 0;
        }
    }
    return 1;
}
