#include <rpmsg/host/rpmsg_control.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

using rpmsg::host::rpmsg_control;
using rpmsg::host::rpmsg_paths;

TEST_CASE("the requests have the numbers of Linux's rpmsg.h") {
    STATIC_REQUIRE(rpmsg_control::create_endpoint_request == 0x4028'b501);
    STATIC_REQUIRE(rpmsg_control::destroy_endpoint_request == 0xb502);
    STATIC_REQUIRE(rpmsg_control::create_channel_request == 0x4028'b503);
    STATIC_REQUIRE(rpmsg_control::release_channel_request == 0x4028'b504);
}

TEST_CASE("endpoints are found by their name") {
    auto folder = std::string{"/tmp/rpmsg-test-XXXXXX"};
    REQUIRE(mkdtemp(folder.data()) != nullptr);
    auto const add = [&](std::string const& device, std::string const& name) {
        std::filesystem::create_directory(folder + "/" + device);
        std::ofstream{folder + "/" + device + "/name"} << name << "\n";
    };
    add("rpmsg0", "console");
    add("rpmsg1", "rpmsg-echo");
    add("rpmsg12", "console");
    add("rpmsg_ctrl0", "console");
    for (auto const* none : {"rpmsg", "rpmsg2x", "rpmsg 3", "rpmsg-4", "rpmsg4294967296"}) {
        add(none, "console");
    }
    auto found = rpmsg_control::find("console", {.classes = folder});
    std::ranges::sort(found);
    CHECK(found == rpmsg_control::numbers{0, 12});
    CHECK(rpmsg_control::find("consol", {.classes = folder}).empty());
    std::filesystem::remove_all(folder);
    CHECK(rpmsg_control::find("console", {.classes = folder}).empty());
}

TEST_CASE("endpoints of one name are told apart by the addresses that they were made with") {
    auto folder = std::string{"/tmp/rpmsg-test-XXXXXX"};
    REQUIRE(mkdtemp(folder.data()) != nullptr);
    auto const add = [&](std::string const& device, std::string const& source, std::string const& destination) {
        std::filesystem::create_directory(folder + "/" + device);
        std::ofstream{folder + "/" + device + "/name"} << "probe\n";
        std::ofstream{folder + "/" + device + "/src"} << source << "\n";
        std::ofstream{folder + "/" + device + "/dst"} << destination << "\n";
    };
    add("rpmsg0", "1024", "53");
    add("rpmsg1", "-1", "53");
    add("rpmsg2", "53", "1024");
    add("rpmsg3", "1024", "-16");
    std::filesystem::create_directory(folder + "/rpmsg4");
    std::ofstream{folder + "/rpmsg4/name"} << "probe\n"; // one that is just ending
    auto const find = [&](std::uint32_t local, std::uint32_t peer) {
        return rpmsg_control::find("probe", rpmsg::address{local}, rpmsg::address{peer}, {.classes = folder});
    };
    CHECK(find(1024, 53) == rpmsg_control::numbers{0});
    CHECK(find(0xffff'ffff, 53) == rpmsg_control::numbers{1});
    CHECK(find(53, 1024) == rpmsg_control::numbers{2});
    CHECK(find(1024, 0xffff'fff0) == rpmsg_control::numbers{3});
    CHECK(find(1024, 54).empty());
    CHECK(rpmsg_control::find("probe", {.classes = folder}).size() == 5);
    std::filesystem::remove_all(folder);
}

TEST_CASE("a control device that is none says so in one line") {
    CHECK(rpmsg_control::open("/no/such").error() ==
          "/no/such cannot be opened: No such file or directory; is the driver rpmsg_ctrl there?");
    auto other = rpmsg_control::open("/dev/null");
    REQUIRE(other);
    auto const any = rpmsg::any_address;
    CHECK(other->create_endpoint("x", any, any).text.find("/dev/null does not create the endpoint 'x': ") == 0);
    CHECK(other->release_channel("x", any, any).text.find("/dev/null does not release the channel 'x': ") == 0);
    CHECK(other->create_channel("", any, any).text == "'' is no name for an endpoint: 1 to 31 printable characters of ASCII");
    CHECK_FALSE(other->create_channel(std::string(32, 'a'), any, any).text.empty());
}

TEST_CASE("a name that no announcement may hold is refused before anybody is asked") {
    auto other = rpmsg_control::open("/dev/null");
    REQUIRE(other);
    auto const any = rpmsg::any_address;
    for (auto const name : {std::string_view{"a\0b", 3}, std::string_view{"a\nb"}, std::string_view{"a\377b"}}) {
        auto const why = "'a?b' is no name for an endpoint: 1 to 31 printable characters of ASCII";
        CHECK(other->create_endpoint(name, any, any).text == why);
        CHECK(other->create_channel(name, any, any).text == why);
        CHECK(other->release_channel(name, any, any).text == why);
    }
    CHECK(other->create_endpoint(" ~", any, any).text.find("/dev/null does not create the endpoint ' ~': ") == 0);
}
