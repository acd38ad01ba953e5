#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/file_system.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <sstream>
#include <string>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

using rpmsg::host::descriptor;
using rpmsg::host::is_remote;
using rpmsg::host::remote_file_system;
using rpmsg::host::type_of_mount;

TEST_CASE("file systems of the network and of processes are told from those of this computer") {
    for (auto const* type : {"fuse", "fuseblk", "fuse.sshfs", "nfs", "nfs4", "9p", "cifs", "virtiofs", "ceph"}) {
        CHECK(is_remote(type));
    }
    for (auto const* type : {"ext4", "tmpfs", "hugetlbfs", "xfs", "overlay", "btrfs", ""}) {
        CHECK_FALSE(is_remote(type));
    }
}

TEST_CASE("the type of a mount stands behind its optional fields") {
    auto const type_of = [](std::string const& id) {
        auto lines = std::istringstream{"21 1 0:20 / / rw,noatime shared:1 master:2 - ext4 /dev/sda rw\n"
                                        "210 21 0:44 / /mnt/a\\040b rw - fuse.sshfs host: rw,user_id=0\n"
                                        "3 21 0:45 / /x rw broken\n"
                                        "4 21 0:46 / /y rw - proc\n"};
        return type_of_mount(lines, id);
    };
    CHECK(type_of("21") == "ext4");
    CHECK(type_of("210") == "fuse.sshfs");
    CHECK(type_of("4") == "proc");
    CHECK(type_of("3").empty());
    CHECK(type_of("2").empty());
    CHECK(type_of("").empty());
}

TEST_CASE("nobody has to be waited for because of memory, a file on a disk, or what is no file") {
    auto name = std::string{"/tmp/rpmsg-test-XXXXXX"};
    auto const on_disk = descriptor{mkstemp(name.data())};
    unlink(name.c_str());
    auto const shared = std::string{"/rpmsg-test-"} + std::to_string(getpid());
    auto const on_tmpfs = descriptor{shm_open(shared.c_str(), O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR)};
    shm_unlink(shared.c_str());
    REQUIRE(on_disk);
    REQUIRE(on_tmpfs);
    CHECK(remote_file_system(on_disk.number()).empty());
    CHECK(remote_file_system(on_tmpfs.number()).empty());
    CHECK(remote_file_system(descriptor{memfd_create("memory", 0)}.number()).empty());
    CHECK(remote_file_system(descriptor{eventfd(0, 0)}.number()).empty());
    CHECK(remote_file_system(descriptor{socket(AF_UNIX, SOCK_STREAM, 0)}.number()).empty());
    CHECK(remote_file_system(descriptor{open("/dev/null", O_RDWR)}.number()).empty());
    CHECK(remote_file_system(-1).empty());
}
