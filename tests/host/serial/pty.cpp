#include <rpmsg/host/serial/pty.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

TEST_CASE("A pseudo terminal keeps what is written until its far end is opened, and outlives that program") {
    auto near = rpmsg::host::pty::open();
    REQUIRE(near);
    CHECK(near->write("early"_payload) == 5);
    for (int i = 0; i < 2; ++i) {
        auto far = rpmsg::host::tty::open(near->path(), 115'200);
        REQUIRE(far);
        auto got = std::array<std::byte, 8>{};
        CHECK(far->read(got) == 5);
        CHECK(near->write("later"_payload) == 5);
    }
    auto got = std::array<std::byte, 8>{};
    CHECK(near->read(got) == 0); // nobody is there, and that is no error
}

TEST_CASE("A line that nobody reads takes no more than it can keep") {
    auto near = rpmsg::host::pty::open();
    REQUIRE(near);
    auto const piece = std::array<std::byte, 1024>{};
    std::size_t taken = 0;
    for (int i = 0; i < 1000; ++i) {
        taken += near->write(piece);
    }
    CHECK(taken < 1000 * piece.size());
}
