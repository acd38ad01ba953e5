// An endpoint of firmware as a device file of Linux: host/fuse/cuse_node over host/rpmsg_bus.
#include "stage.hpp"
#include <string>

using namespace linux_peer;

TEST_CASE("plain programs of Linux use an endpoint of firmware as a device file") {
    auto const answers = [](rpmsg::link_ref link, rpmsg::message const& m) { (void)link.reply(m, m.payload); };
    auto run = staged<flags>(rpmsg::endpoint_pool<4>{});
    auto const made = run.link.create("echo", answers);
    REQUIRE(made);
    run.linux.tell("guest_cuse serve");
    run.says("there is no /dev/cuse: load the kernel module cuse");
    run.says("guest: status 1");
    run.does("load fuse cuse; guest_cuse serve & until [ -c /dev/rpmsg-echo ]; do usleep 10000; done");
    run.does("exec 3<>/dev/rpmsg-echo; until printf hello >&3; do usleep 10000; done 2>/dev/null");
    run.does("[ \"$(dd bs=500 count=1 <&3 2>/dev/null)\" = hello ]; exec 3>&-");
    run.linux.tell("guest_cuse use /dev/rpmsg-echo");
    run.says("guest_cuse: open");
    CHECK(run.link.destroy(*made));
    run.says("guest: status 0");
    REQUIRE(run.link.create("echo", answers)); // the device file serves the next peer
    run.does("until printf x >/dev/rpmsg-echo; do usleep 10000; done 2>/dev/null");
    run.ends();
}
