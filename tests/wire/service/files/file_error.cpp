#include <rpmsg/wire/service/files/file_error.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <string_view>

using namespace rpmsg;

TEST_CASE("The errors of files are the errno numbers of Linux, each with words of its own") {
    STATIC_REQUIRE(static_cast<int>(file_error::no_entry) == ENOENT);
    STATIC_REQUIRE(static_cast<int>(file_error::no_access) == EACCES);
    STATIC_REQUIRE(static_cast<int>(file_error::would_deadlock) == EDEADLK);
    STATIC_REQUIRE(static_cast<int>(file_error::stale) == ESTALE);
    STATIC_REQUIRE(static_cast<int>(file_error::overflow) == EOVERFLOW);
    STATIC_REQUIRE(static_cast<int>(file_error::timed_out) == ETIMEDOUT);
    STATIC_REQUIRE(describe(file_error::not_empty) == "directory not empty");
    STATIC_REQUIRE(describe(static_cast<file_error>(9999)) == "another errno number");
}

TEST_CASE("The result of a call on a file is a value or an error") {
    STATIC_REQUIRE(*file_result<int>{5} == 5);
    STATIC_REQUIRE_FALSE(file_result<int>{file_error::busy}.has_value());
    STATIC_REQUIRE(file_result<int>{file_error::busy}.error() == file_error::busy);
}
