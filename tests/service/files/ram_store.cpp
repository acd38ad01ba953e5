#include <rpmsg/service/files/ram_store.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstddef>

namespace {
using namespace rpmsg;
using store_type = ram_store<4, 8, 10>;
constexpr auto makes = open_mode{.read = true, .write = true, .create = true};

constexpr auto a_store_ends_where_its_memory_does() -> bool {
    auto store = store_type{};
    auto file = store_type::file{};
    check(store.open("a", makes, 0600, file) == file_error::none);
    check(*store.write(file, 6, "abcd"_payload) == 2 and store.write(file, 8, "a"_payload).error() == file_error::no_space);
    auto into = std::array<std::byte, 9>{};
    check(*store.read(file, 0, into) == 8 and into[5] == std::byte{} and into[7] == std::byte{'b'});
    check(store.resize(file, 9) == file_error::no_space and store.resize(file, 7) == file_error::none);
    check(store.resize(file, 8) == file_error::none and *store.read(file, 7, into) == 1 and into[0] == std::byte{});
    check(store.make_directory("long/name/x", 0) == file_error::no_entry);
    check(store.make_directory("elevenchars", 0) == file_error::name_too_long);
    for (auto const* const name : {"b", "c", "d"}) {
        check(store.make_directory(name, 0700) == file_error::none);
    }
    check(store.make_directory("e", 0700) == file_error::no_space and store.system().free_files == 0);
    check(store.remove("a") == file_error::none and store.sync(file) == file_error::bad_handle);
    check(store.open("e", makes, 0600, file) == file_error::none and store.sync(file) == file_error::none);
    return true;
}
constexpr auto a_directory_moves_with_its_files() -> bool {
    auto store = store_type{};
    auto file = store_type::file{};
    check(store.make_directory("a", 0700) == file_error::none and store.make_directory("ab", 0700) == file_error::none);
    check(store.open("a/f", makes, 0600, file) == file_error::none and *store.write(file, 0, "x"_payload) == 1);
    check(store.remove_directory("a") == file_error::not_empty and store.remove("a") == file_error::is_a_directory);
    check(store.rename("a", "a/b") == file_error::invalid and store.rename("a", "elevenchar/") == file_error::no_entry);
    check(store.rename("a", "ninechars") == file_error::name_too_long); // that of its file would be
    check(store.rename("a/f", "ab") == file_error::is_a_directory and store.rename("ab", "a/f") == file_error::not_a_directory);
    check(store.rename("ab", "a") == file_error::not_empty and store.rename("a", "ab") == file_error::none);
    check(store.status_of("ab/f")->size == 1 and store.status_of("a").error() == file_error::no_entry);
    check(store.status_of(file)->size == 1 and store.rename("ab/f", "f") == file_error::none);
    check(store.remove_directory("ab") == file_error::none and store.remove_directory("f") == file_error::not_a_directory);
    return true;
}
} // namespace

TEST_CASE("A store in memory ends where its memory does") { STATIC_REQUIRE(a_store_ends_where_its_memory_does()); }
TEST_CASE("A directory in memory moves with its files") { STATIC_REQUIRE(a_directory_moves_with_its_files()); }
