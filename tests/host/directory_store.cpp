#include <rpmsg/host/directory_store.hpp>

#include <catch2/catch_test_macros.hpp>

#include "service/files/two_trees.hpp"
#include <array>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <string>

namespace {
using namespace rpmsg;
constexpr auto reads = open_mode{.read = true};
constexpr auto writes = open_mode{.write = true};
constexpr auto makes = open_mode{.read = true, .write = true, .create = true};
} // namespace

TEST_CASE("A pipe is not opened, for that would wait") {
    auto trees = two_trees{};
    CHECK(trees.remote.open(0, "/pipe", reads) == -EACCES);
}

TEST_CASE("A tree that is served read-only stays as it is") {
    auto trees = two_trees{true};
    auto& it = trees.remote;
    CHECK(it.open(0, "/f", reads) == 0);
    CHECK(it.open(1, "/f", writes) == -EROFS);
    CHECK(it.open(1, "/n", makes) == -EROFS);
    CHECK(it.open(1, "/n", open_mode{.read = true, .create = true}) == -EROFS);
    CHECK(it.open(1, "/n", reads) == -ENOENT);
    CHECK(it.change_mode("/f", 0600) == -EROFS);
    CHECK(it.make_directory("/n") == -EROFS);
    CHECK(it.remove_directory("/e") == -EROFS);
    CHECK(it.remove("/f") == -EROFS);
    CHECK(it.rename("/f", "/n") == -EROFS);
    CHECK(it.sync(0) == 0);
}

TEST_CASE("A tree grows as far as its quota, and what is freed is there again") {
    auto const root = temporary_directory{};
    std::ofstream{root.path() + "/old"} << std::string(100, 'o');
    auto made = host::directory_store::open_root(root.path(), false, 300);
    REQUIRE(made.has_value());
    auto& it = *made;
    auto data = std::array<std::byte, 250>{};
    auto file = host::directory_store::file{};
    REQUIRE(it.open("f", makes, 0644, file) == file_error::none);
    CHECK(*it.write(file, 0, data) == 200); // as much as has room
    CHECK(it.write(file, 200, data).error() == file_error::no_space);
    CHECK(*it.write(file, 50, const_bytes{data}.first(150)) == 150); // it does not grow
    CHECK(it.resize(file, 201) == file_error::no_space);
    CHECK(it.change("f", wire::file_change::size, {.size = 500}) == file_error::no_space);
    CHECK((it.system().available_blocks == 0 and it.resize(file, 20) == file_error::none));
    CHECK(*it.write(file, 170, const_bytes{data}.first(100)) == 30); // a hole counts
    CHECK((it.remove("old") == file_error::none and *it.write(file, 200, data) == 100));
    auto other = host::directory_store::file{};
    REQUIRE(it.open("g", makes, 0644, other) == file_error::none);
    CHECK(it.write(other, 0, data).error() == file_error::no_space);
    CHECK((it.rename("g", "f") == file_error::none and *it.write(other, 0, data) == 250)); // what was replaced is free
    auto again = host::directory_store::file{};
    REQUIRE(it.open("f", {.write = true, .truncate = true}, 0, again) == file_error::none);
    CHECK(it.resize(other, 300) == file_error::none);
    it.close(file);
    it.close(other);
    it.close(again);
}

TEST_CASE("A root that cannot be served says why") {
    auto made = host::directory_store::open_root("/nowhere");
    CHECK_FALSE(made.has_value());
    CHECK(made.error() == "'/nowhere' cannot be served: No such file or directory");
}
