#include <rpmsg/host/fuse/mount_options.hpp>

#include <catch2/catch_test_macros.hpp>

#include <initializer_list>
#include <string>

namespace {
using rpmsg::host::mount_options;

auto read(std::initializer_list<char const*> arguments) { return mount_options::read({arguments.begin(), arguments.size()}); }
auto why(std::initializer_list<char const*> arguments) -> std::string { return read(arguments).error(); }
} // namespace

TEST_CASE("the arguments of a mount are read as those of mount") {
    auto plain = read({"/mnt"});
    REQUIRE(plain.has_value());
    CHECK((plain->point == "/mnt" and plain->root == "/" and plain->timeout == 10'000 and not plain->is_foreground));
    auto full = read({"-f", "/data", "-o", "ro,timeout=3", "/mnt", "-oallow_other,reopen,cache=2,rw"});
    REQUIRE(full.has_value());
    CHECK((full->point == "/mnt" and full->root == "/data" and full->timeout == 3000 and full->is_foreground));
    CHECK((full->is_read_only and full->is_for_all and full->reopens and full->cache_seconds == 2));
}

TEST_CASE("an argument that is wrong is named") {
    CHECK(why({}) == "no directory to mount on");
    CHECK(why({"-x", "/mnt"}) == "unknown argument '-x'");
    CHECK(why({""}) == "unknown argument ''");
    CHECK(why({"/a", "/b", "/c"}) == "too many arguments: '/c'");
    CHECK(why({"a", "/b"}) == "'a' is no path of the other side: it begins with a slash");
    CHECK(why({"/a", "-o"}) == "-o needs an option");
    CHECK(why({"-o", "ro,nonsense", "/a"}) == "unknown option 'nonsense'");
    CHECK(why({"-o", "timeout=0", "/a"}) == "'timeout=0': seconds from 1 to 100000");
    CHECK(why({"-o", "timeout=1x", "/a"}) == "'timeout=1x': seconds from 1 to 100000");
    CHECK(why({"-o", "timeout=99999999999", "/a"}) == "'timeout=99999999999': seconds from 1 to 100000");
    CHECK(why({"-o", "cache=-1", "/a"}) == "'cache=-1': seconds from 0 to 100000");
}
