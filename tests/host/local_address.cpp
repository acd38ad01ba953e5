#include <rpmsg/host/local_address.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace {
using rpmsg::host::local_address;
} // namespace

TEST_CASE("an address of a host is read, and a wrong one refused in words") {
    CHECK(local_address::parse("tcp:5001"));
    CHECK(local_address::parse("unix:/tmp/x"));
    CHECK(local_address::parse("packets:/tmp/x")->keeps_bounds());
    for (auto const* const wrong : {"", "tcp", "tcp:", "tcp:65536", "tcp:5x", "unix:", "udp:5", "/tmp/x"}) {
        CHECK_FALSE(local_address::parse(wrong));
    }
    CHECK_FALSE(local_address::parse("unix:" + std::string(200, 'x')));
    CHECK_FALSE(local_address::parse("unix:/no/such/folder/x")->listen());
    CHECK_FALSE(local_address::parse("unix:/no/such/folder/x")->connect());
}

TEST_CASE("what listens is reached, and port 0 is any free one") {
    auto listening = local_address::parse("tcp:0")->listen();
    REQUIRE(listening);
    auto const port = local_address::port_of(*listening);
    CHECK(port != 0);
    CHECK(local_address::parse("tcp:" + std::to_string(port))->connect());
    CHECK_FALSE(local_address::parse("tcp:" + std::to_string(port))->listen());
}
