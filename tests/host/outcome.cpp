#include <rpmsg/host/outcome.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <memory>

using rpmsg::host::failure;
using rpmsg::host::outcome;

TEST_CASE("an outcome holds a value, also one that can only be moved") {
    auto held = outcome<std::unique_ptr<int>>{std::make_unique<int>(7)};
    REQUIRE(held);
    CHECK(held.has_value());
    CHECK(**held == 7);
    CHECK(held->get() == (*held).get());
    CHECK(held.error().empty());
}

TEST_CASE("or a failure in words") {
    auto const none = outcome<int>{failure{"the thing is missing; make one"}};
    CHECK_FALSE(none);
    CHECK(none.error() == "the thing is missing; make one");
}

TEST_CASE("an error number has the system's words") {
    CHECK(rpmsg::host::words_of(ENOENT) == "No such file or directory");
    CHECK(rpmsg::host::words_of(EACCES) == "Permission denied");
}
