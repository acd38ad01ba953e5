// One process serves a directory read-only, another mounts it through shared memory; cp -r copies the mounted tree, and diff -r
// compares: remote_files DIRECTORY COPY. Without arguments it makes a directory of 1000 files in /tmp. With --calls first, or
// where nothing can be mounted, the files are copied by calls of the client.
#include "mounted.hpp"
#include "processes.hpp"
#include "tree.hpp"
#include <cstdio>
#include <string>
#include <string_view>

namespace {
auto serve(shared_link& link, rpmsg::host::directory_store& store) -> int {
    auto server = rpmsg::file_server<rpmsg::host::directory_store, serving>{store};
    auto channel = rpmsg::channel{link.device(), rpmsg::endpoints{group_of(server)}, rpmsg::no_lock{}, link.waits(1)};
    return link.run(channel), 0;
}

auto copy(shared_link& link, bool by_calls, sample const& folders) -> int {
    auto client = file_client{};
    auto mutex = std::mutex{};
    auto channel = rpmsg::channel{link.driver(), rpmsg::endpoints{rpmsg::ref{client}}, rpmsg::lock_ref{mutex}, link.waits(0)};
    auto const poller = rpmsg::host::polling_thread{channel};
    auto const files = rpmsg::remote_files{channel, client, 10'000};
    auto const outcome = by_calls ? copy_by_calls(files, folders) : copy_from_mount(files, folders);
    std::printf("remote_files: %s\n", outcome == 0 ? "passed" : "failed");
    link.end();
    return outcome;
}
} // namespace

auto main(int count, char** arguments) -> int {
    auto const asks_for_calls = count > 1 and std::string_view{arguments[1]} == "--calls";
    auto const rest = count - (asks_for_calls ? 1 : 0);
    if (rest != 1 and rest != 3) {
        return std::fputs("usage: remote_files [--calls] [DIRECTORY COPY]; COPY must not exist yet\n", stderr), 2;
    }
    auto const folders = rest == 3 ? sample{arguments[count - 2], arguments[count - 1]} : sample{};
    auto store = rpmsg::host::directory_store::open_root(folders.from, true);
    if (not store) {
        return std::fprintf(stderr, "remote_files: %s\n", store.error().c_str()), 2;
    }
    auto const by_calls = asks_for_calls or not can_mount();
    return in_two_processes([&](auto& link) { return serve(link, *store); },
                            [&](auto& link) { return copy(link, by_calls, folders); });
}
