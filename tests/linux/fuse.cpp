// Remote files as a directory of Linux, where every machine has a Linux that mounts: in the guest.
#include <rpmsg/service/files/file_server.hpp>
#include <rpmsg/service/files/image_store.hpp>

#include "check.hpp"
#include "stage.hpp"
#include <array>

using namespace linux_peer;

TEST_CASE("remote files that Linux mounts are as plain files to its programs") {
    auto run = staged<flags>(rpmsg::endpoints{rpmsg::endpoint<"rpmsg-raw">([](auto&, rpmsg::message const&) {})});
    run.does("load fuse");
    run.does("cd /tmp && guest_mount", 300); // tests/host/fuse
    run.ends();
}

namespace {
/// Linux as the driver, and firmware that acknowledges names.
constexpr auto acknowledged = [] {
    auto config = flags;
    config.dialect.acknowledged = true;
    return config;
}();
constexpr auto large = [] {
    auto text = std::array<std::byte, 20'000>{};
    for (std::size_t i = 0; i < text.size(); ++i) {
        text[i] = static_cast<std::byte>(i % 10 == 9 ? '\n' : '0' + i % 10);
    }
    return text;
}();
constexpr auto image = std::array{rpmsg::image_entry{"etc", {}, rpmsg::file_type::directory},
                                  rpmsg::image_entry{"etc/motd", "hello\n"_payload}, rpmsg::image_entry{"large", large}};
} // namespace

TEST_CASE("Linux mounts the files that firmware has in its flash over its own bus") {
    auto store = rpmsg::image_store{image};
    auto server = rpmsg::file_server<rpmsg::image_store>{store};
    auto run = staged<acknowledged>(rpmsg::endpoints{group_of(server)});
    run.does("load fuse && mkdir /tmp/m && guest_mount_bus -o timeout=60 /tmp/m");
    run.does("[ \"$(cat /tmp/m/etc/motd)\" = hello ] && [ $(wc -l </tmp/m/large) = 2000 ]");
    run.does("cp -r /tmp/m /tmp/n && diff -r /tmp/m /tmp/n && [ $(find /tmp/n -type f | wc -l) = 2 ]");
    run.does("! echo x >/tmp/m/etc/motd && ! mkdir /tmp/m/new && [ \"$(ls /tmp/m)\" = \"$(printf 'etc\\nlarge')\" ]");
    run.does("umount /tmp/m && until ! pidof guest_mount_bus; do sleep 0.1; done && [ -z \"$(ls /tmp/m)\" ]");
    run.does("guest_mount_bus /nowhere 2>&1 | grep \"'/nowhere' cannot be mounted on: No such file or directory\"");
    CHECK(server.open_count() == 0);
    run.ends();
}
