#include <rpmsg/host/directory_store.hpp>

#include <catch2/catch_test_macros.hpp>

#include "service/files/two_trees.hpp"
#include <cerrno>

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

TEST_CASE("A root that cannot be served says why") {
    auto made = host::directory_store::open_root("/nowhere");
    CHECK_FALSE(made.has_value());
    CHECK(made.error() == "'/nowhere' cannot be served: No such file or directory");
}
