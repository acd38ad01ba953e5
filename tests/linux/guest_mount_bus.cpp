// What runs in the guest: mounts the files of firmware over Linux's own bus. guest_mount_bus [-f] [-o OPTION,...] [REMOTE] POINT
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/host/background.hpp>
#include <rpmsg/host/fuse/file_mount.hpp>
#include <rpmsg/host/polled_wait.hpp>
#include <rpmsg/host/polling_thread.hpp>
#include <rpmsg/host/rpmsg_bus.hpp>
#include <rpmsg/platform/lock_ref.hpp>
#include <rpmsg/service/files/file_client.hpp>
#include <rpmsg/service/files/remote_files.hpp>

#include <cstdio>
#include <mutex>

auto main(int count, char** arguments) -> int {
    using namespace rpmsg;
    auto options = host::mount_options::read({arguments + 1, arguments + count});
    if (not options) {
        return std::fprintf(stderr, "guest_mount_bus: %s\n", options.error().c_str()), 2;
    }
    auto start = host::background{options->is_foreground};
    auto state = host::polled_wait::shared{};
    auto client = file_client<file_client_config{.calls = 4}, "rpmsgfs-0", std::mutex>{};
    auto mutex = std::mutex{};
    auto link = channel{host::rpmsg_bus{"/dev/rpmsg_ctrl0"}, endpoints{ref{client}}, lock_ref{mutex}, host::polled_wait{state}};
    auto const poller = host::polling_thread{link};
    auto files = remote_files{link, client, options->timeout};
    auto mount = host::file_mount<decltype(files)>::at(*options, files);
    start.tell(mount.error());
    if (mount) {
        mount->run();
    }
    return mount ? 0 : 1;
}
