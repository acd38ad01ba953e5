#include <rpmsg/host/fuse/cuse_node.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <unistd.h>

using rpmsg::host::cuse_node;

// tests/linux/cuse.cpp has the device files of a Linux that makes them.

TEST_CASE("a device file that cannot be made is refused in words") {
    auto const sends = [](rpmsg::const_bytes) { return rpmsg::status{}; };
    for (auto const* name : {"", "a/b", "a,b"}) {
        auto const why = cuse_node::open(name, sends).error();
        CHECK(why == "/dev/" + std::string{name} + " cannot be made: its name is empty or has a slash or a comma");
    }
    if (access("/dev/cuse", F_OK) != 0) {
        auto const why = cuse_node::open("rpmsg-echo", sends).error();
        CHECK(why == "/dev/rpmsg-echo cannot be made: there is no /dev/cuse: load the kernel module cuse");
    }
}
