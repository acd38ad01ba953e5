// One process serves a directory read-only, another copies its whole tree through shared memory and compares:
// remote_files DIRECTORY COPY. Without arguments it makes a directory of 200 files in /tmp.
#include "processes.hpp"
#include "tree.hpp"
#include <cstdio>
#include <string>

namespace {
auto serve(auto& link, std::string const& root) -> int {
    auto store = rpmsg::host::directory_store::open_root(root, true);
    if (not store) {
        return std::fprintf(stderr, "remote_files: %s\n", store.error().c_str()), 2;
    }
    auto server = rpmsg::file_server<rpmsg::host::directory_store, serving>{*store};
    auto channel = rpmsg::channel{link.device(), rpmsg::endpoints{group_of(server)}};
    return link.run(channel, [&] { return link.is_over(); }), 0;
}

auto copy(auto& link, std::string const& root, std::string const& target) -> int {
    auto client = rpmsg::file_client<>{};
    auto channel = rpmsg::channel{link.driver(), rpmsg::endpoints{rpmsg::ref{client}}};
    auto remote = tree{[&](rpmsg::file_request const& what) { return link.call(channel, client, what); }};
    auto const why = remote.copy("/", target);
    link.end();
    std::printf("%u files and %u directories, %llu bytes copied: %s\n", remote.files, remote.directories, remote.bytes,
                std::string{describe(why)}.c_str());
    auto const differences = why == rpmsg::file_error::none ? count_differences(root, target) : 1u;
    std::printf("%u differences\n%s\n", differences, differences == 0 ? "remote_files: passed" : "remote_files: failed");
    return differences == 0 ? 0 : 1;
}
} // namespace

auto main(int count, char** arguments) -> int {
    if (count != 1 and count != 3) {
        return std::fputs("usage: remote_files [DIRECTORY COPY]; COPY must not exist yet\n", stderr), 2;
    }
    auto const folders = count == 3 ? sample{arguments[1], arguments[2]} : sample{};
    return in_two_processes([&](auto& link) { return serve(link, folders.from); },
                            [&](auto& link) { return copy(link, folders.from, folders.to); });
}
