// The addresses of the command: every form, and what each bad one is told.
#include "../../examples/tool/address.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace tool;

namespace {
auto why(std::string const& text) -> std::string { return parse_address(text).error(); }
auto is(std::string const& text, address const& expected) -> bool {
    auto parsed = parse_address(text);
    return parsed and *parsed == expected;
}
} // namespace

TEST_CASE("every form of an address is read") {
    CHECK(is("shm:a", memory_address{.name = "a"}));
    CHECK(is("shm:a,driver", memory_address{.name = "a", .role = side::driver}));
    CHECK(is("shm:a,device", memory_address{.name = "a", .role = side::device}));
    CHECK(is("tty:/dev/ttyS1", line_address{.path = "/dev/ttyS1"}));
    CHECK(is("tty:/dev/ttyS1,9600", line_address{.path = "/dev/ttyS1", .baud = 9600}));
    CHECK(is("tty:/dev/ttyS1,4000000,nuttx", line_address{.path = "/dev/ttyS1", .baud = 4'000'000, .is_nuttx = true}));
    CHECK(is("tty:x,1,reliable", line_address{.path = "x", .baud = 1}));
    CHECK(is("dev:/dev/rpmsg_ctrl0", device_address{.path = "/dev/rpmsg_ctrl0"}));
    CHECK(is("vhost:/tmp/a,b:c", vhost_address{.path = "/tmp/a,b:c"}));
    CHECK(name_of(address{line_address{.path = "x"}}) == "x");
}

TEST_CASE("a bad address is told what is wrong with it") {
    for (auto const* const text : {"", "shm", "SHM:a", "can:0", ":", "shm :a"}) {
        CHECK(why(text) == "'" + std::string{text} + "' is no address: write " + std::string{address_forms});
    }
    for (auto const& name : {std::string{}, std::string{"a/b"}, std::string(65, 'a')}) {
        CHECK(why("shm:" + name) ==
              "'shm:" + name + "' is no address: the name of shared memory has 1 to 64 characters and no slash");
    }
    CHECK(is("shm:" + std::string(64, 'a'), memory_address{.name = std::string(64, 'a')}));
    for (auto const* const text : {"shm:a,", "shm:a,host", "shm:a,driver,", "shm:a,driver,device"}) {
        CHECK(why(text).ends_with("after the name follows ,driver or ,device or nothing"));
    }
    CHECK(why("tty:").ends_with("it names no serial port"));
    for (auto const* const rate : {"", "0", "-1", "9600x", "4000001", "99999999999"}) {
        CHECK(why("tty:x," + std::string{rate}).ends_with("not '" + std::string{rate} + "'"));
    }
    CHECK(why("tty:x,1,").ends_with("the frames are reliable or nuttx, not ''"));
    CHECK(why("tty:x,1,nuttx,").ends_with("not 'nuttx,'"));
    CHECK(why("dev:").ends_with("it names no file"));
    CHECK(why("vhost:").ends_with("it names no file"));
}
