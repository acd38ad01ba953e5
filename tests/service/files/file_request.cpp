#include <rpmsg/service/files/file_request.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace rpmsg;
using wire::file_command;

TEST_CASE("A call says what it needs, and an answer which handle it made") {
    constexpr auto opened = file_answer{.result = 7, .session = 3};
    STATIC_REQUIRE(opened.handle() == file_handle{.number = 7, .session = 3});
    STATIC_REQUIRE(file_calls::close(opened.handle()).handle == opened.handle());
    STATIC_REQUIRE(file_calls::open("/f", {.read = true}).path == "/f");
    STATIC_REQUIRE(file_calls::open("/f", {.read = true}).number == 0666);
    STATIC_REQUIRE(file_calls::rename("/f", "/g").second == "/g");
    STATIC_REQUIRE(file_calls::seek({}, -1, seek_from::end).number == -1);
    STATIC_REQUIRE(file_calls::truncate({}, 5).command == file_command::truncate);
}
