// The whole picture in one program: Linux <- VirtIO -> bridge <- SPI -> A <- VirtIO -> B. Core B serves files and a socket, and a
// program in Linux (in_linux/user.cpp) reads the files and uses the socket over Linux's own bus, and does so again. The bridge,
// which takes its Linux along, is killed and started again, and then all of them. RPMSG_GUEST names the file system of Linux;
// examples/run makes it.
#include <rpmsg/service/files/file_server.hpp>
#include <rpmsg/service/files/image_store.hpp>
#include <rpmsg/service/socket/sockets.hpp>

#include "../heterogeneous/chip.hpp"
#include "../heterogeneous/production.hpp"
#include "offered.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <span>
#include <string>

namespace {
constexpr auto measured = offered::bytes<offered::measured>();
auto const image =
    std::array{rpmsg::image_entry{"data", {}, rpmsg::file_type::directory}, rpmsg::image_entry{"data/measured", measured},
               rpmsg::image_entry{"notice", std::as_bytes(std::span{offered::notice})}};

/// Sends back what it receives, once there is room.
struct echo {
    auto operator()(auto& link, auto& net, rpmsg::socket_handle ready, rpmsg::socket_readiness now) const -> void {
        while (net.accept(link, ready)) {} // of a server; other sockets refuse it
        auto piece = std::array<std::byte, 512>{};
        for (auto size = net.peek(ready).copy_to(piece); size != 0; size = net.peek(ready).copy_to(piece)) {
            auto const sent = net.send(link, ready, rpmsg::const_bytes{piece}.first(size));
            if (not sent) {
                return;
            }
            (void)net.consume(link, ready, *sent);
        }
        if (now.hung_up) {
            (void)net.close(link, ready);
        }
    }
};

[[noreturn]] auto run_core_b(chip::shared_memory& memory) -> void {
    auto store = rpmsg::image_store{image};
    auto files = rpmsg::file_server<rpmsg::image_store>{store};
    auto net = rpmsg::sockets<rpmsg::socket_config{.window = 4096}, echo>{};
    auto const listens = [&](auto& edge) {
        auto const server = net.bind(edge, rpmsg::socket_kind::stream, offered::socket);
        return server and net.listen(edge, *server, 2);
    };
    auto const look = [&](auto&) {
        memory.seen[chip::core_b].is_up[1] = memory.seen[chip::core_b].is_up[0] != 0 ? 1 : 0;
        memory.seen[chip::core_b].carried = files.counts().answered;
    };
    chip::run_b(memory, rpmsg::endpoints{group_of(files), group_of(net)}, listens, look);
}
} // namespace

auto main() -> int {
    auto const* const root = std::getenv("RPMSG_GUEST");
    auto* const memory = stage::share(sizeof(chip::shared_memory));
    if (root == nullptr or memory == nullptr) {
        std::fputs("whole_picture: RPMSG_GUEST must name the file system of Linux; examples/run does all that is needed\n",
                   stderr);
        return 1;
    }
    auto& shared = *new (memory) chip::shared_memory{};
    auto const tools = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "in_linux";
    auto show = production{shared, run_core_b, root, tools.string(), 1};
    constexpr auto all = 1u << chip::core_a | 1u << chip::core_b | 1u << chip::bridge;
    for (auto const victims : {all, 0u, 1u << chip::bridge, all}) {
        auto is_well = show.restart(victims);
        show.tell("whole_picture_user");
        is_well = is_well and show.waits_for("the user is content");
        std::string what = victims == all ? "all start:" : victims == 0 ? "the program again" : "killed:";
        for (std::uint32_t i = 0; i < chip::cores; ++i) {
            what += (victims >> i & 1) != 0 ? std::string{" "}.append(chip::names[i]) : std::string{};
        }
        std::printf("%-34s %s\n", what.c_str(), is_well ? "Linux reads the files of core B and uses its socket" : "failed");
        if (not is_well) {
            std::printf("%s\n", show.why().c_str());
            return 1;
        }
    }
    show.draw();
    std::puts("whole_picture: passed");
    return 0;
}
