#include <rpmsg/wire/service/files/file_path.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace {
using namespace rpmsg;

/// What is read of a text, which has a NUL where it says so.
constexpr auto read_of(std::string_view text) -> std::pair<file_error, std::string_view> {
    auto raw = std::array<std::byte, 32>{};
    for (std::size_t i = 0; i < text.size(); ++i) {
        raw[i] = static_cast<std::byte>(text[i]);
    }
    auto path = wire::file_path<8>{};
    auto const why = path.read(const_bytes{raw}.first(text.size()));
    return {why, path.view() == "a/b" ? "a/b" : path.view().empty() ? "" : "other"};
}
constexpr auto text = [](auto const& literal) { return std::string_view{literal, sizeof(literal) - 1}; };
} // namespace

TEST_CASE("A path is relative to the root, and never above it") {
    STATIC_REQUIRE(read_of(text("/a/b\0")) == std::pair{file_error::none, std::string_view{"a/b"}});
    STATIC_REQUIRE(read_of(text("a//./b/\0rest")) == std::pair{file_error::none, std::string_view{"a/b"}});
    STATIC_REQUIRE(read_of(text("/\0")) == std::pair{file_error::none, std::string_view{}});
    STATIC_REQUIRE(read_of(text("/a/..\0")).first == file_error::no_access);
    STATIC_REQUIRE(read_of(text("..\0")).first == file_error::no_access);
    STATIC_REQUIRE(read_of(text("...\0")).first == file_error::none);
    STATIC_REQUIRE(read_of(text("\0")).first == file_error::invalid);
    STATIC_REQUIRE(read_of(text("/a/b")).first == file_error::invalid);
    STATIC_REQUIRE(read_of({}).first == file_error::invalid);
    STATIC_REQUIRE(read_of(text("/2345678\0")).first == file_error::none);
    STATIC_REQUIRE(read_of(text("/23456789\0")).first == file_error::name_too_long);
}
