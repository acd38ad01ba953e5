#include <rpmsg/host/serial/pty.hpp>
#include <rpmsg/host/serial/tty.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

auto contains(std::string const& text, std::string const& part) -> bool { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("A terminal passes every byte as it is, at any rate") {
    auto near = rpmsg::host::pty::open();
    REQUIRE(near);
    for (auto const baud : {9600u, 115'200u, 1'234'567u}) {
        auto far = rpmsg::host::tty::open(near->path(), baud);
        REQUIRE(far);
        auto all = std::array<std::byte, 256>{};
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i] = static_cast<std::byte>(i);
        }
        auto got = std::array<std::byte, 300>{};
        CHECK(far->write(all) == all.size());
        near->wait_until(rpmsg::host::steady_clock::now() + 60'000);
        CHECK(same(rpmsg::const_bytes{got}.first(near->read(got)), all));
        CHECK(near->write(all) == all.size());
        far->wait_until(rpmsg::host::steady_clock::now() + 60'000);
        CHECK(same(rpmsg::const_bytes{got}.first(far->read(got)), all));
    }
}

TEST_CASE("What cannot be opened is named, with what to do") {
    auto const absent = rpmsg::host::tty::open("/dev/no-such-port", 9600);
    CHECK(contains(absent.error(), "serial port /dev/no-such-port cannot be opened"));
    CHECK(contains(absent.error(), "look under /dev"));
    auto const other = rpmsg::host::tty::open("/dev/null", 9600);
    CHECK(contains(other.error(), "is no terminal"));
}
